/* batch_norm: y = gamma · (x - mean) / sqrt(variance + epsilon) + beta for each channel of the last
 * axis, over the batch and all other axes (Ioffe and Szegedy, ICML 2015), with the numerics of
 * torch.nn.functional.batch_norm: training normalizes by the batch's mean and biased variance and
 * moves moving_mean and moving_variance (the unbiased one) by `momentum` towards them; elsewhere
 * the moving ones are used.
 *
 * With a single value a channel (a last batch of one row) PyTorch refuses to train. Here the
 * variance is 0 then, which gives y = beta and no gradient for the input, and the moving variance
 * takes the biased one: a dataset's size decides nothing about whether a job can run.
 *
 * A frozen pass is normalized by the moving statistics in training too. They do not depend on x, so
 * that d_x = gamma · scale · d_y. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <math.h>

enum { GAMMA, BETA, MOVING_MEAN, MOVING_VARIANCE }; /* tensors */
/* Scratch once per batch, a double a channel; scale: 1 / sqrt(variance + epsilon); the sums are of
 * d_y and of d_y times the normalized x: the gradients by beta and gamma. In float, what a mean is
 * off by would be off in every row, and add up in the gradients before it. */
enum { MEAN, SCALE, SUM_D, SUM_PRODUCT };
enum { DOUBLE_FLOATS = sizeof(double) / sizeof(float) };
enum { CHANNEL_BLOCK = 64, FLOPS_PER_ELEMENT = 8 };

struct batch_norm {
    struct layer_options common;
    double momentum, epsilon;
};

static const struct field batch_norm_fields[] = {
    FIELD_NUMBER(struct batch_norm, momentum, .min = 0, .max = 1, .number = 0.1,
                 .help = "share of the batch's statistics in the moving ones"),
    FIELD_NUMBER(struct batch_norm, epsilon, .min = 0, .max = 1, .number = 1e-5,
                 .flags = FIELD_ABOVE_MIN, .help = "added to the variance"),
    FIELD_END};

static int batch_norm_plan(struct layer *layer, const char *path UNUSED, struct error *error UNUSED)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);

    layer->output_shape = layer->input_shapes[0];
    layer_add_channel_tensor(layer, "gamma", TENSOR_SCALE, channels, 1.0F);
    layer_add_channel_tensor(layer, "beta", TENSOR_SCALE, channels, 0.0F);
    layer_add_channel_tensor(layer, "moving_mean", TENSOR_STATE, channels, 0.0F);
    layer_add_channel_tensor(layer, "moving_variance", TENSOR_STATE, channels, 1.0F);
    for (int i = MEAN; i <= SUM_PRODUCT; i++)
        layer->scratch_fixed[i] = DOUBLE_FLOATS * channels;
    layer->parameter_items = channels;
    layer->batch_items = channels;
    layer->flops_per_row = FLOPS_PER_ELEMENT * layer_input_elements(layer);
    return 0;
}

/* [channels] of the scratch, which is aligned for it. */
static double *statistic(const struct layer_pass *pass, int index)
{
    return (double *)(void *)pass->fixed[index];
}

/* Values of one channel in the batch. */
static int64_t values_per_channel(const struct layer *layer, const struct layer_pass *pass)
{
    return pass->rows * (layer_input_elements(layer) / shape_last(&layer->input_shapes[0]));
}

static void move(float *moving, double value, double momentum)
{
    *moving = (float)((1.0 - momentum) * (double)*moving + momentum * value);
}

static void batch_statistics(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                             int64_t end)
{
    const struct batch_norm *options = layer->options;
    int64_t rows = values_per_channel(layer, pass);
    double means[CHANNEL_BLOCK];
    double squares[CHANNEL_BLOCK];

    pass->kernels->channel_moments(rows, end - begin, pass->inputs[0] + begin,
                                   shape_last(&layer->input_shapes[0]), means, squares);
    for (int64_t j = begin; j < end; j++) {
        double variance = squares[j - begin] / (double)rows;
        double unbiased = rows > 1 ? squares[j - begin] / (double)(rows - 1) : variance;
        statistic(pass, MEAN)[j] = means[j - begin];
        statistic(pass, SCALE)[j] = 1.0 / sqrt(variance + options->epsilon);
        move(&pass->tensors[MOVING_MEAN][j], means[j - begin], options->momentum);
        move(&pass->tensors[MOVING_VARIANCE][j], unbiased, options->momentum);
    }
}

/* In place of the batch's. */
static void moving_statistics(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                              int64_t end)
{
    const struct batch_norm *options = layer->options;

    for (int64_t j = begin; j < end; j++) {
        double variance = (double)pass->tensors[MOVING_VARIANCE][j];
        statistic(pass, MEAN)[j] = (double)pass->tensors[MOVING_MEAN][j];
        statistic(pass, SCALE)[j] = 1.0 / sqrt(variance + options->epsilon);
    }
}

static void batch_norm_forward_batch(const struct layer *layer, struct layer_pass *pass,
                                     int64_t begin, int64_t end)
{
    if (pass->frozen) {
        moving_statistics(layer, pass, begin, end);
        return;
    }
    for (int64_t j = begin; j < end; j += CHANNEL_BLOCK)
        batch_statistics(layer, pass, j, j + CHANNEL_BLOCK < end ? j + CHANNEL_BLOCK : end);
}

