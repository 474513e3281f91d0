/* From the rate down to `final` along a power of what is left of the run; a line by default
 * (torch.optim.lr_scheduler.PolynomialLR, where final is 0). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

#include <math.h>

struct polynomial_options {
    struct schedule_options common;
    double power, final;
};

static const struct field polynomial_fields[] = {
    FIELD_NUMBER(struct polynomial_options, power, .min = 0, .max = 100, .number = 1,
                 .help = "1: a line"),
    FIELD_NUMBER(struct polynomial_options, final, .min = 0, .max = 1e6,
                 .help = "rate that the end tends to"),
    FIELD_END};

static double polynomial_rate(const void *options, const struct schedule_moment *moment)
{
    const struct polynomial_options *polynomial = options;
    double left = 1 - (double)moment->unit / (double)moment->units;
    return polynomial->final + (moment->base - polynomial->final) * pow(left, polynomial->power);
}

const struct schedule_type schedule_polynomial = {
    .kind = {.name = "polynomial",
             .help = "down to final along a power of what is left of the run",
             .size = sizeof(struct polynomial_options),
             .fields = polynomial_fields,
             .base = &schedule_options_kind},
    .rate = polynomial_rate};
