/* The end of an epoch: its figures, whether they are the best, whether to stop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void trainer_name_figures(struct trainer *trainer)
{
    const char *names[METRICS_MAX];
    int count = metrics_names(trainer->plan.metrics, names);
    snprintf(trainer->figure_names[0], FIGURE_NAME_SIZE, "train_loss");
    snprintf(trainer->figure_names[1], FIGURE_NAME_SIZE, "val_loss");
    for (int i = 0; i < count; i++)
        snprintf(trainer->figure_names[i + 2], FIGURE_NAME_SIZE, "val_%s", names[i]);
}

static void gather_figures(struct trainer *trainer)
{
    struct trainer_figures *figures = &trainer->last_figures;
    struct metric_value values[METRICS_MAX];
    figures->count = 0;
    figures->values[figures->count++] =
        trainer->counters.loss_sum / (double)trainer->counters.position;
    if (!trainer_has_validation(trainer))
        return;
    figures->values[figures->count++] =
        trainer->validation_loss_sum / (double)trainer->data.validation.count;
    int count = metrics_values(trainer->plan.metrics, values);
    for (int i = 0; i < count; i++)
        figures->values[figures->count++] = values[i].value;
}

static void report_figures(const struct trainer *trainer, struct trainer_report *report)
{
    report->metric_count = trainer->last_figures.count;
    assert((size_t)report->metric_count <= ARRAY_COUNT(report->metrics));
    for (int i = 0; i < report->metric_count; i++) {
        report->metrics[i].name = trainer->figure_names[i];
        report->metrics[i].value = trainer->last_figures.values[i];
    }
}

/* The monitor, what the schedule watches, and every goal, is always one of the figures. */
static double figure_find(const struct trainer_report *report, const char *name)
{
    int i = 0;
    while (strcmp(report->metrics[i].name, name) != 0) {
        i++;
        assert(i < report->metric_count);
    }
    return report->metrics[i].value;
}

/* Whether `value` is better than `than` by more than `by`. NaN never is; where there is
 * nothing yet (NaN), any number is. */
static bool is_better(const char *monitor, double value, double than, double by)
{
    if (isnan(value) || isnan(than))
        return !isnan(value);
    return metric_higher_is_better(monitor) ? value > than + by : value < than - by;
}

static bool keep_best(struct trainer *trainer, double value)
{
    struct trainer_counters *counters = &trainer->counters;
    double best = counters->best_epoch == 0 ? (double)NAN : counters->best_value;
    bool is_best = is_better(trainer->plan.monitor, value, best, 0);
    if (is_best || !trainer_plan_keeps_best(&trainer->plan))
        memcpy(trainer->best_parameters, trainer_result_parameters(trainer),
               trainer_plan_parameter_size(&trainer->plan));
    if (!is_best)
        return false;
    counters->best_epoch = counters->epoch;
    counters->best_step = counters->step;
    counters->best_value = value;
    metrics_copy(trainer->best_metrics, trainer->plan.metrics);
    trainer->best_figures = trainer->last_figures;
    return true;
}

/* Whether patience has run out. */
static bool lose_patience(struct trainer *trainer, double value)
{
    const struct early_stopping_options *stopping = trainer->plan.stopping;
    struct trainer_counters *counters = &trainer->counters;
    if (stopping == NULL)
        return false;
    if (is_better(trainer->plan.monitor, value, counters->patience_value, stopping->min_delta)) {
        counters->patience_value = value;
        counters->waited = 0;
        return false;
    }
    counters->waited++;
    return counters->waited >= stopping->patience;
}

static void tell_schedule(struct trainer *trainer, const struct trainer_report *report)
{
    const char *figure = trainer->plan.schedule_figure;
    if (figure != NULL)
        schedule_epoch_ended(&trainer->plan.setup.training->schedule,
                             step_schedule_state(trainer->step), figure,
                             figure_find(report, figure));
}

/* Whether limits.target is met, all of it. */
static bool reaches_goals(const struct trainer *trainer, const struct trainer_report *report)
{
    const struct trainer_plan *plan = &trainer->plan;
    for (int i = 0; i < plan->goal_count; i++) {
        double value = figure_find(report, plan->goals[i].name), goal = plan->goals[i].value;
        bool is_reached =
            metric_higher_is_better(plan->goals[i].name) ? value >= goal : value <= goal;
        if (!is_reached)
            return false;
    }
    return plan->goal_count > 0;
}

/* The run that reaches its last epoch anyway does not count as stopped. */
static enum trainer_stop find_stop(const struct trainer *trainer,
                                   const struct trainer_report *report, bool lost_patience)
{
    if (trainer->counters.epoch >= trainer->plan.epochs)
        return STOP_EPOCHS;
    if (lost_patience)
        return STOP_PATIENCE;
    if (reaches_goals(trainer, report))
        return STOP_TARGET;
    return trainer->counters.step >= trainer->plan.step_limit ? STOP_STEPS : STOP_NONE;
}

void trainer_epoch_end(struct trainer *trainer, struct trainer_report *report)
{
    struct trainer_counters *counters = &trainer->counters;
    counters->epoch++;
    trainer->is_watched = false;
    counters->epoch_end_step = counters->step;
    gather_figures(trainer);
    report_figures(trainer, report);
    double value = figure_find(report, trainer->plan.monitor);
    report->is_best = keep_best(trainer, value);
    tell_schedule(trainer, report);
    counters->stop = find_stop(trainer, report, lose_patience(trainer, value));
    report->stop = counters->stop;
    counters->phase = counters->stop == STOP_NONE ? PHASE_TRAINING : PHASE_FINISHED;
    counters->position = 0;
    counters->loss_sum = 0;
}
