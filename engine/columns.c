/* Columns by name, by type, by what is missing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/columns.h"
#include "base/compiler.h"
#include "base/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int columns_find(const struct dataset *dataset, const char *name, const char *path,
                 struct error *error)
{
    int index = dataset_find(dataset, name);
    if (index >= 0)
        return index;
    AUTO_FREE const char **names = calloc((size_t)dataset->column_count + 1, sizeof(*names));
    for (int i = 0; names && i < dataset->column_count; i++)
        names[i] = dataset->columns[i].name;
    const char *nearest = names ? nearest_name(names, name) : NULL;
    return error_set_at(
        error, ERROR_INVALID, path, "\"%.100s\" is not a column of the dataset%s%s%s", name,
        nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

const struct column *columns_get(const struct dataset *dataset, int hint, const char *name)
{
    if (hint >= 0 && hint < dataset->column_count && strcmp(dataset->columns[hint].name, name) == 0)
        return &dataset->columns[hint];
    int index = dataset_find(dataset, name);
    return index < 0 ? NULL : &dataset->columns[index];
}

bool column_is_missing(const struct column *column, int64_t row)
{
    switch (column->type) {
    case COLUMN_NUMBER:
        return isnan(column->numbers[row]);
    case COLUMN_BOOLEAN:
        return column->booleans[row] == BOOLEAN_MISSING;
    case COLUMN_CATEGORY:
        return column->categories[row] == CATEGORY_MISSING;
    case COLUMN_DATE:
        return column->dates[row] == DATE_MISSING;
    case COLUMN_TEXT:
        return column->text_offsets[row] == column->text_offsets[row + 1];
    case COLUMN_TENSOR:
        return false;
    }
    return false;
}

bool column_is_zero_or_one(const struct column *column, int64_t rows)
{
    if (column->type == COLUMN_BOOLEAN)
        return true;
    if (column->type != COLUMN_NUMBER || !column->integers || column->distinct_count > 2)
        return false;
    for (int64_t i = 0; i < rows; i++)
        if (column->numbers[i] < 0 || column->numbers[i] > 1)
            return false;
    return true;
}

int column_expect(const struct column *column, enum column_type type, struct error *error)
{
    if (column->type == type)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "column \"%s\" is of type %s here, but the model learned it as %s: upload "
                     "the dataset with ?types=%s=%s",
                     column->name, column_type_names[column->type], column_type_names[type],
                     column->name, column_type_names[type]);
}
