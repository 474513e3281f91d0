/* The numbers that a survey has read anyway, kept until the layout of the file is known, so that
 * columns of numbers need not be read twice: a slab of rows in memory, and those before it in the
 * column file. They lie beyond its end, or, where all columns are numbers and the rows could be
 * foretold, in the place of the sections. Where they cannot be kept, nothing is lost: the columns
 * are read again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TABLE_SPOOL_H
#define PROPD_ENGINE_TABLE_SPOOL_H

#include "engine/table_builder.h"

/* Keeps the numbers of all columns that may be numbers: before the first row, and for tables that
 * get no more columns. `expected_rows` is a guess at how many rows there will be, 0: none. */
int table_spool_start(struct table_builder *table, int64_t expected_rows,
                      struct error *error) MUST_CHECK;
void table_spool_clear(struct table_builder *table);

/* Where the next numbers of a column that keeps them go, and how many rows may be put there before
 * table_spool_passed(). */
static inline double *table_spool_next(struct table_builder *table, int64_t column)
{
    const struct table_spool *spool = &table->spool;
    return spool->slab + column * spool->slab_rows + spool->used;
}
int64_t table_spool_room(const struct table_builder *table);
/* So many more rows are there. */
void table_spool_passed(struct table_builder *table, int64_t rows);

/* After the layout: keeps nothing where other sections will be written over it. */
void table_spool_settle(struct table_builder *table);
/* Last of all: writes the columns that were kept to their sections, with their statistics. */
int table_spool_finish(struct table_builder *table, struct error *error) MUST_CHECK;

#endif
