/* One update of one flat run of parameters, by each optimizer. Padding takes part: where weight,
 * gradient and state are zero they stay so. */
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

/* The running mean of the gradient `g`, which becomes *mean, and of its square. */
ALWAYS_INLINE floats adam_moments(const struct adam *adam, floats g, float *mean, float *square,
                                  floats *new_mean, int64_t lanes)
{
    floats m = floats_fma(adam->beta_1, floats_load_part(mean, lanes), adam->one_less_beta_1 * g);
    floats s =
        floats_fma(adam->beta_2, floats_load_part(square, lanes), adam->one_less_beta_2 * g * g);
    floats_store_part(mean, m, lanes);
    floats_store_part(square, s, lanes);
    *new_mean = m;
    return s;
}

/* largest == NULL: not AMSGrad. */
ALWAYS_INLINE void adam_vector(const struct adam *adam, float *w, const float *gradient,
                               float *mean, float *square, float *largest, int64_t lanes)
{
    floats weight = floats_load_part(w, lanes), m;
    floats g = floats_fma(adam->coupled_decay, weight, floats_load_part(gradient, lanes));
    floats s = adam_moments(adam, g, mean, square, &m, lanes);
    if (largest) {
        s = floats_max(floats_load_part(largest, lanes), s);
        floats_store_part(largest, s, lanes);
    }
    floats root = floats_fma(floats_sqrt(s), adam->inverse_root_correction, adam->epsilon);
    floats_store_part(w, weight * adam->keep - adam->rate_over_correction * m / root, lanes);
}

void KERNEL(step_adam)(int64_t count, float *w, const float *gradient, float *mean, float *square,
                       float *largest_or_null, float rate, float beta_1, float beta_2,
                       float epsilon, float weight_decay, float rate_over_correction,
                       float inverse_root_correction, int decoupled)
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
    if (largest_or_null)
        EACH_VECTOR(count, adam_vector(&adam, w + at, gradient + at, mean + at, square + at,
                                       largest_or_null + at, lanes));
    else
        EACH_VECTOR(count,
                    adam_vector(&adam, w + at, gradient + at, mean + at, square + at, NULL, lanes));
}

/* The step goes along the gradient and the mean, each at its own rate. */
ALWAYS_INLINE void nadam_vector(const struct adam *adam, floats gradient_rate, float *w,
                                const float *gradient, float *mean, float *square, int64_t lanes)
{
    floats weight = floats_load_part(w, lanes), m;
    floats g = floats_fma(adam->coupled_decay, weight, floats_load_part(gradient, lanes));
    floats s = adam_moments(adam, g, mean, square, &m, lanes);
    floats root = floats_fma(floats_sqrt(s), adam->inverse_root_correction, adam->epsilon);
    floats step = floats_fma(gradient_rate, g, adam->rate_over_correction * m);
    floats_store_part(w, weight - step / root, lanes);
}

