/* The one sum that all matrix products are, for the kernels that are made of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_PRODUCT_H
#define PROPD_ENGINE_KERNELS_PRODUCT_H

#include <stdbool.h>

#include "engine/kernels/set.h"

enum product_source {
    SOURCE_ROWS,   /* b[k, column] at k * b_stride + column */
    SOURCE_TURNED, /* at column * b_stride + k */
    SOURCE_PANELS  /* as panels_fill leaves it; b_stride is not used */
};

/* c[row, column] = start[row, column] + sum over k of a[row, k] * b[k, column]. Rows come in lines,
 * k in runs, which begin in a wherever their offsets say: a matrix is one line and one run. */
struct product {
    int64_t lines, rows, columns; /* `rows` a line */
    int64_t runs, depth;          /* `depth` products a run */
    const int64_t *line_offsets, *run_offsets;
    const float *a; /* in a line and run: [row, k] at row * a_stride + k, or across: k * a_stride +
                       row */
    int64_t a_stride;
    bool across;
    enum product_source source;
    const float *b;
    int64_t b_stride;
    const float *start; /* NULL: zeros */
    int64_t start_stride;
    float *c; /* [lines][rows] of c_stride */
    int64_t c_stride;
    bool relu;
};

/* The offset of what begins at its pointer. */
extern const int64_t KERNEL(product_no_offset)[1];

/* Every element is one chain of multiply-adds over k upwards from its start. */
void KERNEL(product_run)(const struct product *product);

#endif
