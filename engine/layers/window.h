/* Windows that slide over the images of a batch: the geometry of convolutions, of their transposes
 * and of pooling.
 *
 * An image is [height, width, channels], its windows' results [height, width, …]; a sequence [time,
 * channels] is an image of one line. Window (i, j) sees the cells i · stride - before + k ·
 * dilation, k < kernel, along each axis; what lies outside of the image is padding. Positions count
 * windows through the batch: sample by sample, line by line. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_WINDOW_H
#define PROPD_ENGINE_LAYERS_WINDOW_H

#include "engine/layer.h"

enum { WINDOW_HEIGHT, WINDOW_WIDTH, WINDOW_AXES };
enum { WINDOW_SIZE_MAX = 65536 }; /* of kernels, strides and dilations */
enum window_padding { PADDING_VALID, PADDING_SAME };
extern const char *const window_paddings[]; /* their names, for a FIELD_CHOICE */

struct window {
    int64_t in[WINDOW_AXES], out[WINDOW_AXES]; /* size of an image, and of its windows' results */
    int64_t channels;                          /* of the image */
    int64_t kernel[WINDOW_AXES], stride[WINDOW_AXES], dilation[WINDOW_AXES];
    int64_t before[WINDOW_AXES]; /* cells of padding */
};

/* What a layer's options say. */
struct window_options {
    const char *kernel_name; /* the field: "kernel_size", "pool_size" */
    const struct sizes *kernel;
    const struct sizes *strides;  /* empty: as the kernel */
    const struct sizes *dilation; /* NULL: 1 */
    int padding;                  /* enum window_padding */
};

/* A field's sizes for an image of `axes` axes: one for all, or one each; 1 for the height of a
 * sequence. ERROR_INVALID naming `path`.`name` where it has another number of them. */
int window_read_sizes(const struct sizes *sizes, int axes, int64_t values[WINDOW_AXES],
                      const char *path, const char *name, struct error *error);

/* Size and channels of the layer's input as an image of `axes` (1 or 2) axes. ERROR_INVALID naming
 * `path` where it has another rank. */
int window_read_input(const struct layer *layer, int axes, int64_t size[WINDOW_AXES],
                      int64_t *channels, const char *path, struct error *error);

/* The shape [height, width, channels] of an image of 2 axes, [time, channels] of 1. */
struct shape window_shape(int axes, const int64_t size[WINDOW_AXES], int64_t channels);

/* Windows over the layer's input. With padding "same" there are ceil(input / stride) of them, the
 * odd cell of padding at the end, as TensorFlow pads. ERROR_INVALID naming the field below `path`
 * where the options do not fit the input. */
int window_plan(struct window *window, const struct layer *layer, int axes,
                const struct window_options *options, const char *path, struct error *error);

/* Windows whose results the layer's input is, over images of `channels` channels: of input · stride
 * cells with padding "same", else of as many as the windows see (the transpose of window_plan). */
int window_plan_transposed(struct window *window, const struct layer *layer,
                           const struct window_options *options, int64_t channels, const char *path,
                           struct error *error);

/* Windows of a sample, and elements of its image. */
int64_t window_positions(const struct window *window);
int64_t window_image_elements(const struct window *window);

/* The cell of the image, maybe outside of it, that window `index` of an axis sees at element
 * `element` of its kernel. */
int64_t window_cell(const struct window *window, int axis, int64_t index, int64_t element);

/* Steps of `step` > 0 that it takes to come from `from` to `to` or beyond. */
int64_t window_steps(int64_t from, int64_t to, int64_t step);

/* Windows of one line of results that see cells alike, for the kernels. */
struct window_span {
    struct windows windows;
    int64_t position; /* of the first one in its sample */
    int64_t cell;     /* floats from the image's start to what it sees first */
    int64_t kernel;   /* floats from a kernel's [height][width][channels] start to that cell's */
};

/* The next span of a sample; *position, 0 at first, goes on to its end. False past the last. */
bool window_next_span(const struct window *window, int64_t *position, struct window_span *span);

#endif
