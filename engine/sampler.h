/* Which rows train, which validate, and in which order: functions of the seed alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SAMPLER_H
#define PROPD_ENGINE_SAMPLER_H

#include <stdint.h>

#include "base/error.h"

/* Row indices, owned. */
struct row_sets {
    uint32_t *training, *validation;
    int64_t training_count, validation_count;
};
void row_sets_clear(struct row_sets *sets);

/* Splits `rows` so that about `fraction` of them validate (at least one and not all where fraction
 * > 0 and there are two rows). With `classes` (one a row of `rows`, may be NULL) every class keeps
 * its share, by largest remainders. Both lists ascend. */
int sampler_split(const uint32_t *rows, int64_t row_count, const uint32_t *classes, double fraction,
                  uint64_t seed, struct row_sets *sets, struct error *error);

/* The rows of fold `fold` of `folds` validate, all others train. Folds differ in size by at most
 * one row, and with `classes` every class is dealt out to them in turn. */
int sampler_fold(const uint32_t *rows, int64_t row_count, const uint32_t *classes, int64_t folds,
                 int64_t fold, uint64_t seed, struct row_sets *sets, struct error *error);

/* Splits `rows` so that about the last `fraction` of them by times[row] validates; rows of the same
 * time stay together, and each side gets some where fraction > 0. ERROR_INVALID where all have one
 * time. Both lists ascend. */
int sampler_split_by_time(const uint32_t *rows, int64_t row_count, const double *times,
                          double fraction, struct row_sets *sets, struct error *error);

/* The rows by times[row] are cut into folds + 1 stretches; one validates, all before it train: the
 * last in fold 0, which so is the largest, the one before it in fold 1, … ERROR_INVALID where a
 * stretch is empty. */
int sampler_fold_by_time(const uint32_t *rows, int64_t row_count, const double *times,
                         int64_t folds, int64_t fold, struct row_sets *sets, struct error *error);

/* order[0 … count-1] = positions 0 … count-1 in the order of this epoch: a function of (seed,
 * epoch), ascending where shuffle is 0. */
void sampler_order(uint64_t seed, int64_t epoch, int shuffle, uint32_t *order, int64_t count);

#endif
