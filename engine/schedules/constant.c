/* The same rate throughout; what a warm-up alone is written as. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedules/schedules.h"

static double constant_rate(const void *options, const struct schedule_moment *moment)
{
    (void)options;
    return moment->base;
}

const struct schedule_type schedule_constant = {.kind = {.name = "constant",
                                                         .help = "the same rate throughout",
                                                         .size = sizeof(struct schedule_options),
                                                         .base = &schedule_options_kind},
                                                .rate = constant_rate};
