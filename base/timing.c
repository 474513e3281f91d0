/* Buckets from a tenth of a millisecond, what a request takes, to an hour, what a job may wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timing.h"

const double timing_limits_s[TIMING_BUCKETS - 1] = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
    0.25,   0.5,     1,      2.5,   10,     60,    300,  1200,  3600};

void timing_add(struct timing *timing, uint64_t ns, uint64_t count)
{
    double seconds = 1e-9 * (double)ns;
    int bucket = 0;
    while (bucket < TIMING_BUCKETS - 1 && seconds > timing_limits_s[bucket])
        bucket++;
    atomic_fetch_add_explicit(&timing->counts[bucket], count, memory_order_relaxed);
    atomic_fetch_add_explicit(&timing->sum_ns, count * ns, memory_order_relaxed);
}
