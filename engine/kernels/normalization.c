/* Normalization: of channels over all rows, and of rows over their columns. Sums are made in
 * double.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <math.h>
#include <stddef.h>

#include "engine/kernels/simd.h"

/* ---- channels are lanes */

/* So many vectors of channels at once that their sums do not wait for each other. */
enum { CHANNEL_VECTORS = 4 };

ALWAYS_INLINE doubles doubles_at(const double *from)
{
    doubles x;
    memcpy(&x, from, sizeof(x));
    return x;
}

/* Does `statement` for the channels in groups: `at` is a group's first one, `vectors` a constant
 * number of vectors, 0 for a channel by itself. */
#define EACH_CHANNELS(columns, statement)                                                          \
    do {                                                                                           \
        int64_t at = 0;                                                                            \
        for (; at + CHANNEL_VECTORS * DOUBLE_LANES <= (columns);                                   \
             at += CHANNEL_VECTORS * DOUBLE_LANES) {                                               \
            enum { vectors = CHANNEL_VECTORS };                                                    \
            statement;                                                                             \
        }                                                                                          \
        for (; at + DOUBLE_LANES <= (columns); at += DOUBLE_LANES) {                               \
            enum { vectors = 1 };                                                                  \
            statement;                                                                             \
        }                                                                                          \
        for (; at < (columns); at++) {                                                             \
            enum { vectors = 0 };                                                                  \
            statement;                                                                             \
        }                                                                                          \
    } while (0)

/* Sums of some channels, from lanes to memory. */
ALWAYS_INLINE void sums_store(double *to, const int vectors, const doubles sums[CHANNEL_VECTORS],
                              double one)
{
    memcpy(to, sums, (size_t)vectors * sizeof(doubles));
    if (vectors == 0)
        *to = one;
}

ALWAYS_INLINE void means_of(int64_t rows, const int vectors, const float *x, int64_t stride,
                            double *means)
{
    doubles sums[CHANNEL_VECTORS] = {{0}};
    double sum = 0;
    for (int64_t row = 0; row < rows; row++, x += stride) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++)
            sums[v] += doubles_load(x + v * DOUBLE_LANES);
        if (vectors == 0)
            sum += (double)*x;
    }
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++)
        sums[v] /= (double)rows;
    sums_store(means, vectors, sums, sum / (double)rows);
}

ALWAYS_INLINE void squares_of(int64_t rows, const int vectors, const float *x, int64_t stride,
                              const double *means, double *squares)
{
    doubles sums[CHANNEL_VECTORS] = {{0}};
    double sum = 0;
    for (int64_t row = 0; row < rows; row++, x += stride) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            const doubles off =
                doubles_load(x + v * DOUBLE_LANES) - doubles_at(means + v * DOUBLE_LANES);
            sums[v] += off * off;
        }
        if (vectors == 0)
            sum += ((double)*x - *means) * ((double)*x - *means);
    }
    sums_store(squares, vectors, sums, sum);
}

ALWAYS_INLINE void moments_of(int64_t rows, const int vectors, const float *x, int64_t stride,
                              double *means, double *squares)
{
    means_of(rows, vectors, x, stride, means);
    squares_of(rows, vectors, x, stride, means, squares);
}

void KERNEL(channel_moments)(int64_t rows, int64_t columns, const float *x, int64_t stride,
                             double *means, double *squares)
{
    EACH_CHANNELS(columns, moments_of(rows, vectors, x + at, stride, means + at, squares + at));
}

ALWAYS_INLINE void normalize_of(int64_t rows, const int vectors, const float *x, int64_t stride,
                                const double *mean, const double *factor, const float *shift,
                                float *y)
{
    for (int64_t row = 0; row < rows; row++, x += stride, y += stride) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            const int64_t j = v * DOUBLE_LANES;
            doubles_store(y + j,
                          (doubles_load(x + j) - doubles_at(mean + j)) * doubles_at(factor + j) +
                              doubles_load(shift + j));
        }
        if (vectors == 0)
            *y = (float)(((double)*x - *mean) * *factor + (double)*shift);
    }
}

void KERNEL(channel_normalize)(int64_t rows, int64_t columns, const float *x, int64_t stride,
                               const double *mean, const double *factor, const float *shift,
                               float *y)
{
    EACH_CHANNELS(columns, normalize_of(rows, vectors, x + at, stride, mean + at, factor + at,
                                        shift + at, y + at));
}

