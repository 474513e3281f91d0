/* Convolutions as products of patches with the kernel, block by block. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/convolution.h"
#include "engine/layers/convolution_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Patches of a block stay in the second-level cache; a block has rows enough for the products to
 * earn back the copy of the kernel that each makes. */
enum { PATCH_FLOATS = 1 << 16, BLOCK_MIN = 24, BLOCK_MAX = 512 };

/* What adding patches to images makes of the time of their product. */
enum { SCATTER_COST = 2, USUAL_LANES = 8 };

/* Neighbours in a patch, the rows of a tile of the kernel's gradient, that are worth more than
 * gathered patches. */
enum { RUN_MIN = 8 };

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct shape convolution_kernel_shape(const struct convolution *convolution, int axes)
{
    const struct window *window = &convolution->window;
    const int64_t channels = window->channels / convolution->groups;

    if (axes == 1)
        return (struct shape){
            .rank = 3, .dims = {window->kernel[WINDOW_WIDTH], channels, convolution->filters}};
    return (struct shape){.rank = 4,
                          .dims = {window->kernel[WINDOW_HEIGHT], window->kernel[WINDOW_WIDTH],
                                   channels, convolution->filters}};
}

static bool tiles_are_filled(const struct convolution *convolution)
{
    return convolution->sliding.run_length >= RUN_MIN;
}

/* Whether each window sees one cell, and each cell is seen by one. */
static bool is_one_to_one(const struct window *window)
{
    for (int axis = 0; axis < WINDOW_AXES; axis++)
        if (window->kernel[axis] != 1 || window->stride[axis] != 1)
            return false;
    return true;
}

/* Whether the gradient by the images is worth sliding for: it is computed at every cell of an
 * image, for whole vectors of channels, where patches are of the results alone. */
static bool pays_back(const struct window *window)
{
    const int64_t lanes = (window->channels + USUAL_LANES - 1) / USUAL_LANES * USUAL_LANES;
    const double sliding = (double)window->in[WINDOW_HEIGHT] * (double)window->in[WINDOW_WIDTH];
    const double gathered = (double)window_positions(window);

    return sliding * (double)lanes <= SCATTER_COST * gathered * (double)window->channels;
}

/* Decides which windows slide; `turned` are those over the results. Offsets that they take. */
static int64_t choose_sliding(struct convolution *convolution, struct window *turned)
{
    const struct window *window = &convolution->window;
    const bool turns = sliding_turn(window, convolution->filters, turned);
    int64_t forward = 0, back = 0;

    if (convolution->needs_patches)
        forward = sliding_offset_count(window, convolution->groups);
    if (convolution->needs_patches && turns && pays_back(window))
        back = sliding_offset_count(turned, convolution->groups);
    convolution->slides = forward > 0;
    convolution->slides_back = back > 0;
    return forward + back;
}

/* With room for the offsets, in a plan that has moved for the last time. */
static void plan_sliding(struct convolution *convolution, const struct window *turned)
{
    const struct window *window = &convolution->window;
    int64_t *offsets = convolution->offsets;

    if (convolution->slides)
        offsets += sliding_plan(&convolution->sliding, window, convolution->groups, offsets);
    if (convolution->slides_back)
        sliding_plan(&convolution->sliding_back, turned, convolution->groups, offsets);
}

