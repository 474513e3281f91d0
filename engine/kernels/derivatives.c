/* Derivatives of the activations, times the gradient that comes from behind. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <assert.h>
#include <stddef.h>

#include "engine/kernels/simd_math.h"

/* Each takes the activation's input x or its output y, whichever activation_needs_input() says, and
 * gives f'(x). */

ALWAYS_INLINE floats step_at_zero(floats x, floats below)
{
    return floats_select(floats_less(floats_set(0), x), floats_set(1), below);
}

ALWAYS_INLINE floats linear(floats y, floats alpha)
{
    (void)y;
    (void)alpha;
    return floats_set(1);
}
ALWAYS_INLINE floats relu(floats y, floats alpha)
{
    (void)alpha;
    return step_at_zero(y, floats_set(0));
}
ALWAYS_INLINE floats leaky_relu(floats x, floats alpha)
{
    return step_at_zero(x, alpha);
}
ALWAYS_INLINE floats elu(floats x, floats alpha)
{
    return step_at_zero(x, alpha * floats_exp(x));
}
ALWAYS_INLINE floats selu(floats y, floats alpha)
{
    (void)alpha;
    return floats_select(floats_less(floats_set(0), y), floats_set(1.05070098F), y + 1.75809934F);
}
ALWAYS_INLINE floats gelu(floats x, floats alpha)
{
    (void)alpha;
    struct normal normal = floats_normal(x);
    return floats_fma(x, normal.density, normal.share);
}
/* Beyond ±30 the sigmoid's derivative is 0 and u' must not become infinite. */
ALWAYS_INLINE floats gelu_tanh(floats x, floats alpha)
{
    (void)alpha;
    floats near = floats_max(floats_set(-30), floats_min(floats_set(30), x));
    floats square = 0.044715F * near * near;
    floats u = 0.797884561F * floats_fma(square, near, near);
    floats d_u = 0.797884561F * floats_fma(square, floats_set(3), floats_set(1));
    struct logistic s = floats_logistic(u + u);
    return floats_fma(near * s.share, s.rest * (d_u + d_u), s.share);
}
ALWAYS_INLINE floats silu(floats x, floats alpha)
{
    (void)alpha;
    struct logistic s = floats_logistic(x);
    return s.share * floats_fma(x, s.rest, floats_set(1));
}
/* With n = e (e + 2), e = exp(x): t = tanh(softplus(x)) = n / (n + 2), 1 - t^2 = 4 (n + 1) / (n +
 * 2)^2. */
ALWAYS_INLINE floats mish(floats x, floats alpha)
{
    (void)alpha;
    floats e = floats_exp(floats_min(floats_set(20), x)), n = e * (e + 2), share = 1 / (n + 2);
    floats slope = 4 * (n + 1) * share * share * (e / (e + 1));
    return floats_select(floats_less(floats_set(20), x), floats_set(1),
                         floats_fma(x, slope, n * share));
}
ALWAYS_INLINE floats sigmoid(floats y, floats alpha)
{
    (void)alpha;
    return y * (1 - y);
}
ALWAYS_INLINE floats hard_sigmoid(floats x, floats alpha)
{
    (void)alpha;
    return floats_select(floats_less(floats_abs(x), floats_set(3)), floats_set(1.0F / 6),
                         floats_set(0));
}
ALWAYS_INLINE floats hyperbolic_tangent(floats y, floats alpha)
{
    (void)alpha;
    return 1 - y * y;
}
ALWAYS_INLINE floats softplus(floats x, floats alpha)
{
    (void)alpha;
    return floats_select(floats_less(floats_set(20), x), floats_set(1), floats_sigmoid(x));
}
ALWAYS_INLINE floats softsign(floats x, floats alpha)
{
    (void)alpha;
    floats share = 1 / (floats_abs(x) + 1);
    return share * share;
}

typedef void backward_fn(float alpha, int64_t count, const float *from, const float *d_y,
                         float *d_x);

