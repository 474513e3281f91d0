/* What a learning-rate schedule is: one `const struct schedule_type` a file under schedules/, one
 * line in schedules/schedules.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SCHEDULE_H
#define PROPD_ENGINE_SCHEDULE_H

#include <stdint.h>

#include "base/fields.h"

/* Begins every schedule's option struct. */
struct schedule_options {
    int per; /* choice: 0 "epoch", 1 "step": the unit of everything below */
    int64_t
        warmup; /* units of linear rise, base * (unit + 1) / warmup, before the schedule begins */
};
extern const struct kind schedule_options_kind;

struct schedule_type {
    struct kind kind;
    /* The rate at `unit` (0-based, after the warm-up) of `units` (all, less the warm-up). */
    double (*rate)(const void *options, double base, int64_t unit, int64_t units);
};

extern const struct schedule_type *const schedule_types[];
extern const struct kind *const schedule_kinds[];

/* The rate of update `step` (0-based). schedule->kind NULL: constant. */
double schedule_rate(const struct variant *schedule, double base, int64_t step,
                     int64_t steps_per_epoch, int64_t total_steps);

#endif
