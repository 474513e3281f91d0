/* zero_padding2d: an image with `padding` cells of zeros on each side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"
#include "engine/layers/window.h"

#include <string.h>

struct zero_padding2d {
    struct layer_options common;
    struct sizes padding;
};

static const struct field zero_padding2d_fields[] = {
    FIELD_SIZES(struct zero_padding2d, padding, .min = 0, .max = WINDOW_SIZE_MAX, .number = 1,
                .help = "cells of zeros on each side, one number or one for each axis"),
    FIELD_END};

static int zero_padding2d_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct zero_padding2d *options = layer->options;
    int64_t size[WINDOW_AXES];
    int64_t padding[WINDOW_AXES];
    int64_t channels = 0;

    if (window_read_input(layer, WINDOW_AXES, size, &channels, path, error) != 0 ||
        window_read_sizes(&options->padding, WINDOW_AXES, padding, path, "padding", error) != 0)
        return -1;
    for (int axis = 0; axis < WINDOW_AXES; axis++)
        size[axis] += 2 * padding[axis];
    layer->output_shape = window_shape(WINDOW_AXES, size, channels);
    if (shape_check(&layer->output_shape, path, "an output", error) != 0)
        return -1;
    layer->flops_per_row = layer_flops(layer_output_elements(layer), 1);
    return 0;
}

/* Where line `line` of the batch's inputs begins within the outputs. */
static int64_t place_of_line(const struct layer *layer, int64_t line)
{
    const struct zero_padding2d *options = layer->options;
    const int64_t above = options->padding.items[0];
    const int64_t left = options->padding.items[options->padding.count - 1];
    const int64_t *in = layer->input_shapes[0].dims;
    const int64_t *out = layer->output_shape.dims;

    return ((line / in[0] * out[0] + above + line % in[0]) * out[1] + left) * out[2];
}

static void zero_padding2d_forward(const struct layer *layer, struct layer_pass *pass,
                                   int64_t begin, int64_t end)
{
    const int64_t elements = layer_output_elements(layer);
    const int64_t height = layer->input_shapes[0].dims[0];
    const int64_t width = layer_input_elements(layer) / height;

    memset(pass->output + begin * elements, 0, (size_t)((end - begin) * elements) * sizeof(float));
    for (int64_t line = begin * height; line < end * height; line++)
        memcpy(pass->output + place_of_line(layer, line), pass->inputs[0] + line * width,
               (size_t)width * sizeof(float));
}

static void zero_padding2d_backward(const struct layer *layer, struct layer_pass *pass,
                                    int64_t begin, int64_t end)
{
    const int64_t height = layer->input_shapes[0].dims[0];
    const int64_t width = layer_input_elements(layer) / height;

    for (int64_t line = begin * height; line < end * height; line++)
        layer_give_gradient(pass, 0, line * width, width,
                            pass->d_output + place_of_line(layer, line));
}

const struct layer_type layer_zero_padding2d = {
    .kind = {.name = "zero_padding2d",
             .help = "an image with zeros around it",
             .size = sizeof(struct zero_padding2d),
             .fields = zero_padding2d_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [2, 3, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"zero_padding2d\", \"padding\": [2, 1]}]}",
    .plan = zero_padding2d_plan,
    .forward = zero_padding2d_forward,
    .backward = zero_padding2d_backward,
};