/* Rows [begin, end) of the channels [first, last), at most CHANNEL_BLOCK of them. */
static void normalize(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                      int64_t end, int64_t first, int64_t last)
{
    const struct batch_norm *options = layer->options;
    int64_t channels = shape_last(&layer->input_shapes[0]);
    double mean[CHANNEL_BLOCK];
    double factor[CHANNEL_BLOCK];

    for (int64_t j = first; j < last; j++) {
        double variance = (double)pass->tensors[MOVING_VARIANCE][j] + options->epsilon;
        double scale = pass->training ? statistic(pass, SCALE)[j] : 1.0 / sqrt(variance);
        mean[j - first] =
            pass->training ? statistic(pass, MEAN)[j] : (double)pass->tensors[MOVING_MEAN][j];
        factor[j - first] = scale * (double)pass->tensors[GAMMA][j];
    }
    pass->kernels->channel_normalize(
        end - begin, last - first, pass->inputs[0] + begin * channels + first, channels, mean,
        factor, pass->tensors[BETA] + first, pass->output + begin * channels + first);
}

static void batch_norm_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t leading = layer_input_elements(layer) / channels;

    for (int64_t j = 0; j < channels; j += CHANNEL_BLOCK)
        normalize(layer, pass, begin * leading, end * leading, j,
                  j + CHANNEL_BLOCK < channels ? j + CHANNEL_BLOCK : channels);
}

static void batch_norm_backward_batch(const struct layer *layer, struct layer_pass *pass,
                                      int64_t begin, int64_t end)
{
    pass->kernels->channel_gradient_sums(
        values_per_channel(layer, pass), end - begin, pass->inputs[0] + begin,
        pass->d_output + begin, shape_last(&layer->input_shapes[0]), statistic(pass, MEAN) + begin,
        statistic(pass, SCALE) + begin, statistic(pass, SUM_D) + begin,
        statistic(pass, SUM_PRODUCT) + begin);
}

/* Rows [begin, end) of the channels [first, last), at most CHANNEL_BLOCK of them. With n the
 * normalized x and means over the batch: d_x = gamma · scale · (d_y - mean(d_y) - n · mean(d_y ·
 * n)), the means taken as 0 where the statistics are frozen. */
static void d_input(const struct layer *layer, struct layer_pass *pass, int64_t begin, int64_t end,
                    int64_t first, int64_t last)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t at = begin * channels + first;
    double per_value = pass->frozen ? 0.0 : 1.0 / (double)values_per_channel(layer, pass);
    double factor[CHANNEL_BLOCK];
    double mean_d[CHANNEL_BLOCK];
    double mean_product[CHANNEL_BLOCK];

    for (int64_t j = first; j < last; j++) {
        factor[j - first] = (double)pass->tensors[GAMMA][j] * statistic(pass, SCALE)[j];
        mean_d[j - first] = statistic(pass, SUM_D)[j] * per_value;
        mean_product[j - first] = statistic(pass, SUM_PRODUCT)[j] * per_value;
    }
    const struct channel_gradient gradient = {.mean = statistic(pass, MEAN) + first,
                                              .scale = statistic(pass, SCALE) + first,
                                              .factor = factor,
                                              .mean_d = mean_d,
                                              .mean_product = mean_product};
    pass->kernels->channel_d_input(end - begin, last - first, pass->inputs[0] + at,
                                   pass->d_output + at, channels, &gradient, pass->d_inputs[0] + at,
                                   pass->d_input_overwrite[0]);
}

static void batch_norm_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                int64_t end)
{
    int64_t channels = shape_last(&layer->input_shapes[0]);
    int64_t leading = layer_input_elements(layer) / channels;

    if (pass->d_inputs[0] == NULL)
        return;
    for (int64_t j = 0; j < channels; j += CHANNEL_BLOCK)
        d_input(layer, pass, begin * leading, end * leading, j,
                j + CHANNEL_BLOCK < channels ? j + CHANNEL_BLOCK : channels);
}

/* Items are channels. */
static void batch_norm_backward_parameters(const struct layer *layer UNUSED,
                                           struct layer_pass *pass, int64_t begin, int64_t end)
{
    for (int64_t j = begin; j < end; j++) {
        pass->d_tensors[GAMMA][j] += (float)statistic(pass, SUM_PRODUCT)[j];
        pass->d_tensors[BETA][j] += (float)statistic(pass, SUM_D)[j];
    }
}

const struct layer_type layer_batch_norm = {
    .kind = {.name = "batch_norm",
             .help = "normalizes each channel over the batch",
             .size = sizeof(struct batch_norm),
             .fields = batch_norm_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 4}, "
               "{\"type\": \"batch_norm\"}]}",
    .plan = batch_norm_plan,
    .forward_batch = batch_norm_forward_batch,
    .forward = batch_norm_forward,
    .backward_batch = batch_norm_backward_batch,
    .backward = batch_norm_backward,
    .backward_parameters = batch_norm_backward_parameters,
};