ALWAYS_INLINE void gradient_sums_of(int64_t rows, const int vectors, const float *x,
                                    const float *d_y, int64_t stride, const double *mean,
                                    const double *scale, double *sums, double *products)
{
    doubles d_sums[CHANNEL_VECTORS] = {{0}}, n_sums[CHANNEL_VECTORS] = {{0}};
    double d_sum = 0, n_sum = 0;
    for (int64_t row = 0; row < rows; row++, x += stride, d_y += stride) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            const int64_t j = v * DOUBLE_LANES;
            const doubles d = doubles_load(d_y + j);
            d_sums[v] += d;
            n_sums[v] += d * ((doubles_load(x + j) - doubles_at(mean + j)) * doubles_at(scale + j));
        }
        if (vectors == 0) {
            d_sum += (double)*d_y;
            n_sum += (double)*d_y * (((double)*x - *mean) * *scale);
        }
    }
    sums_store(sums, vectors, d_sums, d_sum);
    sums_store(products, vectors, n_sums, n_sum);
}

void KERNEL(channel_gradient_sums)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                   int64_t stride, const double *mean, const double *scale,
                                   double *sums, double *products)
{
    EACH_CHANNELS(columns, gradient_sums_of(rows, vectors, x + at, d_y + at, stride, mean + at,
                                            scale + at, sums + at, products + at));
}

ALWAYS_INLINE void d_input_of(int64_t rows, const int vectors, const float *x, const float *d_y,
                              int64_t stride, const struct channel_gradient *channels, int64_t at,
                              float *d_x, const int overwrite)
{
    const double *mean = channels->mean + at, *scale = channels->scale + at;
    const double *factor = channels->factor + at, *mean_d = channels->mean_d + at;
    const double *mean_product = channels->mean_product + at;
    for (int64_t row = 0; row < rows; row++, x += stride, d_y += stride, d_x += stride) {
#pragma GCC unroll 4
        for (int v = 0; v < vectors; v++) {
            const int64_t j = v * DOUBLE_LANES;
            const doubles n = (doubles_load(x + j) - doubles_at(mean + j)) * doubles_at(scale + j);
            const half_floats d = __builtin_convertvector(
                doubles_at(factor + j) * (doubles_load(d_y + j) - doubles_at(mean_d + j) -
                                          n * doubles_at(mean_product + j)),
                half_floats);
            half_floats before = {0};
            if (!overwrite)
                memcpy(&before, d_x + j, sizeof(before));
            before += d;
            memcpy(d_x + j, &before, sizeof(before));
        }
        if (vectors == 0) {
            const double n = ((double)*x - *mean) * *scale;
            const float d = (float)(*factor * ((double)*d_y - *mean_d - n * *mean_product));
            *d_x = (overwrite ? 0 : *d_x) + d;
        }
    }
}

void KERNEL(channel_d_input)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                             int64_t stride, const struct channel_gradient *channels, float *d_x,
                             int overwrite)
{
    if (overwrite)
        EACH_CHANNELS(columns, d_input_of(rows, vectors, x + at, d_y + at, stride, channels, at,
                                          d_x + at, true));
    else
        EACH_CHANNELS(columns, d_input_of(rows, vectors, x + at, d_y + at, stride, channels, at,
                                          d_x + at, false));
}

/* ---- columns of a row are lanes */

/* Sums of a row in double, two vectors of them for each vector of floats. */
struct row_sum {
    doubles low, high;
};

ALWAYS_INLINE doubles doubles_half(floats x, const int half)
{
    half_floats part;
    memcpy(&part, (const char *)&x + (size_t)half * sizeof(part), sizeof(part));
    return __builtin_convertvector(part, doubles);
}

ALWAYS_INLINE void row_sum_add(struct row_sum *sum, floats x)
{
    sum->low += doubles_half(x, 0);
    sum->high += doubles_half(x, 1);
}

ALWAYS_INLINE void row_sum_add_square(struct row_sum *sum, floats x)
{
    sum->low += doubles_half(x, 0) * doubles_half(x, 0);
    sum->high += doubles_half(x, 1) * doubles_half(x, 1);
}

ALWAYS_INLINE double row_sum_total(const struct row_sum *sum)
{
    const doubles both = sum->low + sum->high;
    double total = 0;
#pragma GCC unroll 8
    for (int lane = 0; lane < DOUBLE_LANES; lane++)
        total += both[lane];
    return total;
}

/* Of differences from a float near the mean, which are exact or nearly so; `off` says how far it is
 * from the mean. */
ALWAYS_INLINE void add_differences(struct row_sum *off, struct row_sum *squares, floats x,
                                   float near, int64_t lanes)
{
    const floats difference = floats_keep(x - near, lanes, 0);
    row_sum_add(off, difference);
    row_sum_add_square(squares, difference);
}

