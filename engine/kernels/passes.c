/* Passes over one flat run of floats: optimizers and small change. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include <stdbool.h>
#include <stddef.h>

#include "engine/kernels/simd.h"

struct sgd {
    floats rate, momentum, weight_decay;
    bool nesterov, first;
};

/* velocity == NULL: no momentum. */
ALWAYS_INLINE void sgd_vector(const struct sgd *sgd, float *w, const float *gradient,
                              float *velocity, int64_t lanes)
{
    floats weight = floats_load_part(w, lanes);
    floats g = floats_fma(sgd->weight_decay, weight, floats_load_part(gradient, lanes));
    if (velocity) {
        floats v = g;
        if (!sgd->first)
            v = floats_fma(sgd->momentum, floats_load_part(velocity, lanes), g);
        floats_store_part(velocity, v, lanes);
        g = sgd->nesterov ? floats_fma(sgd->momentum, v, g) : v;
    }
    floats_store_part(w, floats_fma(-sgd->rate, g, weight), lanes);
}

void KERNEL(step_sgd)(int64_t count, float *w, const float *gradient, float *velocity, float rate,
                      float momentum, float weight_decay, int nesterov, int first)
{
    const struct sgd sgd = {
        .rate = floats_set(rate),
        .momentum = floats_set(momentum),
        .weight_decay = floats_set(weight_decay),
        .nesterov = nesterov,
        .first = first,
    };
    if (momentum == 0 || !velocity)
        EACH_VECTOR(count, sgd_vector(&sgd, w + at, gradient + at, NULL, lanes));
    else
        EACH_VECTOR(count, sgd_vector(&sgd, w + at, gradient + at, velocity + at, lanes));
}

struct adam {
    floats beta_1, beta_2, one_less_beta_1, one_less_beta_2, epsilon;
    floats coupled_decay, keep; /* what is added to the gradient, what a weight is multiplied by */
    floats rate_over_correction, inverse_root_correction;
};

ALWAYS_INLINE void adam_vector(const struct adam *adam, float *w, const float *gradient,
                               float *mean, float *square, int64_t lanes)
{
    floats weight = floats_load_part(w, lanes);
    floats g = floats_fma(adam->coupled_decay, weight, floats_load_part(gradient, lanes));
    floats m = floats_fma(adam->beta_1, floats_load_part(mean, lanes), adam->one_less_beta_1 * g);
    floats s =
        floats_fma(adam->beta_2, floats_load_part(square, lanes), adam->one_less_beta_2 * g * g);
    floats root = floats_fma(floats_sqrt(s), adam->inverse_root_correction, adam->epsilon);
    floats_store_part(mean, m, lanes);
    floats_store_part(square, s, lanes);
    floats_store_part(w, weight * adam->keep - adam->rate_over_correction * m / root, lanes);
}

void KERNEL(step_adam)(int64_t count, float *w, const float *gradient, float *mean, float *square,
                       float rate, float beta_1, float beta_2, float epsilon, float weight_decay,
                       float rate_over_correction, float inverse_root_correction, int decoupled)
{
    const struct adam adam = {
        .beta_1 = floats_set(beta_1),
        .beta_2 = floats_set(beta_2),
        .one_less_beta_1 = floats_set(1 - beta_1),
        .one_less_beta_2 = floats_set(1 - beta_2),
        .epsilon = floats_set(epsilon),
        .coupled_decay = floats_set(decoupled ? 0 : weight_decay),
        .keep = floats_set(decoupled ? 1 - rate * weight_decay : 1),
        .rate_over_correction = floats_set(rate_over_correction),
        .inverse_root_correction = floats_set(inverse_root_correction),
    };
    EACH_VECTOR(count, adam_vector(&adam, w + at, gradient + at, mean + at, square + at, lanes));
}

struct rmsprop {
    floats rate, alpha, one_less_alpha, epsilon, momentum, weight_decay;
};

/* velocity == NULL: no momentum; mean == NULL: not centered. */
ALWAYS_INLINE void rmsprop_vector(const struct rmsprop *rmsprop, float *w, const float *gradient,
                                  float *square, float *velocity, float *mean, int64_t lanes)
{
    floats weight = floats_load_part(w, lanes);
    floats g = floats_fma(rmsprop->weight_decay, weight, floats_load_part(gradient, lanes));
    floats s = floats_fma(rmsprop->alpha, floats_load_part(square, lanes),
                          rmsprop->one_less_alpha * g * g);
    floats variance = s;
    floats_store_part(square, s, lanes);
    if (mean) {
        floats m =
            floats_fma(rmsprop->alpha, floats_load_part(mean, lanes), rmsprop->one_less_alpha * g);
        floats_store_part(mean, m, lanes);
        /* Rounding must not make it negative. */
        variance = floats_max(floats_set(0), floats_fma(-m, m, s));
    }
    floats step = g / (floats_sqrt(variance) + rmsprop->epsilon);
    if (velocity) {
        step = floats_fma(rmsprop->momentum, floats_load_part(velocity, lanes), step);
        floats_store_part(velocity, step, lanes);
    }
    floats_store_part(w, floats_fma(-rmsprop->rate, step, weight), lanes);
}

void KERNEL(step_rmsprop)(int64_t count, float *w, const float *gradient, float *square,
                          float *velocity, float *mean_or_null, float rate, float alpha,
                          float epsilon, float momentum, float weight_decay)
{
    const struct rmsprop rmsprop = {
        .rate = floats_set(rate),
        .alpha = floats_set(alpha),
        .one_less_alpha = floats_set(1 - alpha),
        .epsilon = floats_set(epsilon),
        .momentum = floats_set(momentum),
        .weight_decay = floats_set(weight_decay),
    };
    float *const moving = momentum == 0 ? NULL : velocity;
    EACH_VECTOR(count, rmsprop_vector(&rmsprop, w + at, gradient + at, square + at,
                                      moving ? moving + at : NULL,
                                      mean_or_null ? mean_or_null + at : NULL, lanes));
}

void KERNEL(add)(int64_t count, const float *x, float *y)
{
    EACH_VECTOR(count,
                floats_store_part(y + at,
                                  floats_load_part(x + at, lanes) + floats_load_part(y + at, lanes),
                                  lanes));
}

ALWAYS_INLINE void add_narrow_rows(int64_t rows, const int64_t columns, const float *x,
                                   int64_t x_stride, float *y, int64_t y_stride)
{
    for (int64_t row = 0; row < rows; row++, x += x_stride, y += y_stride)
#pragma GCC unroll 4
        for (int64_t at = 0; at < columns; at++)
            y[at] += x[at];
}

void KERNEL(add_rows)(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y,
                      int64_t y_stride)
{
    if (columns == 1)
        add_narrow_rows(rows, 1, x, x_stride, y, y_stride);
    else if (columns == 2)
        add_narrow_rows(rows, 2, x, x_stride, y, y_stride);
    else if (columns == 3)
        add_narrow_rows(rows, 3, x, x_stride, y, y_stride);
    else
        for (int64_t row = 0; row < rows; row++)
            KERNEL(add)(columns, x + row * x_stride, y + row * y_stride);
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
