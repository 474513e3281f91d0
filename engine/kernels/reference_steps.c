/* The reference's optimizer steps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/reference.h"

#include <math.h>

void reference_step_sgd(int64_t count, float *w, const float *gradient, float *velocity, float rate,
                        float momentum, float weight_decay, int nesterov, int first)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(weight_decay, w[i], gradient[i]);
        if (momentum != 0 && velocity) {
            velocity[i] = first ? g : fmaf(momentum, velocity[i], g);
            g = nesterov ? fmaf(momentum, velocity[i], g) : velocity[i];
        }
        w[i] = fmaf(-rate, g, w[i]);
    }
}

void reference_step_adam(int64_t count, float *w, const float *gradient, float *mean, float *square,
                         float *largest_or_null, float rate, float beta_1, float beta_2,
                         float epsilon, float weight_decay, float rate_over_correction,
                         float inverse_root_correction, int decoupled)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(decoupled ? 0 : weight_decay, w[i], gradient[i]);
        mean[i] = fmaf(beta_1, mean[i], (1 - beta_1) * g);
        square[i] = fmaf(beta_2, square[i], (1 - beta_2) * g * g);
        float divisor = square[i];
        if (largest_or_null)
            divisor = largest_or_null[i] = fmaxf(largest_or_null[i], divisor);
        float root = fmaf(sqrtf(divisor), inverse_root_correction, epsilon);
        float kept = decoupled ? w[i] * (1 - rate * weight_decay) : w[i];
        w[i] = kept - rate_over_correction * mean[i] / root;
    }
}

void reference_step_rmsprop(int64_t count, float *w, const float *gradient, float *square,
                            float *velocity, float *mean_or_null, float rate, float alpha,
                            float epsilon, float momentum, float weight_decay)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(weight_decay, w[i], gradient[i]);
        square[i] = fmaf(alpha, square[i], (1 - alpha) * g * g);
        float variance = square[i];
        if (mean_or_null) {
            mean_or_null[i] = fmaf(alpha, mean_or_null[i], (1 - alpha) * g);
            variance = fmaf(-mean_or_null[i], mean_or_null[i], square[i]);
            variance = variance < 0 ? 0 : variance;
        }
        float step = g / (sqrtf(variance) + epsilon);
        if (momentum != 0 && velocity)
            step = velocity[i] = fmaf(momentum, velocity[i], step);
        w[i] = fmaf(-rate, step, w[i]);
    }
}

void reference_step_adagrad(int64_t count, float *w, const float *gradient, float *sum, float rate,
                            float initial, float epsilon, float weight_decay, int first)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(weight_decay, w[i], gradient[i]);
        sum[i] = fmaf(g, g, first ? initial : sum[i]);
        w[i] -= rate * g / (sqrtf(sum[i]) + epsilon);
    }
}

void reference_step_adadelta(int64_t count, float *w, const float *gradient, float *square,
                             float *step_square, float rate, float rho, float epsilon,
                             float weight_decay)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(weight_decay, w[i], gradient[i]);
        square[i] = fmaf(rho, square[i], (1 - rho) * g * g);
        float step = sqrtf(step_square[i] + epsilon) / sqrtf(square[i] + epsilon) * g;
        step_square[i] = fmaf(rho, step_square[i], (1 - rho) * step * step);
        w[i] = fmaf(-rate, step, w[i]);
    }
}

void reference_step_nadam(int64_t count, float *w, const float *gradient, float *mean,
                          float *square, float gradient_rate, float mean_rate, float beta_1,
                          float beta_2, float epsilon, float weight_decay,
                          float inverse_root_correction)
{
    for (int64_t i = 0; i < count; i++) {
        float g = fmaf(weight_decay, w[i], gradient[i]);
        mean[i] = fmaf(beta_1, mean[i], (1 - beta_1) * g);
        square[i] = fmaf(beta_2, square[i], (1 - beta_2) * g * g);
        float root = fmaf(sqrtf(square[i]), inverse_root_correction, epsilon);
        w[i] -= fmaf(gradient_rate, g, mean_rate * mean[i]) / root;
    }
}

void reference_step_lion(int64_t count, float *w, const float *gradient, float *mean, float rate,
                         float beta_1, float beta_2, float weight_decay)
{
    for (int64_t i = 0; i < count; i++) {
        float direction = fmaf(beta_1, mean[i], (1 - beta_1) * gradient[i]);
        float sign = (float)(direction > 0) - (float)(direction < 0);
        mean[i] = fmaf(beta_2, mean[i], (1 - beta_2) * gradient[i]);
        w[i] = fmaf(w[i], 1 - rate * weight_decay, -rate * sign);
    }
}
