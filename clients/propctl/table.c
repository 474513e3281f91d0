/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, NARROWEST = 4, LEGIBLE = 10 };

void table_column(struct table *table, const char *title, bool is_right)
{
    if (table->column_count == TABLE_COLUMNS_MAX)
        return;
    struct text safe TEXT_AUTO = {0};
    text_append_safe(&safe, title);
    table->titles[table->column_count] = memory_copy(text_string(&safe));
    table->is_right[table->column_count++] = is_right;
}

void table_start(struct table *table, const char *titles)
{
    char *AUTO_FREE copy = memory_copy(titles);
    char *rest = copy, *title;
    while ((title = strsep(&rest, "|")) != NULL) {
        bool is_extra = title[0] == '?';
        title += is_extra;
        table_column(table, title + (title[0] == '>'), title[0] == '>');
        table->is_extra[table->column_count - 1] = is_extra;
    }
}

void table_cell(struct table *table, const char *string)
{
    struct text safe TEXT_AUTO = {0};
    text_append_safe(&safe, string);
    if (table->cell_count == table->cell_room) {
        table->cell_room = (table->cell_room + table->column_count) * 2;
        char **cells = memory_get(table->cell_room, sizeof *cells);
        if (table->cell_count > 0)
            memcpy(cells, table->cells, table->cell_count * sizeof *cells);
        free(table->cells);
        table->cells = cells;
    }
    table->cells[table->cell_count++] = memory_copy(text_string(&safe));
}

void table_take(struct table *table, struct text *text)
{
    table_cell(table, text_string(text));
    text_clear(text);
}

static void measure(const struct table *table, int *widths)
{
    for (size_t i = 0; i < table->column_count; i++)
        widths[i] = text_columns(table->titles[i]);
    for (size_t i = 0; i < table->cell_count; i++) {
        int columns = text_columns(table->cells[i]);
        int *width = &widths[i % table->column_count];
        *width = columns > *width ? columns : *width;
    }
}

/* The widest column that may be cut: texts first, since half a number is a wrong one. */
static int *widest(const struct table *table, int *widths, bool numbers_too)
{
    int *found = NULL;
    for (size_t i = 0; i < table->column_count; i++)
        if ((numbers_too || !table->is_right[i]) && widths[i] > NARROWEST &&
            (found == NULL || widths[i] > *found))
            found = &widths[i];
    return found;
}

/* Leaves out the last columns of numbers until texts can be cut to fit and still be read; never
 * the first column. */
static void leave_out_numbers(const struct table *table, int *widths, int width)
{
    long least = -GAP;
    for (size_t i = 0; i < table->column_count; i++)
        if (widths[i] > 0)
            least += GAP + (table->is_right[i] || widths[i] < LEGIBLE ? widths[i] : LEGIBLE);
    for (size_t i = table->column_count; i > 1 && least > width; i--)
        if (table->is_right[i - 1] && widths[i - 1] > 0) {
            least -= widths[i - 1] + GAP;
            widths[i - 1] = 0;
        }
}

static long total(const struct table *table, const int *widths)
{
    long all = -GAP;
    for (size_t i = 0; i < table->column_count; i++)
        all += widths[i] > 0 ? widths[i] + GAP : 0;
    return all;
}

/* A column of width 0 is left out. */
static void fit(const struct table *table, int *widths, int width)
{
    long all = total(table, widths);
    for (size_t i = table->column_count; i > 1 && all > width; i--)
        if (table->is_extra[i - 1]) {
            all -= widths[i - 1] + GAP;
            widths[i - 1] = 0;
        }
    leave_out_numbers(table, widths, width);
    all = total(table, widths);
    for (int pass = 0; pass < 2; pass++)
        for (int *cut; all > width && (cut = widest(table, widths, pass == 1)) != NULL; all--)
            (*cut)--;
}

static void write_cell(bool is_right, const char *cell, int width, struct text *line)
{
    int missing = width - text_columns(cell);
    int padding = missing > 0 ? missing : 0;
    if (is_right)
        text_printf(line, "%*s", padding, "");
    text_append_cut(line, cell, width);
    if (!is_right)
        text_printf(line, "%*s", padding, "");
}

static void write_row(const struct table *table, char *const *cells, const int *widths,
                      struct text *line)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0 && widths[i] > 0)
            text_printf(line, "%*s", GAP, "");
        if (widths[i] > 0)
            write_cell(table->is_right[i], cells[i], widths[i], line);
    }
    while (line->size > 0 && line->data[line->size - 1] == ' ')
        line->data[--line->size] = '\0';
}

void table_write(const struct table *table, const struct terminal *terminal, struct text *out)
{
    int widths[TABLE_COLUMNS_MAX];
    struct text header TEXT_AUTO = {0};
    assert(table->cell_count % table->column_count == 0);
    measure(table, widths);
    fit(table, widths, terminal->width);
    write_row(table, table->titles, widths, &header);
    struct text cut TEXT_AUTO = {0};
    text_append_cut(&cut, text_string(&header), terminal->width);
    terminal_paint(terminal, out, COLOUR_BOLD, text_string(&cut));
    text_add(out, "\n");
    for (size_t i = 0; i < table->cell_count; i += table->column_count) {
        struct text line TEXT_AUTO = {0};
        write_row(table, table->cells + i, widths, &line);
        text_append_cut(out, text_string(&line), terminal->width);
        text_add(out, "\n");
    }
}

void table_print(const struct table *table, const struct terminal *terminal, const char *empty)
{
    struct text out TEXT_AUTO = {0};
    if (table->cell_count == 0)
        text_printf(&out, "%s\n", empty);
    else
        table_write(table, terminal, &out);
    (void)fputs(text_string(&out), terminal->file);
}

void table_clear(struct table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        free(table->titles[i]);
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}
