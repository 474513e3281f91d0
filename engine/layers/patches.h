/* Patches: what the windows over the images of a batch see, as the rows of a matrix, so that a
 * convolution becomes a product. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_PATCHES_H
#define PROPD_ENGINE_LAYERS_PATCHES_H

#include "engine/layers/window.h"

/* Which part of the patches [kernel height][kernel width][channels of a group] is meant. */
struct patch_part {
    int64_t channel, channels; /* the group's first channel and their number */
    int64_t begin, end;        /* elements of a patch of the group */
};

/* Copies the patches' part for positions [position, position + count) of the batch `images` to
 * `patches`, [count][part->end - part->begin]; padding is 0. */
void patches_gather(const struct window *window, const struct patch_part *part, const float *images,
                    int64_t position, int64_t count, float *patches);

/* Adds whole patches of the group [channel, channel + channels) to the images that they came from.
 * A cell gets what is added by the windows' lines upwards, on a line by the windows upwards: it
 * does not depend on how positions are cut into calls in their order. */
void patches_scatter(const struct window *window, const struct kernels *kernels, int64_t channel,
                     int64_t channels, const float *patches, int64_t position, int64_t count,
                     float *images);

#endif