int convolution_plan(struct layer *layer, struct error *error)
{
    struct convolution *convolution = layer->plan_data;
    const struct window *window = &convolution->window;
    const int64_t groups = convolution->groups;
    struct window turned;

    convolution->depth =
        window->kernel[WINDOW_HEIGHT] * window->kernel[WINDOW_WIDTH] * (window->channels / groups);
    convolution->is_depthwise =
        groups > 1 && groups == window->channels && groups == convolution->filters;
    convolution->needs_patches = !convolution->is_depthwise && !is_one_to_one(window);
    convolution->block = smaller(PATCH_FLOATS / convolution->depth, BLOCK_MAX);
    if (convolution->block < BLOCK_MIN)
        convolution->block = BLOCK_MIN;
    const int64_t offsets = choose_sliding(convolution, &turned);
    convolution = realloc(convolution, sizeof(*convolution) + (size_t)offsets * sizeof(int64_t));
    if (convolution == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the plan of a layer");
    layer->plan_data = convolution;
    plan_sliding(convolution, &turned);
    return 0;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Floats of a matrix as panels of any set. */
static int64_t panels_size(int64_t depth, int64_t columns)
{
    return depth * ((columns + PANEL_ALIGN - 1) / PANEL_ALIGN * PANEL_ALIGN);
}

/* The kernel as panels, or its part for the gradient by it, in a place of its own. */
static int64_t panels_room(const struct convolution *convolution)
{
    const int64_t channels = convolution->window.channels / convolution->groups;
    const int64_t cells = convolution->depth / channels;
    const int64_t filters = convolution->filters / convolution->groups;
    const int64_t kernel =
        larger(panels_size(convolution->depth, filters), panels_size(cells * filters, channels));

    return larger(kernel * convolution->groups,
                  panels_size(window_positions(&convolution->window), filters));
}

int64_t convolution_work_size(const struct convolution *convolution)
{
    int64_t size = 0, copy = 0;

    if (!convolution->needs_patches)
        return 0;
    if (!convolution->slides || !convolution->slides_back || !tiles_are_filled(convolution))
        size = convolution->block * convolution->depth;
    if (convolution->slides)
        copy = larger(copy, sliding_copy_size(&convolution->sliding));
    if (convolution->slides_back)
        copy = larger(copy, sliding_copy_size(&convolution->sliding_back));
    if (convolution->slides || convolution->slides_back)
        size = larger(size, (copy + PANEL_ALIGN - 1) / PANEL_ALIGN * PANEL_ALIGN +
                                panels_room(convolution));
    return size;
}

int64_t convolution_items(const struct convolution *convolution)
{
    return convolution->is_depthwise ? convolution->window.channels : convolution->depth;
}

int64_t convolution_item_step(const struct convolution *convolution)
{
    if (convolution->is_depthwise)
        return 0;
    return convolution->slides && tiles_are_filled(convolution) &&
                   convolution->sliding.run_length < AFFINE_PARAMETER_STEP
               ? convolution->sliding.run_length
               : AFFINE_PARAMETER_STEP;
}

struct group convolution_group(const struct convolution *convolution, int64_t index)
{
    const int64_t channels = convolution->window.channels / convolution->groups;
    const int64_t filters = convolution->filters / convolution->groups;

    return (struct group){.part = {.channel = index * channels,
                                   .channels = channels,
                                   .begin = 0,
                                   .end = convolution->depth},
                          .filter = index * filters,
                          .filters = filters};
}

/* A matrix of patches. */
struct patches {
    const float *at;
    int64_t stride;
};

/* The part of the patches at some positions, gathered where it has to be. */
static struct patches patches_of(const struct convolution_pass *pass, const struct patch_part *part,
                                 const float *images, int64_t position, int64_t count)
{
    const struct window *window = &pass->convolution->window;

    if (!pass->convolution->needs_patches)
        return (struct patches){images + position * window->channels + part->channel + part->begin,
                                window->channels};
    patches_gather(window, part, images, position, count, pass->work);
    return (struct patches){pass->work, part->end - part->begin};
}

/* The results of a block, beginning at `results`. */
static void run_block(const struct convolution_pass *pass, const float *images, const float *bias,
                      int64_t position, int64_t count, float *results, bool relu)
{
    const struct convolution *convolution = pass->convolution;

    for (int64_t i = 0; i < convolution->groups; i++) {
        const struct group group = convolution_group(convolution, i);
        const struct patches patches = patches_of(pass, &group.part, images, position, count);
        pass->kernels->product(count, group.filters, convolution->depth, patches.at, patches.stride,
                               pass->kernel + group.filter, convolution->filters,
                               bias != NULL ? bias + group.filter : NULL, results + group.filter,
                               convolution->filters, relu ? ACTIVATION_RELU : ACTIVATION_LINEAR);
    }
}

/* Each channel with itself alone: sample by sample, without patches. */
static void run_depthwise(const struct convolution_pass *pass, const float *images,
                          const float *bias, int64_t begin, int64_t end, float *results)
{
    const struct window *window = &pass->convolution->window;
    const int64_t elements = window_positions(window) * window->channels;
    struct window_span span;

    for (int64_t sample = begin; sample < end; sample++) {
        const float *image = images + sample * window_image_elements(window);
        for (int64_t position = 0; window_next_span(window, &position, &span);)
            pass->kernels->windows_product(
                &span.windows, image + span.cell, pass->kernel + span.kernel, bias,
                results + sample * elements + span.position * window->channels);
    }
}

void convolution_run(const struct convolution_pass *pass, const float *images, const float *bias,
                     int64_t begin, int64_t end, float *results, bool relu)
{
    const struct convolution *convolution = pass->convolution;
    const int64_t positions = window_positions(&convolution->window);
    const int64_t block = convolution->needs_patches ? convolution->block : INT64_MAX;
    const int64_t last = end * positions;

    if (convolution->is_depthwise) {
        run_depthwise(pass, images, bias, begin, end, results);
        if (relu)
            pass->kernels->activation_forward(ACTIVATION_RELU, 0, (end - begin) * positions,
                                              convolution->filters,
                                              results + begin * positions * convolution->filters,
                                              results + begin * positions * convolution->filters);
        return;
    }
    if (convolution->slides) {
        convolution_run_sliding(pass, images, bias, begin, end, results, relu, false);
        return;
    }
    for (int64_t at = begin * positions, count; at < last; at += count) {
        count = smaller(block, last - at);
        run_block(pass, images, bias, at, count, results + at * convolution->filters, relu);
    }
}

void convolution_add(const struct convolution_pass *pass, const float *images, int64_t begin,
                     int64_t end, float *results)
{
    const struct convolution *convolution = pass->convolution;
    const int64_t filters = convolution->filters;
    const int64_t positions = window_positions(&convolution->window);
    const int64_t block = convolution->needs_patches ? convolution->block : INT64_MAX;
    const int64_t last = end * positions;

    assert(convolution->groups == 1);
    if (convolution->slides) {
        convolution_run_sliding(pass, images, NULL, begin, end, results, false, true);
        return;
    }
    for (int64_t at = begin * positions, count; at < last; at += count) {
        count = smaller(block, last - at);
        const struct group group = convolution_group(convolution, 0);
        const struct patches patches = patches_of(pass, &group.part, images, at, count);
        pass->kernels->product_add(count, filters, convolution->depth, patches.at, patches.stride,
                                   pass->kernel, filters, results + at * filters, filters);
    }
}

static void d_images_block(const struct convolution_pass *pass, const float *d_results,
                           int64_t position, int64_t count, float *d_images, bool overwrite)
{
    const struct convolution *convolution = pass->convolution;
    const struct window *window = &convolution->window;

    for (int64_t i = 0; i < convolution->groups; i++) {
        const struct group group = convolution_group(convolution, i);
        const float *d = d_results + position * convolution->filters + group.filter;
        const float *kernel = pass->kernel + group.filter;
        if (convolution->needs_patches) {
            pass->kernels->product_d_input(count, group.filters, convolution->depth, d,
                                           convolution->filters, kernel, convolution->filters,
                                           pass->work, convolution->depth, true);
            patches_scatter(window, pass->kernels, group.part.channel, group.part.channels,
                            pass->work, position, count, d_images);
        } else {
            pass->kernels->product_d_input(
                count, group.filters, convolution->depth, d, convolution->filters, kernel,
                convolution->filters, d_images + position * window->channels + group.part.channel,
                window->channels, overwrite);
        }
    }
}

static void d_images_depthwise(const struct convolution_pass *pass, const float *d_results,
                               int64_t begin, int64_t end, float *d_images)
{
    const struct window *window = &pass->convolution->window;
    const int64_t elements = window_positions(window) * window->channels;
    struct window_span span;

    for (int64_t sample = begin; sample < end; sample++) {
        float *d_image = d_images + sample * window_image_elements(window);
        for (int64_t position = 0; window_next_span(window, &position, &span);)
            pass->kernels->windows_product_d_input(
                &span.windows, d_results + sample * elements + span.position * window->channels,
                pass->kernel + span.kernel, d_image + span.cell);
    }
}

void convolution_d_images(const struct convolution_pass *pass, const float *d_results,
                          int64_t begin, int64_t end, float *d_images, bool overwrite)
{
    const struct convolution *convolution = pass->convolution;
    const int64_t positions = window_positions(&convolution->window);
    const int64_t elements = window_image_elements(&convolution->window);
    const int64_t block = convolution->needs_patches ? convolution->block : INT64_MAX;
    const int64_t last = end * positions;

    if (convolution->slides_back) {
        convolution_d_images_sliding(pass, d_results, begin, end, d_images, overwrite);
        return;
    }
    if (overwrite && (convolution->needs_patches || convolution->is_depthwise))
        memset(d_images + begin * elements, 0, (size_t)((end - begin) * elements) * sizeof(float));
    if (convolution->is_depthwise) {
        d_images_depthwise(pass, d_results, begin, end, d_images);
        return;
    }
    for (int64_t at = begin * positions, count; at < last; at += count) {
        count = smaller(block, last - at);
        d_images_block(pass, d_results, at, count, d_images, overwrite);
    }
}

static void d_kernel_depthwise(const struct convolution_pass *pass, const float *images,
                               const float *d_results, int64_t samples, int64_t begin, int64_t end,
                               float *d_kernel)
{
    const struct window *window = &pass->convolution->window;
    const int64_t elements = window_positions(window) * window->channels;
    struct window_span span;

    for (int64_t sample = 0; sample < samples; sample++) {
        const float *image = images + sample * window_image_elements(window) + begin;
        for (int64_t position = 0; window_next_span(window, &position, &span);) {
            span.windows.channels = end - begin;
            pass->kernels->windows_product_d_kernel(&span.windows, image + span.cell,
                                                    d_results + sample * elements +
                                                        span.position * window->channels + begin,
                                                    d_kernel + span.kernel + begin);
        }
    }
}

void convolution_d_kernel(const struct convolution_pass *pass, const float *images,
                          const float *d_results, int64_t samples, int64_t begin, int64_t end,
                          float *d_kernel)
{
    const struct convolution *convolution = pass->convolution;
    const int64_t last = samples * window_positions(&convolution->window);
    int64_t block = last;

    if (convolution->is_depthwise) {
        d_kernel_depthwise(pass, images, d_results, samples, begin, end, d_kernel);
        return;
    }
    if (convolution->slides && tiles_are_filled(convolution)) {
        convolution_d_kernel_sliding(pass, images, d_results, samples, begin, end, d_kernel);
        return;
    }
    if (convolution->needs_patches)
        block = smaller(convolution->block * convolution->depth / (end - begin), BLOCK_MAX);
    for (int64_t at = 0, count; at < last; at += count) {
        count = smaller(block, last - at);
        for (int64_t i = 0; i < convolution->groups; i++) {
            struct group group = convolution_group(convolution, i);
            group.part.begin = begin;
            group.part.end = end;
            const struct patches patches = patches_of(pass, &group.part, images, at, count);
            pass->kernels->product_d_kernel(
                count, group.filters, end - begin, patches.at, patches.stride,
                d_results + at * convolution->filters + group.filter, convolution->filters,
                d_kernel + begin * convolution->filters + group.filter, convolution->filters, 0);
        }
    }
}
