/* What the server is asked and how long it takes, for GET /metrics. From any thread, without a
 * lock.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_TRAFFIC_H
#define PROPD_API_TRAFFIC_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/timing.h"

/* Of routes (the last place is for what has none), and of statuses: 1xx to 5xx. */
enum { TRAFFIC_ROUTES_MAX = 256, TRAFFIC_CLASSES = 5 };

/* All zero at the start. */
struct traffic {
    _Atomic uint64_t requests[TRAFFIC_ROUTES_MAX + 1][TRAFFIC_CLASSES];
    struct timing request;    /* from the request line to the answer; of a stream, to its begin */
    struct timing prediction; /* computing alone */
    atomic_int connections, streams;
    _Atomic uint64_t failed_logins;
};

struct request;

/* A request that is answered now, with this status. */
void traffic_count(struct traffic *traffic, const struct request *request, int status);

#endif
