/* Histograms of a run's weights and gradients: which epochs get one, and those that are not written
 * down yet. Belongs to one thread.
 *
 * Of a run of any length about 200 are kept, at epochs 1, 1 + s, 1 + 2s … with s the smallest power
 * of two that has them fit, and the last. They take 1/100 of the run's time and a tenth of a
 * millisecond at most, so that a run of tiny epochs gets fewer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_WEIGHT_LOG_H
#define PROPD_DAEMON_WEIGHT_LOG_H

#include <stdbool.h>

#include "engine/trainer.h"
#include "storage/store.h"

enum { WEIGHT_LOG_KEPT = 200, WEIGHT_LOG_PENDING_MAX = 64 };

/* All zero but for started_ns is one that is empty. */
struct weight_log {
    uint64_t started_ns, spent_ns, cost_ns;               /* cost: of the last */
    bool is_due;                                          /* the epoch that runs gets one */
    struct job_histogram pending[WEIGHT_LOG_PENDING_MAX]; /* with their bodies */
    size_t pending_count;
};

void weight_log_start(struct weight_log *log, struct trainer *trainer);
void weight_log_clear(struct weight_log *log);

/* After a fold has ended. */
void weight_log_plan(struct weight_log *log, struct trainer *trainer);
/* After an epoch has ended. */
void weight_log_add(struct weight_log *log, struct trainer *trainer,
                    const struct trainer_report *report);
/* No room for another: write down what is pending. */
bool weight_log_full(const struct weight_log *log);
/* Forgets what is pending, after it was written down. */
void weight_log_reset(struct weight_log *log);
/* Hands what is pending over to a log that is empty, whose caller writes it down. */
void weight_log_pass(struct weight_log *log, struct weight_log *to);

/* Forgets what is pending of epochs after `epoch`: the run went back. */
void weight_log_cut(struct weight_log *log, int64_t epoch);

/* Epochs from one histogram to the next in a run of so many epochs. */
int64_t weight_log_stride(int64_t epoch);

#endif
