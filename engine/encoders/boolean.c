/* Booleans: 0 and 1. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cell.h"
#include "engine/encoders/scaled.h"

#include <stdio.h>
#include <string.h>

static void boolean_parts(const struct encoder_source *source, uint32_t row, double *parts)
{
    uint8_t value = source->column->booleans[row];
    parts[0] = value == BOOLEAN_MISSING ? (double)NAN : value;
}

static int boolean_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                         struct error *error)
{
    struct encoder_source source = {.column = lesson->column};
    return scaled_learn(encoder, lesson, &source, 1, boolean_parts, SCALE_NONE, error);
}

static int64_t boolean_width(const struct encoder *encoder)
{
    return 1 + encoder->has_indicator;
}

static void boolean_encode(const struct encoder *encoder, const struct encoder_source *source,
                           const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    scaled_encode(encoder, source, rows, row_count, x, stride, 1, boolean_parts);
}

/* The words that an upload has for booleans, and 0 and 1. */
static bool boolean_from_text(const json_t *json, uint8_t *boolean)
{
    bool value = false;
    struct cell cell = {.text = json_string_value(json),
                        .length = (uint32_t)json_string_length(json)};
    bool is_digit = strcmp(cell.text, "0") == 0 || strcmp(cell.text, "1") == 0;
    bool is_word = cell_read_boolean(&cell, &value);
    *boolean = is_digit ? cell.text[0] == '1' : value;
    return is_digit || is_word;
}

static bool boolean_parse(const struct encoder *encoder UNUSED, const json_t *json,
                          struct encoder_cell *cell)
{
    cell->column.booleans = &cell->boolean;
    cell->boolean = BOOLEAN_MISSING;
    if (!json)
        return true;
    if (json_is_string(json))
        return boolean_from_text(json, &cell->boolean);
    double value = json_is_boolean(json) ? json_is_true(json) : json_number_value(json);
    cell->boolean = value != 0;
    return json_is_boolean(json) || (json_is_number(json) && (value == 0 || value == 1));
}

static void boolean_example(const struct encoder *encoder UNUSED, char text[ENCODER_EXAMPLE_SIZE])
{
    snprintf(text, ENCODER_EXAMPLE_SIZE, "true");
}

static int boolean_write(const struct encoder *encoder, json_t *object)
{
    return scaled_write(encoder, object, 1);
}

static int boolean_read(struct encoder *encoder, const json_t *object, const char *path,
                        struct error *error)
{
    return scaled_read(encoder, object, 1, path, error);
}

const struct encoder_kind encoder_boolean = {
    .kind = {.name = "boolean", .help = "0 or 1, an indicator where some were missing"},
    .type = COLUMN_BOOLEAN,
    .expected = "true or false",
    .learn = boolean_learn,
    .width = boolean_width,
    .encode = boolean_encode,
    .parse = boolean_parse,
    .example = boolean_example,
    .write = boolean_write,
    .read = boolean_read};
