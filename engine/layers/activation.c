/* activation: an activation as a layer of its own. As a network's last layer it is left to the loss
 * and does nothing itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "engine/layers/layers.h"

enum { FLOPS_PER_ELEMENT = 16 };

struct activation {
    struct layer_options common;
    struct variant activation;
};

static const struct field activation_fields[] = {
    FIELD_VARIANT(struct activation, activation, .kinds = activation_kinds, .flags = FIELD_REQUIRED,
                  .help = "applied to each value; softmax and log_softmax along the last axis"),
    FIELD_END};

static int activation_plan(struct layer *layer, const char *path UNUSED, struct error *error UNUSED)
{
    layer->output_shape = layer->input_shapes[0];
    layer->in_place = layer->leave_activation;
    layer->flops_per_row = FLOPS_PER_ELEMENT * layer_input_elements(layer);
    return 0;
}

static void activation_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    const struct activation *options = layer->options;
    int64_t elements = layer_input_elements(layer);
    int64_t columns = shape_last(&layer->output_shape);
    int64_t offset = begin * elements;

    pass->kernels->activation_forward(activation_code(&options->activation),
                                      activation_alpha(&options->activation),
                                      (end - begin) * elements / columns, columns,
                                      pass->inputs[0] + offset, pass->output + offset);
}

static void activation_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                int64_t end)
{
    const struct activation *options = layer->options;
    int64_t elements = layer_input_elements(layer);
    int64_t columns = shape_last(&layer->output_shape);
    int64_t offset = begin * elements;
    int64_t count = (end - begin) * elements;

    if (pass->d_inputs[0] == NULL)
        return;
    pass->kernels->activation_backward(
        activation_code(&options->activation), activation_alpha(&options->activation),
        count / columns, columns, pass->inputs[0] + offset, pass->output_read + offset,
        pass->d_output + offset, pass->d_output + offset);
    layer_give_gradient(pass, 0, offset, count, pass->d_output + offset);
}

const struct layer_type layer_activation = {
    .kind = {.name = "activation",
             .help = "an activation by itself",
             .size = sizeof(struct activation),
             .fields = activation_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 4}, "
               "{\"type\": \"activation\", \"activation\": \"silu\"}]}",
    .plan = activation_plan,
    .forward = activation_forward,
    .backward = activation_backward,
};
