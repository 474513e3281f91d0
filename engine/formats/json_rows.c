/* Flattening. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/json_rows.h"
#include "base/json_text.h"
#include "engine/number_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The value of a column in the row at hand. */
struct json_value {
    const json_t *json; /* NULL: the row does not say it */
    size_t text_at;     /* where it stands in `texts` */
    uint32_t text_length;
};

int json_rows_start(struct json_rows *rows, const struct import *import, struct error *error)
{
    *rows = (struct json_rows){.indices = json_object()};
    if (rows->indices == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    return table_builder_start(&rows->table, import, missing_words_usual, error);
}

void json_rows_clear(struct json_rows *rows)
{
    table_builder_clear(&rows->table);
    json_decref(rows->indices);
    free(rows->values);
    free(rows->cells);
    bytes_clear(&rows->path);
    bytes_clear(&rows->texts);
    bytes_clear(&rows->floats);
    *rows = (struct json_rows){0};
}

/* ---- tensors */

static int refuse_list(const char *path, const char *why, struct error *error)
{
    return error_set(error, ERROR_INVALID, "\"%.80s\" %s", path, why);
}

/* The shape of nested lists by their first elements. */
static int find_shape(const json_t *list, const char *path, struct shape *shape,
                      struct error *error)
{
    shape->rank = 0;
    for (; json_is_array(list); list = json_array_get(list, 0)) {
        if (json_array_size(list) == 0)
            return refuse_list(path, "is an empty list, which has no shape", error);
        if (shape->rank == SHAPE_RANK_MAX)
            return error_set(error, ERROR_INVALID, "\"%.80s\" is nested deeper than %d lists", path,
                             SHAPE_RANK_MAX);
        shape->dims[shape->rank++] = (int64_t)json_array_size(list);
    }
    return 0;
}

/* Appends all numbers of nested lists of exactly this shape. */
static int gather(struct json_rows *rows, const json_t *list, const struct shape *shape, int depth,
                  const char *path, struct error *error)
{
    if (depth == shape->rank) {
        float value = (float)json_number_value(list);
        if (!json_is_number(list))
            return refuse_list(path,
                               "is a list of other things than numbers: give each a key of "
                               "its own",
                               error);
        if (!isfinite(value))
            return refuse_list(path, "has a number that is not a finite float", error);
        bytes_append(&rows->floats, &value, sizeof(value));
        return 0;
    }
    if (!json_is_array(list) || (int64_t)json_array_size(list) != shape->dims[depth])
        return refuse_list(path, "has lists of different lengths: a tensor has one shape", error);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (gather(rows, json_array_get(list, i), shape, depth + 1, path, error) != 0)
            return -1;
    return 0;
}

/* The first list of a column decides that it holds tensors. */
static int take_list(struct json_rows *rows, int64_t index, const json_t *list, const char *path,
                     struct error *error)
{
    struct column_builder *column = &rows->table.columns[index];
    struct shape shape;
    if (find_shape(list, path, &shape, error) != 0)
        return -1;
    if (column->type != COLUMN_TENSOR || !column->holds_values) {
        if (rows->table.rows > 0 || rows->surveyed)
            return refuse_list(path, "is a list here, but not in every row before", error);
        if (table_builder_hold_tensors(&rows->table, index, &shape, false, error) != 0)
            return -1;
    }
    if (!shape_equal(&shape, &column->shape))
        return refuse_list(path, "has another shape here than in the rows before", error);
    rows->floats.size = 0;
    return gather(rows, list, &shape, 0, path, error);
}

/* ---- columns and values */

static int make_room(struct json_rows *rows, struct error *error)
{
    if (rows->table.column_count <= rows->capacity)
        return 0;
    int64_t capacity = rows->capacity == 0 ? 64 : rows->capacity * 2;
    struct json_value *values = realloc(rows->values, (size_t)capacity * sizeof(*values));
    if (values != NULL)
        rows->values = values;
    struct cell *cells = realloc(rows->cells, (size_t)capacity * sizeof(*cells));
    if (cells != NULL)
        rows->cells = cells;
    if (values == NULL || cells == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the fields of a row");
    rows->capacity = capacity;
    return 0;
}

/* The column of a path, made where it is new. */
static int64_t find_column(struct json_rows *rows, const char *path, struct error *error)
{
    const json_t *known = json_object_get(rows->indices, path);
    if (known != NULL)
        return json_integer_value(known);
    if (rows->surveyed)
        return error_set(error, ERROR_IO, "the uploaded file was changed while it was read");
    int64_t index = table_builder_add_column(&rows->table, path, strlen(path), error);
    if (index < 0 || make_room(rows, error) != 0)
        return -1;
    rows->table.columns[index].named = true;
    rows->values[index] = (struct json_value){.json = NULL};
    if (json_object_set_new(rows->indices, path, json_integer(index)) != 0)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    return index;
}

/* What is no list as text, with room for a cell behind all of them. */
static void append_text(struct json_rows *rows, struct json_value *value)
{
    char number[JSON_NUMBER_SIZE];
    const json_t *json = value->json;
    value->text_at = rows->texts.size;
    if (json_is_integer(json)) {
        bytes_printf(&rows->texts, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
    } else if (json_is_real(json)) {
        json_format_number(json_real_value(json), number);
        bytes_append(&rows->texts, number, strlen(number));
    } else if (json_is_string(json)) {
        bytes_append(&rows->texts, json_string_value(json), json_string_length(json));
    } else if (json_is_boolean(json)) {
        bytes_printf(&rows->texts, "%s", json_is_true(json) ? "true" : "false");
    }
    value->text_length = (uint32_t)(rows->texts.size - value->text_at);
}

/* A value at its path. */
static int take_value(struct json_rows *rows, const json_t *json, struct error *error)
{
    const char *path = bytes_text(&rows->path);
    if (path == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    int64_t index = find_column(rows, path, error);
    if (index < 0)
        return -1;
    struct json_value *value = &rows->values[index];
    if (value->json != NULL)
        return error_set(error, ERROR_INVALID, "\"%.80s\" is there twice", path);
    value->json = json;
    if (json_is_array(json))
        return take_list(rows, index, json, path, error);
    if (rows->table.columns[index].type == COLUMN_TENSOR && rows->table.columns[index].holds_values)
        return refuse_list(path, "is a list in other rows and must be one in all", error);
    append_text(rows, value);
    return 0;
}

/* All values of an object, whose own path is in rows->path. */
static int take_object(struct json_rows *rows, const json_t *object, struct error *error)
{
    const char *key;
    json_t *value;
    size_t length = rows->path.size;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (length > 0)
            bytes_append_u8(&rows->path, '.');
        bytes_append(&rows->path, key, strlen(key));
        int status = json_is_object(value) ? take_object(rows, value, error)
                                           : take_value(rows, value, error);
        if (status != 0)
            return -1;
        rows->path.size = length;
    }
    return 0;
}

/* ---- rows */

static struct cell make_cell(const struct json_rows *rows, const struct json_value *value)
{
    static const char empty[NUMBER_TEXT_ROOM];
    if (value->json == NULL || json_is_array(value->json))
        return (struct cell){.text = empty};
    return (struct cell){.text = (const char *)rows->texts.data + value->text_at,
                         .length = value->text_length,
                         .quoted = json_is_string(value->json)};
}

/* Every column's value and cell of a row. */
static int take_row(struct json_rows *rows, const json_t *object, struct error *error)
{
    rows->path.size = rows->texts.size = 0;
    for (int64_t i = 0; i < rows->table.column_count; i++)
        rows->values[i].json = NULL;
    if (take_object(rows, object, error) != 0)
        return -1;
    static const char room[NUMBER_TEXT_ROOM];
    bytes_append(&rows->texts, room, sizeof(room));
    if (bytes_check(&rows->path, error) != 0 || bytes_check(&rows->texts, error) != 0 ||
        bytes_check(&rows->floats, error) != 0)
        return -1;
    for (int64_t i = 0; i < rows->table.column_count; i++) {
        const struct column_builder *column = &rows->table.columns[i];
        rows->cells[i] = make_cell(rows, &rows->values[i]);
        if (column->holds_values && !json_is_array(rows->values[i].json))
            return refuse_list(column->name, "is a list in other rows and must be one in all",
                               error);
    }
    return 0;
}

int json_rows_survey(struct json_rows *rows, const json_t *object, struct error *error)
{
    if (take_row(rows, object, error) != 0)
        return -1;
    return table_builder_survey(&rows->table, rows->cells, error);
}

int json_rows_add_strings(struct json_rows *rows, const json_t *object, int64_t row,
                          struct error *error)
{
    if (take_row(rows, object, error) != 0)
        return -1;
    return table_builder_add_strings(&rows->table, rows->cells, row, error);
}

static int write_tensors(struct json_rows *rows, struct error *error)
{
    for (int64_t i = 0; i < rows->table.column_count; i++) {
        struct column_builder *column = &rows->table.columns[i];
        if (!column->holds_values)
            continue;
        rows->floats.size = 0;
        if (gather(rows, rows->values[i].json, &column->shape, 0, column->name, error) != 0 ||
            bytes_check(&rows->floats, error) != 0 ||
            column_builder_write_tensor(column, rows->floats.data,
                                        rows->floats.size / sizeof(float), error) != 0)
            return -1;
    }
    return 0;
}

int json_rows_write(struct json_rows *rows, const json_t *object, struct error *error)
{
    if (take_row(rows, object, error) != 0 || write_tensors(rows, error) != 0)
        return -1;
    return table_builder_write(&rows->table, rows->cells, error);
}
