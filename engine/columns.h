/* Questions about the columns of a dataset: by name, by type, by what is missing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_COLUMNS_H
#define PROPD_ENGINE_COLUMNS_H

#include "base/error.h"
#include "engine/dataset.h"

#include <stdbool.h>
#include <stdint.h>

/* What stands for a missing value; NaN in columns of numbers. */
#define CATEGORY_MISSING UINT32_MAX
#define BOOLEAN_MISSING UINT8_MAX
#define DATE_MISSING INT64_MIN

/* Index of a column; -1 with ERROR_INVALID at `path`, which suggests the nearest name. */
int columns_find(const struct dataset *dataset, const char *name, const char *path,
                 struct error *error);
/* The column of that name, NULL where there is none. `hint` is where it probably is, so that asking
 * for every row is cheap. */
const struct column *columns_get(const struct dataset *dataset, int hint, const char *name);

/* Whether a row has no value. */
bool column_is_missing(const struct column *column, int64_t row);
/* Whether all values are booleans, or the numbers 0 and 1. */
bool column_is_zero_or_one(const struct column *column, int64_t rows);
/* ERROR_INVALID where the column has another type than was learned. */
int column_expect(const struct column *column, enum column_type type, struct error *error);

#endif