#define BACKWARD(name)                                                                             \
    static void name##_backward(float alpha, int64_t count, const float *from, const float *d_y,   \
                                float *d_x)                                                        \
    {                                                                                              \
        const floats parameter = floats_set(alpha);                                                \
        EACH_VECTOR(count,                                                                         \
                    floats_store_part(d_x + at,                                                    \
                                      floats_load_part(d_y + at, lanes) *                          \
                                          name(floats_load_part(from + at, lanes), parameter),     \
                                      lanes));                                                     \
    }
BACKWARD(linear)
BACKWARD(relu)
BACKWARD(leaky_relu)
BACKWARD(elu)
BACKWARD(selu)
BACKWARD(gelu)
BACKWARD(gelu_tanh)
BACKWARD(silu)
BACKWARD(mish)
BACKWARD(sigmoid)
BACKWARD(hard_sigmoid)
BACKWARD(hyperbolic_tangent)
BACKWARD(softplus)
BACKWARD(softsign)

static float row_product(int64_t columns, const float *a, const float *b)
{
    floats sums = floats_set(0);
    EACH_VECTOR(columns, sums = floats_fma(floats_load_part(a + at, lanes),
                                           floats_load_part(b + at, lanes), sums));
    return floats_sum(sums);
}

static float row_sum(int64_t columns, const float *a)
{
    floats sums = floats_set(0);
    EACH_VECTOR(columns, sums += floats_load_part(a + at, lanes));
    return floats_sum(sums);
}

/* y (d_y - sum of d_y y) */
static void softmax_row(int64_t columns, const float *y, const float *d_y, float *d_x)
{
    const floats sum = floats_set(row_product(columns, y, d_y));
    EACH_VECTOR(columns, floats_store_part(d_x + at,
                                           floats_load_part(y + at, lanes) *
                                               (floats_load_part(d_y + at, lanes) - sum),
                                           lanes));
}

/* d_y - exp(y) sum of d_y */
static void log_softmax_row(int64_t columns, const float *y, const float *d_y, float *d_x)
{
    const floats sum = floats_set(row_sum(columns, d_y));
    EACH_VECTOR(columns, floats_store_part(d_x + at,
                                           floats_load_part(d_y + at, lanes) -
                                               floats_exp(floats_load_part(y + at, lanes)) * sum,
                                           lanes));
}

static backward_fn *const backward_functions[ACTIVATION_COUNT] = {
    [ACTIVATION_LINEAR] = linear_backward,
    [ACTIVATION_RELU] = relu_backward,
    [ACTIVATION_LEAKY_RELU] = leaky_relu_backward,
    [ACTIVATION_ELU] = elu_backward,
    [ACTIVATION_SELU] = selu_backward,
    [ACTIVATION_GELU] = gelu_backward,
    [ACTIVATION_GELU_TANH] = gelu_tanh_backward,
    [ACTIVATION_SILU] = silu_backward,
    [ACTIVATION_MISH] = mish_backward,
    [ACTIVATION_SIGMOID] = sigmoid_backward,
    [ACTIVATION_HARD_SIGMOID] = hard_sigmoid_backward,
    [ACTIVATION_TANH] = hyperbolic_tangent_backward,
    [ACTIVATION_SOFTPLUS] = softplus_backward,
    [ACTIVATION_SOFTSIGN] = softsign_backward,
};

void KERNEL(activation_backward)(enum activation_code code, float alpha, int64_t rows,
                                 int64_t columns, const float *x, const float *y, const float *d_y,
                                 float *d_x)
{
    assert((int)code >= 0 && code < ACTIVATION_COUNT);
    if (backward_functions[code]) {
        backward_functions[code](alpha, rows * columns, activation_needs_input(code) ? x : y, d_y,
                                 d_x);
        return;
    }
    for (int64_t row = 0; row < rows; row++, y += columns, d_y += columns, d_x += columns) {
        if (code == ACTIVATION_SOFTMAX)
            softmax_row(columns, y, d_y, d_x);
        else
            log_softmax_row(columns, y, d_y, d_x);
    }
}
