/* What a core can do at the most: independent multiply-adds, as many as registers hold, and nothing
 * else. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_BENCH_PEAK_H
#define PROPD_TESTS_BENCH_PEAK_H

/* GFLOP/s of single-precision multiply-adds of an instruction set (a kernel set's name) on this
 * thread, in its own time, over some tens of microseconds; 0 where that is not known. */
double peak_measure(const char *set);

#endif
