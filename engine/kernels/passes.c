/* Small passes over one flat run of floats. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <stddef.h>

#include "engine/kernels/simd_math.h"

void KERNEL(add)(int64_t count, const float *x, float *y)
{
    EACH_VECTOR(count,
                floats_store_part(y + at,
                                  floats_load_part(x + at, lanes) + floats_load_part(y + at, lanes),
                                  lanes));
}

ALWAYS_INLINE void add_rows_of(int64_t rows, const int64_t columns, const float *x,
                               int64_t x_stride, float *y, int64_t y_stride)
{
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride) {
        int64_t at = 0;
#pragma GCC unroll 4
        for (; at + LANES <= columns; at += LANES)
            floats_store(y + at, floats_load(x + at) + floats_load(y + at));
#pragma GCC unroll 16
        for (; at < columns; at++)
            y[at] += x[at];
    }
}

/* The fewer the columns, the more it matters that their number is a constant. */
void KERNEL(add_rows)(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y,
                      int64_t y_stride)
{
    switch (columns) {
#define ADD_ROWS_OF(constant)                                                                      \
    case constant:                                                                                 \
        add_rows_of(rows, constant, x, x_stride, y, y_stride);                                     \
        break;
        ADD_ROWS_OF(1)
        ADD_ROWS_OF(2)
        ADD_ROWS_OF(3)
        ADD_ROWS_OF(4)
        ADD_ROWS_OF(6)
        ADD_ROWS_OF(8)
        ADD_ROWS_OF(16)
        ADD_ROWS_OF(32)
    default:
        add_rows_of(rows, columns, x, x_stride, y, y_stride);
        break;
    }
}

void KERNEL(scale)(int64_t count, float factor, float *x)
{
    EACH_VECTOR(count, floats_store_part(x + at, floats_load_part(x + at, lanes) * factor, lanes));
}

void KERNEL(clamp)(int64_t count, float limit, float *x)
{
    const floats low = floats_set(-limit), high = floats_set(limit);
    EACH_VECTOR(
        count, floats_store_part(x + at,
                                 floats_max(low, floats_min(high, floats_load_part(x + at, lanes))),
                                 lanes));
}

void KERNEL(bytes_to_floats)(int64_t count, const uint8_t *x, float *y)
{
    for (int64_t i = 0; i < count; i++)
        y[i] = (float)x[i] / 255.0F;
}

ALWAYS_INLINE void exponentials_of(const float *x, float shift, float *y, int64_t lanes,
                                   doubles *sums)
{
    const floats power = floats_keep(floats_exp(floats_load_part(x, lanes) - shift), lanes, 0);
    float values[LANES];
    floats_store(values, power);
    *sums += doubles_load(values) + doubles_load(values + DOUBLE_LANES);
    if (y != NULL)
        floats_store_part(y, power, lanes);
}

double KERNEL(exponentials)(int64_t count, float shift, const float *x, float *y)
{
    doubles sums = {0};
    double sum = 0;
    EACH_VECTOR(count, exponentials_of(x + at, shift, y != NULL ? y + at : NULL, lanes, &sums));
    for (int lane = 0; lane < DOUBLE_LANES; lane++)
        sum += sums[lane];
    return sum;
}

double KERNEL(sum_of_squares)(int64_t count, const float *x)
{
    enum { CHAINS = 16 };
    double sums[CHAINS] = {0};
    int64_t i = 0;
    for (; i + CHAINS <= count; i += CHAINS)
        for (int chain = 0; chain < CHAINS; chain++)
            sums[chain] += (double)x[i + chain] * (double)x[i + chain];
    for (int chain = 0; i < count; i++, chain++)
        sums[chain] += (double)x[i] * (double)x[i];
    for (int half = CHAINS / 2; half > 0; half /= 2)
        for (int chain = 0; chain < half; chain++)
            sums[chain] += sums[chain + half];
    return sums[0];
}
