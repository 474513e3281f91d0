/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/chart.h"
#include "clients/propctl/axis.h"
#include "clients/propctl/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_WIDTH = 9, LABEL_EVERY = 4, WIDEST = 160 };

static const enum colour colours[] = {COLOUR_BLUE, COLOUR_ORANGE, COLOUR_GREEN, COLOUR_RED,
                                      COLOUR_PURPLE};
static const char marks[] = "*+ox#";

/* A cell is a character, of 2 × 4 dots of braille or one mark. */
struct canvas {
    int columns, rows;
    int across, down;      /* dots of a cell */
    unsigned char *dots;   /* braille's bits, or not 0 */
    unsigned char *owners; /* the series that drew last */
};

static void canvas_clear(struct canvas *canvas)
{
    free(canvas->dots);
    free(canvas->owners);
}

static struct canvas canvas_of(int columns, int rows, bool is_utf8)
{
    struct canvas canvas = {columns, rows, is_utf8 ? 2 : 1, is_utf8 ? 4 : 1, NULL, NULL};
    canvas.dots = memory_get((size_t)columns * (size_t)rows, 1);
    canvas.owners = memory_get((size_t)columns * (size_t)rows, 1);
    return canvas;
}

/* x from the left, y from the top, in dots. Unicode, braille patterns: dots 1 to 8. */
static void put_dot(struct canvas *canvas, int x, int y, size_t owner)
{
    static const unsigned char bits[4][2] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    int column = x / canvas->across, row = y / canvas->down;
    if (column < 0 || column >= canvas->columns || row < 0 || row >= canvas->rows)
        return;
    int cell = row * canvas->columns + column;
    canvas->dots[cell] |= bits[y % canvas->down][x % canvas->across];
    canvas->owners[cell] = (unsigned char)owner;
}

static void put_line(struct canvas *canvas, double x0, double y0, double x1, double y1,
                     size_t owner)
{
    double length = fmax(fabs(x1 - x0), fabs(y1 - y0));
    int count = (int)ceil(length);
    for (int i = 0; i <= count; i++) {
        double share = count > 0 ? (double)i / count : 0;
        put_dot(canvas, (int)lround(x0 + share * (x1 - x0)), (int)lround(y0 + share * (y1 - y0)),
                owner);
    }
}

struct frame {
    struct canvas canvas;
    struct axis steps, values;
};

static double dot_x(const struct frame *frame, double step)
{
    return axis_place(&frame->steps, step) * (frame->canvas.columns * frame->canvas.across - 1);
}

static double dot_y(const struct frame *frame, double value)
{
    double place = axis_place(&frame->values, value);
    return (1 - place) * (frame->canvas.rows * frame->canvas.down - 1);
}

static void draw_series(struct frame *frame, const struct series *series, size_t owner)
{
    double last_x = (double)NAN, last_y = (double)NAN;
    for (size_t i = 0; i < series->count; i++) {
        double x = dot_x(frame, series->step[i]), y = dot_y(frame, series->mean[i]);
        double top = dot_y(frame, series->most[i]), bottom = dot_y(frame, series->least[i]);
        if (isfinite(top) && isfinite(bottom))
            put_line(&frame->canvas, x, top, x, bottom, owner);
        if (isfinite(y) && isfinite(last_y))
            put_line(&frame->canvas, last_x, last_y, x, y, owner);
        last_x = x;
        last_y = y;
    }
}

static void append_cell(const struct canvas *canvas, int cell, struct text *out)
{
    unsigned char dots = canvas->dots[cell];
    char braille[] = {(char)0xE2, (char)(0xA0 | dots >> 6), (char)(0x80 | (dots & 0x3F)), 0};
    char mark[] = {marks[canvas->owners[cell] % (sizeof marks - 1)], 0};
    text_add(out, dots == 0 ? " " : canvas->down > 1 ? braille : mark);
}

/* A colour lasts as long as its series. */
static void append_cells(const struct canvas *canvas, const struct terminal *terminal, int row,
                         struct text *out)
{
    int cell = row * canvas->columns, end = cell + canvas->columns;
    while (cell < end) {
        struct text run TEXT_AUTO = {0};
        unsigned char owner = canvas->owners[cell];
        bool is_drawn = canvas->dots[cell] != 0;
        for (; cell < end && (canvas->dots[cell] != 0) == is_drawn && canvas->owners[cell] == owner;
             cell++)
            append_cell(canvas, cell, &run);
        terminal_paint(terminal, out,
                       is_drawn ? colours[owner % ARRAY_COUNT(colours)] : COLOUR_PLAIN, run.data);
    }
}

