/* average_pool1d and average_pool2d: the mean of what a window sees, channel by channel; of its
 * cells inside of the image, where padding lets it reach over the edge. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"
#include "engine/layers/pool.h"

static void average_pool_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                 int64_t end)
{
    struct pool_span span;

    for (int64_t at = 0; pool_next_span(layer, begin, end, &at, &span);)
        pass->kernels->windows_mean(&span.windows, pass->inputs[0] + span.input,
                                    pass->output + span.output);
}

static void average_pool_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                  int64_t end)
{
    struct pool_span span;
    bool overwrite;

    if (pass->d_inputs[0] == NULL)
        return;
    overwrite = pool_begin_gradient(layer, pass, begin, end);
    for (int64_t at = 0; pool_next_span(layer, begin, end, &at, &span);)
        pass->kernels->windows_mean_gradient(&span.windows, pass->d_output + span.output,
                                             pass->d_inputs[0] + span.input, overwrite);
}

const struct layer_type layer_average_pool1d = {
    .kind = {.name = "average_pool1d",
             .help = "the mean of each window over a sequence [time, channels]",
             .size = sizeof(struct pool_options),
             .fields = pool_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [7, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"average_pool1d\", \"pool_size\": 3, \"strides\": 2}]}",
    .plan = pool1d_plan,
    .forward = average_pool_forward,
    .backward = average_pool_backward,
};

const struct layer_type layer_average_pool2d = {
    .kind = {.name = "average_pool2d",
             .help = "the mean of each window over an image [height, width, channels]",
             .size = sizeof(struct pool_options),
             .fields = pool_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5, 4, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"average_pool2d\", \"pool_size\": [3, 2], \"padding\": \"same\"}]}",
    .plan = pool2d_plan,
    .forward = average_pool_forward,
    .backward = average_pool_backward,
};
