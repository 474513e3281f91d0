/* Arrays to columns; tensors are array_tensor.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/array.h"
#include "engine/dataset_options.h"
#include "engine/formats/array_inside.h"
#include "engine/number_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int array_set_sizes(struct array *array, const uint64_t *sizes, int rank, struct error *error)
{
    uint64_t all = array->type.size;
    if (rank < 1 || rank > SHAPE_RANK_MAX + 1)
        return error_set(error, ERROR_INVALID,
                         "%s: an array's rank must be between 1 and %d, not %d", array->name,
                         SHAPE_RANK_MAX + 1, rank);
    bool fits = true;
    for (int i = 0; i < rank; i++)
        fits = fits && sizes[i] > 0 && sizes[i] <= INT64_MAX / 8 &&
               !__builtin_mul_overflow(all, sizes[i], &all);
    if (!fits || all > INT64_MAX)
        return error_set(error, ERROR_INVALID,
                         "%s: the header has a size of 0, or sizes too large to multiply",
                         array->name);
    array->rows = (int64_t)sizes[0];
    array->elements = all / array->type.size / sizes[0];
    array->shape.rank = rank - 1;
    for (int i = 1; i < rank; i++)
        array->shape.dims[i - 1] = (int64_t)sizes[i];
    return 0;
}

uint64_t array_size(const struct array *array)
{
    return array->elements * (uint64_t)array->rows * array->type.size;
}

static int cut_short(const struct array *array, struct error *error)
{
    return error_set(error, ERROR_INVALID,
                     "%s is cut short: its header says %" PRIu64 " values of %zu byte%s",
                     array->name, array->elements * (uint64_t)array->rows, array->type.size,
                     array->type.size == 1 ? "" : "s");
}

static int too_long(const struct array *array, struct error *error)
{
    return error_set(error, ERROR_INVALID, "%s has more bytes than its header says", array->name);
}

int array_check_size(const struct array *array, uint64_t header_size, uint64_t size,
                     struct error *error)
{
    uint64_t expected = array_size(array) + header_size;
    if (size == INPUT_SIZE_UNKNOWN || size == expected)
        return 0;
    return size < expected ? cut_short(array, error) : too_long(array, error);
}

int array_set_layout(struct array *array, const struct dataset_options *options,
                     struct error *error)
{
    array->planes = options->layout == DATASET_LAYOUT_CHW;
    if (!array->planes || array->shape.rank == 3)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "layout=chw is for rows of rank 3 (channels, height, width), and those of %s "
                     "have rank %d",
                     array->name, array->shape.rank);
}

/* ---- columns */

/* The name of one of an array's columns. */
static int64_t add_column(struct array *array, struct table_builder *table, const char *name,
                          uint64_t number, struct error *error)
{
    AUTO_FREE char *numbered = NULL;
    if (array->shape.rank > 0 && asprintf(&numbered, "%s_%" PRIu64, name, number) < 0)
        return error_set(error, ERROR_MEMORY, "out of memory for the names of columns");
    const char *whole = array->shape.rank > 0 ? numbered : name;
    return table_builder_add_column(table, whole, strlen(whole), error);
}

int array_add_columns(struct array *array, struct table_builder *table, const char *name,
                      struct error *error)
{
    assert(array->elements >= 1);
    array->first_column = table->column_count;
    array->column_count = (int64_t)array->elements;
    if (array->elements > (uint64_t)(table->limits->columns - table->column_count))
        return error_set(error, ERROR_TOO_LARGE,
                         "%s has %" PRIu64 " values a row, more than there may be columns (%" PRId64
                         ")",
                         array->name, array->elements, table->limits->columns);
    for (uint64_t i = 0; i < array->elements; i++) {
        int64_t index = add_column(array, table, name, i + 1, error);
        if (index < 0)
            return -1;
        if (array_type_is_text(&array->type))
            table_builder_expect_strings(table, index);
        else
            table_builder_hold_values(
                table, index, array->type.kind == ARRAY_BOOLEAN ? COLUMN_BOOLEAN : COLUMN_NUMBER);
    }
    return 0;
}

