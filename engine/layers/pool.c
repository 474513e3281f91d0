/* The plan of pooling layers, and their walk over the batch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/pool.h"
#include "engine/layers/layers.h"

#include <stdlib.h>
#include <string.h>

const struct field pool_fields[] = {
    FIELD_SIZES(struct pool_options, pool_size, .min = 1, .max = WINDOW_SIZE_MAX, .number = 2,
                .help = "cells that a window sees, one number or one for each axis"),
    FIELD_SIZES(struct pool_options, strides, .min = 1, .max = WINDOW_SIZE_MAX,
                .flags = FIELD_NULLABLE,
                .help = "cells from a window to the next; null: pool_size"),
    FIELD_CHOICE(struct pool_options, padding, .choices = window_paddings,
                 .help = "same: windows may reach over the edges, and see what is inside"),
    FIELD_END};

static int plan(struct layer *layer, int axes, const char *path, struct error *error)
{
    const struct pool_options *options = layer->options;
    const struct window_options window_options = {.kernel_name = "pool_size",
                                                  .kernel = &options->pool_size,
                                                  .strides = &options->strides,
                                                  .padding = options->padding};
    struct window *window = calloc(1, sizeof(*window));

    if (window == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the plan of a layer");
    layer->plan_data = window;
    if (window_plan(window, layer, axes, &window_options, path, error) != 0)
        return -1;
    layer->output_shape = window_shape(axes, window->out, window->channels);
    layer->flops_per_row = layer_flops(
        layer_output_elements(layer), window->kernel[WINDOW_HEIGHT] * window->kernel[WINDOW_WIDTH]);
    return 0;
}

int pool1d_plan(struct layer *layer, const char *path, struct error *error)
{
    return plan(layer, 1, path, error);
}

int pool2d_plan(struct layer *layer, const char *path, struct error *error)
{
    return plan(layer, 2, path, error);
}

bool pool_begin_gradient(const struct layer *layer, const struct layer_pass *pass, int64_t begin,
                         int64_t end)
{
    const struct window *window = layer->plan_data;
    const int64_t elements = layer_input_elements(layer);
    bool is_apart = true, is_cover = true;

    for (int axis = 0; axis < WINDOW_AXES; axis++) {
        is_apart = is_apart && window->stride[axis] >= window->kernel[axis];
        is_cover = is_cover && window->stride[axis] == window->kernel[axis] &&
                   window->out[axis] * window->stride[axis] >= window->in[axis];
    }
    if (!pass->d_input_overwrite[0])
        return false;
    if (!is_apart || !is_cover)
        memset(pass->d_inputs[0] + begin * elements, 0,
               (size_t)((end - begin) * elements) * sizeof(float));
    return is_apart;
}

bool pool_next_span(const struct layer *layer, int64_t begin, int64_t end, int64_t *at,
                    struct pool_span *span)
{
    const struct window *window = layer->plan_data;
    const int64_t positions = window_positions(window);
    const int64_t sample = begin + *at / positions;
    int64_t position = *at % positions;
    struct window_span found;

    if (sample >= end || !window_next_span(window, &position, &found))
        return false;
    span->windows = found.windows;
    span->input = sample * window_image_elements(window) + found.cell;
    span->output = (sample * positions + found.position) * window->channels;
    *at += found.windows.count;
    return true;
}
