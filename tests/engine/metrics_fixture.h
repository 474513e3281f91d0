/* Metrics to try: of three classes or of plain numbers, and rows for them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_METRICS_FIXTURE_H
#define PROPD_TESTS_ENGINE_METRICS_FIXTURE_H

#include "engine/metrics.h"

/* The classes ant, bee and cat; numbers as they are. */
struct preprocessing *fixture_classes(void);
struct preprocessing *fixture_values(void);

/* Metrics of at most 8 rows. `names`: JSON, or NULL. */
struct metrics *fixture_metrics(const struct preprocessing *preprocessing, int64_t width,
                                const char *names, bool is_binary);
/* One of the measured values; fails the test where it is not measured. */
double fixture_value(struct metrics *metrics, const char *name);

/* Truth ant ant ant bee bee, predicted ant ant bee bee bee; cat never occurs. */
void fixture_add_animals(struct metrics *metrics);
/* Truth ant ant bee bee cat; the right class is first, second, first, third and second. */
void fixture_add_ranked(struct metrics *metrics);

#endif
