/* A run whose loss or gradient is not finite any more: what was the first, as a message and as
 * members of the job's error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_SHOWN = 5, ROWS_LISTED = 100 };

/* "rows 3, 17, 42, … (32 rows)" of the dataset, counted from 0. */
static void rows_text(const struct trainer *trainer, int64_t count, char *text, size_t size)
{
    size_t used = 0;
    for (int64_t i = 0; i < count && i < ROWS_SHOWN && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%u", i == 0 ? "" : ", ",
                                 trainer->data.rows[i]);
    if (count > ROWS_SHOWN && used < size)
        snprintf(text + used, size - used, ", …");
}

struct bad_gradient {
    const float *gradients;
    int64_t offset;
    char *name;
    size_t size;
};

static int look_at_gradient(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct bad_gradient *bad = context;
    if (tensor->role == TENSOR_STATE)
        return 0;
    for (int64_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
        if (!isfinite(bad->gradients[i])) {
            snprintf(bad->name, bad->size, "%s", name);
            bad->offset = tensor->offset;
            return 1;
        }
    return 0;
}

/* The layer that has the tensor at `offset`. */
static int layer_of(const struct network *network, int64_t offset)
{
    for (int i = 0; i < network->layer_count; i++)
        for (int t = 0; t < network->layers[i].tensor_count; t++)
            if (network->layers[i].tensors[t].offset == offset)
                return i;
    return -1;
}

/* Finds what was the first that is not finite; its row in the batch, -1 where it is of none. */
static int64_t find_culprit(struct trainer *trainer, enum step_outcome outcome, int64_t rows)
{
    const struct network *network = trainer->plan.network;
    struct trainer_failure *failure = &trainer->failure;
    int64_t row = -1;
    int layer = network_first_not_finite(network, step_workspace(trainer->step), rows, &row);
    *failure = (struct trainer_failure){
        .layer = layer, .row = layer >= 0 ? (int64_t)trainer->data.rows[row] : -1, .rows = rows};
    struct bad_gradient bad = {.gradients = step_gradients(trainer->step),
                               .name = failure->tensor,
                               .size = sizeof failure->tensor};
    if (layer < 0 && outcome == STEP_GRADIENT_NOT_FINITE &&
        network_each_tensor(network, look_at_gradient, &bad) != 0)
        failure->layer = layer_of(network, bad.offset);
    return layer >= 0 ? row : -1;
}

/* Whether the row's own values are to blame, and how. */
static bool row_is_to_blame(const struct trainer *trainer, int64_t row, char *text, size_t size)
{
    const struct network *network = trainer->plan.network;
    const float *x = workspace_row(step_workspace(trainer->step), row);
    struct error refusal = {0};
    char path[32];
    snprintf(path, sizeof path, "row %u", trainer->data.rows[row]);
    if (network_check_row(network, x, path, &refusal) == 0)
        return false;
    snprintf(text, size, "%s", refusal.message);
    return true;
}

static const char advice[] = "; a smaller learning_rate or a clip_norm may help";

/* What was the first that is not finite, and what to do where something helps. */
static const char *culprit_text(const struct trainer *trainer, int64_t row, char *text, size_t size)
{
    const struct trainer_failure *failure = &trainer->failure;
    if (row >= 0 && row_is_to_blame(trainer, row, text, size))
        return "";
    if (failure->tensor[0] != '\0')
        snprintf(text, size, "the first value that is not is in the gradient of \"%s\"",
                 failure->tensor);
    else if (row >= 0)
        snprintf(text, size,
                 "the first value that is not is the output of layer \"%s\" for row %lld",
                 trainer->plan.network->layers[failure->layer].name, (long long)failure->row);
    else
        snprintf(text, size, "all layers' outputs are, for targets out of range or too large");
    return advice;
}

int trainer_diverged(struct trainer *trainer, enum step_outcome outcome,
                     const struct step_batch *batch, struct error *error)
{
    char rows[128] = "", culprit[768];
    int64_t row = find_culprit(trainer, outcome, batch->rows);
    rows_text(trainer, batch->rows, rows, sizeof rows);
    const char *help = culprit_text(trainer, row, culprit, sizeof culprit);
    return error_set(error, ERROR_DIVERGED,
                     "the %s of step %lld in epoch %lld is not finite: %s; its %lld rows of the "
                     "dataset, counted from 0: %s%s",
                     outcome == STEP_LOSS_NOT_FINITE ? "loss" : "gradient",
                     (long long)(trainer->folds.steps + trainer->counters.step + 1),
                     (long long)(trainer->folds.epochs + trainer->counters.epoch + 1), culprit,
                     (long long)batch->rows, rows, help);
}

/* ---- for the job's error */

static json_t *row_list(const struct trainer *trainer)
{
    json_t *list = json_array();
    for (int64_t i = 0; i < trainer->failure.rows && i < ROWS_LISTED; i++)
        json_array_append_new(list, json_integer(trainer->data.rows[i]));
    return list;
}

/* Those of the updates before, oldest first. */
static json_t *norm_list(const struct trainer *trainer)
{
    json_t *list = json_array();
    int64_t end = trainer->counters.step;
    for (int64_t i = end > NORMS_KEPT ? end - NORMS_KEPT : 0; i < end; i++)
        json_array_append_new(list, json_real(trainer->norms[i % NORMS_KEPT]));
    return list;
}

json_t *trainer_failure(const struct trainer *trainer)
{
    const struct trainer_failure *failure = &trainer->failure;
    const struct layer *layers = trainer->plan.network->layers;
    int64_t step = trainer->folds.steps + trainer->counters.step + 1;
    int64_t epoch = trainer->folds.epochs + trainer->counters.epoch + 1;
    if (!failure->failed)
        return NULL;
    return json_pack("{s:I, s:I, s:s?, s:o, s:s?, s:o, s:I, s:o}", "step", (json_int_t)step,
                     "epoch", (json_int_t)epoch, "layer",
                     failure->layer >= 0 ? layers[failure->layer].name : NULL, "row",
                     failure->row >= 0 ? json_integer(failure->row) : json_null(), "tensor",
                     failure->tensor[0] != '\0' ? failure->tensor : NULL, "rows", row_list(trainer),
                     "row_count", (json_int_t)failure->rows, "gradient_norms", norm_list(trainer));
}
