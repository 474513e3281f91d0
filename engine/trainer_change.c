/* What a run trains by: the document's training, with what was changed since. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_change.h"
#include "engine/optimizer.h"
#include "engine/schedule.h"
#include "engine/trainer_state.h"
#include "engine/training_ranges.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct field trainer_change_fields[] = {
    FIELD_NUMBER(struct trainer_change, learning_rate, LEARNING_RATE_RANGE, .number = (double)NAN,
                 .flags = FIELD_NULLABLE, .help = "step size before the schedule"),
    FIELD_VARIANT(struct trainer_change, schedule, .kinds = schedule_kinds,
                  .help = "the learning rate over time"),
    FIELD_INTEGER(struct trainer_change, epochs, EPOCHS_RANGE, .flags = FIELD_NULLABLE,
                  .help = "passes over the training rows, in all"),
    FIELD_INTEGER(struct trainer_change, steps, STEPS_RANGE, .flags = FIELD_NULLABLE,
                  .help = "updates, in all, as training.limits has them"),
    FIELD_INTEGER(struct trainer_change, patience, PATIENCE_RANGE, .flags = FIELD_NULLABLE,
                  .help = "epochs without improvement before it stops"),
    FIELD_NUMBER(struct trainer_change, l1, PENALTY_RANGE, .number = (double)NAN,
                 .flags = FIELD_NULLABLE,
                 .help = "penalty on the magnitude of kernels, where a layer sets none"),
    FIELD_NUMBER(struct trainer_change, l2, PENALTY_RANGE, .number = (double)NAN,
                 .flags = FIELD_NULLABLE,
                 .help = "penalty on the square of kernels, where a layer sets none"),
    FIELD_END};

const struct kind trainer_change_kind = {
    .name = "change",
    .help = "new values for a run that goes on; what is absent or null stays",
    .size = sizeof(struct trainer_change),
    .fields = trainer_change_fields};

int trainer_change_check(const struct trainer_change *change, const struct training *training,
                         struct error *error)
{
    if (change->patience != 0 && training->early_stopping == NULL)
        return error_set_at(error, ERROR_INVALID, "patience",
                            "means something to a job with training.early_stopping, and this one "
                            "has none");
    /* What the whole document must satisfy holds for the changed one, too. */
    struct training changed = *training;
    if (change->schedule.kind != NULL)
        changed.schedule = change->schedule;
    if (change->epochs != 0)
        changed.epochs = change->epochs;
    return training_kind.check(&changed, "", error);
}

/* ---- settings */

static struct optimizer_options *optimizer_options(struct trainer_settings *settings)
{
    return settings->optimizer.options; /* begins every optimizer's options */
}

