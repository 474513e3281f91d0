/* add: the sum of two or more inputs of one shape. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <string.h>

static int add_plan(struct layer *layer, const char *path, struct error *error)
{
    layer->output_shape = layer->input_shapes[0];
    layer->flops_per_row = layer->input_count * layer_input_elements(layer);
    return layer_check_equal_shapes(layer, path, error);
}

static void add_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                        int64_t end)
{
    int64_t elements = layer_output_elements(layer);
    int64_t offset = begin * elements;
    int64_t count = (end - begin) * elements;

    memcpy(pass->output + offset, pass->inputs[0] + offset, (size_t)count * sizeof(float));
    for (int i = 1; i < layer->input_count; i++)
        pass->kernels->add(count, pass->inputs[i] + offset, pass->output + offset);
}

static void add_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                         int64_t end)
{
    int64_t elements = layer_output_elements(layer);

    for (int i = 0; i < layer->input_count; i++)
        layer_give_gradient(pass, i, begin * elements, (end - begin) * elements,
                            pass->d_output + begin * elements);
}

const struct layer_type layer_add = {
    .kind = {.name = "add",
             .help = "the sum of its inputs",
             .size = sizeof(struct layer_options),
             .base = &layer_options_kind},
    .min_inputs = 2,
    .max_inputs = LAYER_INPUTS_MAX,
    .example =
        "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 4, \"name\": \"a\"}, "
        "{\"type\": \"dense\", \"units\": 4, \"name\": \"b\"}, "
        "{\"type\": \"add\", \"input\": [\"a\", \"b\", \"a\"]}]}",
    .plan = add_plan,
    .forward = add_forward,
    .backward = add_backward,
};
