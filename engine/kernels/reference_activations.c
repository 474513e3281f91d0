/* Activations by the definitions of PyTorch 2.0, in double by libm: what the vector forms are
 * checked against. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

static const double selu_alpha = 1.6732632423543772848170429916717;
static const double selu_scale = 1.0507009873554804934193349852946;
static const double two_over_pi = 0.63661977236758134308;

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* The argument of gelu_tanh's tanh. */
static double gelu_tanh_inner(double x)
{
    return sqrt(two_over_pi) * (x + 0.044715 * x * x * x);
}

static double softplus(double x)
{
    return x > 20 ? x : log1p(exp(x));
}

double reference_activation(enum activation_code code, double alpha, double x)
{
    switch (code) {
    case ACTIVATION_LINEAR:
        return x;
    case ACTIVATION_RELU:
        return x < 0 ? 0 : x;
    case ACTIVATION_LEAKY_RELU:
        return x > 0 ? x : alpha * x;
    case ACTIVATION_ELU:
        return x > 0 ? x : alpha * expm1(x);
    case ACTIVATION_SELU:
        return selu_scale * (x > 0 ? x : selu_alpha * expm1(x));
    case ACTIVATION_GELU:
        return x * 0.5 * erfc(-x / M_SQRT2);
    case ACTIVATION_GELU_TANH:
        return x * sigmoid(2 * gelu_tanh_inner(x)); /* (1 + tanh u) / 2 */
    case ACTIVATION_SILU:
        return x * sigmoid(x);
    case ACTIVATION_MISH:
        return x * tanh(softplus(x));
    case ACTIVATION_SIGMOID:
        return sigmoid(x);
    case ACTIVATION_HARD_SIGMOID:
        return isnan(x) ? x : fmin(fmax(x + 3, 0), 6) / 6;
    case ACTIVATION_TANH:
        return tanh(x);
    case ACTIVATION_SOFTPLUS:
        return softplus(x);
    case ACTIVATION_SOFTSIGN:
        return x / (1 + fabs(x));
    case ACTIVATION_SOFTMAX:
    case ACTIVATION_LOG_SOFTMAX:
    case ACTIVATION_COUNT:
        break;
    }
    assert(false && "an element-wise activation");
    return (double)NAN;
}

static double gelu_derivative(double x)
{
    return 0.5 * erfc(-x / M_SQRT2) + x * exp(-x * x / 2) * M_SQRT1_2 * sqrt(two_over_pi / 2);
}

static double gelu_tanh_derivative(double x)
{
    double near = fmax(-30, fmin(30, x)), s = sigmoid(2 * gelu_tanh_inner(near));
    double slope = sqrt(two_over_pi) * (1 + 3 * 0.044715 * near * near);
    return isnan(x) ? x : s + near * s * (1 - s) * 2 * slope;
}

static double mish_derivative(double x)
{
    double e = exp(x), n = e * (e + 2);
    if (x > 20)
        return 1;
    return n / (n + 2) + x * (4 * (n + 1) / ((n + 2) * (n + 2))) * (e / (e + 1));
}

double reference_derivative(enum activation_code code, double alpha, double x)
{
    double s;
    switch (code) {
    case ACTIVATION_LINEAR:
        return 1;
    case ACTIVATION_RELU:
        return x > 0 ? 1 : 0;
    case ACTIVATION_LEAKY_RELU:
        return x > 0 ? 1 : alpha;
    case ACTIVATION_ELU:
        return x > 0 ? 1 : alpha * exp(x);
    case ACTIVATION_SELU:
        return selu_scale * (x > 0 ? 1 : selu_alpha * exp(x));
    case ACTIVATION_GELU:
        return gelu_derivative(x);
    case ACTIVATION_GELU_TANH:
        return gelu_tanh_derivative(x);
    case ACTIVATION_SILU:
        s = sigmoid(x);
        return s * (1 + x * (1 - s));
    case ACTIVATION_MISH:
        return mish_derivative(x);
    case ACTIVATION_SIGMOID:
        s = sigmoid(x);
        return s * (1 - s);
    case ACTIVATION_HARD_SIGMOID:
        return fabs(x) < 3 ? 1.0 / 6 : 0;
    case ACTIVATION_TANH:
        return 1 - tanh(x) * tanh(x);
    case ACTIVATION_SOFTPLUS:
        return x > 20 ? 1 : sigmoid(x);
    case ACTIVATION_SOFTSIGN:
        return 1 / ((1 + fabs(x)) * (1 + fabs(x)));
    case ACTIVATION_SOFTMAX:
    case ACTIVATION_LOG_SOFTMAX:
    case ACTIVATION_COUNT:
        break;
    }
    assert(false && "an element-wise activation");
    return (double)NAN;
}

