/* max_pool1d and max_pool2d: the largest value that a window sees, channel by channel; NaN where
 * there is one. Its gradient goes to the first of equal ones, by line and cell, as PyTorch's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"
#include "engine/layers/pool.h"

static void max_pool_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                             int64_t end)
{
    struct pool_span span;

    for (int64_t at = 0; pool_next_span(layer, begin, end, &at, &span);)
        pass->kernels->windows_max(&span.windows, pass->inputs[0] + span.input,
                                   pass->output + span.output);
}

/* Looking for the largest again is as fast as having kept where it was. */
static void max_pool_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                              int64_t end)
{
    struct pool_span span;
    bool overwrite;

    if (pass->d_inputs[0] == NULL)
        return;
    overwrite = pool_begin_gradient(layer, pass, begin, end);
    for (int64_t at = 0; pool_next_span(layer, begin, end, &at, &span);)
        pass->kernels->windows_max_gradient(
            &span.windows, pass->inputs[0] + span.input, pass->output_read + span.output,
            pass->d_output + span.output, pass->d_inputs[0] + span.input, overwrite);
}

const struct layer_type layer_max_pool1d = {
    .kind = {.name = "max_pool1d",
             .help = "the largest value of each window over a sequence [time, channels]",
             .size = sizeof(struct pool_options),
             .fields = pool_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [7, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"max_pool1d\", \"pool_size\": 3, \"strides\": 2}]}",
    .plan = pool1d_plan,
    .forward = max_pool_forward,
    .backward = max_pool_backward,
};

const struct layer_type layer_max_pool2d = {
    .kind = {.name = "max_pool2d",
             .help = "the largest value of each window over an image [height, width, channels]",
             .size = sizeof(struct pool_options),
             .fields = pool_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5, 4, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"max_pool2d\", \"pool_size\": [3, 2], \"padding\": \"same\"}]}",
    .plan = pool2d_plan,
    .forward = max_pool_forward,
    .backward = max_pool_backward,
};
