/* layer_norm: y = gamma · (x - mean) / sqrt(variance + epsilon) + beta over the last axis, the
 * variance biased (Ba, Kiros, Hinton: "Layer normalization", 2016; torch.nn.functional.layer_norm).
 * Sums are made in double. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <math.h>

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

static void moments(const float *x, int64_t count, double epsilon, float *mean, float *scale)
{
    double sum = 0.0;
    double squares = 0.0;

    for (int64_t i = 0; i < count; i++)
        sum += (double)x[i];
    double center = sum / (double)count;
    for (int64_t i = 0; i < count; i++) {
        double difference = (double)x[i] - center;
        squares += difference * difference;
    }
    *mean = (float)center;
    *scale = (float)(1.0 / sqrt(squares / (double)count + epsilon));
}

static void layer_norm_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    const struct layer_norm *options = layer->options;
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t leading = layer_input_elements(layer) / channels;
    const float *gamma = pass->tensors[GAMMA];
    const float *beta = pass->tensors[BETA];

    for (int64_t row = begin * leading; row < end * leading; row++) {
        const float *x = pass->inputs[0] + row * channels;
        float *y = pass->output + row * channels;
        float mean;
        float scale;
        moments(x, channels, options->epsilon, &mean, &scale);
        for (int64_t j = 0; j < channels; j++)
            y[j] = (x[j] - mean) * scale * gamma[j] + beta[j];
        if (!pass->training)
            continue;
        pass->scratch[MEAN][row] = mean;
        pass->scratch[SCALE][row] = scale;
    }
}

/* With g = d_y · gamma and n the normalized x: d_x = scale · (g - mean(g) - n · mean(g · n)). */
static void backward_row(const struct layer_pass *pass, int64_t channels, int64_t row)
{
    const float *x = pass->inputs[0] + row * channels;
    const float *d_y = pass->d_output + row * channels;
    const float *gamma = pass->tensors[GAMMA];
    float *d_x = pass->d_inputs[0] + row * channels;
    float mean = pass->scratch[MEAN][row];
    float scale = pass->scratch[SCALE][row];
    double sum = 0.0;
    double product = 0.0;

    for (int64_t j = 0; j < channels; j++) {
        double g = (double)d_y[j] * (double)gamma[j];
        sum += g;
        product += g * (double)((x[j] - mean) * scale);
    }
    float mean_g = (float)(sum / (double)channels);
    float mean_product = (float)(product / (double)channels);
    for (int64_t j = 0; j < channels; j++) {
        float normalized = (x[j] - mean) * scale;
        float d = scale * (d_y[j] * gamma[j] - mean_g - normalized * mean_product);
        d_x[j] = pass->d_input_overwrite[0] ? d : d_x[j] + d;
    }
}

static void layer_norm_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                int64_t end)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t leading = layer_input_elements(layer) / channels;

    if (pass->d_inputs[0] == NULL)
        return;
    for (int64_t row = begin * leading; row < end * leading; row++)
        backward_row(pass, channels, row);
}

/* Items are channels. */
static void layer_norm_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                           int64_t begin, int64_t end)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t rows = pass->rows * (layer_input_elements(layer) / channels);

    for (int64_t row = 0; row < rows; row++) {
        const float *x = pass->inputs[0] + row * channels;
        const float *d_y = pass->d_output + row * channels;
        float mean = pass->scratch[MEAN][row];
        float scale = pass->scratch[SCALE][row];
        for (int64_t j = begin; j < end; j++)
            pass->d_tensors[GAMMA][j] += d_y[j] * ((x[j] - mean) * scale);
    }
    pass->kernels->column_sums(rows, end - begin, pass->d_output + begin, channels,
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
