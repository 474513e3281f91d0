/* What a run is measured by: the figure that tells which epoch is the best, and figures that are
 * good enough. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "val_<metric>" of one that is measured. */
static bool is_measured(const struct trainer_plan *plan, const char *name)
{
    struct metric_value values[METRICS_MAX];
    int count = metrics_values(plan->metrics, values);
    for (int i = 0; i < count; i++)
        if (strcmp(values[i].name, name + strlen("val_")) == 0)
            return true;
    return false;
}

/* A figure of the epochs' reports by its name in a document, NULL where it is none. */
static const char *figure_of(const struct trainer_plan *plan, const char *name)
{
    if (strcmp(name, "loss") == 0 || strcmp(name, "train_loss") == 0)
        return "train_loss";
    if (plan->sets.validation_count == 0 || strncmp(name, "val_", 4) != 0)
        return NULL;
    return strcmp(name, "val_loss") == 0 || is_measured(plan, name) ? name : NULL;
}

static int refuse_figure(const char *path, const char *name, struct error *error)
{
    return error_set_at(
        error, ERROR_INVALID, path,
        "must be loss, val_loss, or val_ and one of training.metrics (the val_ ones "
        "with a validation), not \"%s\"",
        name);
}

static int plan_monitor(struct trainer_plan *plan, struct error *error)
{
    plan->monitor = plan->sets.validation_count == 0 ? "train_loss" : "val_loss";
    if (plan->stopping == NULL)
        return 0;
    const char *figure = figure_of(plan, plan->stopping->monitor);
    if (figure == NULL)
        return refuse_figure("training.early_stopping.monitor", plan->stopping->monitor, error);
    plan->monitor = figure;
    return 0;
}

/* The last run of a cross-validation validates nothing: there the training loss stands in. */
const char *trainer_plan_schedule_figure(const struct trainer_plan *plan,
                                         const struct variant *schedule)
{
    const char *watched = schedule_monitor(schedule);
    if (watched == NULL)
        return NULL;
    return plan->round.is_last ? "train_loss" : figure_of(plan, watched);
}

static int plan_schedule(struct trainer_plan *plan, struct error *error)
{
    const struct variant *schedule = &plan->setup.training->schedule;
    const char *watched = schedule_monitor(schedule);
    plan->schedule_figure = trainer_plan_schedule_figure(plan, schedule);
    if (watched != NULL && plan->schedule_figure == NULL)
        return refuse_figure("training.schedule.monitor", watched, error);
    return 0;
}

static int plan_goal(struct trainer_plan *plan, const char *name, const json_t *value,
                     struct error *error)
{
    char path[128];
    const char *figure = figure_of(plan, name);
    snprintf(path, sizeof path, "training.limits.target.%.64s", name);
    if (figure == NULL)
        return refuse_figure(path, name, error);
    if (!json_is_number(value))
        return error_set_at(error, ERROR_INVALID, path, "must be a number, e.g. 0.98");
    plan->goals[plan->goal_count++] = (struct trainer_goal){figure, json_number_value(value)};
    return 0;
}

static int plan_limits(struct trainer_plan *plan, struct error *error)
{
    const struct limit_options *limits = plan->setup.training->limits;
    const char *name;
    json_t *value;
    if (limits == NULL || limits->target == NULL || plan->round.is_last)
        return 0;
    if (!json_is_object(limits->target))
        return error_set_at(error, ERROR_INVALID, "training.limits.target",
                            "must be an object of values by name, e.g. {\"val_accuracy\": 0.98}");
    plan->goals = calloc(json_object_size(limits->target) + 1, sizeof *plan->goals);
    if (plan->goals == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the limits of a run");
    json_object_foreach(limits->target, name, value)
    {
        if (plan_goal(plan, name, value, error) != 0)
            return -1;
    }
    return 0;
}

int trainer_plan_goals(struct trainer_plan *plan, struct error *error)
{
    if (plan_monitor(plan, error) != 0 || plan_schedule(plan, error) != 0)
        return -1;
    return plan_limits(plan, error);
}