int array_add_tensors(struct array *array, struct table_builder *table, const char *name,
                      struct error *error)
{
    struct shape shape = array->shape;
    if (array_type_is_text(&array->type))
        return error_set(error, ERROR_INVALID, "%s holds text, and tensors hold numbers",
                         array->name);
    if (array->planes)
        shape =
            (struct shape){3, {array->shape.dims[1], array->shape.dims[2], array->shape.dims[0]}};
    array->first_column = table_builder_add_column(table, name, strlen(name), error);
    array->column_count = 1;
    if (array->first_column < 0)
        return -1;
    return table_builder_hold_tensors(table, array->first_column, &shape, array_is_bytes(array),
                                      error);
}

static bool becomes_tensors(const struct array *array, const struct table_builder *table)
{
    uint64_t room = (uint64_t)(table->limits->columns - table->column_count);
    return array->shape.rank >= 2 || (array->elements > room && !array_type_is_text(&array->type));
}

int array_add(struct array *array, struct table_builder *table, const char *name,
              struct error *error)
{
    return becomes_tensors(array, table) ? array_add_tensors(array, table, name, error)
                                         : array_add_columns(array, table, name, error);
}

int array_add_features(struct array *array, struct table_builder *table, struct error *error)
{
    if (becomes_tensors(array, table))
        return array_add_tensors(array, table, "features", error);
    return array_add_columns(array, table, array->shape.rank == 0 ? "column_1" : "column", error);
}

int array_add_labels(struct array *array, struct table_builder *table, struct error *error)
{
    if (array->shape.rank > 1)
        return error_set(error, ERROR_INVALID, "%s must have rank 1 or 2, not %d", array->name,
                         array->shape.rank + 1);
    if (array_add_columns(array, table, "label", error) != 0)
        return -1;
    for (int64_t i = 0; i < array->column_count; i++)
        if (table_builder_add_target(table, array->first_column + i, error) != 0)
            return -1;
    return 0;
}

int array_check_missing(const struct table_builder *table, struct error *error)
{
    if (table->options->missing == NULL || table_builder_needs_survey(table))
        return 0;
    return error_set(error, ERROR_INVALID,
                     "missing is for text, and there is none: NaN is missing among numbers");
}

int array_check_labels(const struct array *features, const struct array *labels,
                       struct error *error)
{
    if (features->rows == labels->rows)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "features have %" PRId64 " rows and labels %" PRId64
                     ": every row has one label",
                     features->rows, labels->rows);
}

bool array_needs_survey(const struct array *array, const struct table_builder *table)
{
    for (int64_t i = 0; i < array->column_count; i++)
        if (!table->columns[array->first_column + i].holds_values)
            return true;
    return false;
}

/* ---- values */

int array_reader_start(struct array_reader *reader, const struct array *array,
                       struct table_builder *table, const struct byte_source *source,
                       struct error *error)
{
    size_t size = array->type.size;
    *reader = (struct array_reader){.array = array, .table = table, .source = source};
    reader->room = size > CHUNK_SIZE ? 1 : CHUNK_SIZE / size;
    reader->raw = malloc(reader->room * size);
    if (array_type_is_text(&array->type))
        reader->text = calloc(1, array_text_room(&array->type) + NUMBER_TEXT_ROOM);
    else
        reader->numbers = malloc(reader->room * sizeof(*reader->numbers));
    if (reader->raw == NULL || (reader->text == NULL && reader->numbers == NULL))
        return error_set(error, ERROR_MEMORY, "out of memory for reading %s", array->name);
    return 0;
}

void array_reader_stop(struct array_reader *reader)
{
    free(reader->raw);
    free(reader->text);
    free(reader->numbers);
}