void KERNEL(step_nadam)(int64_t count, float *w, const float *gradient, float *mean, float *square,
                        float gradient_rate, float mean_rate, float beta_1, float beta_2,
                        float epsilon, float weight_decay, float inverse_root_correction)
{
    const struct adam adam = {
        .beta_1 = floats_set(beta_1),
        .beta_2 = floats_set(beta_2),
        .one_less_beta_1 = floats_set(1 - beta_1),
        .one_less_beta_2 = floats_set(1 - beta_2),
        .epsilon = floats_set(epsilon),
        .coupled_decay = floats_set(weight_decay),
        .rate_over_correction = floats_set(mean_rate),
        .inverse_root_correction = floats_set(inverse_root_correction),
    };
    EACH_VECTOR(count, nadam_vector(&adam, floats_set(gradient_rate), w + at, gradient + at,
                                    mean + at, square + at, lanes));
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

struct adagrad {
    floats rate, epsilon, weight_decay, initial;
    bool first;
};

ALWAYS_INLINE void adagrad_vector(const struct adagrad *adagrad, float *w, const float *gradient,
                                  float *sum, int64_t lanes)
{
    floats weight = floats_load_part(w, lanes);
    floats g = floats_fma(adagrad->weight_decay, weight, floats_load_part(gradient, lanes));
    floats s = floats_fma(g, g, adagrad->first ? adagrad->initial : floats_load_part(sum, lanes));
    floats_store_part(sum, s, lanes);
    floats_store_part(w, weight - adagrad->rate * g / (floats_sqrt(s) + adagrad->epsilon), lanes);
}

void KERNEL(step_adagrad)(int64_t count, float *w, const float *gradient, float *sum, float rate,
                          float initial, float epsilon, float weight_decay, int first)
{
    const struct adagrad adagrad = {
        .rate = floats_set(rate),
        .epsilon = floats_set(epsilon),
        .weight_decay = floats_set(weight_decay),
        .initial = floats_set(initial),
        .first = first,
    };
    EACH_VECTOR(count, adagrad_vector(&adagrad, w + at, gradient + at, sum + at, lanes));
}

struct adadelta {
    floats rate, rho, one_less_rho, epsilon, weight_decay;
};

ALWAYS_INLINE void adadelta_vector(const struct adadelta *adadelta, float *w, const float *gradient,
                                   float *square, float *step_square, int64_t lanes)
{
    floats weight = floats_load_part(w, lanes), moved = floats_load_part(step_square, lanes);
    floats g = floats_fma(adadelta->weight_decay, weight, floats_load_part(gradient, lanes));
    floats s =
        floats_fma(adadelta->rho, floats_load_part(square, lanes), adadelta->one_less_rho * g * g);
    floats step = floats_sqrt(moved + adadelta->epsilon) / floats_sqrt(s + adadelta->epsilon) * g;
    floats_store_part(square, s, lanes);
    floats_store_part(
        step_square, floats_fma(adadelta->rho, moved, adadelta->one_less_rho * step * step), lanes);
    floats_store_part(w, floats_fma(-adadelta->rate, step, weight), lanes);
}

void KERNEL(step_adadelta)(int64_t count, float *w, const float *gradient, float *square,
                           float *step_square, float rate, float rho, float epsilon,
                           float weight_decay)
{
    const struct adadelta adadelta = {
        .rate = floats_set(rate),
        .rho = floats_set(rho),
        .one_less_rho = floats_set(1 - rho),
        .epsilon = floats_set(epsilon),
        .weight_decay = floats_set(weight_decay),
    };
    EACH_VECTOR(count, adadelta_vector(&adadelta, w + at, gradient + at, square + at,
                                       step_square + at, lanes));
}

struct lion {
    floats rate, keep, beta_1, beta_2, one_less_beta_1, one_less_beta_2;
};

ALWAYS_INLINE void lion_vector(const struct lion *lion, float *w, const float *gradient,
                               float *mean, int64_t lanes)
{
    floats zero = floats_set(0), g = floats_load_part(gradient, lanes);
    floats m = floats_load_part(mean, lanes);
    floats direction = floats_fma(lion->beta_1, m, lion->one_less_beta_1 * g);
    floats down = floats_select(floats_less(zero, direction), lion->rate, zero);
    floats up = floats_select(floats_less(direction, zero), lion->rate, zero);
    floats_store_part(mean, floats_fma(lion->beta_2, m, lion->one_less_beta_2 * g), lanes);
    floats_store_part(w, floats_fma(floats_load_part(w, lanes), lion->keep, up - down), lanes);
}

void KERNEL(step_lion)(int64_t count, float *w, const float *gradient, float *mean, float rate,
                       float beta_1, float beta_2, float weight_decay)
{
    const struct lion lion = {
        .rate = floats_set(rate),
        .keep = floats_set(1 - rate * weight_decay),
        .beta_1 = floats_set(beta_1),
        .beta_2 = floats_set(beta_2),
        .one_less_beta_1 = floats_set(1 - beta_1),
        .one_less_beta_2 = floats_set(1 - beta_2),
    };
    EACH_VECTOR(count, lion_vector(&lion, w + at, gradient + at, mean + at, lanes));
}
