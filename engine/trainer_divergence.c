/* The message of a run whose loss or gradient is not finite any more. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_SHOWN = 5 };

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
    char name[128];
};

static int look_at_gradient(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct bad_gradient *bad = context;
    if (tensor->role == TENSOR_STATE)
        return 0;
    for (int64_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
        if (!isfinite(bad->gradients[i])) {
            snprintf(bad->name, sizeof bad->name, "%s", name);
            return 1;
        }
    return 0;
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
static const char *culprit_text(const struct trainer *trainer, enum step_outcome outcome,
                                int64_t rows, char *text, size_t size)
{
    const struct network *network = trainer->plan.network;
    int64_t row = 0;
    int layer = network_first_not_finite(network, step_workspace(trainer->step), rows, &row);
    struct bad_gradient bad = {.gradients = step_gradients(trainer->step)};
    if (layer >= 0 && row_is_to_blame(trainer, row, text, size))
        return "";
    if (layer >= 0)
        snprintf(text, size, "the first value that is not is the output of layer \"%s\" for row %u",
                 network->layers[layer].name, trainer->data.rows[row]);
    else if (outcome == STEP_GRADIENT_NOT_FINITE &&
             network_each_tensor(network, look_at_gradient, &bad) != 0)
        snprintf(text, size, "the first value that is not is in the gradient of \"%s\"", bad.name);
    else
        snprintf(text, size, "all layers' outputs are, for targets out of range or too large");
    return advice;
}

int trainer_diverged(const struct trainer *trainer, enum step_outcome outcome,
                     const struct step_batch *batch, struct error *error)
{
    char rows[128] = "", culprit[768];
    rows_text(trainer, batch->rows, rows, sizeof rows);
    const char *help = culprit_text(trainer, outcome, batch->rows, culprit, sizeof culprit);
    return error_set(error, ERROR_DIVERGED,
                     "the %s of step %lld in epoch %lld is not finite: %s; its %lld rows of the "
                     "dataset, counted from 0: %s%s",
                     outcome == STEP_LOSS_NOT_FINITE ? "loss" : "gradient",
                     (long long)(trainer->folds.steps + trainer->counters.step + 1),
                     (long long)(trainer->folds.epochs + trainer->counters.epoch + 1), culprit,
                     (long long)batch->rows, rows, help);
}
