/* Half a cosine from the base rate down to `final` (Loshchilov and Hutter, 2017, one period). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

struct cosine_options {
    struct schedule_options common;
    double final;
};

static const struct field cosine_fields[] = {FIELD_NUMBER(struct cosine_options, final, .min = 0,
                                                          .max = 1e6,
                                                          .help = "rate that the end tends to"),
                                             FIELD_END};

static double cosine_rate(const void *options, const struct schedule_moment *moment)
{
    double final = ((const struct cosine_options *)options)->final;
    return final + (moment->base - final) *
                       (1 + cos(M_PI * (double)moment->unit / (double)moment->units)) / 2;
}

const struct schedule_type schedule_cosine = {
    .kind = {.name = "cosine",
             .help = "half a cosine from the rate down to final",
             .size = sizeof(struct cosine_options),
             .fields = cosine_fields,
             .base = &schedule_options_kind},
    .rate = cosine_rate};
