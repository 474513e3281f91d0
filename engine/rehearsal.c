/* A job's plan, some steps of it, and what is said of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rehearsal.h"
#include "engine/model_parts.h"
#include "engine/network_describe.h"
#include "engine/optimizer.h"
#include "engine/rehearsal_state.h"
#include "engine/schedule.h"
#include "engine/summary.h"
#include "engine/trainer_state.h"

#include <stdlib.h>

enum { UPDATES = 16, CURVE_POINTS = 500 };

/* Rows that are encoded take no more than this, but for one batch. */
static const int64_t ENCODED_FLOATS = 1 << 24;

/* ---- life */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The first rows stand for all of them. */
static void keep_some_rows(struct rehearsal *rehearsal)
{
    struct trainer_plan *plan = &rehearsal->plan;
    int64_t most = ENCODED_FLOATS / plan->input_elements;
    most = smaller(most, UPDATES * plan->update_rows);
    if (most < plan->update_rows)
        most = plan->update_rows;
    rehearsal->training_rows = plan->sets.training_count;
    rehearsal->validation_rows = plan->sets.validation_count;
    plan->sets.training_count = smaller(plan->sets.training_count, most);
    plan->sets.validation_count = smaller(plan->sets.validation_count, plan->rows);
}

static int start_weights(struct rehearsal *rehearsal, struct error *error)
{
    const struct trainer_plan *plan = &rehearsal->plan;
    rehearsal->parameters = model_parameters_new(plan->network->parameter_count, error);
    if (rehearsal->parameters == NULL)
        return -1;
    network_initialize(plan->network, (uint64_t)plan->setup.training->seed, rehearsal->parameters);
    if (plan->setup.initial == NULL)
        return 0;
    return model_copy_weights(plan->setup.initial, plan->network, rehearsal->parameters, error);
}

static int rehearsal_open(struct rehearsal *rehearsal, struct error *error)
{
    struct trainer_plan *plan = &rehearsal->plan;
    if (trainer_plan_check(plan, &rehearsal->memory, &rehearsal->resolved, error) != 0)
        return -1;
    keep_some_rows(rehearsal);
    rehearsal->step = step_create(&plan->step_setup, error);
    if (rehearsal->step == NULL || start_weights(rehearsal, error) != 0 ||
        trainer_augment_create(&rehearsal->augment, plan, error) != 0)
        return -1;
    return trainer_data_create(&rehearsal->data, plan, error);
}

struct rehearsal *rehearsal_create(const struct trainer_setup *setup, struct error *error)
{
    struct rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
    if (rehearsal == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a rehearsal");
        return NULL;
    }
    struct trainer_round first = trainer_round_first(setup);
    if (trainer_plan_make(&rehearsal->plan, setup, &first, error) != 0 ||
        rehearsal_open(rehearsal, error) != 0) {
        rehearsal_free(rehearsal);
        return NULL;
    }
    return rehearsal;
}

void rehearsal_free(struct rehearsal *rehearsal)
{
    if (rehearsal == NULL)
        return;
    trainer_augment_clear(&rehearsal->augment);
    trainer_data_clear(&rehearsal->data);
    step_free(rehearsal->step);
    trainer_plan_clear(&rehearsal->plan);
    json_decref(rehearsal->resolved);
    free(rehearsal->parameters);
    free(rehearsal->weights);
    free(rehearsal);
}

size_t rehearsal_memory(const struct rehearsal *rehearsal)
{
    return rehearsal->memory;
}

const json_t *rehearsal_resolved(const struct rehearsal *rehearsal)
{
    return rehearsal->resolved;
}

/* ---- running */

/* One batch of an update of `rows` rows, of which `done` are added. */
static enum step_outcome add_batch(struct rehearsal *rehearsal, int64_t rows, int64_t *done,
                                   struct step_result *result)
{
    int64_t count = smaller(rehearsal->plan.setup.training->batch_size, rows - *done);
    float *x = step_input(rehearsal->step);
    struct step_batch batch = trainer_data_fill(&rehearsal->data, &rehearsal->data.training, NULL,
                                                rehearsal->position + *done, count, x);
    batch = trainer_augment_run(&rehearsal->augment, 0, rehearsal->data.rows, &batch, x);
    *done += count;
    return step_add(rehearsal->step, rehearsal->parameters, rehearsal->draw++, &batch, rows,
                    result);
}

