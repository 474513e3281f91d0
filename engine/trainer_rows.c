/* Which rows train and which validate, and the preprocessing: learned from the training rows, or
 * continued from the initial model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_plan.h"

#include <stdlib.h>
#include <string.h>

/* job.features, and the column of sample weights beside what is excluded: it is no feature unless
 * it is named as one. Only the list is made; its strings are borrowed. */
struct features {
    struct feature_options options;
    char **excluded; /* owned; NULL: options is the document's own */
};

static bool is_listed(const struct strings *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], name) == 0)
            return true;
    return false;
}

static int features_make(const struct trainer_setup *setup, struct features *features,
                         struct error *error)
{
    *features = (struct features){.excluded = NULL};
    if (setup->features != NULL)
        features->options = *setup->features;
    char *weight = setup->training->sample_weight;
    const struct strings *exclude = &features->options.exclude;
    if (weight == NULL || is_listed(&features->options.include, weight) ||
        is_listed(exclude, weight))
        return 0;
    features->excluded = malloc((exclude->count + 1) * sizeof(char *));
    if (features->excluded == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the features");
    for (size_t i = 0; i < exclude->count; i++)
        features->excluded[i] = exclude->items[i];
    features->excluded[exclude->count] = weight;
    features->options.exclude =
        (struct strings){.count = exclude->count + 1, .items = features->excluded};
    return 0;
}

static struct preprocessing *learn(const struct trainer_plan *plan, const uint32_t *rows,
                                   int64_t row_count, struct error *error)
{
    const struct trainer_setup *setup = &plan->setup;
    struct features features;
    if (features_make(setup, &features, error) != 0)
        return NULL;
    const struct task_request request = {
        .targets = setup->targets,
        .default_targets = setup->default_targets,
        .wanted = plan->task.wanted,
        .decided = true,
        .raw_targets = plan->task.raw_targets,
        .outputs = plan->task.outputs,
        .reads_tokens = network_document_begins_with(setup->network, "embedding"),
        .vocabulary = network_document_vocabulary(setup->network),
        .window = setup->window};
    struct preprocessing *learned = preprocessing_learn(
        setup->dataset, setup->preprocessing, &features.options, &request, rows, row_count, error);
    free(features.excluded);
    return learned;
}

/* ---- the initial model's preprocessing */

/* A copy of the initial model's preprocessing where it fits the dataset's columns; else `fresh`.
 * Takes `fresh` over. */
static struct preprocessing *continue_initial(const struct trainer_plan *plan,
                                              struct preprocessing *fresh_taken,
                                              struct error *error)
{
    const struct model *initial = plan->setup.initial;
    if (initial == NULL || !preprocessing_is_alike(initial->preprocessing, fresh_taken))
        return fresh_taken;
    preprocessing_free(fresh_taken);
    json_t *document = preprocessing_write(initial->preprocessing);
    if (document == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the preprocessing");
        return NULL;
    }
    struct preprocessing *copy = preprocessing_read(document, error);
    json_decref(document);
    return copy;
}

/* ---- rows */

static int list_usable(const struct trainer_plan *plan, const struct preprocessing_binding *binding,
                       uint32_t **rows, int64_t *row_count, struct error *error)
{
    const struct dataset *dataset = plan->setup.dataset;
    if (dataset->rows > (int64_t)UINT32_MAX)
        return error_set(error, ERROR_TOO_LARGE, "the dataset has %lld rows, more than %u",
                         (long long)dataset->rows, UINT32_MAX);
    uint32_t *list = malloc((size_t)(dataset->rows + 1) * sizeof *list);
    if (list == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the list of rows");
    int64_t count = 0;
    for (int64_t row = 0; row < dataset->rows; row++)
        if (preprocessing_row_usable(binding, row))
            list[count++] = (uint32_t)row;
    *rows = list;
    *row_count = count;
    return 0;
}

/* How many strata a target of numbers is cut into: each validates in its share, so that a few rare
 * values do not all end on one side. */
enum { VALUE_STRATA = 10 };

struct ranked {
    float value;
    uint32_t position;
};

static int by_value(const void *a, const void *b)
{
    const struct ranked *first = a, *second = b;
    if (first->value != second->value)
        return first->value < second->value ? -1 : 1;
    return first->position < second->position ? -1 : 1;
}

/* strata[i]: the tenth of all values that row i's value is in. */
static int rank_values(const struct preprocessing_binding *binding, const uint32_t *rows,
                       int64_t row_count, uint32_t *strata, struct error *error)
{
    AUTO_FREE float *values = malloc((size_t)(row_count + 1) * sizeof *values);
    AUTO_FREE struct ranked *ranked = malloc((size_t)(row_count + 1) * sizeof *ranked);
    if (values == NULL || ranked == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the split of the rows");
    preprocessing_encode_values(binding, rows, row_count, values);
    for (int64_t i = 0; i < row_count; i++)
        ranked[i] = (struct ranked){.value = values[i], .position = (uint32_t)i};
    qsort(ranked, (size_t)row_count, sizeof *ranked, by_value);
    for (int64_t i = 0; i < row_count; i++)
        strata[ranked[i].position] = (uint32_t)(i * VALUE_STRATA / row_count);
    return 0;
}

/* The stratum of each row, for the split: its class, or where its value stands among all. *strata
 * stays NULL for several target values. */
static int list_strata(const struct preprocessing *preprocessing,
                       const struct preprocessing_binding *binding, const uint32_t *rows,
                       int64_t row_count, uint32_t **strata, struct error *error)
{
    bool has_classes = preprocessing_task(preprocessing) == TASK_CLASSES;
    if (!has_classes && preprocessing_target_width(preprocessing) != 1)
        return 0;
    *strata = malloc((size_t)(row_count + 1) * sizeof **strata);
    if (*strata == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the split of the rows");
    if (!has_classes)
        return rank_values(binding, rows, row_count, *strata, error);
    preprocessing_encode_classes(binding, rows, row_count, (int32_t *)*strata);
    return 0;
}

/* `times` as preprocessing_times() gives them. */
static int split_fold(struct trainer_plan *plan, const uint32_t *rows, int64_t row_count,
                      const uint32_t *strata, const double *times, struct error *error)
{
    const struct training *training = plan->setup.training;
    int64_t folds = training->validation->folds;
    if (row_count < folds)
        return error_set_at(error, ERROR_INVALID, "training.validation.folds",
                            "must be at most the %lld rows that have a target, not %lld",
                            (long long)row_count, (long long)folds);
    if (times != NULL)
        return sampler_fold_by_time(rows, row_count, times, folds, plan->round.fold, &plan->sets,
                                    error);
    return sampler_fold(rows, row_count, strata, folds, plan->round.fold, (uint64_t)training->seed,
                        &plan->sets, error);
}

static int split_bound(struct trainer_plan *plan, const struct preprocessing *preprocessing,
                       const struct preprocessing_binding *binding, struct error *error)
{
    const struct training *training = plan->setup.training;
    AUTO_FREE uint32_t *rows = NULL;
    AUTO_FREE uint32_t *strata = NULL;
    const double *times = preprocessing_times(binding);
    int64_t row_count = 0;
    if (list_usable(plan, binding, &rows, &row_count, error) != 0 ||
        list_strata(preprocessing, binding, rows, row_count, &strata, error) != 0)
        return -1;
    if (row_count == 0)
        return error_set(error, ERROR_INVALID,
                         "the dataset has no row with a target that could be learned from");
    if (plan->round.fold >= 0)
        return split_fold(plan, rows, row_count, strata, times, error);
    const struct validation_options *validation = training->validation;
    bool has_split = validation != NULL && validation->dataset == NULL && !plan->round.is_last;
    double fraction = has_split ? validation->split : 0;
    if (fraction > 0 && row_count < 2)
        return error_set_at(error, ERROR_INVALID, "training.validation",
                            "needs at least 2 rows with a target, but the dataset has %lld: set it "
                            "to null",
                            (long long)row_count);
    if (times != NULL)
        return sampler_split_by_time(rows, row_count, times, fraction, &plan->sets, error);
    return sampler_split(rows, row_count, strata, fraction, (uint64_t)training->seed, &plan->sets,
                         error);
}

static int split(struct trainer_plan *plan, const struct preprocessing *preprocessing,
                 struct error *error)
{
    struct preprocessing_binding *binding =
        preprocessing_bind(preprocessing, plan->setup.dataset, true, error);
    if (binding == NULL)
        return -1;
    int result = split_bound(plan, preprocessing, binding, error);
    preprocessing_binding_free(binding);
    return result;
}

int trainer_plan_rows(struct trainer_plan *plan, struct error *error)
{
    /* Which rows are usable, and their classes, is only known once the columns are; the scales must
     * then come from the training rows alone. */
    struct preprocessing *first = learn(plan, NULL, 0, error);
    if (first == NULL)
        return -1;
    int result = split(plan, first, error);
    preprocessing_free(first);
    if (result != 0)
        return -1;
    struct preprocessing *fresh =
        learn(plan, plan->sets.training, plan->sets.training_count, error);
    if (fresh == NULL)
        return -1;
    plan->preprocessing = continue_initial(plan, fresh, error);
    if (plan->preprocessing == NULL)
        return -1;
    plan->binding = preprocessing_bind(plan->preprocessing, plan->setup.dataset, true, error);
    if (plan->binding == NULL)
        return -1;
    return plan->setup.validation == NULL ? 0 : trainer_plan_validation(plan, error);
}