int64_t array_reader_next(struct array_reader *reader, struct error *error)
{
    const struct array *array = reader->array;
    uint64_t left = array->elements * (uint64_t)array->rows - reader->at;
    size_t count = left < reader->room ? (size_t)left : reader->room;
    if (count == 0)
        return 0;
    int status = byte_source_fill(reader->source, reader->raw, count * array->type.size, error);
    if (status < 0)
        return -1;
    if (status == 0)
        return cut_short(array, error);
    if (reader->numbers != NULL)
        array_to_doubles(&array->type, reader->raw, count, reader->numbers);
    reader->at += count;
    return (int64_t)count;
}

int array_reader_end(struct array_reader *reader, struct error *error)
{
    uint8_t more;
    ssize_t got = byte_source_read(reader->source, &more, 1, error);
    if (got <= 0)
        return (int)got;
    return too_long(reader->array, error);
}

static int take_text(struct array_reader *reader, struct column_builder *column, int64_t row,
                     size_t i, struct error *error)
{
    const struct array_type *type = &reader->array->type;
    ssize_t length = array_to_text(type, reader->raw + i * type->size, reader->text, error);
    if (length < 0)
        return -1;
    struct cell cell = {.text = reader->text, .length = (uint32_t)length};
    if (!reader->survey)
        return column_builder_write(column, &cell, error);
    table_builder_grew(reader->table, cell.length);
    return column_builder_survey(column, &cell, row, error);
}

/* Value i of the chunk, which belongs to a row of a column. */
static int take_value(struct array_reader *reader, struct column_builder *column, int64_t row,
                      size_t i, struct error *error)
{
    if (reader->numbers == NULL)
        return take_text(reader, column, row, i, error);
    if (!reader->survey)
        return column_builder_write_number(column, reader->numbers[i], error);
    table_builder_grew(reader->table, sizeof(double));
    return column_builder_survey_number(column, reader->numbers[i], row, error);
}

int array_refuse_row(const struct array *array, int64_t row, const struct error *inner,
                     struct error *error)
{
    if (inner->code != ERROR_INVALID)
        return error_set(error, inner->code, "%s", inner->message);
    return error_set(error, ERROR_INVALID, "%s: row %" PRId64 ": %s", array->name, row,
                     inner->message);
}

/* Row by row, or column by column where the first index runs fastest. */
static int take_columns(struct array_reader *reader, struct error *error)
{
    const struct array *array = reader->array;
    struct column_builder *columns = &reader->table->columns[array->first_column];
    uint64_t fastest = array->fortran ? (uint64_t)array->rows : array->elements;
    uint64_t inner = 0, outer = 0;
    struct error cause = {0};
    int64_t count;
    while ((count = array_reader_next(reader, error)) > 0) {
        for (int64_t i = 0; i < count; i++) {
            uint64_t column = array->fortran ? outer : inner, row = array->fortran ? inner : outer;
            if (take_value(reader, &columns[column], (int64_t)row, (size_t)i, &cause) != 0)
                return array_refuse_row(array, (int64_t)row, &cause, error);
            inner++;
            outer += inner == fastest;
            inner = inner == fastest ? 0 : inner;
        }
    }
    return count < 0 ? -1 : array_reader_end(reader, error);
}

static int read_columns(const struct array *array, struct table_builder *table,
                        const struct byte_source *source, bool survey, struct error *error)
{
    struct array_reader reader;
    int status = array_reader_start(&reader, array, table, source, error);
    reader.survey = survey;
    if (status == 0)
        status = take_columns(&reader, error);
    array_reader_stop(&reader);
    return status;
}

int array_survey(const struct array *array, struct table_builder *table,
                 const struct byte_source *source, struct error *error)
{
    return read_columns(array, table, source, true, error);
}

int array_write(const struct array *array, struct table_builder *table,
                const struct byte_source *source, struct error *error)
{
    if (table->columns[array->first_column].type == COLUMN_TENSOR)
        return array_write_tensors(array, table, source, error);
    return read_columns(array, table, source, false, error);
}
