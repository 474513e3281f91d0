/* Surveying, deciding, reserving. Writing the values is column_writer.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_builder.h"
#include "engine/number_text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_DISTINCT_MIN = 100 /* up to so many different strings are always categories */
};

void column_builder_clear(struct column_builder *column)
{
    free(column->name);
    free(column->category_counts);
    dictionary_clear(&column->dictionary);
    *column = (struct column_builder){0};
}

static void keep_number(struct column_builder *column, enum number_kind kind, double number)
{
    column->number = number;
    column->keeps_numbers = column->keeps_numbers && kind == NUMBER_FINITE;
}

/* No value yet or all of them are numbers, which is the usual case and worth a short cut. */
static bool survey_number(struct column_builder *column, const struct cell *cell)
{
    double value;
    if ((column->readings & READS_NUMBER) == 0 || column->missing->has_number)
        return false;
    enum number_kind kind = number_text_read_roomy(cell->text, cell->length, &value);
    if (kind == NUMBER_NONE)
        return false;
    column->readings &= READS_NUMBER;
    keep_number(column, kind, value);
    return true;
}

/* A value that is perhaps none of those that the column had so far. */
static void survey_value(struct column_builder *column, const struct cell *cell, int64_t row)
{
    double value = 0;
    column->readings &= cell_readings(cell, column->readings, &column->ambiguous_dates);
    if (column->readings == 0)
        column->strings_from = row;
    enum number_kind kind = number_text_read(cell->text, cell->length, &value);
    keep_number(column, kind, value);
}

int column_builder_survey(struct column_builder *column, const struct cell *cell, int64_t row,
                          struct error *error)
{
    if (!survey_number(column, cell)) {
        enum cell_class class = cell_classify(cell, column->missing);
        column->number = (double)NAN;
        if (class == CELL_MISSING)
            return 0;
        if (class == CELL_VALUE && column->readings != 0)
            survey_value(column, cell, row);
    }
    column->value_count++;
    column->text_size += cell->length;
    if (column->declared)
        return 0;
    if (column->readings == 0)
        return dictionary_add(&column->dictionary, cell->text, cell->length, error);
    column->skipped++;
    return 0;
}

/* The plain numbers that the rest of a block begins with; returns how many. */
static int64_t survey_numbers(struct column_builder *column, const struct cell_block *block,
                              int64_t index, int64_t from, int64_t to, double *numbers)
{
    if (!column->keeps_numbers || column->missing->has_number)
        return 0;
    const uint32_t *stops = block->stops + from * block->stride + index;
    int64_t count = number_text_read_column(block->text, stops, block->stride, to - from, numbers);
    if (count == 0)
        return 0;
    for (int64_t i = 0; i < count; i++, stops += block->stride)
        column->text_size += (uint32_t)(stops[0] - stops[-1] - 1);
    column->readings &= READS_NUMBER;
    column->value_count += count;
    column->skipped += count;
    return count;
}

int column_builder_survey_block(struct column_builder *column, const struct cell_block *block,
                                int64_t index, int64_t from, int64_t to, int64_t row,
                                double *numbers, struct error *error)
{
    for (int64_t i = from; i < to; i++) {
        i += survey_numbers(column, block, index, i, to,
                            column->keeps_numbers ? numbers + (i - from) : NULL);
        if (i == to)
            break;
        struct cell cell = cell_block_cell(block, i, index);
        if (cell.length == 0)
            column->number = (double)NAN; /* missing, whatever the column is */
        else if (column_builder_survey(column, &cell, row + (i - from), error) != 0)
            return -1;
        if (column->keeps_numbers)
            numbers[i - from] = column->number;
    }
    return 0;
}

static bool reads_dates(const struct column_builder *column)
{
    return (column->readings & (READS_DAY_FIRST | READS_MONTH_FIRST)) != 0 &&
           column->readings != READS_ALL;
}

/* Dates like 03/04/2015 throughout cannot be told: they stay strings unless they must be dates. */
static bool dates_undecided(const struct column_builder *column)
{
    return reads_dates(column) && column->ambiguous_dates &&
           (column->readings & READS_DAY_FIRST) != 0 && (column->readings & READS_MONTH_FIRST) != 0;
}

bool column_builder_needs_strings(struct column_builder *column, int64_t rows)
{
    bool is_strings = column->forced ? column->type == COLUMN_CATEGORY
                                     : column->readings == 0 || dates_undecided(column);
    if (!is_strings || column->declared || column->holds_values)
        return false;
    if (column->readings != 0)
        column->strings_from = rows;
    column->readings = 0;
    return column->skipped > 0 && !column->dictionary.full;
}

