/* layer_norm: y = gamma · (x - mean) / sqrt(variance + epsilon) + beta over the last axis, the
 * variance biased (Ba, Kiros, Hinton: "Layer normalization", 2016; torch.nn.functional.layer_norm).
 * Sums are made in double. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <stddef.h>

enum { GAMMA, BETA }; /* tensors */
enum { MEAN, SCALE }; /* scratch per row; scale: 1 / sqrt(variance + epsilon) */
enum { FLOPS_PER_ELEMENT = 8 };

struct layer_norm {
    struct layer_options common;
    double epsilon;
};

static const struct field layer_norm_fields[] = {
    FIELD_NUMBER(struct layer_norm, epsilon, .min = 0, .max = 1, .number = 1e-5,
                 .flags = FIELD_ABOVE_MIN, .help = "added to the variance"),
    FIELD_END};

static int layer_norm_plan(struct layer *layer, const char *path UNUSED, struct error *error UNUSED)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t leading = layer_input_elements(layer) / channels;

    layer->output_shape = layer->input_shapes[0];
    layer_add_channel_tensor(layer, "gamma", TENSOR_SCALE, channels, 1.0F);
    layer_add_channel_tensor(layer, "beta", TENSOR_SCALE, channels, 0.0F);
    layer->scratch_per_row[MEAN] = leading;
    layer->scratch_per_row[SCALE] = leading;
    layer->parameter_items = channels;
    layer->flops_per_row = FLOPS_PER_ELEMENT * layer_input_elements(layer);
    return 0;
}

/* The rows of the last axis in rows [begin, end) of the batch. */
struct span {
    int64_t channels, first, rows, offset;
};

static struct span span_of(const struct layer *layer, int64_t begin, int64_t end)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t leading = layer_input_elements(layer) / channels;

    return (struct span){.channels = channels,
                         .first = begin * leading,
                         .rows = (end - begin) * leading,
                         .offset = begin * leading * channels};
}

static void layer_norm_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    const struct layer_norm *options = layer->options;
    struct span span = span_of(layer, begin, end);

    pass->kernels->layer_norm_forward(span.rows, span.channels, pass->inputs[0] + span.offset,
                                      pass->tensors[GAMMA], pass->tensors[BETA], options->epsilon,
                                      pass->output + span.offset,
                                      pass->training ? pass->scratch[MEAN] + span.first : NULL,
                                      pass->training ? pass->scratch[SCALE] + span.first : NULL);
}

static void layer_norm_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                int64_t end)
{
    struct span span = span_of(layer, begin, end);

    if (pass->d_inputs[0] == NULL)
        return;
    pass->kernels->layer_norm_backward(
        span.rows, span.channels, pass->inputs[0] + span.offset, pass->d_output + span.offset,
        pass->tensors[GAMMA], pass->scratch[MEAN] + span.first, pass->scratch[SCALE] + span.first,
        pass->d_inputs[0] + span.offset, pass->d_input_overwrite[0]);
}

/* Items are channels. */
static void layer_norm_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                           int64_t begin, int64_t end)
{
    struct span span = span_of(layer, 0, pass->rows);

    pass->kernels->layer_norm_d_gamma(span.rows, end - begin, pass->inputs[0] + begin,
                                      pass->d_output + begin, span.channels, pass->scratch[MEAN],
                                      pass->scratch[SCALE], pass->d_tensors[GAMMA] + begin);
    pass->kernels->column_sums(span.rows, end - begin, pass->d_output + begin, span.channels,
                               pass->d_tensors[BETA] + begin);
}

const struct layer_type layer_layer_norm = {
    .kind = {.name = "layer_norm",
             .help = "normalizes each sample along the last axis",
             .size = sizeof(struct layer_norm),
             .fields = layer_norm_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [3, 5], \"layers\": [{\"type\": \"dense\", \"units\": 6}, "
               "{\"type\": \"layer_norm\"}]}",
    .plan = layer_norm_plan,
    .forward = layer_norm_forward,
    .backward = layer_norm_backward,
    .backward_parameters = layer_norm_backward_parameters,
};