bool rehearsal_step(struct rehearsal *rehearsal)
{
    struct step_result result;
    enum step_outcome outcome = STEP_DONE;
    int64_t left = rehearsal->data.training.count - rehearsal->position, done = 0;
    int64_t rows = smaller(rehearsal->plan.update_rows, left);
    step_begin(rehearsal->step, &result);
    while (done < rows && outcome == STEP_DONE)
        outcome = add_batch(rehearsal, rows, &done, &result);
    if (outcome == STEP_DONE)
        outcome = step_end(rehearsal->step, rehearsal->parameters, rehearsal->index, &result);
    if (outcome == STEP_DONE)
        step_update(rehearsal->step, rehearsal->parameters, rehearsal->index++, &result);
    rehearsal->position = rows == left ? 0 : rehearsal->position + rows;
    return outcome == STEP_DONE;
}

void rehearsal_validate(struct rehearsal *rehearsal)
{
    const struct trainer_set *set = &rehearsal->data.validation;
    if (set->count == 0)
        return;
    struct step_batch batch =
        trainer_data_fill(&rehearsal->data, set, NULL, 0, set->count, step_input(rehearsal->step));
    step_evaluate(rehearsal->step, rehearsal->parameters, &batch);
    metrics_add(rehearsal->plan.metrics, step_output(rehearsal->step), batch.classes, batch.values,
                batch.rows);
}

/* ---- what is said */

static json_t *copy_or_null(const json_t *json)
{
    return json != NULL ? json_deep_copy(json) : json_null();
}

static json_t *input(const struct trainer_plan *plan)
{
    return json_pack("{s:o, s:o}", "shape", summary_shape(&plan->network->input_shape), "columns",
                     copy_or_null(preprocessing_columns(plan->preprocessing)));
}

static json_t *target(const struct trainer_plan *plan)
{
    const struct preprocessing *preprocessing = plan->preprocessing;
    bool is_classes = preprocessing_task(preprocessing) == TASK_CLASSES;
    return json_pack("{s:o, s:s, s:o}", "columns",
                     copy_or_null(preprocessing_targets(preprocessing)), "task",
                     is_classes ? "classes" : "values", "classes",
                     copy_or_null(preprocessing_classes(preprocessing)));
}

static json_t *learning_rate(const struct rehearsal *rehearsal)
{
    const struct trainer_plan *plan = &rehearsal->plan;
    const struct training *training = plan->setup.training;
    const struct optimizer_options *options = training->optimizer.options;
    int64_t count = smaller(plan->step_limit, CURVE_POINTS);
    json_t *steps = json_array(), *values = json_array();
    for (int64_t i = 0; i < count; i++) {
        /* Both ends are among them. */
        int64_t step =
            count > 1 ? (int64_t)((double)i * (double)(plan->step_limit - 1) / (double)(count - 1))
                      : 0;
        json_array_append_new(steps, json_integer(step + 1));
        json_array_append_new(
            values, summary_double(schedule_rate(&training->schedule, options->learning_rate, step,
                                                 plan->steps_per_epoch, plan->steps,
                                                 step_schedule_state(rehearsal->step))));
    }
    return json_pack("{s:o, s:o}", "step", steps, "value", values);
}

json_t *rehearsal_describe(const struct rehearsal *rehearsal)
{
    const struct trainer_plan *plan = &rehearsal->plan;
    int64_t batches = (rehearsal->validation_rows + plan->rows - 1) / plan->rows;
    int64_t folds = trainer_fold_count(&plan->setup), runs = folds + 1;
    json_t *json = network_describe(plan->network, plan->rows);
    json_auto_t *rest = json_pack(
        "{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "input", input(plan), "target",
        target(plan), "learning_rate", learning_rate(rehearsal), "steps",
        (json_int_t)plan->step_limit * (json_int_t)runs, "steps_per_epoch",
        (json_int_t)plan->steps_per_epoch, "epochs", (json_int_t)plan->epochs * (json_int_t)runs,
        "folds", (json_int_t)folds, "training_rows", (json_int_t)rehearsal->training_rows,
        "validation_rows", (json_int_t)rehearsal->validation_rows, "validation_batches",
        (json_int_t)batches);
    if (rest != NULL && json_object_update(json, rest) == 0)
        return json;
    json_decref(json);
    return NULL;
}
