/* The list of schedules, and what they share: the unit and the warm-up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

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
    &schedule_constant, &schedule_step, &schedule_exponential, &schedule_cosine, NULL};

const struct kind *const schedule_kinds[] = {&schedule_constant.kind, &schedule_step.kind,
                                             &schedule_exponential.kind, &schedule_cosine.kind,
                                             NULL};

const char *const schedules_not_built[] = {"multi_step", "polynomial",        "cosine_restarts",
                                           "one_cycle",  "reduce_on_plateau", NULL};

double schedule_rate(const struct variant *schedule, double base, int64_t step,
                     int64_t steps_per_epoch, int64_t total_steps)
{
    if (schedule->kind == NULL)
        return base;
    /* Every kind of the list is the first member of its schedule_type. */
    const struct schedule_type *type = (const struct schedule_type *)schedule->kind;
    const struct schedule_options *options = schedule->options;
    int64_t unit = step, units = total_steps;
    if (options->per == PER_EPOCH) {
        unit = step / steps_per_epoch;
        units = (total_steps + steps_per_epoch - 1) / steps_per_epoch;
    }
    if (unit < options->warmup)
        return base * (double)(unit + 1) / (double)options->warmup;
    return type->rate(options, base, unit - options->warmup, units - options->warmup);
}
