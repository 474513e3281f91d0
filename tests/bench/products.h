/* How fast a kernel set's matrix products are, shape by shape, on a team of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_BENCH_PRODUCTS_H
#define PROPD_TESTS_BENCH_PRODUCTS_H

#include "engine/kernels/kernels.h"
#include "engine/team.h"

enum product { PRODUCT_FORWARD, PRODUCT_D_INPUT, PRODUCT_D_KERNEL, PRODUCT_COUNT };

/* GFLOP/s. */
struct product_rates {
    double peak; /* of all of the team's threads; 0 where it is not known */
    double reached[PRODUCT_COUNT];
};

/* Each figure is the best of `tries` short runs, those of the products and the peak alternating,
 * since others may use the machine. A NULL team is the caller's thread, in its own time; more
 * threads are measured by the clock. Ends the program where memory is out. */
struct product_rates products_measure(const struct kernels *set, struct team *team, int64_t rows,
                                      int64_t depth, int64_t columns, int tries);

#endif
