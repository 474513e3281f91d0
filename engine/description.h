/* The JSON that describes a dataset: in its file, and in the answers about it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_DESCRIPTION_H
#define PROPD_ENGINE_DESCRIPTION_H

#include <jansson.h>

#include "engine/column_builder.h"
#include "engine/column_statistics.h"

enum { DESCRIPTION_CATEGORIES_MAX = 100 };

/* Adds a finished column to an array: {"name", "type", "missing", …}; for numbers and tensors
 * "integers", "distinct", "min", "max", "mean", "deviation", "histogram", the last five left out
 * of a column without values; for tensors "shape"; for categories, booleans and dates their own.
 * Reads the values back from the file, but those of numbers, whose statistics are there. */
int description_add_column(json_t *columns, const struct column_builder *column,
                           const struct column_file *file, struct error *error);

/* Adds {"values": [offset, size], …} to the array of places that the file's header holds beside the
 * description. Sections of size 0 and offset 0 are left out. */
int description_add_place(json_t *places, const struct column_section *values,
                          const struct column_section *offsets, const struct column_section *text,
                          struct error *error);

/* Writes the header {"description": {…, "rows", "columns"}, "places"} and with it the file.
 * `about_taken` holds what the format says: "format", "separator" … . */
int description_finish(struct column_file *file, int64_t rows, json_t *about_taken,
                       json_t *columns_taken, json_t *places_taken, struct error *error);

#endif
