/* global_max_pool1d/2d and global_average_pool1d/2d: one number a channel, of all the cells of a
 * sample. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"
#include "engine/layers/window.h"

#include <string.h>

static int global_plan(struct layer *layer, int axes, const char *path, struct error *error)
{
    int64_t size[WINDOW_AXES];
    int64_t channels = 0;

    if (window_read_input(layer, axes, size, &channels, path, error) != 0)
        return -1;
    layer->output_shape = (struct shape){.rank = 1, .dims = {channels}};
    layer->flops_per_row = layer_flops(layer_input_elements(layer), 1);
    return 0;
}

static int global1d_plan(struct layer *layer, const char *path, struct error *error)
{
    return global_plan(layer, 1, path, error);
}

static int global2d_plan(struct layer *layer, const char *path, struct error *error)
{
    return global_plan(layer, 2, path, error);
}

/* A window a row of the batch, over all of it. */
static struct windows windows_of(const struct layer *layer, int64_t begin, int64_t end)
{
    const int64_t channels = shape_last(&layer->output_shape);
    const int64_t elements = layer_input_elements(layer);

    return (struct windows){.count = end - begin,
                            .step = elements,
                            .result_step = channels,
                            .lines = 1,
                            .cells = elements / channels,
                            .cell_stride = channels,
                            .channels = channels};
}

static void global_max_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    const struct windows windows = windows_of(layer, begin, end);

    pass->kernels->windows_max(&windows, pass->inputs[0] + begin * windows.step,
                               pass->output + begin * windows.result_step);
}

static void global_average_forward(const struct layer *layer, struct layer_pass *pass,
                                   int64_t begin, int64_t end)
{
    const struct windows windows = windows_of(layer, begin, end);

    pass->kernels->windows_mean(&windows, pass->inputs[0] + begin * windows.step,
                                pass->output + begin * windows.result_step);
}

static void global_max_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                int64_t end)
{
    const struct windows windows = windows_of(layer, begin, end);

    if (pass->d_inputs[0] != NULL)
        pass->kernels->windows_max_gradient(&windows, pass->inputs[0] + begin * windows.step,
                                            pass->output_read + begin * windows.result_step,
                                            pass->d_output + begin * windows.result_step,
                                            pass->d_inputs[0] + begin * windows.step,
                                            pass->d_input_overwrite[0]);
}

static void global_average_backward(const struct layer *layer, struct layer_pass *pass,
                                    int64_t begin, int64_t end)
{
    const struct windows windows = windows_of(layer, begin, end);

    if (pass->d_inputs[0] != NULL)
        pass->kernels->windows_mean_gradient(&windows, pass->d_output + begin * windows.result_step,
                                             pass->d_inputs[0] + begin * windows.step,
                                             pass->d_input_overwrite[0]);
}

#define GLOBAL_POOL(type_name, type_help, type_example, planned, what)                             \
    {                                                                                              \
        .kind = {.name = (type_name),                                                              \
                 .help = (type_help),                                                              \
                 .size = sizeof(struct layer_options),                                             \
                 .base = &layer_options_kind},                                                     \
        .min_inputs = 1, .max_inputs = 1, .example = (type_example), .plan = (planned),            \
        .forward = what##_forward, .backward = what##_backward                                     \
    }

const struct layer_type layer_global_max_pool1d =
    GLOBAL_POOL("global_max_pool1d", "the largest value of each channel of a sequence",
                "{\"input\": [4, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, {\"type\": "
                "\"global_max_pool1d\"}]}",
                global1d_plan, global_max);
const struct layer_type layer_global_max_pool2d = GLOBAL_POOL(
    "global_max_pool2d", "the largest value of each channel of an image",
    "{\"input\": [2, 3, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, {\"type\": "
    "\"global_max_pool2d\"}]}",
    global2d_plan, global_max);
const struct layer_type layer_global_average_pool1d =
    GLOBAL_POOL("global_average_pool1d", "the mean of each channel of a sequence",
                "{\"input\": [4, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, {\"type\": "
                "\"global_average_pool1d\"}]}",
                global1d_plan, global_average);
const struct layer_type layer_global_average_pool2d = GLOBAL_POOL(
    "global_average_pool2d", "the mean of each channel of an image",
    "{\"input\": [2, 3, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, {\"type\": "
    "\"global_average_pool2d\"}]}",
    global2d_plan, global_average);
