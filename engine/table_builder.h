/* A table while it is imported: its columns, shown every row twice. Readers of text formats (CSV,
 * and those to come) use it like this:
 *
 *     table_builder_start, table_builder_name_columns,
 *     table_builder_survey for every row,
 *     where table_builder_strings_rows() > 0: table_builder_add_strings for so many rows again,
 *     table_builder_layout, table_builder_write for every row again, table_builder_finish.
 *
 * Rows given have exactly column_count cells. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TABLE_BUILDER_H
#define PROPD_ENGINE_TABLE_BUILDER_H

#include "engine/column_builder.h"
#include "engine/import.h"

struct table_builder {
    const struct dataset_options *options;
    const struct dataset_limits *limits;
    struct column_file *file;
    struct missing_words missing;
    struct column_builder *columns;
    int64_t column_count;
    int64_t rows;    /* surveyed */
    int64_t written; /* rows */
    size_t grown;    /* bytes that dictionaries may have taken since their sum was looked at */
    char *buffers;   /* of all streams */
};

int table_builder_start(struct table_builder *table, const struct import *import,
                        struct error *error) MUST_CHECK;
void table_builder_clear(struct table_builder *table);

/* Columns of these names. NULL cells, and empty ones, become column_1 …; a name that was there
 * before gets _2 … . Then options->types and target are matched with them. */
int table_builder_name_columns(struct table_builder *table, const struct cell *names, int64_t count,
                               struct error *error) MUST_CHECK;

int table_builder_survey(struct table_builder *table, const struct cell *cells,
                         struct error *error) MUST_CHECK;
/* How many rows must be seen again for their strings. */
int64_t table_builder_strings_rows(struct table_builder *table);
int table_builder_add_strings(struct table_builder *table, const struct cell *cells, int64_t row,
                              struct error *error) MUST_CHECK;
int table_builder_layout(struct table_builder *table, struct error *error) MUST_CHECK;
int table_builder_write(struct table_builder *table, const struct cell *cells,
                        struct error *error) MUST_CHECK;
/* Writes what is left and the file's header. */
int table_builder_finish(struct table_builder *table, json_t *about_taken,
                         struct error *error) MUST_CHECK;

#endif
