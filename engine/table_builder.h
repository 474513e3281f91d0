/* A dataset while it is imported: its columns, and what becomes of them. Readers of text, which
 * show every row twice, use it like this:
 *
 *     table_builder_start, table_builder_name_columns,
 *     table_spool_start, so that numbers need not be shown twice (engine/table_spool.h),
 *     table_builder_survey for every row or …_survey_block for many,
 *     where table_builder_strings_rows() > 0: table_builder_add_strings for so many rows again,
 *     table_builder_layout,
 *     where table_builder_needs_cells(): table_builder_write for every row again,
 *     table_builder_finish.
 *
 * Rows given have exactly column_count cells; those of columns of values are passed over.
 *
 * Readers that have values and not cells add columns by name, set `rows` and `written` themselves
 * and survey and write each column (engine/column_builder.h):
 *
 *     table_builder_start, table_builder_add_column and …_hold_values for every column,
 *     table_builder_check_names,
 *     where table_builder_needs_survey(): column_builder_survey_number …,
 *     table_builder_layout, column_builder_write_number …, table_builder_finish. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TABLE_BUILDER_H
#define PROPD_ENGINE_TABLE_BUILDER_H

#include "engine/column_builder.h"
#include "engine/import.h"

/* The numbers of a survey: slabs of all columns, column by column, of which the last is in memory.
 */
struct table_spool {
    double *slab;                  /* owned; NULL: nothing is kept */
    int64_t slab_rows, slab_count; /* of a whole one; in the file */
    int64_t used;                  /* rows in memory */
    int64_t expected_rows;         /* of the table; 0: unknown */
    bool in_place;                 /* slabs go where the sections are expected, not beyond them */
    uint64_t offset, column_size;  /* in the file, of the first; of an expected section */
};

struct table_builder {
    const struct dataset_options *options;
    const struct dataset_limits *limits;
    struct column_file *file;
    struct missing_words missing;
    json_t *types;   /* options->types by column */
    json_t *targets; /* names of the target's columns; empty: none was said */
    json_t *names;   /* that are taken, with the number to try next */
    struct column_builder *columns;
    int64_t column_count, column_capacity;
    int64_t rows;    /* surveyed */
    int64_t written; /* rows */
    size_t grown;    /* bytes that dictionaries may have taken since their sum was looked at */
    char *buffers;   /* of all streams */
    struct table_spool spool;
    int64_t *needed; /* columns that are made of cells at the second time; owned */
    int64_t needed_count;
};

/* `missing_words` are those of the format, beside options->missing. */
int table_builder_start(struct table_builder *table, const struct import *import,
                        const char *const *missing_words, struct error *error) MUST_CHECK;
void table_builder_clear(struct table_builder *table);

/* One more column; at any time before the layout, its cells in earlier rows were missing. A name of
 * length 0 becomes column_<number>; a name that was there before gets _2 … . Returns its index, -1
 * with ERROR_TOO_LARGE over limits->columns. */
int64_t table_builder_add_column(struct table_builder *table, const char *name, size_t length,
                                 struct error *error) MUST_CHECK;
/* Makes a column hold values of `type` unless options->types wants it of another, which only cells
 * can become. Returns whether it does. */
bool table_builder_hold_values(struct table_builder *table, int64_t column, enum column_type type);
/* What the format says of a column of cells, which options->types goes before. */
void table_builder_expect_type(struct table_builder *table, int64_t column, enum column_type type);
/* The same: categories or text, also where all values look like numbers. */
void table_builder_expect_strings(struct table_builder *table, int64_t column);
/* A column that holds tensors. ERROR_INVALID where options->types wants it to hold anything else.
 */
int table_builder_hold_tensors(struct table_builder *table, int64_t column,
                               const struct shape *shape, bool bytes,
                               struct error *error) MUST_CHECK;
/* The format's own target, where options->target names none: one more column of it. */
int table_builder_add_target(struct table_builder *table, int64_t column,
                             struct error *error) MUST_CHECK;
/* Whether options->types and target name columns that there are. */
int table_builder_check_names(const struct table_builder *table, struct error *error) MUST_CHECK;
/* Columns of these names, NULL: of none; and the check. */
int table_builder_name_columns(struct table_builder *table, const struct cell *names, int64_t count,
                               struct error *error) MUST_CHECK;
/* Whether some columns are made of cells. */
bool table_builder_needs_survey(const struct table_builder *table);
/* Tells that dictionaries may have taken so many bytes more, for readers that survey column by
 * column. */
void table_builder_grew(struct table_builder *table, size_t size);

int table_builder_survey(struct table_builder *table, const struct cell *cells,
                         struct error *error) MUST_CHECK;
/* The same for all rows of a block of column_count columns. Only ERROR_MEMORY. */
int table_builder_survey_block(struct table_builder *table, const struct cell_block *block,
                               struct error *error) MUST_CHECK;
/* How many rows must be seen again for their strings. */
int64_t table_builder_strings_rows(struct table_builder *table);
int table_builder_add_strings(struct table_builder *table, const struct cell *cells, int64_t row,
                              struct error *error) MUST_CHECK;
int table_builder_layout(struct table_builder *table, struct error *error) MUST_CHECK;
/* After the layout: whether all rows must be seen again. Where not, they count as written. */
bool table_builder_needs_cells(struct table_builder *table);
int table_builder_write(struct table_builder *table, const struct cell *cells,
                        struct error *error) MUST_CHECK;
/* The same for row `row` of a block, of which only the cells that are needed are looked at. */
int table_builder_write_of_block(struct table_builder *table, const struct cell_block *block,
                                 int64_t row, struct error *error) MUST_CHECK;
/* Writes what is left and the file's header. What is said about the target goes into `about`. */
int table_builder_finish(struct table_builder *table, json_t *about_taken,
                         struct error *error) MUST_CHECK;

#endif
