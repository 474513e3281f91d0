/* How long things take, counted in buckets as a Prometheus histogram has them. From any thread,
 * without a lock. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_TIMING_H
#define PROPD_BASE_TIMING_H

#include <stdatomic.h>
#include <stdint.h>

enum { TIMING_BUCKETS = 20 };

/* All zero: nothing was counted. The last bucket has no upper limit. */
struct timing {
    _Atomic uint64_t counts[TIMING_BUCKETS];
    _Atomic uint64_t sum_ns;
};

/* Seconds, rising: each bucket's upper limit, which belongs to it. */
extern const double timing_limits_s[TIMING_BUCKETS - 1];

/* `count` things that took `ns` each. */
void timing_add(struct timing *timing, uint64_t ns, uint64_t count);

#endif