static void append_row(const struct frame *frame, const struct terminal *terminal, int row,
                       struct text *out)
{
    const struct canvas *canvas = &frame->canvas;
    struct text label TEXT_AUTO = {0};
    if (row % LABEL_EVERY == 0 || row == canvas->rows - 1)
        value_append_number(
            &label, axis_value(&frame->values, 1 - (double)row / fmax(canvas->rows - 1, 1)));
    text_printf(out, "%*s %s", LABEL_WIDTH, text_string(&label), terminal->is_utf8 ? "│" : "|");
    append_cells(canvas, terminal, row, out);
    text_add(out, "\n");
}

static void append_steps(const struct frame *frame, struct text *out)
{
    struct text first TEXT_AUTO = {0}, last TEXT_AUTO = {0};
    text_printf(&first, "step %.0f", axis_value(&frame->steps, 0));
    text_printf(&last, "%.0f", axis_value(&frame->steps, 1));
    int gap = frame->canvas.columns - (int)first.size;
    bool have_room = gap > (int)last.size;
    text_printf(out, "%*s%s%*s\n", LABEL_WIDTH + 2, "", first.data, have_room ? gap : 0,
                have_room ? last.data : "");
}

static void append_legend(const struct series_list *list, const struct terminal *terminal,
                          struct text *out)
{
    text_printf(out, "%*s", LABEL_WIDTH + 2, "");
    int room = terminal->width - LABEL_WIDTH - 2;
    for (size_t i = 0; i < list->count; i++) {
        struct text entry TEXT_AUTO = {0}, cut TEXT_AUTO = {0};
        char mark[] = {marks[i % (sizeof marks - 1)], 0};
        text_printf(&entry, "%s%s %s", i > 0 ? "  " : "", terminal->is_utf8 ? "━" : mark,
                    list->items[i].name);
        text_append_cut(&cut, entry.data, room > 0 ? room : 0);
        room -= text_columns(text_string(&cut));
        terminal_paint(terminal, out, colours[i % ARRAY_COUNT(colours)], text_string(&cut));
    }
    text_add(out, "\n");
}

bool chart_draw(const struct series_list *list, const struct terminal *terminal, int rows,
                bool is_log, struct text *out)
{
    int width = terminal->width < WIDEST ? terminal->width : WIDEST;
    int columns = width - LABEL_WIDTH - 2;
    struct frame frame = {0};
    if (!axis_of_values(&frame.values, list, is_log) || !axis_of_steps(&frame.steps, list))
        return false;
    frame.canvas = canvas_of(columns > 8 ? columns : 8, rows, terminal->is_utf8);
    /* The first one last, so that it is in front. */
    for (size_t i = list->count; i > 0; i--)
        draw_series(&frame, &list->items[i - 1], i - 1);
    append_legend(list, terminal, out);
    for (int row = 0; row < rows; row++)
        append_row(&frame, terminal, row, out);
    append_steps(&frame, out);
    canvas_clear(&frame.canvas);
    return true;
}

void chart_sparkline(const struct series *series, const struct terminal *terminal, int columns,
                     struct text *out)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char ascii[][2] = {"_", ".", "-", "=", "+", "*", "%", "#"};
    double least = (double)INFINITY, most = -(double)INFINITY;
    for (size_t i = 0; i < series->count; i++) {
        least = fmin(least, series->mean[i]);
        most = fmax(most, series->mean[i]);
    }
    for (int column = 0; column < columns && series->count > 0; column++) {
        size_t at = (size_t)column * series->count / (size_t)columns;
        double place = most > least ? (series->mean[at] - least) / (most - least) : 0;
        int height = isfinite(place) ? (int)lround(place * 7) : 7;
        text_add(out, terminal->is_utf8 ? blocks[height] : ascii[height]);
    }
}

void chart_bar(double share, const struct terminal *terminal, int columns, struct text *out)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double full = fmin(fmax(isnan(share) ? 0 : share, 0), 1) * columns;
    int whole = (int)full, part = terminal->is_utf8 ? (int)((full - whole) * 8) : 0;
    text_add(out, terminal->is_utf8 ? "▕" : "[");
    for (int i = 0; i < whole; i++)
        text_add(out, terminal->is_utf8 ? "█" : "#");
    text_add(out, eighths[part]);
    for (int i = whole + (part > 0); i < columns; i++)
        text_add(out, terminal->is_utf8 ? " " : ".");
    text_add(out, terminal->is_utf8 ? "▏" : "]");
}