static int copy_variant(const struct variant *from, const char *path, struct variant *to,
                        struct error *error)
{
    const struct kind *const kinds[] = {from->kind, NULL};
    json_t *json = from->kind == NULL ? NULL : fields_write_variant(from);
    if (from->kind != NULL && json == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a copy of %s", path);
    int result = json == NULL ? 0 : fields_read_variant(kinds, json, to, path, error);
    json_decref(json);
    return result;
}

int trainer_settings_open(struct trainer *trainer, struct error *error)
{
    const struct training *document = trainer->plan.setup.training;
    struct trainer_settings *settings = trainer->settings = calloc(1, sizeof *settings);
    if (settings == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a trainer");
    settings->document = document;
    settings->training = *document;
    if (copy_variant(&document->optimizer, "training.optimizer", &settings->optimizer, error) !=
            0 ||
        copy_variant(&document->schedule, "training.schedule", &settings->schedule, error) != 0)
        return -1;
    settings->training.optimizer = settings->optimizer;
    settings->training.schedule = settings->schedule;
    settings->limits = (struct limit_options){.seconds = (double)NAN};
    if (document->limits != NULL) {
        settings->limits = *document->limits;
        settings->training.limits = &settings->limits;
    }
    if (document->early_stopping != NULL) {
        settings->early_stopping = *document->early_stopping;
        settings->training.early_stopping = &settings->early_stopping;
    }
    trainer_settings_steer(trainer);
    return 0;
}

void trainer_settings_free(struct trainer_settings *settings)
{
    if (settings == NULL)
        return;
    variant_clear(&settings->optimizer);
    variant_clear(&settings->schedule);
    free(settings);
}

struct trainer_setup trainer_document_setup(const struct trainer *trainer)
{
    struct trainer_setup setup = trainer->plan.setup;
    setup.training = trainer->settings->document;
    return setup;
}

void trainer_settings_steer(struct trainer *trainer)
{
    struct trainer_plan *plan = &trainer->plan;
    const struct training *training = &trainer->settings->training;
    plan->setup.training = plan->step_setup.training = training;
    plan->stopping = plan->round.is_last ? NULL : training->early_stopping;
    plan->step_limit = trainer_plan_step_limit(plan, plan->epochs, trainer_step_limit(training));
    plan->schedule_figure = trainer_plan_schedule_figure(plan, &training->schedule);
    step_set_course(trainer->step, training, plan->steps, trainer->course.rate_factor);
}

void trainer_settings_pass(struct trainer *from, struct trainer *to)
{
    struct trainer_settings *settings = to->settings;
    double good_loss = to->course.good_loss;
    to->settings = from->settings;
    from->settings = settings;
    to->course = from->course;
    to->course.good_loss = good_loss;
    if (to->plan.round.epochs == 0)
        trainer_plan_set_epochs(&to->plan, to->settings->training.epochs);
    trainer_settings_steer(to);
    trainer_settings_steer(from);
}

/* All values but the epochs, whose meaning depends on where the run stands. */
static void settings_put(struct trainer_settings *settings, struct trainer_change *change)
{
    if (!isnan(change->learning_rate))
        optimizer_options(settings)->learning_rate = change->learning_rate;
    if (change->schedule.kind != NULL) {
        variant_clear(&settings->schedule);
        settings->schedule = settings->training.schedule = change->schedule;
        change->schedule = (struct variant){.kind = NULL};
    }
    if (change->steps != 0) {
        settings->limits.steps = change->steps;
        settings->training.limits = &settings->limits;
    }
    if (change->patience != 0)
        settings->early_stopping.patience = change->patience;
    if (!isnan(change->l1))
        settings->training.l1 = change->l1;
    if (!isnan(change->l2))
        settings->training.l2 = change->l2;
}

/* ---- in checkpoints */

int trainer_settings_save(const struct trainer *trainer, struct bytes *bytes, struct error *error)
{
    const struct training *training = &trainer->settings->training;
    const struct optimizer_options *optimizer = training->optimizer.options;
    const struct early_stopping_options *stopping = training->early_stopping;
    const struct trainer_change all = {.learning_rate = optimizer->learning_rate,
                                       .schedule = training->schedule,
                                       .epochs = training->epochs,
                                       .steps = trainer_step_limit(training),
                                       .patience = stopping == NULL ? 0 : stopping->patience,
                                       .l1 = training->l1,
                                       .l2 = training->l2};
    json_t *json = fields_write(&trainer_change_kind, &all);
    char *text = json == NULL ? NULL : fields_print(json);
    json_decref(json);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a checkpoint");
    bytes_append_string(bytes, text);
    free(text);
    return 0;
}

int trainer_settings_read(struct bytes_reader *reader, struct trainer_change *settings,
                          struct error *error)
{
    struct error reason = {0};
    char *text = bytes_read_string(reader);
    json_t *json = text == NULL ? NULL : fields_parse(text, strlen(text), &reason);
    int result = json == NULL ? -1 : fields_read(&trainer_change_kind, json, settings, "", &reason);
    json_decref(json);
    free(text);
    if (result == 0 && settings->epochs > 0)
        return 0;
    if (result == 0)
        fields_clear(&trainer_change_kind, settings);
    return error_set(error, reason.code == ERROR_MEMORY ? ERROR_MEMORY : ERROR_CORRUPT,
                     "the checkpoint's settings cannot be read");
}

void trainer_settings_restore(struct trainer *trainer, struct trainer_change *settings_taken)
{
    trainer->settings->training.epochs = settings_taken->epochs;
    trainer->settings->limits.steps = settings_taken->steps;
    settings_put(trainer->settings, settings_taken);
    trainer_settings_steer(trainer);
}

/* ---- changes */

bool trainer_takes_changes(const struct trainer *trainer)
{
    enum trainer_phase phase = trainer->counters.phase;
    return (phase == PHASE_TRAINING && trainer->update_done == 0) || phase == PHASE_FINISHED;
}

struct trainer_place trainer_next_place(const struct trainer *trainer)
{
    int64_t under_way = trainer->update_done > 0;
    return (struct trainer_place){.step = trainer->folds.steps + trainer->counters.step + under_way,
                                  .tries = trainer->course.tries + under_way};
}

/* Whether a run that has ended would go on with so many epochs. */
static bool would_go_on(const struct trainer *trainer, int64_t epochs)
{
    const struct trainer_counters *counters = &trainer->counters;
    return counters->stop == STOP_EPOCHS && epochs > counters->epoch &&
           counters->step <
               trainer_plan_step_limit(&trainer->plan, epochs,
                                       trainer_step_limit(&trainer->settings->training));
}

int trainer_change_due(const struct trainer *trainer, const struct trainer_change *change,
                       struct error *error)
{
    if (trainer->counters.phase != PHASE_FINISHED || trainer_has_next_round(trainer) ||
        would_go_on(trainer, change->epochs))
        return 0;
    return error_set(error, ERROR_CONFLICT, "the run has done its last step");
}

/* The epoch that the run is in is ended; one that has ended is not begun again. */
static void change_epochs(struct trainer *trainer, int64_t epochs)
{
    struct trainer_counters *counters = &trainer->counters;
    int64_t least = counters->epoch + (counters->position > 0);
    trainer->settings->training.epochs = epochs;
    if (counters->phase == PHASE_FINISHED && would_go_on(trainer, epochs)) {
        counters->phase = PHASE_TRAINING;
        counters->stop = STOP_NONE;
    }
    trainer_plan_set_epochs(&trainer->plan, epochs > least ? epochs : least);
    if (counters->phase == PHASE_TRAINING && counters->epoch == trainer->plan.epochs) {
        counters->phase = PHASE_FINISHED;
        counters->stop = STOP_EPOCHS;
    }
}

void trainer_apply(struct trainer *trainer, struct trainer_change *change_taken)
{
    assert(trainer_takes_changes(trainer));
    if (!isnan(change_taken->learning_rate))
        trainer->course.rate_factor = 1;
    if (!isnan(change_taken->l1) || !isnan(change_taken->l2))
        trainer->course.good_loss = (double)NAN; /* other penalties make another loss */
    if (change_taken->epochs != 0)
        change_epochs(trainer, change_taken->epochs);
    if (change_taken->steps != 0 && change_taken->steps <= trainer->counters.step)
        change_taken->steps = trainer->counters.step + 1;
    if (change_taken->schedule.kind != NULL)
        schedule_state_start(step_schedule_state(trainer->step));
    settings_put(trainer->settings, change_taken);
    trainer->course.changes++;
    trainer_settings_steer(trainer);
    fields_clear(&trainer_change_kind, change_taken);
}
