/* Activations, in place: element by element, or a softmax over each row. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_PARTS_ACTIVATIONS_H
#define PROPD_ENGINE_EXCHANGE_C_PARTS_ACTIVATIONS_H

#include <math.h>

/* part: relu */
static void relu(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] < 0.0F ? 0.0F : x[i];
}

/* part: leaky_relu */
static void leaky_relu(float *x, int count, float alpha)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] > 0.0F ? x[i] : alpha * x[i];
}

/* part: elu */
static void elu(float *x, int count, float alpha)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] > 0.0F ? x[i] : alpha * expm1f(x[i]);
}

/* part: selu */
static void selu(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = 1.05070099F * (x[i] > 0.0F ? x[i] : 1.67326324F * expm1f(x[i]));
}

/* part: gelu */
static void gelu(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] * 0.5F * erfcf(x[i] * -0.707106781F);
}

/* part: gelu_tanh */
static void gelu_tanh(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] / (1.0F + expf(-1.59576912F * (x[i] + 0.044715F * x[i] * x[i] * x[i])));
}

/* part: silu */
static void silu(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] / (1.0F + expf(-x[i]));
}

/* part: mish */
static void mish(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] * tanhf(x[i] > 20.0F ? x[i] : log1pf(expf(x[i])));
}

/* part: sigmoid */
static void sigmoid(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = 1.0F / (1.0F + expf(-x[i]));
}

/* part: hard_sigmoid */
static void hard_sigmoid(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] <= -3.0F ? 0.0F : x[i] >= 3.0F ? 1.0F : (x[i] + 3.0F) / 6.0F;
}

/* part: tanh */
static void hyperbolic_tangent(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = tanhf(x[i]);
}

/* part: softplus */
static void softplus(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] > 20.0F ? x[i] : log1pf(expf(x[i]));
}

/* part: softsign */
static void softsign(float *x, int count)
{
    for (int i = 0; i < count; i++)
        x[i] = x[i] / (1.0F + fabsf(x[i]));
}

/* part: largest */
static float largest(const float *x, int count)
{
    float most = x[0];
    for (int i = 1; i < count; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

/* part: softmax */
static void softmax(float *x, int count, int columns)
{
    for (const float *end = x + count; x < end; x += columns) {
        const float most = largest(x, columns);
        float sum = 0.0F;
        for (int i = 0; i < columns; i++)
            sum += x[i] = expf(x[i] - most);
        for (int i = 0; i < columns; i++)
            x[i] /= sum;
    }
}

/* part: log_softmax */
static void log_softmax(float *x, int count, int columns)
{
    for (const float *end = x + count; x < end; x += columns) {
        const float most = largest(x, columns);
        float sum = 0.0F;
        for (int i = 0; i < columns; i++)
            sum += expf(x[i] - most);
        for (int i = 0; i < columns; i++)
            x[i] = x[i] - most - logf(sum);
    }
}

/* parts end */

#endif
