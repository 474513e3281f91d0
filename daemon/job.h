/* One job's life on its thread: from queued to running, step by step, to where it ends or is asked
 * to leave off.
 *
 *     queued -> running -> succeeded | failed | cancelled
 *                  |    -> paused -> queued
 *                  `    -> queued (the daemon stops, or stopped without warning)
 *     failed | cancelled -> queued (tried again)
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_JOB_H
#define PROPD_DAEMON_JOB_H

#include "daemon/daemon.h"
#include "daemon/scheduler.h"

/* Runs the job of `task` until it is finished, paused or stopped; what comes of it stands in its
 * record. A task_run_fn: `daemon` is the context. */
void job_run(void *daemon, struct task *task);

/* Cancels a job that waits (queued again or paused) and keeps the best weights of its last
 * checkpoint as a model. Takes as long as preparing a run does. ERROR_CONFLICT where it does not
 * wait any more. */
int job_cancel_waiting(struct daemon *daemon, const char *id, struct error *error);

#endif
