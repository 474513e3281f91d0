/* multiply: the element-wise product of two or more inputs of one shape. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <string.h>

static int multiply_plan(struct layer *layer, const char *path, struct error *error)
{
    layer->output_shape = layer->input_shapes[0];
    layer->flops_per_row = layer->input_count * layer_input_elements(layer);
    return layer_check_equal_shapes(layer, path, error);
}

static void multiply_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                             int64_t end)
{
    int64_t elements = layer_output_elements(layer);
    int64_t offset = begin * elements;
    int64_t count = (end - begin) * elements;
    float *y = pass->output + offset;

    memcpy(y, pass->inputs[0] + offset, (size_t)count * sizeof(float));
    for (int k = 1; k < layer->input_count; k++) {
        const float *x = pass->inputs[k] + offset;
        for (int64_t i = 0; i < count; i++)
            y[i] *= x[i];
    }
}

/* The gradient by one input: d_output times all others. Never by dividing the output, which may be
 * zero. */
static void multiply_backward_input(const struct layer *layer, struct layer_pass *pass, int input,
                                    int64_t begin, int64_t end)
{
    bool overwrite = pass->d_input_overwrite[input];

    for (int64_t i = begin; i < end; i++) {
        float d = pass->d_output[i];
        for (int k = 0; k < layer->input_count; k++)
            if (k != input)
                d *= pass->inputs[k][i];
        pass->d_inputs[input][i] = overwrite ? d : pass->d_inputs[input][i] + d;
    }
}

static void multiply_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                              int64_t end)
{
    int64_t elements = layer_output_elements(layer);

    for (int i = 0; i < layer->input_count; i++)
        if (pass->d_inputs[i] != NULL)
            multiply_backward_input(layer, pass, i, begin * elements, end * elements);
}

const struct layer_type layer_multiply = {
    .kind = {.name = "multiply",
             .help = "the product of its inputs, element by element",
             .size = sizeof(struct layer_options),
             .base = &layer_options_kind},
    .min_inputs = 2,
    .max_inputs = LAYER_INPUTS_MAX,
    .example =
        "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 4, \"name\": \"a\"}, "
        "{\"type\": \"dense\", \"units\": 4, \"name\": \"b\"}, "
        "{\"type\": \"multiply\", \"input\": [\"a\", \"b\", \"a\"]}]}",
    .plan = multiply_plan,
    .forward = multiply_forward,
    .backward = multiply_backward,
};
