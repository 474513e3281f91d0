/* All columns of a table, row by row. Names and types are table_columns.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/table_builder.h"
#include "engine/dataset_options.h"
#include "engine/description.h"
#include "engine/table_spool.h"

#include <assert.h>
#include <stdlib.h>

enum {
    BUFFERS_SIZE = 32 << 20, /* of all streams together, about */
    BUFFER_LEAST = 1 << 10,
    BUFFER_MOST = 1 << 16,
    DICTIONARIES_SIZE = 256 << 20, /* of all dictionaries together */
    DICTIONARIES_STEP = 32 << 20,
    DICTIONARY_ENTRY_COST = 64 /* beside the text, with room to double */
};

int table_builder_start(struct table_builder *table, const struct import *import,
                        const char *const *missing_words, struct error *error)
{
    *table = (struct table_builder){
        .options = import->options, .limits = import->limits, .file = import->file};
    table->types = dataset_types(import->options, error);
    table->targets = dataset_targets(import->options->target, error);
    table->names = json_object();
    if (table->types == NULL || table->targets == NULL || table->names == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    return missing_words_read(&table->missing, missing_words, import->options->missing, error);
}

void table_builder_clear(struct table_builder *table)
{
    for (int64_t i = 0; i < table->column_count; i++)
        column_builder_clear(&table->columns[i]);
    free(table->columns);
    free(table->buffers);
    free(table->needed);
    table_spool_clear(table);
    json_decref(table->types);
    json_decref(table->targets);
    json_decref(table->names);
    missing_words_clear(&table->missing);
    *table = (struct table_builder){0};
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

bool table_builder_needs_survey(const struct table_builder *table)
{
    for (int64_t i = 0; i < table->column_count; i++)
        if (!table->columns[i].holds_values)
            return true;
    return false;
}

void table_builder_grew(struct table_builder *table, size_t size)
{
    table->grown += size + DICTIONARY_ENTRY_COST;
    if (table->grown > DICTIONARIES_STEP)
        bound_dictionaries(table);
}

int table_builder_survey(struct table_builder *table, const struct cell *cells, struct error *error)
{
    int64_t row = table->rows++;
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        if (column->holds_values)
            continue;
        if (column_builder_survey(column, &cells[i], row, error) != 0)
            return -1;
        if (column->keeps_numbers)
            *table_spool_next(table, i) = column->number;
        table->grown += cells[i].length + DICTIONARY_ENTRY_COST;
    }
    table_spool_passed(table, 1);
    if (table->grown > DICTIONARIES_STEP)
        bound_dictionaries(table);
    return 0;
}

/* Row by row, for a block within which the dictionaries' sum is to be looked at. */
static int survey_rows(struct table_builder *table, const struct cell_block *block,
                       struct error *error)
{
    AUTO_FREE struct cell *cells = calloc((size_t)table->column_count, sizeof(*cells));
    if (cells == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the fields of a row");
    for (int64_t row = 0; row < block->rows; row++) {
        for (int64_t i = 0; i < table->column_count; i++)
            cells[i] = cell_block_cell(block, row, i);
        if (table_builder_survey(table, cells, error) != 0)
            return -1;
    }
    return 0;
}

static int survey_columns(struct table_builder *table, const struct cell_block *block, int64_t from,
                          int64_t to, struct error *error)
{
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        if (column->holds_values)
            continue;
        double *numbers = column->keeps_numbers ? table_spool_next(table, i) : NULL;
        if (column_builder_survey_block(column, block, i, from, to, table->rows, numbers, error) !=
            0)
            return -1;
    }
    table->rows += to - from;
    table_spool_passed(table, to - from);
    return 0;
}

int table_builder_survey_block(struct table_builder *table, const struct cell_block *block,
                               struct error *error)
{
    uint32_t size = block->stops[block->rows * block->stride - 1] - block->stops[-1];
    size_t most = size + (size_t)(block->rows * table->column_count) * DICTIONARY_ENTRY_COST;
    if (table->grown + most > DICTIONARIES_STEP)
        return survey_rows(table, block, error);
    table->grown += most;
    for (int64_t from = 0, to; from < block->rows; from = to) {
        int64_t room = table_spool_room(table);
        to = block->rows - from < room ? block->rows : from + room;
        if (survey_columns(table, block, from, to, error) != 0)
            return -1;
    }
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
        if (column->readings == 0 && row < column->strings_from && !column->holds_values &&
            !column->declared && column_builder_add_string(column, &cells[i], error) != 0)
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
    table->needed = calloc((size_t)table->column_count + 1, sizeof(*table->needed));
    if (table->needed == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the columns of a table");
    for (int64_t i = 0; i < table->column_count; i++) {
        if (column_builder_layout(&table->columns[i], table->file, table->rows, error) != 0)
            return -1;
        kept += !table->columns[i].left_out;
    }
    if (kept == 0)
        return error_set(error, ERROR_INVALID, "every value of every column is missing");
    table_spool_settle(table);
    for (int64_t i = 0; i < table->column_count; i++)
        if (column_builder_needs_cells(&table->columns[i]))
            table->needed[table->needed_count++] = i;
    return start_streams(table, error);
}

bool table_builder_needs_cells(struct table_builder *table)
{
    if (table->needed_count == 0)
        table->written = table->rows;
    return table->needed_count > 0;
}

int table_builder_write(struct table_builder *table, const struct cell *cells, struct error *error)
{
    for (int64_t i = 0; i < table->needed_count; i++) {
        int64_t index = table->needed[i];
        if (column_builder_write(&table->columns[index], &cells[index], error) != 0)
            return -1;
    }
    table->written++;
    return 0;
}

int table_builder_write_of_block(struct table_builder *table, const struct cell_block *block,
                                 int64_t row, struct error *error)
{
    for (int64_t i = 0; i < table->needed_count; i++) {
        int64_t index = table->needed[i];
        struct cell cell = cell_block_cell(block, row, index);
        if (column_builder_write(&table->columns[index], &cell, error) != 0)
            return -1;
    }
    table->written++;
    return 0;
}

/* Of columns of numbers that were not kept, which got them on the way. */
static int compute_statistics(struct table_builder *table, struct error *error)
{
    const struct column_section *sections[STATISTICS_GROUP];
    struct column_statistics *statistics[STATISTICS_GROUP];
    int count = 0;
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        if (!column->left_out && !column->keeps_numbers && column->type == COLUMN_NUMBER) {
            sections[count] = &column->values;
            statistics[count++] = &column->statistics;
        }
        bool is_last = i + 1 == table->column_count;
        if (count < STATISTICS_GROUP && !(is_last && count > 0))
            continue;
        if (column_statistics_compute(table->file, sections, count, SECTION_DOUBLES, statistics,
                                      error) != 0)
            return -1;
        count = 0;
    }
    return 0;
}

static int finish_columns(struct table_builder *table, struct error *error)
{
    for (int64_t i = 0; i < table->column_count; i++)
        if (column_builder_finish(&table->columns[i], error) != 0)
            return -1;
    if (table_spool_finish(table, error) != 0)
        return -1;
    return compute_statistics(table, error);
}

static int describe_columns(struct table_builder *table, json_t *descriptions, json_t *places,
                            struct error *error)
{
    for (int64_t i = 0; i < table->column_count; i++) {
        struct column_builder *column = &table->columns[i];
        bool has_text = column->type == COLUMN_TEXT || column->type == COLUMN_CATEGORY;
        if (column->left_out)
            continue;
        if (description_add_column(descriptions, column, table->file, error) != 0 ||
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
    if (json_array_size(table->targets) > 0 &&
        json_object_set(about_taken, "target", table->targets) != 0)
        status = error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    if (status != 0 || finish_columns(table, error) != 0 ||
        describe_columns(table, columns, places, error) != 0) {
        json_decref(columns);
        json_decref(places);
        json_decref(about_taken);
        return -1;
    }
    return description_finish(table->file, table->rows, about_taken, columns, places, error);
}
