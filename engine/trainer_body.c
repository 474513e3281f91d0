/* The part of a run's state that a rollback takes back, as bytes: counters, the schedule's state,
 * figures of the last and the best epoch, gradient norms, metrics of both, weights, optimizer
 * state, best weights, averaged weights. Floats are as they lie in memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <string.h>

/* ---- saving */

static size_t slot_size(const struct trainer *trainer)
{
    return (size_t)trainer->plan.network->trained_count * sizeof(float);
}

static void save_counters(const struct trainer *trainer, struct bytes *bytes)
{
    const struct trainer_counters *counters = &trainer->counters;
    bytes_append_u32(bytes, (uint32_t)counters->phase);
    bytes_append_u64(bytes, (uint64_t)counters->epoch);
    bytes_append_u64(bytes, (uint64_t)counters->step);
    bytes_append_u64(bytes, (uint64_t)counters->epoch_end_step);
    bytes_append_u64(bytes, (uint64_t)counters->position);
    bytes_append_f64(bytes, counters->loss_sum);
    bytes_append_u64(bytes, (uint64_t)counters->best_epoch);
    bytes_append_u64(bytes, (uint64_t)counters->best_step);
    bytes_append_f64(bytes, counters->best_value);
    bytes_append_f64(bytes, counters->patience_value);
    bytes_append_u64(bytes, (uint64_t)counters->waited);
    bytes_append_u32(bytes, (uint32_t)counters->stop);
}

static void save_schedule(const struct schedule_state *state, struct bytes *bytes)
{
    bytes_append_f64(bytes, state->best);
    bytes_append_u64(bytes, (uint64_t)state->waited);
    bytes_append_u64(bytes, (uint64_t)state->resting);
    bytes_append_u64(bytes, (uint64_t)state->reductions);
}

void trainer_figures_save(const struct trainer_figures *figures, struct bytes *bytes)
{
    bytes_append_u32(bytes, (uint32_t)figures->count);
    for (int i = 0; i < figures->count; i++)
        bytes_append_f64(bytes, figures->values[i]);
}

static void save_floats(const struct trainer *trainer, struct bytes *bytes)
{
    size_t size = trainer_plan_parameter_size(&trainer->plan);
    bytes_append(bytes, trainer->parameters, slot_size(trainer));
    bytes_append(bytes,
                 trainer->update_done > 0
                     ? trainer->update_states
                     : trainer->parameters + trainer->plan.network->trained_count,
                 size - slot_size(trainer));
    for (int i = 0; i < step_slot_count(trainer->step); i++)
        bytes_append(bytes, step_slot(trainer->step, i), slot_size(trainer));
    bytes_append(bytes, trainer->best_parameters, size);
    if (trainer->average != NULL)
        bytes_append(bytes, trainer->average, size);
}

void trainer_body_save(const struct trainer *trainer, struct bytes *bytes)
{
    save_counters(trainer, bytes);
    save_schedule(step_schedule_state(trainer->step), bytes);
    trainer_figures_save(&trainer->last_figures, bytes);
    trainer_figures_save(&trainer->best_figures, bytes);
    for (int i = 0; i < NORMS_KEPT; i++)
        bytes_append_f64(bytes, trainer->norms[i]);
    metrics_save(trainer->plan.metrics, bytes);
    metrics_save(trainer->best_metrics, bytes);
    save_floats(trainer, bytes);
}

/* ---- restoring */

static void read_counters(struct bytes_reader *reader, struct trainer_counters *counters)
{
    counters->phase = bytes_read_u32(reader);
    counters->epoch = (int64_t)bytes_read_u64(reader);
    counters->step = (int64_t)bytes_read_u64(reader);
    counters->epoch_end_step = (int64_t)bytes_read_u64(reader);
    counters->position = (int64_t)bytes_read_u64(reader);
    counters->loss_sum = bytes_read_f64(reader);
    counters->best_epoch = (int64_t)bytes_read_u64(reader);
    counters->best_step = (int64_t)bytes_read_u64(reader);
    counters->best_value = bytes_read_f64(reader);
    counters->patience_value = bytes_read_f64(reader);
    counters->waited = (int64_t)bytes_read_u64(reader);
    counters->stop = bytes_read_u32(reader);
}

static void read_schedule(struct bytes_reader *reader, struct schedule_state *state)
{
    state->best = bytes_read_f64(reader);
    state->waited = (int64_t)bytes_read_u64(reader);
    state->resting = (int64_t)bytes_read_u64(reader);
    state->reductions = (int64_t)bytes_read_u64(reader);
}

