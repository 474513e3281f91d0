/* Tables that fit the terminal: numbers to the right, what is too long cut with an ellipsis. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_TABLE_H
#define PROPCTL_TABLE_H

#include "clients/propctl/terminal.h"

enum { TABLE_COLUMNS_MAX = 24 };

/* All zero before table_start(). */
struct table {
    size_t column_count;
    char *titles[TABLE_COLUMNS_MAX];
    bool is_right[TABLE_COLUMNS_MAX], is_extra[TABLE_COLUMNS_MAX];
    char **cells; /* row by row */
    size_t cell_count, cell_room;
};
#define TABLE_AUTO AUTO_CLEANUP(table_clear)

/* `titles` are separated by '|'; one with '>' before it is of numbers, and one with '?' first is
 * left out where there is no room. */
void table_start(struct table *table, const char *titles);

/* Another column, before the first cell; at most TABLE_COLUMNS_MAX are taken. */
void table_column(struct table *table, const char *title, bool is_right);

/* The next cell, made safe. */
void table_cell(struct table *table, const char *string);

/* The next cell from a text, which is emptied. */
void table_take(struct table *table, struct text *text);

/* Appends the lines, at most `width` columns wide, a header first. */
void table_write(const struct table *table, const struct terminal *terminal, struct text *out);

/* Writes to the terminal; `empty` where there is no row. */
void table_print(const struct table *table, const struct terminal *terminal, const char *empty);
void table_clear(struct table *table);

#endif
