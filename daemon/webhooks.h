/* The thread that calls webhooks: deliveries (storage/deliveries.h) go out when they are due, some
 * at a time; what fails is tried again, later and later. No job ever waits for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_WEBHOOKS_H
#define PROPD_DAEMON_WEBHOOKS_H

#include <jansson.h>

#include "base/error.h"

struct daemon;
struct webhooks;

/* The job as GET shows it; NULL where it has gone, or out of memory. */
typedef json_t *webhooks_describe_fn(struct daemon *daemon, const char *job_id);

struct webhooks *webhooks_start(struct daemon *daemon, webhooks_describe_fn *describe,
                                struct error *error);
/* Calls under way are broken off; they are made again after the next start. NULL is fine. */
void webhooks_stop(struct webhooks *webhooks);

#endif