static void row_moments(int64_t columns, const float *x, double epsilon, float *mean, float *scale)
{
    struct row_sum sum = {{0}, {0}}, off = {{0}, {0}}, squares = {{0}, {0}};
    EACH_VECTOR(columns, row_sum_add(&sum, floats_load_part(x + at, lanes)));
    *mean = (float)(row_sum_total(&sum) / (double)columns);
    EACH_VECTOR(columns,
                add_differences(&off, &squares, floats_load_part(x + at, lanes), *mean, lanes));
    const double shift = row_sum_total(&off) / (double)columns;
    const double variance = row_sum_total(&squares) / (double)columns - shift * shift;
    *scale = (float)(1.0 / sqrt((variance < 0 ? 0 : variance) + epsilon));
}

void KERNEL(layer_norm_forward)(int64_t rows, int64_t columns, const float *x, const float *gamma,
                                const float *beta, double epsilon, float *y, float *means,
                                float *scales)
{
    for (int64_t row = 0; row < rows; row++, x += columns, y += columns) {
        float mean, scale;
        row_moments(columns, x, epsilon, &mean, &scale);
        EACH_VECTOR(columns, floats_store_part(y + at,
                                               (floats_load_part(x + at, lanes) - mean) * scale *
                                                       floats_load_part(gamma + at, lanes) +
                                                   floats_load_part(beta + at, lanes),
                                               lanes));
        if (means != NULL)
            means[row] = mean;
        if (scales != NULL)
            scales[row] = scale;
    }
}

/* One row of a layer's normalization, and its gradient. */
struct norm_row {
    const float *x, *d_y, *gamma;
    float mean, scale;
};

ALWAYS_INLINE floats normalized(const struct norm_row *row, int64_t at, int64_t lanes)
{
    return (floats_load_part(row->x + at, lanes) - row->mean) * row->scale;
}

ALWAYS_INLINE floats gradient(const struct norm_row *row, int64_t at, int64_t lanes)
{
    return floats_load_part(row->d_y + at, lanes) * floats_load_part(row->gamma + at, lanes);
}

/* Lanes beyond the row's end are 0 in d_y. */
ALWAYS_INLINE void add_gradient(struct row_sum *sum, struct row_sum *product,
                                const struct norm_row *row, int64_t at, int64_t lanes)
{
    const floats g = gradient(row, at, lanes);
    row_sum_add(sum, g);
    row_sum_add(product, g * floats_keep(normalized(row, at, lanes), lanes, 0));
}

/* With g = d_y · gamma and n the normalized x: d_x = scale · (g - mean(g) - n · mean(g · n)). */
static void layer_norm_backward_row(const struct norm_row *row, int64_t columns, float *d_x,
                                    int overwrite)
{
    struct row_sum sum = {{0}, {0}}, product = {{0}, {0}};
    EACH_VECTOR(columns, add_gradient(&sum, &product, row, at, lanes));
    const float mean_g = (float)(row_sum_total(&sum) / (double)columns);
    const float mean_product = (float)(row_sum_total(&product) / (double)columns);
    EACH_VECTOR(columns,
                floats_store_part(d_x + at,
                                  (overwrite ? floats_set(0) : floats_load_part(d_x + at, lanes)) +
                                      row->scale * (gradient(row, at, lanes) - mean_g -
                                                    normalized(row, at, lanes) * mean_product),
                                  lanes));
}

void KERNEL(layer_norm_backward)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                 const float *gamma, const float *means, const float *scales,
                                 float *d_x, int overwrite)
{
    for (int64_t i = 0; i < rows; i++) {
        const struct norm_row row = {x + i * columns, d_y + i * columns, gamma, means[i],
                                     scales[i]};
        layer_norm_backward_row(&row, columns, d_x + i * columns, overwrite);
    }
}

/* One vector of columns over all rows. */
ALWAYS_INLINE void d_gamma_of(int64_t rows, const float *x, const float *d_y, int64_t stride,
                              const float *means, const float *scales, float *d_gamma,
                              int64_t lanes)
{
    floats sum = floats_load_part(d_gamma, lanes);
    for (int64_t row = 0; row < rows; row++, x += stride, d_y += stride)
        sum += floats_load_part(d_y, lanes) *
               ((floats_load_part(x, lanes) - means[row]) * scales[row]);
    floats_store_part(d_gamma, sum, lanes);
}

void KERNEL(layer_norm_d_gamma)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                int64_t stride, const float *means, const float *scales,
                                float *d_gamma)
{
    EACH_VECTOR(columns,
                d_gamma_of(rows, x + at, d_y + at, stride, means, scales, d_gamma + at, lanes));
}
