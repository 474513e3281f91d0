/* Activations, as torch.nn.functional of PyTorch 2.0 defines them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "engine/kernels/simd_math.h"

ALWAYS_INLINE floats relu(floats x, floats alpha)
{
    (void)alpha;
    return floats_max(floats_set(0), x);
}
ALWAYS_INLINE floats leaky_relu(floats x, floats alpha)
{
    return floats_select(floats_less(floats_set(0), x), x, alpha * x);
}
ALWAYS_INLINE floats elu(floats x, floats alpha)
{
    return floats_select(floats_less(floats_set(0), x), x, alpha * floats_exp_minus_1(x));
}
/* Klambauer et al., "Self-normalizing neural networks" (2017). */
ALWAYS_INLINE floats selu(floats x, floats alpha)
{
    (void)alpha;
    return 1.05070098F * elu(x, floats_set(1.67326324F));
}
ALWAYS_INLINE floats gelu(floats x, floats alpha)
{
    (void)alpha;
    return x * floats_normal(x).share;
}
/* x (1 + tanh u) / 2 is x sigmoid(2u), which loses nothing where tanh u nears -1. */
ALWAYS_INLINE floats gelu_tanh(floats x, floats alpha)
{
    (void)alpha;
    floats u = 0.797884561F * floats_fma(0.044715F * x * x, x, x);
    return x * floats_sigmoid(u + u);
}
ALWAYS_INLINE floats silu(floats x, floats alpha)
{
    (void)alpha;
    return x * floats_sigmoid(x);
}
/* tanh(log(1 + e)) is n / (n + 2) for n = e (e + 2). */
ALWAYS_INLINE floats mish(floats x, floats alpha)
{
    (void)alpha;
    floats e = floats_exp(floats_min(floats_set(20), x)), n = e * (e + 2);
    return x * (n / (n + 2));
}
ALWAYS_INLINE floats sigmoid(floats x, floats alpha)
{
    (void)alpha;
    return floats_sigmoid(x);
}
ALWAYS_INLINE floats hard_sigmoid(floats x, floats alpha)
{
    (void)alpha;
    return floats_max(floats_set(0), floats_min(floats_set(6), x + 3)) / 6;
}
ALWAYS_INLINE floats hyperbolic_tangent(floats x, floats alpha)
{
    (void)alpha;
    return floats_tanh(x);
}
ALWAYS_INLINE floats softplus(floats x, floats alpha)
{
    (void)alpha;
    return floats_select(floats_less(floats_set(20), x), x, floats_log_plus_1(floats_exp(x)));
}
ALWAYS_INLINE floats softsign(floats x, floats alpha)
{
    (void)alpha;
    return x / (floats_abs(x) + 1);
}

typedef void forward_fn(float alpha, int64_t count, const float *x, float *y);

#define FORWARD(name)                                                                              \
    static void name##_forward(float alpha, int64_t count, const float *x, float *y)               \
    {                                                                                              \
        const floats parameter = floats_set(alpha);                                                \
        EACH_VECTOR(count, floats_store_part(                                                      \
                               y + at, name(floats_load_part(x + at, lanes), parameter), lanes));  \
    }
FORWARD(relu)
FORWARD(leaky_relu)
FORWARD(elu)
FORWARD(selu)
FORWARD(gelu)
FORWARD(gelu_tanh)
FORWARD(silu)
FORWARD(mish)
FORWARD(sigmoid)
FORWARD(hard_sigmoid)
FORWARD(hyperbolic_tangent)
FORWARD(softplus)
FORWARD(softsign)

static void linear_forward(float alpha, int64_t count, const float *x, float *y)
{
    (void)alpha;
    if (count > 0 && x != y)
        memmove(y, x, (size_t)count * sizeof(*y));
}

static float row_largest(int64_t columns, const float *x)
{
    floats largest = floats_set(-INFINITY);
    EACH_VECTOR(columns, largest = floats_max(largest, floats_keep(floats_load_part(x + at, lanes),
                                                                   lanes, -INFINITY)));
    return floats_largest(largest);
}

/* A row at a time: the exponentials go through y. */
static void softmax_row(int64_t columns, const float *x, float *y)
{
    const floats largest = floats_set(row_largest(columns, x));
    floats sums = floats_set(0);
    EACH_VECTOR(columns, {
        floats e = floats_exp(floats_load_part(x + at, lanes) - largest);
        floats_store_part(y + at, e, lanes);
        sums += floats_keep(e, lanes, 0);
    });
    const floats sum = floats_set(floats_sum(sums));
    EACH_VECTOR(columns, floats_store_part(y + at, floats_load_part(y + at, lanes) / sum, lanes));
}

static void log_softmax_row(int64_t columns, const float *x, float *y)
{
    const floats largest = floats_set(row_largest(columns, x));
    floats sums = floats_set(0);
    EACH_VECTOR(columns, sums += floats_keep(floats_exp(floats_load_part(x + at, lanes) - largest),
                                             lanes, 0));
    const floats log = floats_log(floats_set(floats_sum(sums)));
    EACH_VECTOR(columns,
                floats_store_part(y + at, floats_load_part(x + at, lanes) - largest - log, lanes));
}

static forward_fn *const forward_functions[ACTIVATION_COUNT] = {
    [ACTIVATION_LINEAR] = linear_forward,
    [ACTIVATION_RELU] = relu_forward,
    [ACTIVATION_LEAKY_RELU] = leaky_relu_forward,
    [ACTIVATION_ELU] = elu_forward,
    [ACTIVATION_SELU] = selu_forward,
    [ACTIVATION_GELU] = gelu_forward,
    [ACTIVATION_GELU_TANH] = gelu_tanh_forward,
    [ACTIVATION_SILU] = silu_forward,
    [ACTIVATION_MISH] = mish_forward,
    [ACTIVATION_SIGMOID] = sigmoid_forward,
    [ACTIVATION_HARD_SIGMOID] = hard_sigmoid_forward,
    [ACTIVATION_TANH] = hyperbolic_tangent_forward,
    [ACTIVATION_SOFTPLUS] = softplus_forward,
    [ACTIVATION_SOFTSIGN] = softsign_forward,
};

void KERNEL(activation_forward)(enum activation_code code, float alpha, int64_t rows,
                                int64_t columns, const float *x, float *y)
{
    assert((int)code >= 0 && code < ACTIVATION_COUNT);
    if (forward_functions[code]) {
        forward_functions[code](alpha, rows * columns, x, y);
        return;
    }
    for (int64_t row = 0; row < rows; row++, x += columns, y += columns) {
        if (code == ACTIVATION_SOFTMAX)
            softmax_row(columns, x, y);
        else
            log_softmax_row(columns, x, y);
    }
}
