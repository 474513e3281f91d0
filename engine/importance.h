/* Permutation importance (Breiman, Random Forests, 2001): how much worse a model does where a
 * column's values are dealt out to other rows at random. The caller turns it, as a trainer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_IMPORTANCE_H
#define PROPD_ENGINE_IMPORTANCE_H

#include "engine/evaluation.h"

struct importance_options {
    const char *metric; /* NULL: accuracy for classes, r2 for numbers */
    int64_t repeats;    /* orders a column, at least 1 */
    uint64_t seed;      /* they are a function of (seed, column, repeat) */
};

struct importance;

/* `setup`: evaluation_create()'s, but for its metrics. ERROR_INVALID for models of tensors, which
 * have no columns. */
struct importance *importance_create(const struct evaluation_setup *setup,
                                     const struct importance_options *options, struct error *error);
void importance_free(struct importance *importance);

/* Some thousand rows; true when all orders of all columns were measured. */
bool importance_step(struct importance *importance);

/* {"metric", "baseline", "rows", "skipped", "repeats", "seed", "columns": [{"column", "mean",
 * "deviation"}]}: by how much the metric gets worse, mean and standard deviation over the repeats,
 * the largest mean first. NULL only when out of memory. */
json_t *importance_report(const struct importance *importance);

#endif