bool trainer_figures_read(struct bytes_reader *reader, struct trainer_figures *figures)
{
    uint32_t count = bytes_read_u32(reader);
    if (count > ARRAY_COUNT(figures->values))
        return false;
    figures->count = (int)count;
    for (uint32_t i = 0; i < count; i++)
        figures->values[i] = bytes_read_f64(reader);
    return true;
}

/* Whether the counters are a state that this run can be in, with so many epochs, and steps
 * where `limit` is not 0. */
static bool are_possible(const struct trainer_plan *plan, const struct trainer_counters *counters,
                         int64_t epochs, int64_t limit)
{
    int64_t rows = plan->sets.training_count, batch = plan->update_rows;
    int64_t step_limit = trainer_plan_step_limit(plan, epochs, limit);
    if (counters->epoch < 0 || counters->epoch > epochs || counters->position < 0 ||
        counters->position > rows || counters->best_epoch < 0 ||
        counters->best_epoch > counters->epoch || counters->waited < 0 ||
        counters->epoch_end_step < 0 ||
        counters->epoch_end_step > counters->epoch * plan->steps_per_epoch ||
        counters->stop > STOP_EPOCHS)
        return false;
    int64_t steps = counters->position / batch + (counters->position % batch != 0);
    if (counters->step != counters->epoch_end_step + steps || counters->step > step_limit)
        return false;
    bool epoch_is_done = counters->position == rows || counters->step == step_limit;
    switch (counters->phase) {
    case PHASE_TRAINING:
        return counters->epoch < epochs && !epoch_is_done && counters->position % batch == 0;
    case PHASE_VALIDATING:
        return counters->epoch < epochs && epoch_is_done && plan->sets.validation_count > 0;
    case PHASE_EPOCH_END:
        return counters->epoch < epochs && epoch_is_done;
    case PHASE_FINISHED:
        return counters->position == 0;
    }
    return false;
}

static bool is_schedule_possible(const struct schedule_state *state, int64_t epoch)
{
    return state->waited >= 0 && state->waited <= epoch && state->resting >= 0 &&
           state->reductions >= 0 && state->reductions <= epoch;
}

static size_t float_size(const struct trainer *trainer)
{
    size_t blocks = 2 + (trainer->average != NULL);
    return trainer_plan_parameter_size(&trainer->plan) * blocks +
           slot_size(trainer) * (size_t)step_slot_count(trainer->step);
}

static void restore_floats(struct trainer *trainer, const uint8_t *from)
{
    size_t size = trainer_plan_parameter_size(&trainer->plan);
    memcpy(trainer->parameters, from, size);
    from += size;
    for (int i = 0; i < step_slot_count(trainer->step); i++, from += slot_size(trainer))
        memcpy(step_slot(trainer->step, i), from, slot_size(trainer));
    memcpy(trainer->best_parameters, from, size);
    if (trainer->average != NULL)
        memcpy(trainer->average, from + size, size);
}

bool trainer_body_check(const struct trainer *trainer, struct bytes_reader reader, int64_t epochs,
                        int64_t limit)
{
    struct trainer_counters counters;
    struct schedule_state schedule;
    struct trainer_figures figures;
    read_counters(&reader, &counters);
    read_schedule(&reader, &schedule);
    bool has_figures =
        trainer_figures_read(&reader, &figures) && trainer_figures_read(&reader, &figures);
    size_t rest =
        NORMS_KEPT * sizeof(double) + 2 * metrics_size(trainer->plan.metrics) + float_size(trainer);
    return has_figures && !reader.failed && reader.size - reader.at == rest &&
           are_possible(&trainer->plan, &counters, epochs, limit) &&
           is_schedule_possible(&schedule, counters.epoch);
}

void trainer_body_restore(struct trainer *trainer, const void *body, size_t size)
{
    struct bytes_reader reader = {.data = body, .size = size};
    read_counters(&reader, &trainer->counters);
    read_schedule(&reader, step_schedule_state(trainer->step));
    trainer_figures_read(&reader, &trainer->last_figures);
    trainer_figures_read(&reader, &trainer->best_figures);
    for (int i = 0; i < NORMS_KEPT; i++)
        trainer->norms[i] = bytes_read_f64(&reader);
    metrics_restore(trainer->plan.metrics, &reader);
    metrics_restore(trainer->best_metrics, &reader);
    restore_floats(trainer, bytes_read(&reader, float_size(trainer)));
    trainer->order_epoch = -1;
    trainer->update_done = 0;
}
