/* The plain loops that the vector kernels are checked against: same order of sums, fmaf(), libm. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <math.h>

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
                             int64_t d_w_stride)
{
    for (int64_t i = 0; i < depth; i++)
        for (int64_t j = 0; j < columns; j++) {
            float sum = d_w[i * d_w_stride + j];
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

static void step_sgd(int64_t count, float *w, const float *gradient, float *velocity, float rate,
                     float momentum, float weight_decay, int nesterov, int first)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(weight_decay, w[i], gradient[i]);
        if (momentum != 0 && velocity) {
            velocity[i] = first ? g : fmaf(momentum, velocity[i], g);
            g = nesterov ? fmaf(momentum, velocity[i], g) : velocity[i];
        }
        w[i] = fmaf(-rate, g, w[i]);
    }
}

static void step_adam(int64_t count, float *w, const float *gradient, float *mean, float *square,
                      float rate, float beta_1, float beta_2, float epsilon, float weight_decay,
                      float rate_over_correction, float inverse_root_correction, int decoupled)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(decoupled ? 0 : weight_decay, w[i], gradient[i]);
        mean[i] = fmaf(beta_1, mean[i], (1 - beta_1) * g);
        square[i] = fmaf(beta_2, square[i], (1 - beta_2) * g * g);
        float root = fmaf(sqrtf(square[i]), inverse_root_correction, epsilon);
        float kept = decoupled ? w[i] * (1 - rate * weight_decay) : w[i];
        w[i] = kept - rate_over_correction * mean[i] / root;
    }
}

static void step_rmsprop(int64_t count, float *w, const float *gradient, float *square,
                         float *velocity, float *mean_or_null, float rate, float alpha,
                         float epsilon, float momentum, float weight_decay)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(weight_decay, w[i], gradient[i]);
        square[i] = fmaf(alpha, square[i], (1 - alpha) * g * g);
        float variance = square[i];
        if (mean_or_null) {
            mean_or_null[i] = fmaf(alpha, mean_or_null[i], (1 - alpha) * g);
            variance = fmaf(-mean_or_null[i], mean_or_null[i], square[i]);
            variance = variance < 0 ? 0 : variance;
        }
        float step = g / (sqrtf(variance) + epsilon);
        if (momentum != 0 && velocity)
            step = velocity[i] = fmaf(momentum, velocity[i], step);
        w[i] = fmaf(-rate, step, w[i]);
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
    .product_d_input = product_d_input,
    .product_d_kernel = product_d_kernel,
    .column_sums = column_sums,
    .activation_forward = reference_activation_forward,
    .activation_backward = reference_activation_backward,
    .step_sgd = step_sgd,
    .step_adam = step_adam,
    .step_rmsprop = step_rmsprop,
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
    .sum_of_squares = sum_of_squares,
};

const struct kernels *kernels_reference(void)
{
    return &reference;
}
