/* Convolutions whose windows slide over an image where it lies, in its own memory or in a copy with
 * its padding: no patches are gathered.
 *
 * The gradient by the images of windows that move by one cell is of the same kind: a convolution of
 * the results' gradients with the kernel turned around. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_SLIDING_H
#define PROPD_ENGINE_LAYERS_SLIDING_H

#include "engine/layers/window.h"

/* Windows over images of so many channels, in groups that are seen one at a time. */
struct sliding {
    int64_t in[WINDOW_AXES], out[WINDOW_AXES], before[WINDOW_AXES], stride[WINDOW_AXES];
    int64_t channels, groups;
    bool is_padded;
    int64_t padded[WINDOW_AXES]; /* the image's size with its padding, or as it is */
    int64_t runs, run_length;    /* of a patch of one group */
    const int64_t *line_offsets, *run_offsets;
};

/* Offsets that sliding_plan() writes; 0: windows do not slide, since gathering patches does better,
 * or the padding would be far more than the image. */
int64_t sliding_offset_count(const struct window *window, int64_t groups);
/* Gives their number. */
int64_t sliding_plan(struct sliding *sliding, const struct window *window, int64_t groups,
                     int64_t *offsets);

/* The windows by which the gradient by the images slides over those by the `filters` results. False
 * where windows move by more than a cell. */
bool sliding_turn(const struct window *window, int64_t filters, struct window *turned);

/* Floats of the copy of an image with its padding; 0: none is made. */
int64_t sliding_copy_size(const struct sliding *sliding);

/* The patches of a group of one image, which is copied where it needs padding; the same copy serves
 * all groups, of which 0 makes it. */
struct patch_grid sliding_grid(const struct sliding *sliding, const float *image, int64_t group,
                               float *copy);

#endif
