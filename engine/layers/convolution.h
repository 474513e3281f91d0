/* Convolutions of the images of a batch with a kernel [height, width, channels / groups, filters],
 * as products of matrices: what the layers conv1d, conv2d and conv2d_transpose have in common. The
 * last is the first's gradient by its images, and the other way around.
 *
 * Where windows slide over an image, products read the patches where they lie. Else patches of a
 * block of positions are gathered into the caller's work memory; kernels of one cell need no
 * patches, and a channel that is convolved with itself alone no products. Every number is one chain
 * of operations whatever rows, positions or items a call is for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_CONVOLUTION_H
#define PROPD_ENGINE_LAYERS_CONVOLUTION_H

#include "engine/activation.h"
#include "engine/initializer.h"
#include "engine/layers/affine.h"
#include "engine/layers/sliding.h"

/* The options of all of them; groups is 0, for 1, where a type has none. */
struct convolution_options {
    struct layer_options common;
    int64_t filters;
    struct sizes kernel_size;
    struct sizes strides;
    int padding;
    struct sizes dilation;
    int64_t groups;
    struct variant activation;
    bool use_bias;
    struct variant kernel_initializer;
    struct variant bias_initializer;
};

/* The fields that all of them have. */
#define CONVOLUTION_FIELDS                                                                         \
    FIELD_INTEGER(struct convolution_options, filters, .min = 1, .max = AFFINE_UNITS_MAX,          \
                  .flags = FIELD_REQUIRED, .help = "channels of the output"),                      \
        FIELD_SIZES(struct convolution_options, kernel_size, .min = 1, .max = WINDOW_SIZE_MAX,     \
                    .flags = FIELD_REQUIRED,                                                       \
                    .help = "cells that a filter sees, one number or one "                         \
                            "for each axis"),                                                      \
        FIELD_SIZES(struct convolution_options, strides, .min = 1, .max = WINDOW_SIZE_MAX,         \
                    .number = 1, .help = "cells from a window to the next"),                       \
        FIELD_CHOICE(struct convolution_options, padding, .choices = window_paddings,              \
                     .help =                                                                       \
                         "same: zeros around the input, so that only strides change its size"),    \
        FIELD_SIZES(struct convolution_options, dilation, .min = 1, .max = WINDOW_SIZE_MAX,        \
                    .number = 1, .help = "cells from one that a filter sees to the next"),         \
        FIELD_VARIANT(struct convolution_options, activation, .kinds = activation_kinds,           \
                      .text = "linear", .help = "applied to the outputs"),                         \
        FIELD_BOOLEAN(struct convolution_options, use_bias, .number = 1, .help = "add a bias"),    \
        FIELD_VARIANT(struct convolution_options, kernel_initializer, .kinds = initializer_kinds,  \
                      .text = "glorot_uniform", .help = "first weights of the kernel"),            \
        FIELD_VARIANT(struct convolution_options, bias_initializer, .kinds = initializer_kinds,    \
                      .text = "zeros", .help = "first weights of the bias")

struct convolution {
    struct window window;
    int64_t groups, filters;
    int64_t depth;      /* products that make an output: height · width · channels / groups */
    int64_t block;      /* positions that are gathered at a time */
    bool is_depthwise;  /* each channel with itself alone */
    bool needs_patches; /* else the images are the patches */
    bool slides;        /* over the images, without gathering patches */
    bool slides_back;   /* over the results, for the gradient by the images */
    struct sliding sliding, sliding_back;
    int64_t offsets[]; /* theirs */
};

/* The kernel's shape for an image of `axes` axes. Its elements may be beyond the limit, which the
 * caller checks before convolution_plan(). */
struct shape convolution_kernel_shape(const struct convolution *convolution, int axes);
/* Completes the plan that a layer has, with window, groups and filters, and moves it to where it
 * has room. */
int convolution_plan(struct layer *layer, struct error *error);
/* Floats of work memory for kernels of any instruction set. */
int64_t convolution_work_size(const struct convolution *convolution);
/* Items that the gradient by the kernel is cut into: rows of its matrix [depth, filters], or
 * channels where it is depthwise. */
int64_t convolution_items(const struct convolution *convolution);
/* Parts of them are best as multiples of it; 0: of any. */
int64_t convolution_item_step(const struct convolution *convolution);

/* One batch's convolution, as a call sees it. Images and results are the whole batch's: [samples]
 * [image], [samples][positions][filters]. */
struct convolution_pass {
    const struct convolution *convolution;
    const struct kernels *kernels;
    float *work;
    const float *kernel;
};

/* The results of samples [begin, end); a bias of NULL is zeros. With `relu`, that of them. */
void convolution_run(const struct convolution_pass *pass, const float *images, const float *bias,
                     int64_t begin, int64_t end, float *results, bool relu);
/* Adds them to what is there; of one group. */
void convolution_add(const struct convolution_pass *pass, const float *images, int64_t begin,
                     int64_t end, float *results);

/* The gradient by the images of samples [begin, end), added to what is there, or with `overwrite`
 * stored. */
void convolution_d_images(const struct convolution_pass *pass, const float *d_results,
                          int64_t begin, int64_t end, float *d_images, bool overwrite);

/* Adds the gradient by items [begin, end) of the kernel, over all `samples`. */
void convolution_d_kernel(const struct convolution_pass *pass, const float *images,
                          const float *d_results, int64_t samples, int64_t begin, int64_t end,
                          float *d_kernel);

#endif
