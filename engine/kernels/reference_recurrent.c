/* The reference's gates of LSTM and GRU: the formulas, in double. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <math.h>
#include <stddef.h>

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double value_or_zero(const float *values, int64_t at)
{
    return values != NULL ? (double)values[at] : 0;
}

void reference_lstm_forward(int64_t rows, int64_t units, float *gates, const float *c_before,
                            float *c, float *h)
{
    for (int64_t at = 0; at < rows * units; at++) {
        float *gate = gates + at / units * 4 * units + at % units;
        double i = sigmoid((double)gate[0]);
        double f = sigmoid((double)gate[units]);
        double g = tanh((double)gate[2 * units]);
        double o = sigmoid((double)gate[3 * units]);
        double state = f * value_or_zero(c_before, at) + i * g;
        gate[0] = (float)i;
        gate[units] = (float)f;
        gate[2 * units] = (float)g;
        gate[3 * units] = (float)o;
        c[at] = (float)state;
        h[at] = (float)(o * tanh(state));
    }
}

void reference_lstm_backward(int64_t rows, int64_t units, float *gates, const float *c_before,
                             const float *c, const float *d_h, float *d_c)
{
    for (int64_t at = 0; at < rows * units; at++) {
        float *gate = gates + at / units * 4 * units + at % units;
        double i = (double)gate[0];
        double f = (double)gate[units];
        double g = (double)gate[2 * units];
        double o = (double)gate[3 * units];
        double y = tanh((double)c[at]);
        double d_state = (double)d_c[at] + (double)d_h[at] * o * (1 - y * y);
        gate[0] = (float)(d_state * g * i * (1 - i));
        gate[units] = (float)(d_state * value_or_zero(c_before, at) * f * (1 - f));
        gate[2 * units] = (float)(d_state * i * (1 - g * g));
        gate[3 * units] = (float)((double)d_h[at] * y * o * (1 - o));
        d_c[at] = (float)(d_state * f);
    }
}

void reference_gru_forward(int64_t rows, int64_t units, float *gates, const float *recurrent_bias,
                           const float *h_before, float *h)
{
    for (int64_t at = 0; at < rows * units; at++) {
        float *gate = gates + at / units * 4 * units + at % units;
        const float *bias = recurrent_bias + at % units;
        double r = sigmoid((double)gate[0] + (double)bias[0]);
        double z = sigmoid((double)gate[units] + (double)bias[units]);
        double n = tanh((double)gate[2 * units] + r * (double)gate[3 * units]);
        gate[0] = (float)r;
        gate[units] = (float)z;
        gate[2 * units] = (float)n;
        h[at] = (float)((1 - z) * n + z * value_or_zero(h_before, at));
    }
}

void reference_gru_backward(int64_t rows, int64_t units, float *gates, const float *h_before,
                            float *d_h)
{
    for (int64_t at = 0; at < rows * units; at++) {
        float *gate = gates + at / units * 4 * units + at % units;
        double r = (double)gate[0];
        double z = (double)gate[units];
        double n = (double)gate[2 * units];
        double q = (double)gate[3 * units];
        double d = (double)d_h[at];
        double d_n = d * (1 - z) * (1 - n * n);
        gate[0] = (float)(d_n * q * r * (1 - r));
        gate[units] = (float)(d * (value_or_zero(h_before, at) - n) * z * (1 - z));
        gate[2 * units] = (float)d_n;
        gate[3 * units] = (float)(d_n * r);
        d_h[at] = (float)(d * z);
    }
}
