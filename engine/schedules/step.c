/* The rate times gamma after every step_size units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

struct step_options {
    struct schedule_options common;
    int64_t step_size;
    double gamma;
};

static const struct field step_fields[] = {
    FIELD_INTEGER(struct step_options, step_size, .min = 1, .max = 1e9, .flags = FIELD_REQUIRED,
                  .help = "units between two changes"),
    FIELD_NUMBER(struct step_options, gamma, .min = 0, .max = 1e3, .number = 0.1,
                 .help = "factor of each change"),
    FIELD_END};

static double step_rate(const void *options, const struct schedule_moment *moment)
{
    const struct step_options *step = options;
    int64_t changes = moment->unit / step->step_size;
    return moment->base * pow(step->gamma, (double)changes);
}

const struct schedule_type schedule_step = {
    .kind = {.name = "step",
             .help = "the rate times gamma after every step_size units",
             .size = sizeof(struct step_options),
             .fields = step_fields,
             .base = &schedule_options_kind},
    .rate = step_rate};
