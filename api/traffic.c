/* Counting requests by the place of their route in the table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/traffic.h"
#include "api/request.h"
#include "api/route.h"
#include "base/clock.h"

void traffic_count(struct traffic *traffic, const struct request *request, int status)
{
    ptrdiff_t place = TRAFFIC_ROUTES_MAX;
    if (request->route != NULL && request->route - request->service->routes < TRAFFIC_ROUTES_MAX)
        place = request->route - request->service->routes;
    if (status < 100 || status > 599)
        return;
    atomic_fetch_add_explicit(&traffic->requests[place][status / 100 - 1], 1, memory_order_relaxed);
    timing_add(&traffic->request, clock_now_ns() - request->started_ns, 1);
}
