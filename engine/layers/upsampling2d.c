/* upsampling2d: every cell of an image `size` times along each axis. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"
#include "engine/layers/window.h"

#include <string.h>

struct upsampling2d {
    struct layer_options common;
    struct sizes size;
};

static const struct field upsampling2d_fields[] = {
    FIELD_SIZES(struct upsampling2d, size, .min = 1, .max = WINDOW_SIZE_MAX, .number = 2,
                .help = "cells that each becomes, one number or one for each axis"),
    FIELD_END};

/* One image's geometry: times of each cell, and floats of a line of the input and output. */
struct upsampling_view {
    int64_t height, width, channels;
    int64_t down, across;
    int64_t in_line, out_line;
};

/* Of a layer whose size is known to be right. */
static struct upsampling_view upsampling_view(const struct layer *layer)
{
    const struct upsampling2d *options = layer->options;
    const int64_t *dims = layer->input_shapes[0].dims;
    const int64_t down = options->size.items[0];
    const int64_t across = options->size.items[options->size.count - 1];

    return (struct upsampling_view){.height = dims[0],
                                    .width = dims[1],
                                    .channels = dims[2],
                                    .down = down,
                                    .across = across,
                                    .in_line = dims[1] * dims[2],
                                    .out_line = dims[1] * across * dims[2]};
}

static int upsampling2d_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct upsampling2d *options = layer->options;
    int64_t size[WINDOW_AXES];
    int64_t times[WINDOW_AXES];
    int64_t channels = 0;

    if (window_read_input(layer, WINDOW_AXES, size, &channels, path, error) != 0 ||
        window_read_sizes(&options->size, WINDOW_AXES, times, path, "size", error) != 0)
        return -1;
    for (int axis = 0; axis < WINDOW_AXES; axis++)
        size[axis] *= times[axis];
    layer->output_shape = window_shape(WINDOW_AXES, size, channels);
    if (shape_check(&layer->output_shape, path, "an output", error) != 0)
        return -1;
    layer->flops_per_row = layer_flops(layer_output_elements(layer), 1);
    return 0;
}

static void upsampling2d_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                 int64_t end)
{
    const struct upsampling_view view = upsampling_view(layer);
    const size_t cell_size = (size_t)view.channels * sizeof(float);

    for (int64_t line = begin * view.height; line < end * view.height; line++) {
        const float *x = pass->inputs[0] + line * view.in_line;
        float *y = pass->output + line * view.down * view.out_line;
        for (int64_t cell = 0; cell < view.width * view.across; cell++)
            memcpy(y + cell * view.channels, x + cell / view.across * view.channels, cell_size);
        for (int64_t again = 1; again < view.down; again++)
            memcpy(y + again * view.out_line, y, (size_t)view.out_line * sizeof(float));
    }
}

static void upsampling2d_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                  int64_t end)
{
    const struct upsampling_view view = upsampling_view(layer);

    if (pass->d_inputs[0] == NULL)
        return;
    for (int64_t line = begin * view.height; line < end * view.height; line++) {
        const float *d_y = pass->d_output + line * view.down * view.out_line;
        float *d_x = pass->d_inputs[0] + line * view.in_line;
        if (pass->d_input_overwrite[0])
            memset(d_x, 0, (size_t)view.in_line * sizeof(float));
        for (int64_t i = 0; i < view.down * view.across; i++)
            pass->kernels->add_rows(view.width, view.channels,
                                    d_y + i / view.across * view.out_line +
                                        i % view.across * view.channels,
                                    view.across * view.channels, d_x, view.channels);
    }
}

const struct layer_type layer_upsampling2d = {
    .kind = {.name = "upsampling2d",
             .help = "every cell of an image several times",
             .size = sizeof(struct upsampling2d),
             .fields = upsampling2d_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [2, 3, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"upsampling2d\", \"size\": [3, 2]}]}",
    .plan = upsampling2d_plan,
    .forward = upsampling2d_forward,
    .backward = upsampling2d_backward,
};
