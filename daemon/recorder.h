/* What a run has measured since it was last written down: points of its series, in memory. Belongs
 * to one thread. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_RECORDER_H
#define PROPD_DAEMON_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/trainer.h"
#include "storage/store.h"

/* The three series of the steps, and one a metric of the epochs. */
enum { RECORDER_STEP_SERIES = 3, RECORDER_SERIES_MAX = RECORDER_STEP_SERIES + METRICS_MAX + 2 };

struct recorder;

struct recorder *recorder_create(struct error *error);
void recorder_free(struct recorder *recorder);

/* loss, learning_rate and gradient_norm of a step. There must be room: recorder_full() is false. */
void recorder_add_step(struct recorder *recorder, const struct trainer_report *report);
/* The metrics of an epoch. */
void recorder_add_epoch(struct recorder *recorder, const struct trainer_report *report);

/* The epochs to come may have other metrics: full until the next reset. */
void recorder_end_round(struct recorder *recorder);

/* Forgets the steps after `step` and epochs that ended after it: the run went back. */
void recorder_cut(struct recorder *recorder, int64_t step);

/* No room for another step or epoch: write it down first. */
bool recorder_full(const struct recorder *recorder);
/* The series that have points; valid until the next call. */
const struct history_points *recorder_points(struct recorder *recorder, size_t *series_count);
/* Forgets all points, after they were written down. */
void recorder_reset(struct recorder *recorder);

#endif
