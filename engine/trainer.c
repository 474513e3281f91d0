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
    if (plan->setup.initial == NULL)
        return 0;
    return model_copy_weights(plan->setup.initial, plan->network, trainer->parameters, error);
}

static int allocate(struct trainer *trainer, struct error *error)
{
    const struct trainer_plan *plan = &trainer->plan;
    trainer->parameters = parameters_create(plan, error);
    if (trainer->parameters == NULL)
        return -1;
    if (trainer_plan_keeps_best(plan)) {
        trainer->best_parameters = parameters_create(plan, error);
        if (trainer->best_parameters == NULL)
            return -1;
    }
    trainer->order = malloc((size_t)plan->sets.training_count * sizeof(uint32_t));
    if (trainer->order == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the order of the rows");
    trainer->best_metrics =
        metrics_create(plan->preprocessing, plan->output_elements, &plan->setup.training->metrics,
                       plan->task.binary_values, "training.metrics", error);
    trainer->step = step_create(&plan->step_setup, error);
    if (trainer->best_metrics == NULL || trainer->step == NULL)
        return -1;
    return trainer_data_create(&trainer->data, plan, error);
}

struct trainer *trainer_create(const struct trainer_setup *setup, struct error *error)
{
    struct trainer *trainer = calloc(1, sizeof *trainer);
    if (trainer == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a trainer");
        return NULL;
    }
    trainer->order_epoch = -1;
    trainer->counters.patience_value = (double)NAN;
    if (trainer_plan_make(&trainer->plan, setup, error) != 0 || allocate(trainer, error) != 0 ||
        trainer_fingerprint(&trainer->plan, trainer->fingerprint, error) != 0 ||
        start_weights(trainer, error) != 0) {
        trainer_free(trainer);
        return NULL;
    }
    return trainer;
}

void trainer_free(struct trainer *trainer)
{
    if (trainer == NULL)
        return;
    trainer_data_clear(&trainer->data);
    step_free(trainer->step);
    metrics_free(trainer->best_metrics);
    free(trainer->order);
    free(trainer->best_parameters);
    free(trainer->parameters);
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

/* The rows of the next update, in the step's input. */
static struct step_batch next_batch(struct trainer *trainer)
{
    prepare_order(trainer);
    int64_t left = trainer->data.training.count - trainer->counters.position;
    int64_t batch_size = trainer->plan.setup.training->batch_size;
    return trainer_data_fill(&trainer->data, &trainer->data.training, trainer->order,
                             trainer->counters.position, left < batch_size ? left : batch_size,
                             step_input(trainer->step));
}

static void count_batch(struct trainer *trainer, int64_t rows, double loss)
{
    struct trainer_counters *counters = &trainer->counters;
    counters->step++;
    counters->position += rows;
    counters->loss_sum += loss * (double)rows;
    if (counters->position < trainer->data.training.count)
        return;
    if (trainer_has_validation(trainer))
        trainer_validation_start(trainer);
    else
        counters->phase = PHASE_EPOCH_END;
}

static enum trainer_event train_batch(struct trainer *trainer, struct trainer_report *report,
                                      struct error *error)
{
    struct step_result result;
    struct step_batch batch = next_batch(trainer);
    enum step_outcome outcome =
        step_run(trainer->step, trainer->parameters, trainer->counters.step, &batch, &result);
    report->rows = batch.rows;
    report->step = trainer->counters.step + 1;
    report->loss = result.loss;
    report->learning_rate = result.learning_rate;
    report->gradient_norm = result.gradient_norm;
    if (outcome != STEP_DONE) {
        trainer_diverged(trainer, outcome, &batch, error);
        return TRAINER_FAILED;
    }
    count_batch(trainer, batch.rows, result.loss);
    return TRAINER_STEPPED;
}

enum trainer_event trainer_step(struct trainer *trainer, struct trainer_report *report,
                                struct error *error)
{
    struct trainer_counters *counters = &trainer->counters;
    *report = (struct trainer_report){.epoch = counters->epoch + 1, .step = counters->step};
    switch (counters->phase) {
    case PHASE_TRAINING:
        return train_batch(trainer, report, error);
    case PHASE_VALIDATING:
        if (trainer_validate_piece(trainer))
            counters->phase = PHASE_EPOCH_END;
        return TRAINER_VALIDATING;
    case PHASE_EPOCH_END:
        trainer_epoch_end(trainer, report);
        return TRAINER_EPOCH_ENDED;
    case PHASE_FINISHED:
        break;
    }
    report->epoch = counters->epoch;
    report->stopped_early = counters->stopped_early;
    return TRAINER_FINISHED;
}

struct trainer_progress trainer_progress(const struct trainer *trainer)
{
    const struct trainer_plan *plan = &trainer->plan;
    const struct trainer_counters *counters = &trainer->counters;
    const struct early_stopping_options *stopping = plan->setup.training->early_stopping;
    return (struct trainer_progress){
        .epoch = counters->epoch,
        .epochs = plan->setup.training->epochs,
        .step = counters->step,
        .steps = plan->steps,
        .rows_per_epoch = plan->sets.training_count,
        .steps_per_epoch = plan->steps_per_epoch,
        .validation_rows = plan->sets.validation_count,
        .best_epoch = counters->best_epoch,
        .best_step = counters->best_step,
        .best_value = counters->best_value,
        .best_metric = plan->monitor,
        .patience_left = stopping == NULL ? -1 : stopping->patience - counters->waited};
}
