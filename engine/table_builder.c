/* All columns of a table, row by row. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/table_builder.h"
#include "engine/dataset_options.h"
#include "engine/description.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_SIZE = 512,
    BUFFERS_SIZE = 32 << 20, /* of all streams together, about */
    BUFFER_LEAST = 1 << 10,
    BUFFER_MOST = 1 << 16,
    DICTIONARIES_SIZE = 256 << 20, /* of all dictionaries together */
    DICTIONARIES_STEP = 32 << 20,
    DICTIONARY_ENTRY_COST = 64 /* beside the text, with room to double */
};

int table_builder_start(struct table_builder *table, const struct import *import,
                        struct error *error)
{
    *table = (struct table_builder){
        .options = import->options, .limits = import->limits, .file = import->file};
    return missing_words_read(&table->missing, import->options->missing, error);
}

void table_builder_clear(struct table_builder *table)
{
    for (int64_t i = 0; i < table->column_count; i++)
        column_builder_clear(&table->columns[i]);
    free(table->columns);
    free(table->buffers);
    missing_words_clear(&table->missing);
    *table = (struct table_builder){0};
}

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

static int name_column(struct table_builder *table, const struct cell *cell, json_t *seen,
                       struct error *error)
{
    int64_t number = table->column_count + 1;
    if (cell != NULL && cell->length > NAME_MAX_SIZE)
        return error_set(error, ERROR_INVALID,
                         "the name of column %" PRId64 " has %u bytes, more than %d", number,
                         cell->length, NAME_MAX_SIZE);
    AUTO_FREE char *wanted = NULL;
    bool named = cell != NULL && cell->length > 0;
    if (named)
        wanted = strndup(cell->text, cell->length);
    else if (asprintf(&wanted, "column_%" PRId64, number) < 0)
        wanted = NULL;
    char *name = wanted == NULL ? NULL : make_unique(wanted, seen);
    if (name == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    table->columns[table->column_count++] = (struct column_builder){.name = name,
                                                                    .named = named || cell == NULL,
                                                                    .missing = &table->missing,
                                                                    .readings = READS_ALL};
    return 0;
}

static struct column_builder *find_column(const struct table_builder *table, const char *name)
{
    for (int64_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i].name, name) == 0)
            return &table->columns[i];
    return NULL;
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

static void force_type(struct column_builder *column, enum column_type type)
{
    column->forced = true;
    column->type = type;
    if (type == COLUMN_DATE)
        column->readings = READS_DAY_FIRST | READS_MONTH_FIRST;
    else if (type == COLUMN_CATEGORY || type == COLUMN_TEXT)
        column->readings = 0;
}

static int apply_options(struct table_builder *table, struct error *error)
{
    const char *target = table->options->target;
    if (target != NULL) {
        struct column_builder *column = find_column(table, target);
        if (column == NULL)
            return refuse_unknown(table, "target", target, error);
        column->is_target = true;
    }
    json_t *types = dataset_types(table->options, error);
    if (types == NULL)
        return -1;
    const char *name;
    json_t *value;
    int status = 0;
    json_object_foreach(types, name, value)
    {
        struct column_builder *column = find_column(table, name);
        if (column == NULL)
            status = refuse_unknown(table, "types", name, error);
        else
            force_type(column, (enum column_type)dataset_type_find(json_string_value(value)));
    }
    json_decref(types);
    return status;
}

int table_builder_name_columns(struct table_builder *table, const struct cell *names, int64_t count,
                               struct error *error)
{
    assert(table->columns == NULL && count > 0);
    table->columns = calloc((size_t)count, sizeof(*table->columns));
    json_t *seen = json_object();
    int status = 0;
    if (table->columns == NULL || seen == NULL)
        status = error_set(error, ERROR_MEMORY, "out of memory for %" PRId64 " columns", count);
    for (int64_t i = 0; i < count && status == 0; i++)
        status = name_column(table, names == NULL ? NULL : &names[i], seen, error);
    json_decref(seen);
    return status == 0 ? apply_options(table, error) : -1;
}

/* A column whose dictionary does not fit beside the others' becomes text. Looked at whenever the
 * dictionaries may have grown by DICTIONARIES_STEP. */
