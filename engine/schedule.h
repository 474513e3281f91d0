/* What a learning-rate schedule is: one `const struct schedule_type` a file under schedules/, one
 * line in schedules/schedules.c. Formulas of PyTorch's torch.optim.lr_scheduler.
 *
 * A rate is a function of the step alone, but for a schedule that watches a figure of the run: what
 * it has seen is a struct schedule_state, which belongs to the run and to its checkpoint. */
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

/* What a schedule that watches a figure has seen; schedule_state_start() is that of a new run. */
struct schedule_state {
    double best;     /* figure; NaN: none yet */
    int64_t waited;  /* epochs without a better one, since the last reduction or better one */
    int64_t resting; /* epochs of the cooldown that are left */
    int64_t reductions;
};

/* Where a run stands. */
struct schedule_moment {
    double base;   /* the optimizer's learning rate */
    int64_t unit;  /* 0-based, after the warm-up */
    int64_t units; /* all, less the warm-up */
    const struct schedule_state *state;
};

struct schedule_type {
    struct kind kind;
    double (*rate)(const void *options, const struct schedule_moment *moment);
    /* Of a schedule that watches a figure, both; else NULL. */
    const char *(*monitor)(const void *options);
    void (*epoch_ended)(const void *options, struct schedule_state *state, const char *figure,
                        double value);
};

extern const struct schedule_type *const schedule_types[];
extern const struct kind *const schedule_kinds[];

/* The rate of update `step` (0-based). schedule->kind NULL: constant. `state` may be NULL where
 * schedule_monitor() is. */
double schedule_rate(const struct variant *schedule, double base, int64_t step,
                     int64_t steps_per_epoch, int64_t total_steps,
                     const struct schedule_state *state);

/* The figure that the schedule watches: "val_loss", "loss" (of the training rows) or "val_" and a
 * metric; NULL: none. Borrowed from the options. */
const char *schedule_monitor(const struct variant *schedule);

void schedule_state_start(struct schedule_state *state);
/* Tells a schedule a figure of the epoch that ended, by its name in reports ("val_loss",
 * "train_loss"), which says whether more is better; nothing to those that watch none. */
void schedule_epoch_ended(const struct variant *schedule, struct schedule_state *state,
                          const char *figure, double value);

#endif
