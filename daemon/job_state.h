/* The states of a job and the one function that moves it between them: compare-and-set in the
 * store. The row is the truth; the scheduler's queue holds only ids. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_JOB_STATE_H
#define PROPD_DAEMON_JOB_STATE_H

#include <stdbool.h>

#include "base/error.h"
#include "storage/store.h"

#define STATE_QUEUED "queued"
#define STATE_RUNNING "running"
#define STATE_PAUSED "paused"
#define STATE_SUCCEEDED "succeeded"
#define STATE_FAILED "failed"
#define STATE_CANCELLED "cancelled"

/* Lists of states for `from`, NULL-terminated. */
extern const char *const states_queued[],
    *const states_running[], *const states_paused[], *const states_waiting[] /* queued or paused */,
                                                         *const states_finished[];

bool job_state_in(const char *state, const char *const *states);
bool job_state_known(const char *state);
bool job_state_finished(const char *state);

/* Moves job change->id from one of `from` to `to` with an event {"state", "reason"}; the other
 * members of `change` go into the same transaction. A finished state also gives the "end" event.
 * ERROR_CONFLICT where the job is in no state of `from`. */
int job_move(struct store *store, const struct job_change *change, const char *const *from,
             const char *to, const char *reason, struct error *error);
/* That move as a change, for store_job_change_begin(); *body, which its events point to, is the
 * caller's to free. */
int job_move_make(const struct job_change *change, const char *const *from, const char *to,
                  const char *reason, struct job_change *move, char **body, struct error *error);

#endif