/* The derivative where only the output is known. */
static double derivative_by_output(enum activation_code code, double y)
{
    switch (code) {
    case ACTIVATION_RELU:
        return y > 0 ? 1 : 0;
    case ACTIVATION_SELU:
        return y > 0 ? selu_scale : y + selu_scale * selu_alpha;
    case ACTIVATION_SIGMOID:
        return y * (1 - y);
    case ACTIVATION_TANH:
        return 1 - y * y;
    default:
        assert(code == ACTIVATION_LINEAR);
        return 1;
    }
}

static bool goes_over_rows(enum activation_code code)
{
    return code == ACTIVATION_SOFTMAX || code == ACTIVATION_LOG_SOFTMAX;
}

static void softmax_forward(enum activation_code code, int64_t columns, const float *x, float *y)
{
    double largest = -(double)INFINITY, sum = 0;
    for (int64_t i = 0; i < columns; i++)
        largest = (double)x[i] > largest ? (double)x[i] : largest;
    for (int64_t i = 0; i < columns; i++)
        sum += exp((double)x[i] - largest);
    for (int64_t i = 0; i < columns; i++) {
        double log_share = (double)x[i] - largest - log(sum);
        y[i] = (float)(code == ACTIVATION_SOFTMAX ? exp(log_share) : log_share);
    }
}

static void softmax_backward(enum activation_code code, int64_t columns, const float *y,
                             const float *d_y, float *d_x)
{
    double sum = 0;
    for (int64_t i = 0; i < columns; i++)
        sum += (double)d_y[i] * (code == ACTIVATION_SOFTMAX ? (double)y[i] : 1);
    for (int64_t i = 0; i < columns; i++)
        d_x[i] = (float)(code == ACTIVATION_SOFTMAX ? (double)y[i] * ((double)d_y[i] - sum)
                                                    : (double)d_y[i] - exp((double)y[i]) * sum);
}

void reference_activation_forward(enum activation_code code, float alpha, int64_t rows,
                                  int64_t columns, const float *x, float *y)
{
    if (goes_over_rows(code)) {
        for (int64_t row = 0; row < rows; row++)
            softmax_forward(code, columns, x + row * columns, y + row * columns);
        return;
    }
    for (int64_t i = 0; i < rows * columns; i++)
        y[i] = (float)reference_activation(code, (double)alpha, (double)x[i]);
}

void reference_activation_backward(enum activation_code code, float alpha, int64_t rows,
                                   int64_t columns, const float *x, const float *y,
                                   const float *d_y, float *d_x)
{
    if (goes_over_rows(code)) {
        for (int64_t row = 0; row < rows; row++)
            softmax_backward(code, columns, y + row * columns, d_y + row * columns,
                             d_x + row * columns);
        return;
    }
    const bool by_input = activation_needs_input(code);
    for (int64_t i = 0; i < rows * columns; i++) {
        double derivative = by_input ? reference_derivative(code, (double)alpha, (double)x[i])
                                     : derivative_by_output(code, (double)y[i]);
        d_x[i] = (float)((double)d_y[i] * derivative);
    }
}