int column_builder_add_string(struct column_builder *column, const struct cell *cell,
                              struct error *error)
{
    if (cell_classify(cell, column->missing) == CELL_MISSING)
        return 0;
    return dictionary_add(&column->dictionary, cell->text, cell->length, error);
}

static enum column_type decide_strings(const struct column_builder *column)
{
    if (column->is_target)
        return COLUMN_CATEGORY;
    int64_t distinct = column->dictionary.count;
    bool nearly_unique = distinct > TEXT_DISTINCT_MIN && distinct > column->value_count / 2;
    return column->dictionary.full || nearly_unique ? COLUMN_TEXT : COLUMN_CATEGORY;
}

static enum column_type decide_type(const struct column_builder *column)
{
    if ((column->readings & READS_NUMBER) != 0)
        return COLUMN_NUMBER;
    if ((column->readings & READS_BOOLEAN) != 0)
        return COLUMN_BOOLEAN;
    return reads_dates(column) ? COLUMN_DATE : decide_strings(column);
}

static int check_type(const struct column_builder *column, struct error *error)
{
    if (column->type == COLUMN_CATEGORY && column->dictionary.full)
        return error_set(error, ERROR_INVALID,
                         "column \"%.80s\" has more different values than a category may have "
                         "(%d, together %d bytes)",
                         column->name, DICTIONARY_ENTRIES_MAX, DICTIONARY_TEXT_MAX);
    if (column->type == COLUMN_DATE && dates_undecided(column))
        return error_set(error, ERROR_INVALID,
                         "column \"%.80s\" has dates like 03/04/2015 whose order of day and month "
                         "cannot be told: write them as 2015-04-03",
                         column->name);
    return 0;
}

static int reserve_tensors(struct column_builder *column, struct column_file *file, uint64_t rows,
                           struct error *error)
{
    uint64_t count = rows;
    for (int i = 0; i < column->shape.rank; i++)
        if (__builtin_mul_overflow(count, (uint64_t)column->shape.dims[i], &count))
            count = UINT64_MAX; /* which no file has room for */
    return column_file_reserve(file, count, column->tensor_is_bytes ? 1 : sizeof(float),
                               &column->values, error);
}

static int reserve(struct column_builder *column, struct column_file *file, uint64_t rows,
                   struct error *error)
{
    if (column->type == COLUMN_TENSOR)
        return reserve_tensors(column, file, rows, error);
    static const uint64_t widths[] = {[COLUMN_NUMBER] = 8,
                                      [COLUMN_BOOLEAN] = 1,
                                      [COLUMN_CATEGORY] = 4,
                                      [COLUMN_DATE] = 8,
                                      [COLUMN_TEXT] = 8};
    uint64_t count = column->type == COLUMN_TEXT ? rows + 1 : rows;
    if (column_file_reserve(file, count, widths[column->type], &column->values, error) != 0)
        return -1;
    if (column->type == COLUMN_TEXT)
        return column_file_reserve(file, column->text_size, 1, &column->text, error);
    if (column->type != COLUMN_CATEGORY)
        return 0;
    const struct dictionary *dictionary = &column->dictionary;
    if (column_file_reserve(file, (uint64_t)dictionary->count + 1, 8, &column->offsets, error) != 0)
        return -1;
    return column_file_reserve(file, dictionary->text.size, 1, &column->text, error);
}

int column_builder_layout(struct column_builder *column, struct column_file *file, int64_t rows,
                          struct error *error)
{
    column->left_out =
        !column->named && !column->forced && !column->holds_values && column->value_count == 0;
    if (!column->left_out && !column->forced && !column->holds_values)
        column->type = decide_type(column);
    column->keeps_numbers =
        column->keeps_numbers && !column->left_out && column->type == COLUMN_NUMBER;
    if (column->left_out)
        return 0;
    if (check_type(column, error) != 0)
        return -1;
    column->date_order =
        (column->readings & READS_DAY_FIRST) != 0 ? DATE_DAY_FIRST : DATE_MONTH_FIRST;
    if (column->type == COLUMN_CATEGORY) {
        if (dictionary_sort(&column->dictionary, error) != 0)
            return -1;
        column->category_counts = calloc((size_t)column->dictionary.count + 1, sizeof(uint64_t));
        if (column->category_counts == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the categories of a column");
    }
    return reserve(column, file, (uint64_t)rows, error);
}

bool column_builder_needs_cells(const struct column_builder *column)
{
    return !column->left_out && !column->holds_values && !column->keeps_numbers;
}

int column_builder_stream_count(const struct column_builder *column)
{
    if (column->left_out || column->keeps_numbers)
        return 0;
    return column->type == COLUMN_TEXT ? 2 : 1;
}