static void bound_dictionaries(struct table_builder *table)
{
    size_t sum = 0;
    table->grown = 0;
    for (int64_t i = 0; i < table->column_count; i++) {
        struct dictionary *dictionary = &table->columns[i].dictionary;
        sum += dictionary_size(dictionary);
        if (sum <= DICTIONARIES_SIZE)
            continue;
        sum -= dictionary_size(dictionary);
        dictionary_clear(dictionary);
        dictionary->full = true;
    }
}

int table_builder_survey(struct table_builder *table, const struct cell *cells, struct error *error)
{
    int64_t row = table->rows++;
    for (int64_t i = 0; i < table->column_count; i++) {
        if (column_builder_survey(&table->columns[i], &cells[i], row, error) != 0)
            return -1;
        table->grown += cells[i].length + DICTIONARY_ENTRY_COST;
    }
    if (table->grown > DICTIONARIES_STEP)
        bound_dictionaries(table);
    return 0;
}

int64_t table_builder_strings_rows(struct table_builder *table)
{
    int64_t rows = 0;
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        if (column_builder_needs_strings(column, table->rows) && column->strings_from > rows)
            rows = column->strings_from;
    }
    return rows;
}

int table_builder_add_strings(struct table_builder *table, const struct cell *cells, int64_t row,
                              struct error *error)
{
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        if (column->readings == 0 && row < column->strings_from &&
            column_builder_add_string(column, &cells[i], error) != 0)
            return -1;
        table->grown += cells[i].length + DICTIONARY_ENTRY_COST;
    }
    if (table->grown > DICTIONARIES_STEP)
        bound_dictionaries(table);
    return 0;
}

/* Lends every stream its part of one block. */
static int start_streams(struct table_builder *table, struct error *error)
{
    size_t streams = 1;
    for (int64_t i = 0; i < table->column_count; i++)
        streams += (size_t)column_builder_stream_count(&table->columns[i]);
    size_t size = BUFFERS_SIZE / streams / 64 * 64;
    size = size < BUFFER_LEAST ? BUFFER_LEAST : size > BUFFER_MOST ? BUFFER_MOST : size;
    table->buffers = malloc(streams * size);
    if (table->buffers == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the buffers of columns");
    char *buffer = table->buffers;
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        int count = column_builder_stream_count(column);
        if (count > 0)
            column_stream_start(&column->values_stream, table->file, column->values, buffer, size);
        if (count > 1)
            column_stream_start(&column->text_stream, table->file, column->text, buffer + size,
                                size);
        buffer += (size_t)count * size;
    }
    return 0;
}

int table_builder_layout(struct table_builder *table, struct error *error)
{
    bound_dictionaries(table);
    int64_t kept = 0;
    for (int64_t i = 0; i < table->column_count; i++) {
        if (column_builder_layout(&table->columns[i], table->file, table->rows, error) != 0)
            return -1;
        kept += !table->columns[i].left_out;
    }
    if (kept == 0)
        return error_set(error, ERROR_INVALID, "every value of every column is missing");
    return start_streams(table, error);
}

int table_builder_write(struct table_builder *table, const struct cell *cells, struct error *error)
{
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        if (!column->left_out && column_builder_write(column, &cells[i], error) != 0)
            return -1;
    }
    table->written++;
    return 0;
}

static int finish_columns(struct table_builder *table, json_t *descriptions, json_t *places,
                          struct error *error)
{
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        bool has_text = column->type == COLUMN_TEXT || column->type == COLUMN_CATEGORY;
        if (column->left_out)
            continue;
        if (column_builder_finish(column, error) != 0 ||
            description_add_column(descriptions, column, table->file, error) != 0 ||
            description_add_place(places, &column->values,
                                  column->type == COLUMN_CATEGORY ? &column->offsets : NULL,
                                  has_text ? &column->text : NULL, error) != 0)
            return -1;
    }
    return 0;
}

int table_builder_finish(struct table_builder *table, json_t *about_taken, struct error *error)
{
    json_t *columns = json_array(), *places = json_array();
    int status = 0;
    if (table->written != table->rows)
        status = error_set(error, ERROR_IO, "the uploaded file was changed while it was read");
    if (status != 0 || finish_columns(table, columns, places, error) != 0) {
        json_decref(columns);
        json_decref(places);
        json_decref(about_taken);
        return -1;
    }
    return description_finish(table->file, table->rows, about_taken, columns, places, error);
}
