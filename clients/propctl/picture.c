/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/picture.h"
#include "clients/propctl/axis.h"
#include "clients/propctl/value.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>
#include <stdint.h>

enum { LEFT = 70, RIGHT = 20, TOP = 50, BOTTOM = 45, TICKS = 7, TEXT_SIZE = 12 };

struct drawing {
    cairo_t *cairo;
    const struct picture *picture;
    const struct series_list *list;
    struct axis steps, values;
};

/* Colours that the colour-blind tell apart (Okabe and Ito, 2008). */
static void set_colour(const struct drawing *drawing, size_t number, double opacity)
{
    static const uint32_t colours[] = {0x0072B2, 0xE69F00, 0x009E73, 0xD55E00, 0xCC79A7, 0x56B4E9};
    uint32_t colour = colours[number % ARRAY_COUNT(colours)];
    cairo_set_source_rgba(drawing->cairo, (colour >> 16) / 255.0, (colour >> 8 & 255) / 255.0,
                          (colour & 255) / 255.0, opacity);
}

static double x_of(const struct drawing *drawing, double step)
{
    return LEFT + axis_place(&drawing->steps, step) * (drawing->picture->width - LEFT - RIGHT);
}

static double y_of(const struct drawing *drawing, double value)
{
    double height = drawing->picture->height - TOP - BOTTOM;
    return TOP + (1 - axis_place(&drawing->values, value)) * height;
}

/* `align` is 0 for a text that begins at x, 1 for one that ends there. */
static void draw_text(const struct drawing *drawing, double x, double y, double align,
                      const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(drawing->cairo, text, &extents);
    cairo_move_to(drawing->cairo, x - align * extents.x_advance, y);
    cairo_show_text(drawing->cairo, text);
}

static void draw_grid_line(const struct drawing *drawing, double x0, double y0, double x1,
                           double y1)
{
    cairo_set_source_rgb(drawing->cairo, 0.88, 0.88, 0.88);
    cairo_set_line_width(drawing->cairo, 1);
    cairo_move_to(drawing->cairo, x0, y0);
    cairo_line_to(drawing->cairo, x1, y1);
    cairo_stroke(drawing->cairo);
    cairo_set_source_rgb(drawing->cairo, 0.2, 0.2, 0.2);
}

static void draw_axes(const struct drawing *drawing)
{
    double ticks[TICKS];
    int right = drawing->picture->width - RIGHT, bottom = drawing->picture->height - BOTTOM;
    size_t count = axis_ticks(&drawing->values, ticks, TICKS);
    for (size_t i = 0; i < count; i++) {
        struct text label TEXT_AUTO = {0};
        double y = y_of(drawing, ticks[i]);
        draw_grid_line(drawing, LEFT, y, right, y);
        value_append_number(&label, ticks[i]);
        draw_text(drawing, LEFT - 8, y + 4, 1, label.data);
    }
    count = axis_ticks(&drawing->steps, ticks, TICKS);
    for (size_t i = 0; i < count; i++) {
        struct text label TEXT_AUTO = {0};
        double x = x_of(drawing, ticks[i]);
        draw_grid_line(drawing, x, TOP, x, bottom);
        text_printf(&label, "%.15g", ticks[i]);
        draw_text(drawing, x, bottom + 18, 0.5, label.data);
    }
    draw_text(drawing, right, drawing->picture->height - 8.0, 1, "step");
}

/* From least to most, bucket by bucket; a value that is none cuts it. */
static void draw_range(const struct drawing *drawing, const struct series *series)
{
    cairo_t *cairo = drawing->cairo;
    cairo_set_line_width(cairo, 1);
    for (size_t i = 0; i < series->count; i++) {
        double x = x_of(drawing, series->step[i]);
        double top = y_of(drawing, series->most[i]), bottom = y_of(drawing, series->least[i]);
        if (!isfinite(top) || !isfinite(bottom))
            continue;
        cairo_move_to(cairo, x, top);
        cairo_line_to(cairo, x, bottom);
    }
    cairo_stroke(cairo);
}

static void draw_mean(const struct drawing *drawing, const struct series *series)
{
    bool is_drawing = false;
    cairo_set_line_width(drawing->cairo, 1.8);
    for (size_t i = 0; i < series->count; i++) {
        double x = x_of(drawing, series->step[i]), y = y_of(drawing, series->mean[i]);
        if (isfinite(y) && is_drawing)
            cairo_line_to(drawing->cairo, x, y);
        else if (isfinite(y))
            cairo_move_to(drawing->cairo, x, y);
        is_drawing = isfinite(y);
    }
    cairo_stroke(drawing->cairo);
}

static void draw_legend(const struct drawing *drawing)
{
    double x = LEFT;
    for (size_t i = 0; i < drawing->list->count; i++) {
        cairo_text_extents_t extents;
        const char *name = drawing->list->items[i].name;
        set_colour(drawing, i, 1);
        cairo_rectangle(drawing->cairo, x, TOP - 17, 14, 4);
        cairo_fill(drawing->cairo);
        cairo_set_source_rgb(drawing->cairo, 0.2, 0.2, 0.2);
        draw_text(drawing, x + 19, TOP - 11, 0, name);
        cairo_text_extents(drawing->cairo, name, &extents);
        x += 19 + extents.x_advance + 16;
    }
}

static void draw(const struct drawing *drawing)
{
    cairo_t *cairo = drawing->cairo;
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, TEXT_SIZE);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    draw_axes(drawing);
    draw_text(drawing, LEFT, 20, 0, drawing->picture->title);
    draw_legend(drawing);
    for (size_t i = drawing->list->count; i > 0; i--) {
        set_colour(drawing, i - 1, 0.35);
        draw_range(drawing, &drawing->list->items[i - 1]);
        set_colour(drawing, i - 1, 1);
        draw_mean(drawing, &drawing->list->items[i - 1]);
    }
}

/* cairo remembers the first thing that failed, the writing of the file included. */
static enum outcome finish(const struct picture *picture, cairo_surface_t *surface)
{
    cairo_status_t status = CAIRO_STATUS_SUCCESS;
    if (picture->kind == PICTURE_PNG)
        status = cairo_surface_write_to_png(surface, picture->path);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS)
        return complain(OUTCOME_REFUSED, "%s cannot be written: %s", picture->path,
                        cairo_status_to_string(status));
    return OUTCOME_OK;
}

enum outcome picture_write(const struct picture *picture, const struct series_list *list)
{
    struct drawing drawing = {.picture = picture, .list = list};
    if (!axis_of_values(&drawing.values, list, picture->is_log) ||
        !axis_of_steps(&drawing.steps, list))
        return complain(OUTCOME_REFUSED, "there is nothing to draw%s",
                        picture->is_log ? " above 0" : "");
    cairo_surface_t *surface =
        picture->kind == PICTURE_SVG
            ? cairo_svg_surface_create(picture->path, picture->width, picture->height)
            : cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture->width, picture->height);
    drawing.cairo = cairo_create(surface);
    draw(&drawing);
    cairo_destroy(drawing.cairo);
    return finish(picture, surface);
}
