/* CSV as it is written: fields with commas between, lines ended by CR LF (RFC 4180). Text that a
 * spreadsheet would take for a formula gets an apostrophe in front; numbers do not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_CSV_TEXT_H
#define PROPD_BASE_CSV_TEXT_H

#include <jansson.h>

#include "base/bytes.h"

/* One field, quoted where it must be: an empty text as "", so that it differs from no value. */
void csv_append_text(struct bytes *csv, const char *text);
/* One field from a value: null and NULL as nothing, a list or an object as its JSON text. */
void csv_append_value(struct bytes *csv, const json_t *value);
void csv_end_line(struct bytes *csv);

/* The members of objects as a table: a header line of `columns` (a list of names), then a line an
 * object. */
void csv_append_table(struct bytes *csv, const json_t *columns, const json_t *objects);
/* The columns of objects in which their members stand flat: a list of every name that no object has
 * as an object, or as a list of more than plain values, in the order in which they come. NULL when
 * out of memory. */
json_t *csv_flat_columns(const json_t *objects);

#endif
