/* How much each training row weighs: its class, and a column of the dataset. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/class_weights.h"
#include "engine/trainer_plan.h"

#include <math.h>
#include <stdlib.h>

enum { CHUNK = 1024 };

static int refuse_numbers(struct error *error)
{
    return error_set_at(error, ERROR_INVALID, "training.class_weights",
                        "needs a target of classes, but this one is learned as numbers");
}

static bool has_classes(const struct trainer_plan *plan)
{
    return preprocessing_task(plan->preprocessing) == TASK_CLASSES;
}

/* The classes of up to CHUNK rows; false where a number among them is neither 0 nor 1. */
static bool find_classes(const struct trainer_plan *plan, const uint32_t *rows, int64_t count,
                         int32_t *classes)
{
    float values[CHUNK];
    if (has_classes(plan)) {
        preprocessing_encode_classes(plan->binding, rows, count, classes);
        return true;
    }
    preprocessing_encode_values(plan->binding, rows, count, values);
    for (int64_t i = 0; i < count; i++) {
        if (values[i] != 0 && values[i] != 1)
            return false;
        classes[i] = values[i] == 1;
    }
    return true;
}

static int count_classes(const struct trainer_plan *plan, int64_t *counts, struct error *error)
{
    int32_t classes[CHUNK];
    for (int64_t at = 0; at < plan->sets.training_count; at += CHUNK) {
        int64_t left = plan->sets.training_count - at, count = left < CHUNK ? left : CHUNK;
        if (!find_classes(plan, plan->sets.training + at, count, classes))
            return refuse_numbers(error);
        for (int64_t i = 0; i < count; i++)
            counts[classes[i]]++;
    }
    return 0;
}

/* The labels that weights may be given by: of two that a loss of numbers takes as 0 and 1 (hinge),
 * their own where they have any. */
static json_t *list_labels(const struct trainer_plan *plan)
{
    const json_t *labels = preprocessing_classes(plan->preprocessing);
    return labels != NULL ? json_deep_copy(labels) : json_pack("[i, i]", 0, 1);
}

static int plan_class_weights(struct trainer_plan *plan, struct error *error)
{
    const json_t *weights = plan->setup.training->class_weights;
    if (weights == NULL)
        return 0;
    int64_t width = preprocessing_target_width(plan->preprocessing);
    int64_t classes = has_classes(plan) ? width : 2;
    if (!has_classes(plan) && width != 1)
        return refuse_numbers(error);
    AUTO_FREE int64_t *counts = calloc((size_t)classes + 1, sizeof *counts);
    plan->class_weights = calloc((size_t)classes + 1, sizeof(float));
    if (counts == NULL || plan->class_weights == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the class weights");
    if (count_classes(plan, counts, error) != 0)
        return -1;
    json_auto_t *labels = list_labels(plan);
    return class_weights_read(weights, labels, counts, classes, plan->class_weights,
                              "training.class_weights", error);
}

int trainer_plan_sample_column(struct trainer_plan *plan, struct error *error)
{
    const char *name = plan->setup.training->sample_weight;
    if (name == NULL)
        return 0;
    const struct dataset *dataset = plan->setup.dataset;
    int index = dataset_find(dataset, name);
    if (index < 0 || dataset->columns[index].type != COLUMN_NUMBER)
        return error_set_at(error, ERROR_INVALID, "training.sample_weight",
                            "must name a column of numbers, and \"%s\" is %s", name,
                            index < 0 ? "no column of the dataset"
                                      : column_type_names[dataset->columns[index].type]);
    plan->sample_weights = dataset->columns[index].numbers;
    return 0;
}

static int check_sample_weights(const struct trainer_plan *plan, struct error *error)
{
    for (int64_t i = 0; plan->sample_weights != NULL && i < plan->sets.training_count; i++) {
        uint32_t row = plan->sets.training[i];
        double weight = plan->sample_weights[row];
        if (!(weight >= 0) || !isfinite(weight))
            return error_set_at(error, ERROR_INVALID, "training.sample_weight",
                                "needs a weight of 0 or more in every row, and row %u of \"%s\" "
                                "has none",
                                row, plan->setup.training->sample_weight);
    }
    return 0;
}

int trainer_plan_weights(struct trainer_plan *plan, struct error *error)
{
    return plan_class_weights(plan, error) != 0 ? -1 : check_sample_weights(plan, error);
}
