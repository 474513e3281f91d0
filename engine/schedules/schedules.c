/* The list of schedules, and what they share: the unit and the warm-up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

enum { PER_EPOCH, PER_STEP };

static const char *const per_choices[] = {"epoch", "step", NULL};

static const struct field schedule_options_fields[] = {
    FIELD_CHOICE(struct schedule_options, per, .choices = per_choices, .number = PER_EPOCH,
                 .help = "the unit of everything here"),
    FIELD_INTEGER(struct schedule_options, warmup, .min = 0, .max = 1e9,
                  .help = "units of linear rise at the start"),
    FIELD_END};

const struct kind schedule_options_kind = {.name = "schedule",
                                           .help = "what all schedules take",
                                           .size = sizeof(struct schedule_options),
                                           .fields = schedule_options_fields};

const struct schedule_type *const schedule_types[] = {
    &schedule_constant,          &schedule_step,
    &schedule_multi_step,        &schedule_exponential,
    &schedule_polynomial,        &schedule_cosine,
    &schedule_cosine_restarts,   &schedule_one_cycle,
    &schedule_reduce_on_plateau, NULL};

const struct kind *const schedule_kinds[] = {
    &schedule_constant.kind,          &schedule_step.kind,
    &schedule_multi_step.kind,        &schedule_exponential.kind,
    &schedule_polynomial.kind,        &schedule_cosine.kind,
    &schedule_cosine_restarts.kind,   &schedule_one_cycle.kind,
    &schedule_reduce_on_plateau.kind, NULL};

/* Every kind of the list is the first member of its schedule_type. */
static const struct schedule_type *type_of(const struct variant *schedule)
{
    return (const struct schedule_type *)schedule->kind;
}

double schedule_rate(const struct variant *schedule, double base, int64_t step,
                     int64_t steps_per_epoch, int64_t total_steps,
                     const struct schedule_state *state)
{
    if (schedule->kind == NULL)
        return base;
    const struct schedule_options *options = schedule->options;
    int64_t unit = step, units = total_steps;
    if (options->per == PER_EPOCH) {
        unit = step / steps_per_epoch;
        units = (total_steps + steps_per_epoch - 1) / steps_per_epoch;
    }
    if (unit < options->warmup)
        return base * (double)(unit + 1) / (double)options->warmup;
    const struct schedule_moment moment = {.base = base,
                                           .unit = unit - options->warmup,
                                           .units = units - options->warmup,
                                           .state = state};
    return type_of(schedule)->rate(options, &moment);
}

const char *schedule_monitor(const struct variant *schedule)
{
    if (schedule->kind == NULL || type_of(schedule)->monitor == NULL)
        return NULL;
    return type_of(schedule)->monitor(schedule->options);
}

void schedule_state_start(struct schedule_state *state)
{
    *state = (struct schedule_state){.best = (double)NAN};
}

void schedule_epoch_ended(const struct variant *schedule, struct schedule_state *state,
                          const char *figure, double value)
{
    if (schedule_monitor(schedule) != NULL)
        type_of(schedule)->epoch_ended(schedule->options, state, figure, value);
}
