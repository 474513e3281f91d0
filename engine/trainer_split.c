/* Which rows a run trains on and which validate, for whoever measures its model afterwards. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

static int refuse_folds(const struct trainer_setup *setup, struct error *error)
{
    if (trainer_fold_count(setup) == 0)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "the job validated by folds and trained its model on all rows");
}

int trainer_split(const struct trainer_setup *setup, bool validation, uint32_t **rows,
                  int64_t *count, struct error *error)
{
    struct trainer_plan plan;
    struct trainer_round first = trainer_round_first(setup);
    if (refuse_folds(setup, error) != 0 || trainer_plan_make(&plan, setup, &first, error) != 0)
        return -1;
    uint32_t **wanted = validation ? &plan.sets.validation : &plan.sets.training;
    int result = 0;
    *count = validation ? plan.sets.validation_count : plan.sets.training_count;
    if (*count == 0)
        result = error_set(error, ERROR_INVALID, "the job had no validation");
    if (result == 0) {
        *rows = *wanted;
        *wanted = NULL;
    }
    trainer_plan_clear(&plan);
    return result;
}
