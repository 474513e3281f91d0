/* The training run as a state machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer.h"
#include "engine/trainer_state.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- life */

static float *parameters_create(const struct trainer_plan *plan, struct error *error)
{
    size_t size = trainer_plan_parameter_size(plan);
    float *parameters = aligned_alloc(64, (size + 127) / 64 * 64);
    if (parameters == NULL)
        error_set(error, ERROR_MEMORY, "out of memory for %zu bytes of weights", size);
    else
        memset(parameters, 0, size);
    return parameters;
}

static int start_weights(struct trainer *trainer, struct error *error)
{
    const struct trainer_plan *plan = &trainer->plan;
    network_initialize(plan->network, (uint64_t)plan->setup.training->seed, trainer->parameters);
    if (plan->setup.initial != NULL &&
        model_copy_weights(plan->setup.initial, plan->network, trainer->parameters, error) != 0)
        return -1;
    if (trainer->average != NULL)
        memcpy(trainer->average, trainer->parameters, trainer_plan_parameter_size(plan));
    return 0;
}

static int allocate_weights(struct trainer *trainer, struct error *error)
{
    const struct trainer_plan *plan = &trainer->plan;
    bool has_average = plan->setup.training->average != NULL;
    trainer->parameters = parameters_create(plan, error);
    trainer->average = has_average ? parameters_create(plan, error) : NULL;
    trainer->best_parameters = parameters_create(plan, error);
    bool failed = trainer->parameters == NULL || (has_average && trainer->average == NULL) ||
                  trainer->best_parameters == NULL;
    return failed ? -1 : 0;
}

