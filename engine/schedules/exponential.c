/* The rate times gamma in every unit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

struct exponential_options {
    struct schedule_options common;
    double gamma;
};

static const struct field exponential_fields[] = {
    FIELD_NUMBER(struct exponential_options, gamma, .min = 0, .max = 1e3, .flags = FIELD_REQUIRED,
                 .help = "factor of each unit"),
    FIELD_END};

static double exponential_rate(const void *options, const struct schedule_moment *moment)
{
    return moment->base *
           pow(((const struct exponential_options *)options)->gamma, (double)moment->unit);
}

const struct schedule_type schedule_exponential = {
    .kind = {.name = "exponential",
             .help = "the rate times gamma in every unit",
             .size = sizeof(struct exponential_options),
             .fields = exponential_fields,
             .base = &schedule_options_kind},
    .rate = exponential_rate};
