/* The plain loops that the vector kernels are checked against: same order of sums, fmaf(), libm. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <math.h>
#include <stddef.h>

static void product(int64_t rows, int64_t columns, int64_t depth, const float *x, int64_t x_stride,
                    const float *w, int64_t w_stride, const float *bias, float *y, int64_t y_stride,
                    enum activation_code activation)
{
    for (int64_t row = 0; row < rows; row++)
        for (int64_t j = 0; j < columns; j++) {
            float sum = bias ? bias[j] : 0;
            for (int64_t i = 0; i < depth; i++)
                sum = fmaf(x[row * x_stride + i], w[i * w_stride + j], sum);
            y[row * y_stride + j] = activation == ACTIVATION_RELU && sum < 0 ? 0 : sum;
        }
}

static void product_add(int64_t rows, int64_t columns, int64_t depth, const float *x,
                        int64_t x_stride, const float *w, int64_t w_stride, float *y,
                        int64_t y_stride)
{
    for (int64_t row = 0; row < rows; row++)
        for (int64_t j = 0; j < columns; j++)
            for (int64_t i = 0; i < depth; i++)
                y[row * y_stride + j] =
                    fmaf(x[row * x_stride + i], w[i * w_stride + j], y[row * y_stride + j]);
}

static void product_d_input(int64_t rows, int64_t columns, int64_t depth, const float *d_y,
                            int64_t d_y_stride, const float *w, int64_t w_stride, float *d_x,
                            int64_t d_x_stride, int overwrite)
{
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = 0; i < depth; i++) {
            float sum = overwrite ? 0 : d_x[row * d_x_stride + i];
            for (int64_t j = 0; j < columns; j++)
                sum = fmaf(d_y[row * d_y_stride + j], w[i * w_stride + j], sum);
            d_x[row * d_x_stride + i] = sum;
        }
}

static void product_d_kernel(int64_t rows, int64_t columns, int64_t depth, const float *x,
                             int64_t x_stride, const float *d_y, int64_t d_y_stride, float *d_w,
                             int64_t d_w_stride, int overwrite)
{
    for (int64_t i = 0; i < depth; i++)
        for (int64_t j = 0; j < columns; j++) {
            float sum = overwrite ? 0 : d_w[i * d_w_stride + j];
            for (int64_t row = 0; row < rows; row++)
                sum = fmaf(x[row * x_stride + i], d_y[row * d_y_stride + j], sum);
            d_w[i * d_w_stride + j] = sum;
        }
}

static void column_sums(int64_t rows, int64_t columns, const float *d_y, int64_t d_y_stride,
                        float *d_bias)
{
    for (int64_t j = 0; j < columns; j++) {
        double sum = (double)d_bias[j];
        for (int64_t row = 0; row < rows; row++)
            sum += (double)d_y[row * d_y_stride + j];
        d_bias[j] = (float)sum;
    }
}

static void add(int64_t count, const float *x, float *y)
{
    for (int64_t i = 0; i < count; i++)
        y[i] += x[i];
}

static void add_rows(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y,
                     int64_t y_stride)
{
    for (int64_t row = 0; row < rows; row++)
        add(columns, x + row * x_stride, y + row * y_stride);
}

static void scale(int64_t count, float factor, float *x)
{
    for (int64_t i = 0; i < count; i++)
        x[i] *= factor;
}

static void clamp(int64_t count, float limit, float *x)
{
    for (int64_t i = 0; i < count; i++)
        x[i] = x[i] < -limit ? -limit : x[i] > limit ? limit : x[i];
}

static void bytes_to_floats(int64_t count, const uint8_t *x, float *y)
{
    for (int64_t i = 0; i < count; i++)
        y[i] = (float)x[i] / 255.0F;
}

static double exponentials(int64_t count, float shift, const float *x, float *y)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        const float power = expf(x[i] - shift);
        sum += (double)power;
        if (y != NULL)
            y[i] = power;
    }
    return sum;
}

static double sum_of_squares(int64_t count, const float *x)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

static const struct kernels reference = {
    .name = "reference",
    .product = product,
    .product_add = product_add,
    .product_d_input = product_d_input,
    .product_d_kernel = product_d_kernel,
    .panels_size = reference_panels_size,
    .panels_fill = reference_panels_fill,
    .patch_product = reference_patch_product,
    .patch_product_d_kernel = reference_patch_product_d_kernel,
    .column_sums = column_sums,
    .activation_forward = reference_activation_forward,
    .activation_backward = reference_activation_backward,
    .channel_moments = reference_channel_moments,
    .channel_normalize = reference_channel_normalize,
    .channel_gradient_sums = reference_channel_gradient_sums,
    .channel_d_input = reference_channel_d_input,
    .layer_norm_forward = reference_layer_norm_forward,
    .layer_norm_backward = reference_layer_norm_backward,
    .layer_norm_d_gamma = reference_layer_norm_d_gamma,
    .lstm_forward = reference_lstm_forward,
    .lstm_backward = reference_lstm_backward,
    .gru_forward = reference_gru_forward,
    .gru_backward = reference_gru_backward,
    .step_sgd = reference_step_sgd,
    .step_adam = reference_step_adam,
    .step_rmsprop = reference_step_rmsprop,
    .step_adagrad = reference_step_adagrad,
    .step_adadelta = reference_step_adadelta,
    .step_nadam = reference_step_nadam,
    .step_lion = reference_step_lion,
    .windows_max = reference_windows_max,
    .windows_max_gradient = reference_windows_max_gradient,
    .windows_mean = reference_windows_mean,
    .windows_mean_gradient = reference_windows_mean_gradient,
    .windows_product = reference_windows_product,
    .windows_product_d_input = reference_windows_product_d_input,
    .windows_product_d_kernel = reference_windows_product_d_kernel,
    .add = add,
    .add_rows = add_rows,
    .scale = scale,
    .clamp = clamp,
    .bytes_to_floats = bytes_to_floats,
    .exponentials = exponentials,
    .sum_of_squares = sum_of_squares,
};

const struct kernels *kernels_reference(void)
{
    return &reference;
}
