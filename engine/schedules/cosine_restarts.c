/* Half a cosine from the rate down to `final`, over and over (SGDR: Loshchilov and Hutter, 2017;
 * torch.optim.lr_scheduler.CosineAnnealingWarmRestarts). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

struct cosine_restarts_options {
    struct schedule_options common;
    int64_t period, multiply;
    double final;
};

static const struct field cosine_restarts_fields[] = {
    FIELD_INTEGER(struct cosine_restarts_options, period, .min = 1, .max = 1e9, .number = 10,
                  .help = "units of the first half cosine"),
    FIELD_INTEGER(struct cosine_restarts_options, multiply, .min = 1, .max = 1e6, .number = 1,
                  .help = "each one is so many times as long as the one before"),
    FIELD_NUMBER(struct cosine_restarts_options, final, .min = 0, .max = 1e6,
                 .help = "rate that the end of each tends to"),
    FIELD_END};

/* A period that would overflow is longer than any run. */
static double cosine_restarts_rate(const void *options, const struct schedule_moment *moment)
{
    const struct cosine_restarts_options *restarts = options;
    int64_t unit = moment->unit, period = restarts->period;
    if (restarts->multiply == 1)
        unit %= period;
    while (unit >= period) {
        unit -= period;
        if (__builtin_mul_overflow(period, restarts->multiply, &period))
            period = INT64_MAX;
    }
    double turn = M_PI * (double)unit / (double)period;
    return restarts->final + (moment->base - restarts->final) * (1 + cos(turn)) / 2;
}

const struct schedule_type schedule_cosine_restarts = {
    .kind = {.name = "cosine_restarts",
             .help = "half a cosine from the rate down to final, over and over",
             .size = sizeof(struct cosine_restarts_options),
             .fields = cosine_restarts_fields,
             .base = &schedule_options_kind},
    .rate = cosine_restarts_rate};
