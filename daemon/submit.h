/* What a submission and its dry run have in common. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_SUBMIT_H
#define PROPD_DAEMON_SUBMIT_H

#include "daemon/job_setup.h"

/* The document with every default: what the answer's `spec` shows and what the run reads again. */
json_t *submit_spec(const struct job_setup *setup, const json_t *resolved, struct error *error);
/* ERROR_TOO_MANY where the queue is full, ERROR_INVALID where the job would never fit. */
int submit_limits(struct daemon *daemon, size_t memory, struct error *error);

/* daemon/rehearse.c: the answer to a document that is not run. */
json_t *submit_rehearse(struct daemon *daemon, struct job_setup *setup, struct error *error);

#endif
