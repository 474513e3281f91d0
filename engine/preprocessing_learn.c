/* Preprocessing is learned here: targets and inputs are chosen, usable rows found, then scales and
 * dictionaries gathered from the training rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/features.h"
#include "engine/preprocessing_parts.h"

#include <stdlib.h>
#include <string.h>

/* Rows that may be learned from. */
struct row_list {
    uint32_t *rows; /* owned */
    int64_t count;
};

/* What is known once the columns are chosen. */
struct plan {
    const struct dataset *dataset; /* borrowed */
    struct targets targets;
    struct features features;
    struct series_index index; /* with windows */
    struct row_list usable, training;
    struct row_list seen; /* with windows: the rows that are in those of the training rows */
};

static void plan_clear(struct plan *plan)
{
    targets_clear(&plan->targets);
    features_clear(&plan->features);
    series_index_clear(&plan->index);
    free(plan->usable.rows);
    free(plan->training.rows);
    free(plan->seen.rows);
}

/* The rows that are the input of `row`, NULL where there are none; itself without windows. */
static const uint32_t *input_rows(const struct plan *plan, const uint32_t *row, int64_t *count)
{
    const struct series_options *window = plan->index.options;
    *count = window ? window->length : 1;
    return window ? series_window(&plan->index, *row) : row;
}

static bool inputs_are_there(const struct plan *plan, uint32_t row)
{
    for (int i = 0; i < plan->features.count; i++) {
        const struct feature *feature = &plan->features.items[i];
        if (feature->options.missing == MISSING_DROP_ROWS &&
            column_is_missing(&plan->dataset->columns[feature->column], row))
            return false;
    }
    return true;
}

static bool row_is_usable(const struct plan *plan, uint32_t row)
{
    int64_t count;
    const uint32_t *inputs = input_rows(plan, &row, &count);
    for (int i = 0; i < plan->targets.count; i++)
        if (column_is_missing(&plan->dataset->columns[plan->targets.items[i].column_index], row))
            return false;
    for (int64_t i = 0; inputs && i < count; i++)
        if (!inputs_are_there(plan, inputs[i]))
            return false;
    return inputs != NULL;
}

static int refuse_all_rows(const struct plan *plan, int64_t row_count, struct error *error)
{
    const struct series_options *window = plan->index.options;
    const char *target = plan->targets.items[0].column;
    if (window)
        return error_set_at(error, ERROR_INVALID, "window",
                            "fits nowhere: no row of %lld has a value of \"%s\" and a whole window "
                            "of %lld rows, %lld before it",
                            (long long)row_count, target, (long long)window->length,
                            (long long)window->horizon);
    return error_set_at(error, ERROR_INVALID, "target",
                        "no row of %lld has both a value of \"%s\" and the inputs that "
                        "preprocessing.missing asks for",
                        (long long)row_count, target);
}

static int row_list_make(struct row_list *list, int64_t capacity, struct error *error)
{
    list->rows = malloc(((size_t)capacity + 1) * sizeof(*list->rows));
    return list->rows ? 0
                      : error_set(error, ERROR_MEMORY, "out of memory for a list of %lld rows",
                                  (long long)capacity);
}

/* The usable ones of `rows` (NULL: of all rows). */
static int row_list_usable(struct row_list *list, const struct plan *plan, const uint32_t *rows,
                           int64_t row_count, struct error *error)
{
    if (row_list_make(list, row_count, error))
        return -1;
    for (int64_t i = 0; i < row_count; i++) {
        uint32_t row = rows ? rows[i] : (uint32_t)i;
        if (row_is_usable(plan, row))
            list->rows[list->count++] = row;
    }
    return list->count > 0 ? 0 : refuse_all_rows(plan, row_count, error);
}

/* The rows in the windows of `training`, ascending: nothing is learned from any other. */
static int row_list_seen(struct row_list *list, const struct plan *plan,
                         const struct row_list *training, struct error *error)
{
    int64_t row_count = plan->dataset->rows;
    AUTO_FREE bool *is_seen = calloc((size_t)row_count + 1, sizeof(*is_seen));
    if (!is_seen || row_list_make(list, row_count, error))
        return error_set(error, ERROR_MEMORY, "out of memory for a list of %lld rows",
                         (long long)row_count);
    for (int64_t i = 0; i < training->count; i++) {
        int64_t count;
        const uint32_t *inputs = input_rows(plan, &training->rows[i], &count);
        for (int64_t k = 0; k < count; k++)
            is_seen[inputs[k]] = true;
    }
    for (int64_t row = 0; row < row_count; row++)
        if (is_seen[row])
            list->rows[list->count++] = (uint32_t)row;
    return 0;
}

