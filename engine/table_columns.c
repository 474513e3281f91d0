/* The columns of a table: their names, and what is said of their types before any row is seen. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset_options.h"
#include "engine/table_builder.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_SIZE = 512 };

/* `name`, or name_2, name_3 … where it is taken: `seen` holds every name with the number to try
 * next, so that thousands of equal names cost no more than thousands of different ones. NULL when
 * out of memory. */
static char *make_unique(const char *name, json_t *seen)
{
    json_t *next = json_object_get(seen, name);
    char *unique = next == NULL ? strdup(name) : NULL;
    json_int_t number = next == NULL ? 2 : json_integer_value(next);
    while (next != NULL && unique == NULL) {
        if (asprintf(&unique, "%s_%" JSON_INTEGER_FORMAT, name, number++) < 0)
            return NULL;
        if (json_object_get(seen, unique) == NULL)
            break;
        free(unique);
        unique = NULL;
    }
    if (unique != NULL) {
        json_object_set_new(seen, name, json_integer(number));
        if (next != NULL)
            json_object_set_new(seen, unique, json_integer(2));
    }
    return unique;
}

static void force_type(struct column_builder *column, enum column_type type)
{
    column->forced = true;
    column->type = type;
    if (type == COLUMN_DATE)
        column->readings = READS_DAY_FIRST | READS_MONTH_FIRST;
    else if (type == COLUMN_CATEGORY || type == COLUMN_TEXT)
        column->readings = 0;
}

static bool is_target(const struct table_builder *table, const char *name)
{
    size_t index;
    json_t *target;
    json_array_foreach(table->targets, index, target)
    {
        if (strcmp(json_string_value(target), name) == 0)
            return true;
    }
    return false;
}

static int make_room(struct table_builder *table, int64_t count, struct error *error)
{
    if (count <= table->column_capacity)
        return 0;
    int64_t capacity = table->column_capacity * 2 > count ? table->column_capacity * 2 : count;
    struct column_builder *columns = realloc(table->columns, (size_t)capacity * sizeof(*columns));
    if (columns == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for %" PRId64 " columns", count);
    table->columns = columns;
    table->column_capacity = capacity;
    return 0;
}

/* `name_taken` may be NULL: out of memory. */
static int64_t append_column(struct table_builder *table, char *name_taken, bool named,
                             struct error *error)
{
    if (name_taken == NULL || make_room(table, table->column_count + 1, error) != 0) {
        free(name_taken);
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    }
    struct column_builder *column = &table->columns[table->column_count];
    *column = (struct column_builder){.name = name_taken,
                                      .named = named,
                                      .is_target = is_target(table, name_taken),
                                      .missing = &table->missing,
                                      .readings = READS_ALL};
    const char *type = json_string_value(json_object_get(table->types, name_taken));
    if (type != NULL)
        force_type(column, (enum column_type)dataset_type_find(type));
    return table->column_count++;
}

int64_t table_builder_add_column(struct table_builder *table, const char *name, size_t length,
                                 struct error *error)
{
    int64_t number = table->column_count + 1;
    if (number > table->limits->columns)
        return error_set(error, ERROR_TOO_LARGE, "there are more than %" PRId64 " columns",
                         table->limits->columns);
    if (length > NAME_MAX_SIZE)
        return error_set(error, ERROR_INVALID,
                         "the name of column %" PRId64 " has %zu bytes, more than %d", number,
                         length, NAME_MAX_SIZE);
    AUTO_FREE char *wanted = NULL;
    if (length > 0)
        wanted = strndup(name, length);
    else if (asprintf(&wanted, "column_%" PRId64, number) < 0)
        wanted = NULL;
    char *unique = wanted == NULL ? NULL : make_unique(wanted, table->names);
    return append_column(table, unique, length > 0, error);
}

/* Names what there is, so that the user sees what was misspelt. */
static int refuse_unknown(const struct table_builder *table, const char *option, const char *name,
                          struct error *error)
{
    char list[256] = "";
    size_t used = 0;
    for (int64_t i = 0; i < table->column_count && used < sizeof(list); i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i == 0 ? "" : ", ",
                                 table->columns[i].name);
    if (used >= sizeof(list))
        snprintf(list + sizeof(list) - 8, 8, ", …");
    return error_set(error, ERROR_INVALID, "%s names \"%.80s\", which is no column: there are %s",
                     option, name, list);
}

/* Every column's name is a key of `names`, and every key is one. */
int table_builder_check_names(const struct table_builder *table, struct error *error)
{
    size_t index;
    json_t *target, *type;
    const char *name;
    json_array_foreach(table->targets, index, target)
    {
        if (json_object_get(table->names, json_string_value(target)) == NULL)
            return refuse_unknown(table, "target", json_string_value(target), error);
    }
    json_object_foreach(table->types, name, type)
    {
        if (json_object_get(table->names, name) == NULL)
            return refuse_unknown(table, "types", name, error);
    }
    return 0;
}

int table_builder_name_columns(struct table_builder *table, const struct cell *names, int64_t count,
                               struct error *error)
{
    assert(table->column_count == 0 && count > 0);
    if (make_room(table, count, error) != 0)
        return -1;
    for (int64_t i = 0; i < count; i++) {
        int64_t index = table_builder_add_column(table, names == NULL ? "" : names[i].text,
                                                 names == NULL ? 0 : names[i].length, error);
        if (index < 0)
            return -1;
        if (names == NULL) /* nobody named it, but nobody left its name open either */
            table->columns[index].named = true;
    }
    return table_builder_check_names(table, error);
}

bool table_builder_hold_values(struct table_builder *table, int64_t column, enum column_type type)
{
    struct column_builder *builder = &table->columns[column];
    builder->holds_values = !builder->forced || builder->type == type;
    if (builder->holds_values)
        builder->type = type;
    return builder->holds_values;
}

void table_builder_expect_type(struct table_builder *table, int64_t column, enum column_type type)
{
    if (!table->columns[column].forced)
        force_type(&table->columns[column], type);
}

void table_builder_expect_strings(struct table_builder *table, int64_t column)
{
    if (!table->columns[column].forced)
        table->columns[column].readings = 0;
}

int table_builder_hold_tensors(struct table_builder *table, int64_t column,
                               const struct shape *shape, bool bytes, struct error *error)
{
    struct column_builder *builder = &table->columns[column];
    if (builder->forced)
        return error_set(error, ERROR_INVALID,
                         "types: column \"%.80s\" holds tensors and cannot be of type %s",
                         builder->name, column_type_names[builder->type]);
    builder->holds_values = true;
    builder->type = COLUMN_TENSOR;
    builder->shape = *shape;
    builder->tensor_is_bytes = bytes;
    return 0;
}

int table_builder_add_target(struct table_builder *table, int64_t column, struct error *error)
{
    if (table->options->target != NULL)
        return 0;
    table->columns[column].is_target = true;
    if (json_array_append_new(table->targets, json_string(table->columns[column].name)) != 0)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    return 0;
}