static int allocate(struct trainer *trainer, struct error *error)
{
    const struct trainer_plan *plan = &trainer->plan;
    if (allocate_weights(trainer, error) != 0)
        return -1;
    trainer->update_states = malloc(trainer_state_size(plan->network) + 1);
    trainer->order = malloc((size_t)plan->sets.training_count * sizeof(uint32_t));
    if (trainer->order == NULL || trainer->update_states == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the order of the rows");
    trainer->best_metrics = metrics_create(plan->preprocessing, plan->output_elements,
                                           plan->setup.training->metrics, plan->task.binary_values,
                                           plan->sets.validation_count, "training.metrics", error);
    trainer->step = step_create(&plan->step_setup, error);
    if (trainer->best_metrics == NULL || trainer->step == NULL)
        return -1;
    if (trainer_augment_create(&trainer->augment, plan, error) != 0)
        return -1;
    return trainer_data_create(&trainer->data, plan, error);
}

struct trainer *trainer_create_round(const struct trainer_setup *setup,
                                     const struct trainer_round *round, struct error *error)
{
    struct trainer *trainer = calloc(1, sizeof *trainer);
    if (trainer == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a trainer");
        return NULL;
    }
    trainer->order_epoch = -1;
    trainer->counters.patience_value = (double)NAN;
    trainer->course = (struct trainer_course){.rate_factor = 1, .good_loss = (double)NAN};
    if (trainer_plan_make(&trainer->plan, setup, round, error) != 0 ||
        allocate(trainer, error) != 0 ||
        trainer_fingerprint(&trainer->plan, trainer->fingerprint, error) != 0 ||
        trainer_settings_open(trainer, error) != 0 || start_weights(trainer, error) != 0 ||
        trainer_snapshot_create(trainer, error) != 0) {
        trainer_free(trainer);
        return NULL;
    }
    trainer_name_figures(trainer);
    return trainer;
}

struct trainer *trainer_create(const struct trainer_setup *setup, struct error *error)
{
    struct trainer_round first = trainer_round_first(setup);
    struct trainer *trainer = trainer_create_round(setup, &first, error);
    if (trainer != NULL &&
        trainer_folds_create(&trainer->folds, trainer_fold_count(setup), error) != 0) {
        trainer_free(trainer);
        return NULL;
    }
    return trainer;
}

void trainer_adopt(struct trainer *trainer, struct trainer *next_taken)
{
    struct trainer old = *trainer;
    struct trainer_folds folds = trainer->folds;
    *trainer = *next_taken;
    trainer->folds = folds;
    trainer->data.plan = &trainer->plan;
    *next_taken = old;
    next_taken->folds = (struct trainer_folds){0};
    trainer_free(next_taken);
}

void trainer_free(struct trainer *trainer)
{
    if (trainer == NULL)
        return;
    trainer_folds_clear(&trainer->folds);
    trainer_data_clear(&trainer->data);
    trainer_augment_clear(&trainer->augment);
    step_free(trainer->step);
    metrics_free(trainer->best_metrics);
    free(trainer->order);
    free(trainer->update_states);
    free(trainer->best_parameters);
    free(trainer->watched);
    free(trainer->average);
    free(trainer->parameters);
    bytes_clear(&trainer->snapshot);
    trainer_settings_free(trainer->settings);
    trainer_plan_clear(&trainer->plan);
    free(trainer);
}

/* ---- running */

static void prepare_order(struct trainer *trainer)
{
    const struct training *training = trainer->plan.setup.training;
    if (trainer->order_epoch == trainer->counters.epoch)
        return;
    sampler_order((uint64_t)training->seed, trainer->counters.epoch, training->shuffle,
                  trainer->order, trainer->data.training.count);
    trainer->order_epoch = trainer->counters.epoch;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Rows of the next update, which takes what is left of the epoch at most. */
static int64_t update_rows(const struct trainer *trainer)
{
    return smaller(trainer->plan.update_rows,
                   trainer->data.training.count - trainer->counters.position);
}

/* The next batch of the update, augmented, in the step's input. */
static struct step_batch next_batch(struct trainer *trainer)
{
    prepare_order(trainer);
    float *x = step_input(trainer->step);
    struct step_batch batch =
        trainer_data_fill(&trainer->data, &trainer->data.training, trainer->order,
                          trainer->counters.position + trainer->update_done,
                          smaller(trainer->plan.setup.training->batch_size,
                                  update_rows(trainer) - trainer->update_done),
                          x);
    return trainer_augment_run(&trainer->augment, trainer->counters.epoch, trainer->data.rows,
                               &batch, x);
}

/* The number of the next batch among all of the run: the key of its random draws. */
static int64_t batch_number(const struct trainer *trainer)
{
    int64_t size = trainer->plan.setup.training->batch_size;
    int64_t per_epoch = (trainer->data.training.count + size - 1) / size;
    return trainer->counters.epoch * per_epoch +
           (trainer->counters.position + trainer->update_done) / size;
}

static void count_update(struct trainer *trainer, int64_t rows, double loss)
{
    struct trainer_counters *counters = &trainer->counters;
    trainer->course.tries++;
    trainer->gradient_step = ++counters->step;
    counters->position += rows;
    counters->loss_sum += loss * (double)rows;
    trainer->update_done = 0;
    if (counters->position < trainer->data.training.count &&
        counters->step < trainer->plan.step_limit)
        return;
    if (trainer_has_validation(trainer))
        trainer_validation_start(trainer);
    else
        counters->phase = PHASE_EPOCH_END;
}

static void fill_step_report(const struct trainer *trainer, struct trainer_report *report)
{
    report->rows = update_rows(trainer);
    report->step++;
    report->loss = trainer->update.loss;
    report->learning_rate = trainer->update.learning_rate;
    report->gradient_norm = trainer->update.gradient_norm;
}

static void begin_update(struct trainer *trainer)
{
    const struct network *network = trainer->plan.network;
    memcpy(trainer->update_states, trainer->parameters + network->trained_count,
           trainer_state_size(network));
    step_begin(trainer->step, &trainer->update);
}

/* One batch; the update with the last one of it. */
static enum trainer_event train_batch(struct trainer *trainer, struct trainer_report *report,
                                      struct error *error)
{
    struct step *step = trainer->step;
    int64_t rows = update_rows(trainer);
    struct step_batch batch = next_batch(trainer);
    if (trainer->update_done == 0)
        begin_update(trainer);
    enum step_outcome outcome =
        step_add(step, trainer->parameters, batch_number(trainer), &batch, rows, &trainer->update);
    trainer->update_done += batch.rows;
    bool is_complete = trainer->update_done == rows;
    if (outcome == STEP_DONE && is_complete)
        outcome = step_end(step, trainer->parameters, trainer->counters.step, &trainer->update);
    fill_step_report(trainer, report);
    if (outcome != STEP_DONE) {
        trainer_diverged(trainer, outcome, &batch, error);
        return trainer_roll_back(trainer, report);
    }
    if (!is_complete)
        return TRAINER_WORKED;
    trainer_watch_update(trainer, rows);
    step_update(step, trainer->parameters, trainer->counters.step, &trainer->update);
    trainer_average_add(trainer);
    trainer_snapshot_first(trainer, trainer->update.loss);
    trainer->norms[trainer->counters.step % NORMS_KEPT] = trainer->update.gradient_norm;
    count_update(trainer, rows, trainer->update.loss);
    return TRAINER_STEPPED;
}

static enum trainer_event finish(struct trainer *trainer, struct trainer_report *report,
                                 struct error *error)
{
    report->epoch--;
    report->stop = trainer->counters.stop;
    if (!trainer_has_next_round(trainer))
        return TRAINER_FINISHED;
    return trainer_next_round(trainer, report, error) == 0 ? TRAINER_FOLD_ENDED : TRAINER_FAILED;
}

/* All but the metrics behind metric_count: clearing those takes as long as a small network's step.
 */
static void start_report(const struct trainer *trainer, struct trainer_report *report)
{
    report->fold = trainer->plan.round.fold + 1;
    report->epoch = trainer->folds.epochs + trainer->counters.epoch + 1;
    report->step = trainer->folds.steps + trainer->counters.step;
    report->rows = 0;
    report->loss = report->learning_rate = report->gradient_norm = 0;
    report->metric_count = 0;
    report->is_best = false;
    report->stop = STOP_NONE;
}

enum trainer_event trainer_step(struct trainer *trainer, struct trainer_report *report,
                                struct error *error)
{
    struct trainer_counters *counters = &trainer->counters;
    start_report(trainer, report);
    switch (counters->phase) {
    case PHASE_TRAINING:
        return train_batch(trainer, report, error);
    case PHASE_VALIDATING:
        if (trainer_validate_piece(trainer))
            counters->phase = PHASE_EPOCH_END;
        return TRAINER_WORKED;
    case PHASE_EPOCH_END:
        trainer_epoch_end(trainer, report);
        trainer_snapshot_epoch(trainer, trainer->last_figures.values[0]);
        return TRAINER_EPOCH_ENDED;
    case PHASE_FINISHED:
        break;
    }
    return finish(trainer, report, error);
}

/* Epochs and steps of the rounds that are not complete, as far as can be said: folds of other sizes
 * may take a step more or less, and may stop early. */
static int64_t rounds_left(const struct trainer *trainer)
{
    int64_t folds = trainer_fold_count(&trainer->plan.setup);
    return folds == 0 ? 1 : folds + 1 - trainer->folds.done;
}

struct trainer_progress trainer_progress(const struct trainer *trainer)
{
    const struct trainer_plan *plan = &trainer->plan;
    const struct trainer_counters *counters = &trainer->counters;
    const struct trainer_folds *folds = &trainer->folds;
    /* Patience may have been cut to less than the run has waited. */
    int64_t left = plan->stopping == NULL ? -1 : plan->stopping->patience - counters->waited;
    return (struct trainer_progress){
        .fold = folds->done,
        .folds = trainer_fold_count(&plan->setup),
        .epoch = folds->epochs + counters->epoch,
        .epochs = folds->epochs + plan->epochs * rounds_left(trainer),
        .step = folds->steps + counters->step,
        .steps = folds->steps + plan->step_limit * rounds_left(trainer),
        .epoch_end_step = folds->steps + counters->epoch_end_step,
        .rows_per_epoch = plan->sets.training_count,
        .steps_per_epoch = plan->steps_per_epoch,
        .validation_rows = plan->sets.validation_count,
        .best_epoch = counters->best_epoch == 0 ? 0 : folds->epochs + counters->best_epoch,
        .best_step = counters->best_epoch == 0 ? 0 : folds->steps + counters->best_step,
        .best_value = counters->best_value,
        .best_metric = plan->monitor,
        .patience_left = plan->stopping != NULL && left < 0 ? 0 : left,
        .tries = trainer->course.tries,
        .changes = trainer->course.changes};
}
