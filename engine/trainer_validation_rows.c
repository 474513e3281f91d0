/* The rows of another dataset that validate: those with a target, all of whose labels are known. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1024 };

static int list_usable(struct trainer_plan *plan, struct error *error)
{
    const struct dataset *dataset = plan->setup.validation;
    if (dataset->rows > (int64_t)UINT32_MAX)
        return error_set_at(error, ERROR_TOO_LARGE, "training.validation.dataset",
                            "has %lld rows, more than %u", (long long)dataset->rows, UINT32_MAX);
    uint32_t *rows = malloc((size_t)(dataset->rows + 1) * sizeof *rows);
    if (rows == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the rows that validate");
    int64_t count = 0;
    for (int64_t row = 0; row < dataset->rows; row++)
        if (preprocessing_row_usable(plan->validation_binding, row))
            rows[count++] = (uint32_t)row;
    free(plan->sets.validation);
    plan->sets.validation = rows;
    plan->sets.validation_count = count;
    if (count > 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, "training.validation.dataset",
                        "has no row with a value of the target");
}

static int refuse_label(uint32_t row, struct error *error)
{
    return error_set_at(
        error, ERROR_INVALID, "training.validation.dataset",
        "has a label in row %u, counted from 0, that no row of the job's dataset has", row);
}

/* The first row of the chunk whose label training did not have, -1 where there is none. */
static int64_t find_unknown_class(const struct trainer_plan *plan, const uint32_t *rows,
                                  int64_t count)
{
    int32_t classes[CHUNK];
    preprocessing_encode_classes(plan->validation_binding, rows, count, classes);
    for (int64_t i = 0; i < count; i++)
        if (classes[i] < 0)
            return i;
    return -1;
}

static int check_classes(const struct trainer_plan *plan, struct error *error)
{
    if (preprocessing_task(plan->preprocessing) != TASK_CLASSES)
        return 0;
    for (int64_t at = 0; at < plan->sets.validation_count; at += CHUNK) {
        const uint32_t *rows = plan->sets.validation + at;
        int64_t left = plan->sets.validation_count - at;
        int64_t unknown = find_unknown_class(plan, rows, left < CHUNK ? left : CHUNK);
        if (unknown >= 0)
            return refuse_label(rows[unknown], error);
    }
    return 0;
}

int trainer_plan_validation(struct trainer_plan *plan, struct error *error)
{
    struct error reason = {0};
    plan->validation_binding =
        preprocessing_bind(plan->preprocessing, plan->setup.validation, true, &reason);
    if (plan->validation_binding == NULL)
        return error_set_at(error, reason.code, "training.validation.dataset", "does not fit: %s",
                            reason.message);
    return list_usable(plan, error) != 0 ? -1 : check_classes(plan, error);
}
