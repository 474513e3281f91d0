/* Numbers: standardized, to [0, 1], or as they come. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/scaled.h"
#include "engine/number_text.h"

#include <stdio.h>

static void number_parts(const struct encoder_source *source, uint32_t row, double *parts)
{
    parts[0] = source->column->numbers[row];
}

static int number_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                        struct error *error)
{
    struct encoder_source source = {.column = lesson->column};
    return scaled_learn(encoder, lesson, &source, 1, number_parts,
                        (enum scale_method)lesson->options.numeric, error);
}

static int64_t number_width(const struct encoder *encoder)
{
    return 1 + encoder->has_indicator;
}

static void number_encode(const struct encoder *encoder, const struct encoder_source *source,
                          const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    scaled_encode(encoder, source, rows, row_count, x, stride, 1, number_parts);
}

static bool number_parse(const struct encoder *encoder UNUSED, const json_t *json,
                         struct encoder_cell *cell)
{
    cell->column.numbers = &cell->number;
    cell->number = (double)NAN;
    if (json_is_string(json))
        return number_text_read(json_string_value(json), json_string_length(json), &cell->number) ==
               NUMBER_FINITE;
    if (json_is_number(json))
        cell->number = json_number_value(json);
    return !json || json_is_number(json);
}

static void number_encode_number(const struct encoder *encoder, double number, float *x)
{
    const struct scale *scale = &encoder->scales[0];
    x[0] = scale_encode(scale, scale_factor(scale), number);
    if (encoder->has_indicator)
        x[1] = 0.0F;
}

static void number_example(const struct encoder *encoder, char text[ENCODER_EXAMPLE_SIZE])
{
    snprintf(text, ENCODER_EXAMPLE_SIZE, "%.3g", encoder->scales[0].fill);
}

static int number_write(const struct encoder *encoder, json_t *object)
{
    return scaled_write(encoder, object, 1);
}

static int number_read(struct encoder *encoder, const json_t *object, const char *path,
                       struct error *error)
{
    return scaled_read(encoder, object, 1, path, error);
}

const struct encoder_kind encoder_number = {
    .kind = {.name = "number", .help = "a scaled number, an indicator where some were missing"},
    .type = COLUMN_NUMBER,
    .expected = "a number",
    .learn = number_learn,
    .width = number_width,
    .encode = number_encode,
    .parse = number_parse,
    .encode_number = number_encode_number,
    .example = number_example,
    .write = number_write,
    .read = number_read};
