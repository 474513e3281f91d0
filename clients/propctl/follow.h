/* Looking at a job until it ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_FOLLOW_H
#define PROPCTL_FOLLOW_H

#include "clients/propctl/session.h"

/* Shows the job as it trains: on a terminal a progress bar with the loss and at the end its curve;
 * else a line an event, with --json as the daemon wrote it. Comes back to a daemon that went away,
 * for as long as --timeout. OUTCOME_OK where the job succeeded, OUTCOME_JOB where it did not.
 * Ctrl-C leaves the job alone, and says so. */
enum outcome follow_job(struct session *session, const char *job);

/* The same without showing anything but how it ended. */
enum outcome follow_wait(struct session *session, const char *job);

#endif
