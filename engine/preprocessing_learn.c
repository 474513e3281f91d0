/* Preprocessing is learned here: targets and inputs are chosen, usable rows found, then scales and
 * dictionaries gathered from the training rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/features.h"
#include "engine/preprocessing_parts.h"

#include <stdlib.h>

/* Rows that may be learned from. */
struct row_list {
    uint32_t *rows; /* owned */
    int64_t count;
};

static bool row_is_usable(const struct dataset *dataset, const struct targets *targets,
                          const struct features *features, uint32_t row)
{
    for (int i = 0; i < targets->count; i++)
        if (column_is_missing(&dataset->columns[targets->items[i].column_index], row))
            return false;
    for (int i = 0; i < features->count; i++)
        if (features->items[i].missing == MISSING_DROP_ROWS &&
            column_is_missing(&dataset->columns[features->items[i].column], row))
            return false;
    return true;
}

/* The usable ones of `rows` (NULL: of all rows). */
static int row_list_usable(struct row_list *list, const struct dataset *dataset,
                           const struct targets *targets, const struct features *features,
                           const uint32_t *rows, int64_t row_count, struct error *error)
{
    list->rows = malloc(((size_t)row_count + 1) * sizeof(*list->rows));
    if (!list->rows)
        return error_set(error, ERROR_MEMORY, "out of memory for a list of %lld rows",
                         (long long)row_count);
    for (int64_t i = 0; i < row_count; i++) {
        uint32_t row = rows ? rows[i] : (uint32_t)i;
        if (row_is_usable(dataset, targets, features, row))
            list->rows[list->count++] = row;
    }
    if (list->count > 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, "target",
                        "no row of %lld has both a value of \"%s\" and the inputs that "
                        "preprocessing.missing asks for",
                        (long long)row_count, targets->items[0].column);
}

static int learn_encoders(struct preprocessing *preprocessing, const struct dataset *dataset,
                          const struct features *features, const struct row_list *training,
                          struct error *error)
{
    for (int i = 0; i < features->count; i++) {
        const struct feature *feature = &features->items[i];
        struct encoder *encoder = &preprocessing->encoders[i];
        struct encoder_lesson lesson = {.column = &dataset->columns[feature->column],
                                        .rows = training->rows,
                                        .row_count = training->count,
                                        .numeric = feature->numeric,
                                        .categorical = feature->categorical,
                                        .missing = feature->missing};
        if (encoder_learn(encoder, &lesson, error))
            return -1;
        encoder->column_index = feature->column;
        preprocessing->encoder_count++;
    }
    return 0;
}

/* What is known once the columns are chosen. */
struct plan {
    struct targets targets;
    struct features features;
    struct row_list usable, training;
};

static void plan_clear(struct plan *plan)
{
    targets_clear(&plan->targets);
    features_clear(&plan->features);
    free(plan->usable.rows);
    free(plan->training.rows);
}

static int plan_make(struct plan *plan, const struct dataset *dataset,
                     const struct preprocessing_options *options,
                     const struct feature_options *wanted, const struct task_request *request,
                     struct error *error)
{
    if (dataset->rows > UINT32_MAX)
        return error_set(error, ERROR_INVALID, "the dataset has more than %u rows", UINT32_MAX);
    if (targets_choose(&plan->targets, dataset, request, error) ||
        features_choose(&plan->features, dataset, options, wanted, &plan->targets, error))
        return -1;
    if (row_list_usable(&plan->usable, dataset, &plan->targets, &plan->features, NULL,
                        dataset->rows, error))
        return -1;
    return targets_learn_classes(&plan->targets, dataset, plan->usable.rows, plan->usable.count,
                                 request->outputs, error);
}

static struct preprocessing *plan_learn(struct plan *plan, const struct dataset *dataset,
                                        bool scaled_targets, struct error *error)
{
    const struct row_list *training = plan->training.rows ? &plan->training : &plan->usable;
    struct preprocessing *preprocessing = preprocessing_new((size_t)plan->features.count, error);
    if (!preprocessing)
        return NULL;
    preprocessing->left_out = json_incref(plan->features.left_out);
    preprocessing->unused = json_incref(plan->features.unused);
    if (learn_encoders(preprocessing, dataset, &plan->features, training, error))
        goto fail;
    if (scaled_targets && plan->targets.task == TASK_VALUES &&
        targets_learn_scales(&plan->targets, dataset, training->rows, training->count, error))
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
    if (rows && row_list_usable(&plan.training, dataset, &plan.targets, &plan.features, rows,
                                row_count, error))
        return NULL;
    bool scaled_targets = options->target == TARGET_STANDARDIZE && !request->raw_targets;
    return plan_learn(&plan, dataset, scaled_targets, error);
}
