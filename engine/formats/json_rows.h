/* JSON objects as rows of a table: keys are columns in the order of their first appearance, objects
 * within objects are flattened to a.b, lists of numbers are tensors. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_JSON_ROWS_H
#define PROPD_ENGINE_FORMATS_JSON_ROWS_H

#include "base/bytes.h"
#include "engine/table_builder.h"

struct json_rows {
    struct table_builder table;
    json_t *indices;           /* from path to column */
    struct json_value *values; /* of the row, one a column; owned */
    int64_t capacity;
    struct cell *cells; /* the same as cells; owned */
    struct bytes path;
    struct bytes texts;  /* of all cells of a row */
    struct bytes floats; /* of a tensor */
    bool surveyed;       /* all columns are known */
};

int json_rows_start(struct json_rows *rows, const struct import *import,
                    struct error *error) MUST_CHECK;
void json_rows_clear(struct json_rows *rows);
/* The three passes; errors are without the line. */
int json_rows_survey(struct json_rows *rows, const json_t *object, struct error *error) MUST_CHECK;
int json_rows_add_strings(struct json_rows *rows, const json_t *object, int64_t row,
                          struct error *error) MUST_CHECK;
int json_rows_write(struct json_rows *rows, const json_t *object, struct error *error) MUST_CHECK;

#endif
