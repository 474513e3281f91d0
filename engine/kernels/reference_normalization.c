/* Normalization as plain loops, a channel or a row at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <math.h>
#include <stddef.h>

void reference_channel_moments(int64_t rows, int64_t columns, const float *x, int64_t stride,
                               double *means, double *squares)
{
    for (int64_t j = 0; j < columns; j++) {
        double sum = 0;
        for (int64_t row = 0; row < rows; row++)
            sum += (double)x[row * stride + j];
        means[j] = sum / (double)rows;
        squares[j] = 0;
        for (int64_t row = 0; row < rows; row++) {
            const double off = (double)x[row * stride + j] - means[j];
            squares[j] += off * off;
        }
    }
}

void reference_channel_normalize(int64_t rows, int64_t columns, const float *x, int64_t stride,
                                 const double *mean, const double *factor, const float *shift,
                                 float *y)
{
    for (int64_t row = 0; row < rows; row++)
        for (int64_t j = 0; j < columns; j++)
            y[row * stride + j] =
                (float)(((double)x[row * stride + j] - mean[j]) * factor[j] + (double)shift[j]);
}

void reference_channel_gradient_sums(int64_t rows, int64_t columns, const float *x,
                                     const float *d_y, int64_t stride, const double *mean,
                                     const double *scale, double *sums, double *products)
{
    for (int64_t j = 0; j < columns; j++) {
        sums[j] = products[j] = 0;
        for (int64_t row = 0; row < rows; row++) {
            const double d = (double)d_y[row * stride + j];
            sums[j] += d;
            products[j] += d * (((double)x[row * stride + j] - mean[j]) * scale[j]);
        }
    }
}

void reference_channel_d_input(int64_t rows, int64_t columns, const float *x, const float *d_y,
                               int64_t stride, const struct channel_gradient *channels, float *d_x,
                               int overwrite)
{
    for (int64_t row = 0; row < rows; row++)
        for (int64_t j = 0; j < columns; j++) {
            const int64_t at = row * stride + j;
            const double n = ((double)x[at] - channels->mean[j]) * channels->scale[j];
            const double d = channels->factor[j] * ((double)d_y[at] - channels->mean_d[j] -
                                                    n * channels->mean_product[j]);
            d_x[at] = (overwrite ? 0 : d_x[at]) + (float)d;
        }
}

static void row_moments(int64_t columns, const float *x, double epsilon, float *mean, float *scale)
{
    double sum = 0, squares = 0;
    for (int64_t j = 0; j < columns; j++)
        sum += (double)x[j];
    const double center = sum / (double)columns;
    for (int64_t j = 0; j < columns; j++)
        squares += ((double)x[j] - center) * ((double)x[j] - center);
    *mean = (float)center;
    *scale = (float)(1.0 / sqrt(squares / (double)columns + epsilon));
}

void reference_layer_norm_forward(int64_t rows, int64_t columns, const float *x, const float *gamma,
                                  const float *beta, double epsilon, float *y, float *means,
                                  float *scales)
{
    for (int64_t row = 0; row < rows; row++, x += columns, y += columns) {
        float mean, scale;
        row_moments(columns, x, epsilon, &mean, &scale);
        for (int64_t j = 0; j < columns; j++)
            y[j] = (x[j] - mean) * scale * gamma[j] + beta[j];
        if (means != NULL)
            means[row] = mean;
        if (scales != NULL)
            scales[row] = scale;
    }
}

void reference_layer_norm_backward(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                   const float *gamma, const float *means, const float *scales,
                                   float *d_x, int overwrite)
{
    for (int64_t row = 0; row < rows; row++, x += columns, d_y += columns, d_x += columns) {
        double sum = 0, product = 0;
        for (int64_t j = 0; j < columns; j++) {
            const float g = d_y[j] * gamma[j];
            sum += (double)g;
            product += (double)(g * ((x[j] - means[row]) * scales[row]));
        }
        const float mean_g = (float)(sum / (double)columns);
        const float mean_product = (float)(product / (double)columns);
        for (int64_t j = 0; j < columns; j++) {
            const float n = (x[j] - means[row]) * scales[row];
            const float d = scales[row] * (d_y[j] * gamma[j] - mean_g - n * mean_product);
            d_x[j] = (overwrite ? 0 : d_x[j]) + d;
        }
    }
}

void reference_layer_norm_d_gamma(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                  int64_t stride, const float *means, const float *scales,
                                  float *d_gamma)
{
    for (int64_t row = 0; row < rows; row++)
        for (int64_t j = 0; j < columns; j++)
            d_gamma[j] +=
                d_y[row * stride + j] * ((x[row * stride + j] - means[row]) * scales[row]);
}
