/* The end of an epoch: its figures, whether they are the best, whether to stop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_state.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_figure(struct trainer_report *report, const char *prefix, const char *name,
                       double value)
{
    int index = report->metric_count++;
    assert((size_t)index < ARRAY_COUNT(report->metrics));
    snprintf(report->metrics[index].name, sizeof report->metrics[index].name, "%s%s", prefix, name);
    report->metrics[index].value = value;
}

static void fill_figures(const struct trainer *trainer, struct trainer_report *report)
{
    add_figure(report, "", "train_loss",
               trainer->counters.loss_sum / (double)trainer->data.training.count);
    if (!trainer_has_validation(trainer))
        return;
    add_figure(report, "", "val_loss",
               trainer->validation_loss_sum / (double)trainer->data.validation.count);
    struct metric_value values[METRICS_MAX];
    int count = metrics_values(trainer->plan.metrics, values);
    for (int i = 0; i < count; i++)
        add_figure(report, "val_", values[i].name, values[i].value);
}

/* The monitor is always one of the figures. */
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
    if (!is_better(trainer->plan.monitor, value, best, 0))
        return false;
    counters->best_epoch = counters->epoch;
    counters->best_step = counters->step;
    counters->best_value = value;
    if (trainer->best_parameters != NULL)
        memcpy(trainer->best_parameters, trainer->parameters,
               (size_t)trainer->plan.network->parameter_count * sizeof(float));
    metrics_copy(trainer->best_metrics, trainer->plan.metrics);
    return true;
}

/* Whether patience has run out. */
static bool lose_patience(struct trainer *trainer, double value)
{
    const struct early_stopping_options *stopping = trainer->plan.setup.training->early_stopping;
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

void trainer_epoch_end(struct trainer *trainer, struct trainer_report *report)
{
    struct trainer_counters *counters = &trainer->counters;
    counters->epoch++;
    fill_figures(trainer, report);
    double value = figure_find(report, trainer->plan.monitor);
    report->is_best = keep_best(trainer, value);
    bool is_last = counters->epoch == trainer->plan.setup.training->epochs;
    counters->stopped_early = lose_patience(trainer, value) && !is_last;
    report->stopped_early = counters->stopped_early;
    counters->phase = counters->stopped_early || is_last ? PHASE_FINISHED : PHASE_TRAINING;
    counters->position = 0;
    counters->loss_sum = 0;
}
