/* Gates of LSTM and GRU: one time step of some rows, there and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <stddef.h>

#include "engine/kernels/simd_math.h"

/* A part of a row, or zeros where there is no row. */
ALWAYS_INLINE floats load_or_zeros(const float *row, int64_t at, int64_t lanes)
{
    return row != NULL ? floats_load_part(row + at, lanes) : floats_set(0);
}

/* The row of a matrix that may not be there. */
static const float *row_of(const float *rows, int64_t row, int64_t units)
{
    return rows != NULL ? rows + row * units : NULL;
}

ALWAYS_INLINE void lstm_vector_forward(int64_t units, float *gates, floats c_before, float *c,
                                       float *h, int64_t lanes)
{
    floats i = floats_sigmoid(floats_load_part(gates, lanes));
    floats f = floats_sigmoid(floats_load_part(gates + units, lanes));
    floats g = floats_tanh(floats_load_part(gates + 2 * units, lanes));
    floats o = floats_sigmoid(floats_load_part(gates + 3 * units, lanes));
    floats state = floats_fma(f, c_before, i * g);
    floats_store_part(gates, i, lanes);
    floats_store_part(gates + units, f, lanes);
    floats_store_part(gates + 2 * units, g, lanes);
    floats_store_part(gates + 3 * units, o, lanes);
    floats_store_part(c, state, lanes);
    floats_store_part(h, o * floats_tanh(state), lanes);
}

void KERNEL(lstm_forward)(int64_t rows, int64_t units, float *gates, const float *c_before,
                          float *c, float *h)
{
    for (int64_t row = 0; row < rows; row++, gates += 4 * units, c += units, h += units) {
        const float *before = row_of(c_before, row, units);
        EACH_VECTOR(units, lstm_vector_forward(units, gates + at, load_or_zeros(before, at, lanes),
                                               c + at, h + at, lanes));
    }
}

ALWAYS_INLINE void lstm_vector_backward(int64_t units, float *gates, floats c_before, floats state,
                                        floats d_h, float *d_c, int64_t lanes)
{
    floats i = floats_load_part(gates, lanes), f = floats_load_part(gates + units, lanes);
    floats g = floats_load_part(gates + 2 * units, lanes);
    floats o = floats_load_part(gates + 3 * units, lanes), y = floats_tanh(state);
    floats d_state = floats_fma(d_h * o, 1 - y * y, floats_load_part(d_c, lanes));
    floats_store_part(gates, d_state * g * (i * (1 - i)), lanes);
    floats_store_part(gates + units, d_state * c_before * (f * (1 - f)), lanes);
    floats_store_part(gates + 2 * units, d_state * i * (1 - g * g), lanes);
    floats_store_part(gates + 3 * units, d_h * y * (o * (1 - o)), lanes);
    floats_store_part(d_c, d_state * f, lanes);
}

void KERNEL(lstm_backward)(int64_t rows, int64_t units, float *gates, const float *c_before,
                           const float *c, const float *d_h, float *d_c)
{
    for (int64_t row = 0; row < rows; row++) {
        const float *before = row_of(c_before, row, units);
        EACH_VECTOR(units,
                    lstm_vector_backward(units, gates + at, load_or_zeros(before, at, lanes),
                                         floats_load_part(c + at, lanes),
                                         floats_load_part(d_h + at, lanes), d_c + at, lanes));
        gates += 4 * units;
        c += units;
        d_h += units;
        d_c += units;
    }
}

ALWAYS_INLINE void gru_vector_forward(int64_t units, float *gates, const float *bias,
                                      floats h_before, float *h, int64_t lanes)
{
    floats q = floats_load_part(gates + 3 * units, lanes);
    floats r = floats_sigmoid(floats_load_part(gates, lanes) + floats_load_part(bias, lanes));
    floats z = floats_sigmoid(floats_load_part(gates + units, lanes) +
                              floats_load_part(bias + units, lanes));
    floats n = floats_tanh(floats_fma(r, q, floats_load_part(gates + 2 * units, lanes)));
    floats_store_part(gates, r, lanes);
    floats_store_part(gates + units, z, lanes);
    floats_store_part(gates + 2 * units, n, lanes);
    floats_store_part(h, floats_fma(z, h_before, (1 - z) * n), lanes);
}

void KERNEL(gru_forward)(int64_t rows, int64_t units, float *gates, const float *recurrent_bias,
                         const float *h_before, float *h)
{
    for (int64_t row = 0; row < rows; row++, gates += 4 * units, h += units) {
        const float *before = row_of(h_before, row, units);
        EACH_VECTOR(units, gru_vector_forward(units, gates + at, recurrent_bias + at,
                                              load_or_zeros(before, at, lanes), h + at, lanes));
    }
}

ALWAYS_INLINE void gru_vector_backward(int64_t units, float *gates, floats h_before, float *d_h,
                                       int64_t lanes)
{
    floats r = floats_load_part(gates, lanes), z = floats_load_part(gates + units, lanes);
    floats n = floats_load_part(gates + 2 * units, lanes);
    floats q = floats_load_part(gates + 3 * units, lanes), d = floats_load_part(d_h, lanes);
    floats d_n = d * (1 - z) * (1 - n * n);
    floats_store_part(gates, d_n * q * (r * (1 - r)), lanes);
    floats_store_part(gates + units, d * (h_before - n) * (z * (1 - z)), lanes);
    floats_store_part(gates + 2 * units, d_n, lanes);
    floats_store_part(gates + 3 * units, d_n * r, lanes);
    floats_store_part(d_h, d * z, lanes);
}

void KERNEL(gru_backward)(int64_t rows, int64_t units, float *gates, const float *h_before,
                          float *d_h)
{
    for (int64_t row = 0; row < rows; row++, gates += 4 * units, d_h += units) {
        const float *before = row_of(h_before, row, units);
        EACH_VECTOR(units, gru_vector_backward(units, gates + at, load_or_zeros(before, at, lanes),
                                               d_h + at, lanes));
    }
}
