/* Shapes of tensors without the batch, with every product of dimensions checked. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SHAPE_H
#define PROPD_ENGINE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { SHAPE_RANK_MAX = 6 };

/* One sample: [4], [28, 28, 1] (height, width, channels), [30, 8] (time, channels). */
struct shape {
    int rank;
    int64_t dims[SHAPE_RANK_MAX];
};

/* Product of the dimensions (1 for rank 0); -1 with ERROR_INVALID when over 2^40. */
int64_t shape_elements(const struct shape *shape, struct error *error);
/* 0, or ERROR_TOO_LARGE when there are more: "PATH has WHAT of shape … ". */
int shape_check(const struct shape *shape, const char *path, const char *what, struct error *error);
bool shape_equal(const struct shape *a, const struct shape *b);
/* The last dimension; rows = elements / last. */
int64_t shape_last(const struct shape *shape);
/* "[28, 28, 1]" */
char *shape_text(const struct shape *shape, char *text, size_t size);

/* a * b and a + b of sizes, -1 with ERROR_TOO_LARGE ("… does not fit") on overflow. */
int size_multiply(size_t a, size_t b, size_t *product, struct error *error);
int size_add(size_t a, size_t b, size_t *sum, struct error *error);

#endif
