/* One row of a dataset as JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset.h"
#include "engine/date_text.h"

#include <assert.h>
#include <math.h>

static json_t *number_json(const struct column *column, int64_t row)
{
    double number = column->numbers[row];
    if (isnan(number))
        return json_null();
    /* Whole numbers below 2^53 print as such: 5 and not 5.0. */
    if (column->integers && fabs(number) < 9007199254740992.0)
        return json_integer((json_int_t)number);
    return json_real(number);
}

static json_t *category_json(const struct column *column, int64_t row)
{
    uint32_t code = column->categories[row];
    if (code == UINT32_MAX)
        return json_null();
    uint64_t start = column->category_offsets[code];
    return json_stringn(column->category_text + start, column->category_offsets[code + 1] - start);
}

static json_t *text_json(const struct column *column, int64_t row)
{
    uint64_t start = column->text_offsets[row], end = column->text_offsets[row + 1];
    return start == end ? json_null() : json_stringn(column->text + start, end - start);
}

static json_t *date_json(const struct column *column, int64_t row)
{
    char text[DATE_TEXT_SIZE];
    if (column->dates[row] == INT64_MIN)
        return json_null();
    date_text_write(column->dates[row], text);
    return json_string(text);
}

/* The part of a tensor below dimension `depth` that begins at element *at; moves *at behind it. */
static json_t *tensor_json(const struct column *column, int depth, size_t *at)
{
    if (depth == column->shape.rank) {
        size_t element = (*at)++;
        return column->tensor_is_bytes ? json_integer(column->tensor_bytes[element])
                                       : json_real((double)column->tensor_floats[element]);
    }
    json_t *array = json_array();
    for (int64_t i = 0; i < column->shape.dims[depth]; i++)
        json_array_append_new(array, tensor_json(column, depth + 1, at));
    return array;
}

static json_t *value_json(const struct column *column, int64_t row)
{
    size_t at = (size_t)row;
    switch (column->type) {
    case COLUMN_NUMBER:
        return number_json(column, row);
    case COLUMN_BOOLEAN:
        return column->booleans[row] > 1 ? json_null() : json_boolean(column->booleans[row]);
    case COLUMN_CATEGORY:
        return category_json(column, row);
    case COLUMN_DATE:
        return date_json(column, row);
    case COLUMN_TEXT:
        return text_json(column, row);
    case COLUMN_TENSOR:
        for (int i = 0; i < column->shape.rank; i++)
            at *= (size_t)column->shape.dims[i];
        return tensor_json(column, 0, &at);
    }
    assert(false && "a column has a type");
    return NULL;
}

json_t *dataset_row(const struct dataset *dataset, int64_t row)
{
    assert(row >= 0 && row < dataset->rows);
    json_t *json = json_object();
    for (int i = 0; json != NULL && i < dataset->column_count; i++) {
        const struct column *column = &dataset->columns[i];
        if (json_object_set_new(json, column->name, value_json(column, row)) != 0) {
            json_decref(json);
            return NULL;
        }
    }
    return json;
}
