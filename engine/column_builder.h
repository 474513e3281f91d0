/* One column of a dataset while it is imported, from cells of text or from values to a section of
 * the column file.
 *
 * The life of a column of cells: survey every cell (what can all of them be read as? which strings
 * are there?), decide the type, reserve sections, write every cell, describe. The cells come twice,
 * so that memory holds a bounded dictionary and a buffer a column but no values. Where somebody
 * keeps the numbers of the survey (engine/table_spool.h), columns of numbers are read only once.
 *
 * A column of values has its type from the start: it is only reserved, written and described. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_COLUMN_BUILDER_H
#define PROPD_ENGINE_COLUMN_BUILDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/cell_block.h"
#include "engine/column_file.h"
#include "engine/column_statistics.h"
#include "engine/dataset.h"
#include "engine/date_text.h"
#include "engine/dictionary.h"
#include "engine/shape.h"

struct column_builder {
    char *name; /* owned */
    bool named; /* by the file, not by us */
    bool forced, is_target;
    bool holds_values;     /* instead of cells */
    bool declared;         /* CATEGORY: the dictionary is given, other values are refused */
    enum column_type type; /* forced, or decided */
    struct shape shape;    /* TENSOR */
    bool tensor_is_bytes;
    const struct missing_words *missing;

    unsigned readings; /* that every value so far allows: enum cell_reading */
    bool ambiguous_dates;
    int64_t value_count;  /* that a string column would have */
    uint64_t text_size;   /* of those */
    int64_t strings_from; /* first row whose string is in the dictionary */
    int64_t skipped;      /* strings of rows before that */
    struct dictionary dictionary;

    bool keeps_numbers; /* all cells so far were finite numbers or missing, and are kept as such */
    double number;      /* of the cell surveyed last, where they are kept; NaN: missing */
    struct column_range range;           /* of those kept */
    struct column_statistics statistics; /* NUMBER: once all are written */

    bool left_out; /* without a name and without a value */
    enum date_order date_order;
    int64_t missing_count;
    struct column_section values, offsets, text;
    struct column_stream values_stream, text_stream;
    uint64_t text_written;
    uint64_t *category_counts; /* by code */
};

void column_builder_clear(struct column_builder *column);

/* First time through. */
int column_builder_survey(struct column_builder *column, const struct cell *cell, int64_t row,
                          struct error *error);
/* The same for cells `from` … `to` - 1 of a column of a block, whose first is that of row `row` of
 * the table; `numbers` gets what is kept of them. Only ERROR_MEMORY. */
int column_builder_survey_block(struct column_builder *column, const struct cell_block *block,
                                int64_t index, int64_t from, int64_t to, int64_t row,
                                double *numbers, struct error *error) MUST_CHECK;
/* After the first time through: whether the column is one of strings that had looked like something
 * else until row strings_from, so that strings of earlier rows are still unseen. */
bool column_builder_needs_strings(struct column_builder *column, int64_t rows);
/* Shows such a column a cell of a row before strings_from. */
int column_builder_add_string(struct column_builder *column, const struct cell *cell,
                              struct error *error);
/* Decides the type and reserves sections. */
int column_builder_layout(struct column_builder *column, struct column_file *file, int64_t rows,
                          struct error *error);
/* After the layout: whether its cells must be seen a second time. */
bool column_builder_needs_cells(const struct column_builder *column);
/* Streams of a column that need a buffer. */
int column_builder_stream_count(const struct column_builder *column);
/* Second time through. An unreadable value sets an error without the line, which the caller knows.
 */
int column_builder_write(struct column_builder *column, const struct cell *cell,
                         struct error *error);
/* The same two passes over a number, NaN: missing. A column of values is not surveyed, one of
 * booleans has 0 and what is not; a column of cells takes the number's text. */
int column_builder_survey_number(struct column_builder *column, double number, int64_t row,
                                 struct error *error) MUST_CHECK;
int column_builder_write_number(struct column_builder *column, double number,
                                struct error *error) MUST_CHECK;
/* The next `count` elements of a tensor column in row-major order, of the type that it has. */
int column_builder_write_tensor(struct column_builder *column, const void *elements, size_t count,
                                struct error *error) MUST_CHECK;
/* After the last row: flushes, and writes dictionary and last offset. */
int column_builder_finish(struct column_builder *column, struct error *error);

#endif
