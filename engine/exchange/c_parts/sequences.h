/* Layers over the steps of a sequence [time, channels]. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_PARTS_SEQUENCES_H
#define PROPD_ENGINE_EXCHANGE_C_PARTS_SEQUENCES_H

#include <math.h>
#include <string.h>

#include "engine/exchange/c_parts/activations.h"
#include "engine/exchange/c_parts/layers.h"

/* part: recurrent */
/* One direction of an LSTM or GRU; kernels [channels or units, columns], gates side by side. */
struct recurrent {
    int time, channels, units, backward, all_times;
    int stride; /* floats from a time's states to the next one's */
    const float *kernel, *recurrent_kernel, *bias, *recurrent_bias;
};

static float logistic(float x)
{
    return 1.0F / (1.0F + expf(-x));
}

/* Where the states of the step go: NULL where they are no part of the output. */
static float *recurrent_output(const struct recurrent *r, int step, float *y)
{
    if (!r->all_times)
        return step == r->time - 1 ? y : NULL;
    return y + (r->backward ? r->time - 1 - step : step) * r->stride;
}

static const float *recurrent_input(const struct recurrent *r, int step, const float *x)
{
    return x + (r->backward ? r->time - 1 - step : step) * r->channels;
}

/* part: lstm */
/* Gates i, f, g, o; work [10 units]. */
static void lstm(const struct recurrent *r, const float *x, float *work, float *y)
{
    const int units = r->units;
    float *h = work, *c = work + units, *gates = work + 2 * units, *recurrent = gates + 4 * units;
    memset(work, 0, (unsigned)units * 2 * sizeof(*work));
    for (int step = 0; step < r->time; step++) {
        float *out = recurrent_output(r, step, y);
        dense(recurrent_input(r, step, x), 1, r->channels, r->kernel, r->bias, 4 * units, gates);
        dense(h, 1, units, r->recurrent_kernel, NULL, 4 * units, recurrent);
        for (int u = 0; u < units; u++) {
            const float i = logistic(gates[u] + recurrent[u]);
            const float f = logistic(gates[units + u] + recurrent[units + u]);
            const float g = tanhf(gates[2 * units + u] + recurrent[2 * units + u]);
            const float o = logistic(gates[3 * units + u] + recurrent[3 * units + u]);
            c[u] = f * c[u] + i * g;
            h[u] = o * tanhf(c[u]);
        }
        if (out)
            memcpy(out, h, (unsigned)units * sizeof(*h));
    }
}

/* part: gru */
/* Gates r, z, n, the reset gate after the recurrent product; work [7 units]. */
static void gru(const struct recurrent *layer, const float *x, float *work, float *y)
{
    const int units = layer->units;
    float *h = work, *gates = work + units, *recurrent = gates + 3 * units;
    memset(work, 0, (unsigned)units * sizeof(*work));
    for (int step = 0; step < layer->time; step++) {
        float *out = recurrent_output(layer, step, y);
        dense(recurrent_input(layer, step, x), 1, layer->channels, layer->kernel, layer->bias,
              3 * units, gates);
        dense(h, 1, units, layer->recurrent_kernel, layer->recurrent_bias, 3 * units, recurrent);
        for (int u = 0; u < units; u++) {
            const float r = logistic(gates[u] + recurrent[u]);
            const float z = logistic(gates[units + u] + recurrent[units + u]);
            const float n = tanhf(gates[2 * units + u] + r * recurrent[2 * units + u]);
            h[u] = (1.0F - z) * n + z * h[u];
        }
        if (out)
            memcpy(out, h, (unsigned)units * sizeof(*h));
    }
}

/* part: attention */
/* Kernels and biases of query, key, value [channels, units] and output [units, channels]. */
struct attention {
    int time, channels, units, heads, causal;
    const float *kernels[4], *biases[4];
};

/* One head of one query: q, k, v and the result at the head's first column. */
static void attend(const struct attention *a, int query, const float *q, const float *k,
                   const float *v, float *scores, float *context)
{
    const int width = a->units / a->heads, keys = a->causal ? query + 1 : a->time;
    const float scale = (float)(1.0 / sqrt((double)width));
    for (int key = 0; key < keys; key++) {
        scores[key] = 0.0F;
        for (int i = 0; i < width; i++)
            scores[key] += q[i] * scale * k[key * a->units + i];
    }
    softmax(scores, keys, keys);
    for (int i = 0; i < width; i++) {
        context[i] = 0.0F;
        for (int key = 0; key < keys; key++)
            context[i] += scores[key] * v[key * a->units + i];
    }
}

/* work [4 time units + time]. */
static void attention(const struct attention *a, const float *x, float *work, float *y)
{
    const int columns = a->time * a->units, width = a->units / a->heads;
    float *context = work + 3 * columns;
    for (int p = 0; p < 3; p++)
        dense(x, a->time, a->channels, a->kernels[p], a->biases[p], a->units, work + p * columns);
    for (int query = 0; query < a->time; query++)
        for (int head = 0; head < a->heads; head++)
            attend(a, query, work + query * a->units + head * width, work + columns + head * width,
                   work + 2 * columns + head * width, work + 4 * columns,
                   context + query * a->units + head * width);
    dense(context, a->time, a->units, a->kernels[3], a->biases[3], a->channels, y);
}

/* parts end */

#endif
