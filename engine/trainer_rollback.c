/* Going back after a divergence. Where the run goes back to is the end of the last good epoch (or
 * the start) and not the newest checkpoint, whose place depends on the clock; a checkpoint holds
 * that snapshot beside the state.
 *
 * Good is an epoch with the lowest training loss so far, or below the first batch's: a loss that is
 * not finite comes at the end of some epochs that got worse and worse, and what they leave behind
 * is past help. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/optimizer.h"
#include "engine/trainer_state.h"

#include <assert.h>

/* COUNTERS_SIZE: more than the counters, figures and norms of a snapshot take. */
enum { ROLLBACKS_MAX = 3, COUNTERS_SIZE = 512 + 2 * sizeof(struct trainer_figures) };

bool trainer_rolls_back(const struct trainer_plan *plan)
{
    return plan->setup.training->on_divergence == DIVERGENCE_ROLLBACK;
}

int trainer_snapshot_memory(const struct trainer_plan *plan, size_t *size, struct error *error)
{
    const struct variant *variant = &plan->setup.training->optimizer;
    /* Every kind of the list is the first member of its optimizer_type. */
    const struct optimizer_type *optimizer = (const struct optimizer_type *)variant->kind;
    size_t slots = (size_t)optimizer->slot_count(variant->options);
    size_t slot_size = (size_t)plan->network->trained_count * sizeof(float), weight_size, all;
    size_t blocks = 2 + (plan->setup.training->average != NULL);
    *size = 0;
    if (!trainer_rolls_back(plan))
        return 0;
    if (size_multiply(trainer_plan_parameter_size(plan), blocks, &weight_size, error) != 0 ||
        size_multiply(slot_size, slots, &all, error) != 0 ||
        size_add(all, weight_size, &all, error) != 0 ||
        size_add(all, 2 * metrics_size(plan->metrics) + COUNTERS_SIZE, &all, error) != 0)
        return -1;
    *size = all;
    return 0;
}

static void snapshot_take(struct trainer *trainer)
{
    size_t room = trainer->snapshot.capacity;
    trainer->snapshot.size = 0;
    trainer_body_save(trainer, &trainer->snapshot);
    assert(trainer->snapshot.capacity == room);
    (void)room;
}

int trainer_snapshot_create(struct trainer *trainer, struct error *error)
{
    size_t size;
    if (trainer_snapshot_memory(&trainer->plan, &size, error) != 0)
        return -1;
    if (size == 0)
        return 0;
    bytes_extend(&trainer->snapshot, size);
    if (bytes_check(&trainer->snapshot, error) != 0)
        return -1;
    snapshot_take(trainer);
    return 0;
}

void trainer_snapshot_first(struct trainer *trainer, double loss)
{
    if (trainer->counters.step == 0)
        trainer->course.good_loss = loss;
}

void trainer_snapshot_epoch(struct trainer *trainer, double loss)
{
    if (!trainer_rolls_back(&trainer->plan) || loss > trainer->course.good_loss)
        return;
    trainer->course.good_loss = loss;
    snapshot_take(trainer);
}

enum trainer_event trainer_roll_back(struct trainer *trainer, struct trainer_report *report)
{
    struct trainer_course *course = &trainer->course;
    if (!trainer_rolls_back(&trainer->plan) || course->rollbacks == ROLLBACKS_MAX) {
        trainer->failure.failed = true;
        return TRAINER_FAILED;
    }
    trainer_body_restore(trainer, trainer->snapshot.data, trainer->snapshot.size);
    trainer->counters.phase = PHASE_TRAINING; /* where it ended there and was given more epochs */
    trainer->counters.stop = STOP_NONE;
    course->tries++; /* what is changed from here on is told from what was changed before */
    course->rollbacks++;
    course->rate_factor /= 2;
    trainer_settings_steer(trainer);
    *report = (struct trainer_report){
        .fold = report->fold,
        .epoch = trainer->folds.epochs + trainer->counters.epoch + 1,
        .step = trainer->folds.steps + trainer->counters.step,
        .learning_rate = step_learning_rate(trainer->step, trainer->counters.step)};
    return TRAINER_ROLLED_BACK;
}
