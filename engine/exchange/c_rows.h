/* Rows for the self-test of a C file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_ROWS_H
#define PROPD_ENGINE_EXCHANGE_C_ROWS_H

#include <jansson.h>

#include "base/bytes.h"
#include "engine/preprocessing_parts.h"

/* All zero is none. */
struct c_rows {
    uint64_t count;
    int64_t ids; /* tensors of floats are whole numbers below it; 0: any */
    int tensor_count;
    struct bytes constants; /* owned; arrays that the rows point to */
    struct bytes values;    /* owned; initializers of the rows' structs */
};

/* Adds a row, which is a function of its number and of what the columns learned, and returns it as
 * a list instance of a prediction; NULL when out of memory. */
json_t *c_rows_draw(struct c_rows *rows, const struct preprocessing *preprocessing);
void c_rows_clear(struct c_rows *rows);

#endif
