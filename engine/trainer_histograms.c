/* How weights, gradients and updates are spread at the end of an epoch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/histograms.h"
#include "engine/model_parts.h"
#include "engine/trainer_state.h"

#include <math.h>
#include <string.h>

/* Bins of all tensors together, as far as there are not too few of each. */
enum { BINS_MIN = 8, BINS_OF_ALL = 4000 };

/* ---- watching the last update */

int trainer_watch(struct trainer *trainer, struct error *error)
{
    if (trainer->watched == NULL)
        trainer->watched = model_parameters_new(trainer->plan.network->trained_count, error);
    trainer->is_watched = trainer->watched != NULL;
    return trainer->is_watched ? 0 : -1;
}

void trainer_watch_update(struct trainer *trainer, int64_t rows)
{
    const struct trainer_counters *counters = &trainer->counters;
    bool is_last = counters->position + rows == trainer->data.training.count ||
                   counters->step + 1 == trainer->plan.step_limit;
    if (!trainer->is_watched || !is_last)
        return;
    memcpy(trainer->watched, trainer->parameters,
           (size_t)trainer->plan.network->trained_count * sizeof(float));
    trainer->watched_step = counters->step + 1;
}

/* ---- one tensor */

struct spread {
    int64_t finite;
    double min, max, squares;
};

static struct spread spread_of(const float *values, int64_t count)
{
    struct spread spread = {.min = HUGE_VAL, .max = -HUGE_VAL};
    for (int64_t i = 0; i < count; i++) {
        double value = (double)values[i];
        if (!isfinite(value))
            continue;
        spread.finite++;
        spread.min = value < spread.min ? value : spread.min;
        spread.max = value > spread.max ? value : spread.max;
        spread.squares += value * value;
    }
    return spread;
}

/* Bins of equal width from the smallest to the largest value. */
static void append_histogram(const float *values, int64_t count, int bins, struct bytes *bytes)
{
    uint64_t counts[HISTOGRAM_BINS_MAX] = {0};
    const struct spread spread = spread_of(values, count);
    double scale = spread.max > spread.min ? bins / (spread.max - spread.min) : 0;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(values[i]))
            continue;
        int bin = (int)(((double)values[i] - spread.min) * scale);
        counts[bin < bins ? bin : bins - 1]++;
    }
    bytes_append_f64(bytes, spread.min);
    bytes_append_f64(bytes, spread.max);
    bytes_append_f64(bytes, sqrt(spread.squares));
    for (int i = 0; i < bins; i++)
        bytes_append_u32(bytes, counts[i] < UINT32_MAX ? (uint32_t)counts[i] : UINT32_MAX);
}

/* |Δw| / |w| of the update that was watched; NAN where it was not, or the weights were 0. */
static double update_ratio(const struct trainer *trainer, const struct layer_tensor *tensor)
{
    const float *now = trainer->parameters + tensor->offset;
    const float *before = trainer->watched + tensor->offset;
    double change = 0, size = 0;
    if (trainer->watched == NULL || trainer->watched_step != trainer->counters.step)
        return (double)NAN;
    for (int64_t i = 0; i < tensor->count; i++) {
        double old = (double)before[i], difference = (double)now[i] - old;
        change += difference * difference;
        size += old * old;
    }
    return size > 0 ? sqrt(change / size) : (double)NAN;
}

static void append_tensor(const struct trainer *trainer, const struct layer *layer,
                          const struct layer_tensor *tensor, int bins, struct bytes *bytes)
{
    /* A run that was just restored has no gradients. */
    bool has_gradients = trainer->gradient_step == trainer->counters.step;
    bytes_append_string(bytes, layer->name);
    bytes_append_string(bytes, tensor->name);
    bytes_append_f64(bytes, update_ratio(trainer, tensor));
    bytes_append_u8(bytes, has_gradients);
    append_histogram(trainer->parameters + tensor->offset, tensor->count, bins, bytes);
    if (has_gradients)
        append_histogram(step_gradients(trainer->step) + tensor->offset, tensor->count, bins,
                         bytes);
}

/* ---- all of them */

static uint32_t count_trained(const struct network *network)
{
    uint32_t count = 0;
    for (int i = 0; i < network->layer_count; i++)
        for (int t = 0; t < network->layers[i].tensor_count; t++)
            count += network->layers[i].tensors[t].role != TENSOR_STATE;
    return count;
}

static int bins_for(uint32_t tensors)
{
    int bins = tensors > 0 ? (int)(BINS_OF_ALL / tensors) : HISTOGRAM_BINS_MAX;
    bins = bins < HISTOGRAM_BINS_MAX ? bins : HISTOGRAM_BINS_MAX;
    return bins > BINS_MIN ? bins : BINS_MIN;
}

int trainer_histograms(const struct trainer *trainer, struct bytes *bytes, struct error *error)
{
    const struct network *network = trainer->plan.network;
    uint32_t tensors = count_trained(network);
    int bins = bins_for(tensors);
    bytes_append_u32(bytes, HISTOGRAMS_VERSION);
    bytes_append_u64(bytes, (uint64_t)(trainer->folds.epochs + trainer->counters.epoch));
    bytes_append_u64(bytes, (uint64_t)(trainer->folds.steps + trainer->counters.step));
    bytes_append_u32(bytes, (uint32_t)bins);
    bytes_append_u32(bytes, tensors);
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        for (int t = 0; t < layer->tensor_count; t++)
            if (layer->tensors[t].role != TENSOR_STATE)
                append_tensor(trainer, layer, &layer->tensors[t], bins, bytes);
    }
    return bytes_check(bytes, error);
}