/* ---- learning */

static int learn_encoders(struct preprocessing *preprocessing, const struct dataset *dataset,
                          const struct features *features, const struct row_list *seen,
                          struct error *error)
{
    for (int i = 0; i < features->count; i++) {
        const struct feature *feature = &features->items[i];
        struct encoder *encoder = &preprocessing->encoders[i];
        struct encoder_lesson lesson = {.column = &dataset->columns[feature->column],
                                        .rows = seen->rows,
                                        .row_count = seen->count,
                                        .options = feature->options,
                                        .is_text = feature->is_text};
        if (encoder_learn(encoder, &lesson, error))
            return -1;
        encoder->column_index = feature->column;
        preprocessing->encoder_count++;
    }
    return 0;
}

static int plan_make(struct plan *plan, const struct dataset *dataset,
                     const struct preprocessing_options *options,
                     const struct feature_options *wanted, const struct task_request *request,
                     struct error *error)
{
    if (dataset->rows > UINT32_MAX)
        return error_set(error, ERROR_INVALID, "the dataset has more than %u rows", UINT32_MAX);
    plan->dataset = dataset;
    if (targets_choose(&plan->targets, dataset, request, error) ||
        features_choose(&plan->features, dataset, options, wanted, request, &plan->targets,
                        error) ||
        (request->window && series_index_make(&plan->index, request->window, dataset, error)))
        return -1;
    if (row_list_usable(&plan->usable, plan, NULL, dataset->rows, error))
        return -1;
    return targets_learn_classes(&plan->targets, dataset, plan->usable.rows, plan->usable.count,
                                 request->outputs, error);
}

static int learn_window(struct preprocessing *preprocessing, const struct series_options *window,
                        struct error *error)
{
    struct series_options *own = &preprocessing->window;
    *own = (struct series_options){.length = window->length,
                                   .horizon = window->horizon,
                                   .by = window->by ? strdup(window->by) : NULL,
                                   .group = window->group ? strdup(window->group) : NULL};
    if (!own->by != !window->by || !own->group != !window->group)
        return error_set(error, ERROR_MEMORY, "out of memory for the windows' columns");
    return 0;
}

static int plan_learn_inputs(struct plan *plan, const struct row_list *training,
                             struct preprocessing *preprocessing, struct error *error)
{
    const struct series_options *window = plan->index.options;
    preprocessing->left_out = json_incref(plan->features.left_out);
    preprocessing->unused = json_incref(plan->features.unused);
    if (!window)
        return learn_encoders(preprocessing, plan->dataset, &plan->features, training, error);
    if (learn_window(preprocessing, window, error) ||
        row_list_seen(&plan->seen, plan, training, error))
        return -1;
    return learn_encoders(preprocessing, plan->dataset, &plan->features, &plan->seen, error);
}

static struct preprocessing *plan_learn(struct plan *plan, bool scaled_targets, struct error *error)
{
    const struct row_list *training = plan->training.rows ? &plan->training : &plan->usable;
    struct preprocessing *preprocessing = preprocessing_new((size_t)plan->features.count, error);
    if (!preprocessing)
        return NULL;
    if (plan_learn_inputs(plan, training, preprocessing, error))
        goto fail;
    if (scaled_targets && plan->targets.task == TASK_VALUES &&
        targets_learn_scales(&plan->targets, plan->dataset, training->rows, training->count, error))
        goto fail;
    preprocessing->targets = plan->targets;
    plan->targets = (struct targets){0};
    if (preprocessing_finish(preprocessing, error))
        goto fail;
    return preprocessing;
fail:
    preprocessing_free(preprocessing);
    return NULL;
}

struct preprocessing *preprocessing_learn(const struct dataset *dataset,
                                          const struct preprocessing_options *options,
                                          const struct feature_options *features,
                                          const struct task_request *request, const uint32_t *rows,
                                          int64_t row_count, struct error *error)
{
    enum { TARGET_STANDARDIZE };
    AUTO_CLEAR(plan_clear) struct plan plan = {0};
    if (plan_make(&plan, dataset, options, features, request, error))
        return NULL;
    if (rows && row_list_usable(&plan.training, &plan, rows, row_count, error))
        return NULL;
    bool scaled_targets = options->target == TARGET_STANDARDIZE && !request->raw_targets;
    return plan_learn(&plan, scaled_targets, error);
}
