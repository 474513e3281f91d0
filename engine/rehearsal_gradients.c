/* The gradients of a job's network and loss, beside central differences of its loss. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rehearsal_state.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 8, WEIGHTS = 200 };

/* A loss is a sum of float32 outputs. */
static const double RESOLUTION = (double)FLT_EPSILON;

/* ---- which weights */

struct drawing {
    struct rehearsal *rehearsal;
    int64_t tensors;
    double largest_of_all;
};

static int64_t share_of(const struct drawing *drawing, const struct layer_tensor *tensor)
{
    int64_t share = WEIGHTS > drawing->tensors ? WEIGHTS / drawing->tensors : 1;
    return tensor->count < share ? tensor->count : share;
}

/* Every element where the tensor is small, else drawn ones. */
static int64_t element_of(const struct layer *layer, const struct layer_tensor *tensor,
                          int64_t share, int64_t k)
{
    char name[128];
    if (share == tensor->count)
        return k;
    snprintf(name, sizeof name, "%s/%s", layer->name, tensor->name);
    struct rng rng = rng_stream(0, "rehearsal", name, 0);
    return (int64_t)rng_below(&rng, (uint64_t)k, (uint64_t)tensor->count);
}

/* The k-th weight of a tensor. */
static void draw(struct drawing *drawing, int layer_index, int tensor_index, int64_t k,
                 double *scale)
{
    struct rehearsal *rehearsal = drawing->rehearsal;
    const struct layer *layer = &rehearsal->plan.network->layers[layer_index];
    const struct layer_tensor *tensor = &layer->tensors[tensor_index];
    int64_t share = share_of(drawing, tensor);
    const float *gradients = step_gradients(rehearsal->step) + tensor->offset;
    if (k >= share)
        return;
    if (k == 0)
        *scale = fmax(gradient_largest(gradients, tensor->count), 0.05 * drawing->largest_of_all);
    rehearsal->weights[rehearsal->weight_count++] =
        (struct rehearsal_weight){.layer = layer_index,
                                  .tensor = tensor_index,
                                  .element = element_of(layer, tensor, share, k),
                                  .scale = *scale};
}

/* One of every tensor, then the next of each: when time runs out all tensors had their turn. */
static void draw_all(struct drawing *drawing, double *scales)
{
    const struct network *network = drawing->rehearsal->plan.network;
    for (int64_t k = 0, before = -1; before < drawing->rehearsal->weight_count; k++) {
        double *scale = scales;
        before = drawing->rehearsal->weight_count;
        for (int i = 0; i < network->layer_count; i++)
            for (int t = 0; t < network->layers[i].tensor_count; t++)
                if (network->layers[i].tensors[t].role != TENSOR_STATE)
                    draw(drawing, i, t, k, scale++);
    }
}

static int64_t count_tensors(const struct network *network)
{
    int64_t count = 0;
    for (int i = 0; i < network->layer_count; i++)
        for (int t = 0; t < network->layers[i].tensor_count; t++)
            count += network->layers[i].tensors[t].role != TENSOR_STATE;
    return count;
}

/* ---- comparing */

static struct step_batch fill(struct rehearsal *rehearsal)
{
    int64_t rows = rehearsal->data.training.count;
    int64_t batch = rehearsal->plan.setup.training->batch_size;
    rows = rows < batch ? rows : batch;
    return trainer_data_fill(&rehearsal->data, &rehearsal->data.training, NULL, 0,
                             rows < ROWS ? rows : ROWS, step_input(rehearsal->step));
}

static bool prepare(struct rehearsal *rehearsal)
{
    const struct network *network = rehearsal->plan.network;
    struct drawing drawing = {.rehearsal = rehearsal, .tensors = count_tensors(network)};
    size_t tensors = (size_t)drawing.tensors;
    struct step_result result;
    AUTO_FREE double *scales = calloc(tensors + 1, sizeof(double));
    rehearsal->weights = calloc(WEIGHTS + tensors, sizeof(struct rehearsal_weight));
    rehearsal->batch = fill(rehearsal);
    if (rehearsal->weights == NULL || scales == NULL ||
        step_differentiate(rehearsal->step, rehearsal->parameters, 0, &rehearsal->batch, &result) !=
            STEP_DONE)
        return false;
    drawing.largest_of_all =
        gradient_largest(step_gradients(rehearsal->step), network->trained_count);
    draw_all(&drawing, scales);
    return true;
}

static double loss_value(void *context)
{
    struct rehearsal *rehearsal = context;
    return step_loss(rehearsal->step, rehearsal->parameters, 0, &rehearsal->batch);
}

bool rehearsal_compare(struct rehearsal *rehearsal)
{
    if (rehearsal->weights == NULL && !prepare(rehearsal))
        return false;
    if (rehearsal->compared == rehearsal->weight_count)
        return false;
    const struct rehearsal_weight *weight = &rehearsal->weights[rehearsal->compared++];
    const struct layer *layer = &rehearsal->plan.network->layers[weight->layer];
    const struct layer_tensor *tensor = &layer->tensors[weight->tensor];
    int64_t at = tensor->offset + weight->element;
    char name[128];
    struct gradient_probe probe = {loss_value, rehearsal, RESOLUTION};
    snprintf(name, sizeof name, "%s/%s", layer->name, tensor->name);
    gradient_compare(&probe, name, weight->element, rehearsal->parameters + at,
                     step_gradients(rehearsal->step)[at], weight->scale, &rehearsal->report);
    return true;
}

struct gradient_report rehearsal_gradients(const struct rehearsal *rehearsal)
{
    return rehearsal->report;
}
