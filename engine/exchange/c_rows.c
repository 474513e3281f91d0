/* Values for the rows of a self-test, as C constants and as JSON.
 *
 * They are drawn around what the columns' encoders learned, so that they are like real ones, with
 * missing values and unseen categories among them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/c_rows.h"
#include "base/rng.h"
#include "engine/date_text.h"
#include "engine/exchange/c_source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RARE = 8 /* one in so many is missing, and one unseen */ };

/* A value under way: its C constant goes to rows->values, its JSON comes back (NULL: out of
 * memory). */
struct draw {
    struct c_rows *rows;
    const struct encoder *encoder;
    struct rng rng;
};

static json_t *draw_missing(const struct draw *draw, const char *constant)
{
    bytes_printf(&draw->rows->values, "%s", constant);
    return json_null();
}

static bool is_missing(const struct draw *draw)
{
    return !draw->encoder->required && rng_below(&draw->rng, 0, RARE) == 0;
}

static json_t *draw_number(const struct draw *draw)
{
    const struct scale *scale = &draw->encoder->scales[0];
    char text[32];
    if (is_missing(draw))
        return draw_missing(draw, "NAN");
    snprintf(text, sizeof(text), "%.6g", scale->shift + scale->scale * rng_normal(&draw->rng, 1));
    const double value = strtod(text, NULL);
    c_double(&draw->rows->values, value);
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *draw_boolean(const struct draw *draw)
{
    if (is_missing(draw))
        return draw_missing(draw, "-1");
    const bool value = rng_below(&draw->rng, 1, 2) == 1;
    bytes_printf(&draw->rows->values, "%d", value);
    return json_boolean(value);
}

static json_t *draw_date(const struct draw *draw)
{
    enum { YEARS = 60, HOURS_OF_YEAR = 8766, HOUR_S = 3600 };
    char text[DATE_TEXT_SIZE];
    if (is_missing(draw))
        return draw_missing(draw, "NAN");
    const int64_t hours = (int64_t)rng_below(&draw->rng, 1, (uint64_t)YEARS * HOURS_OF_YEAR) -
                          10L * HOURS_OF_YEAR; /* from 1960 on */
    date_text_write(hours * HOUR_S, text);
    c_double(&draw->rows->values, (double)(hours * HOUR_S));
    return json_string(text);
}

static json_t *draw_label(const struct draw *draw)
{
    const struct labels *labels = &draw->encoder->labels;
    if (is_missing(draw))
        return draw_missing(draw, "NULL");
    const char *text = "an unseen one";
    if (labels->count > 0 && rng_below(&draw->rng, 1, RARE) > 0)
        text = labels->items[rng_below(&draw->rng, 2, labels->count)].text;
    c_string(&draw->rows->values, text, strlen(text));
    return json_string(text);
}

/* Words that were learned between others, signs, capitals and letters of several scripts. */
static json_t *draw_text(const struct draw *draw)
{
    static const char *const words[] = {"It's",
                                        "good,",
                                        "BAD!",
                                        "\xc3\x84rger",
                                        "caf\xc3\xa9",
                                        "3.14 ",
                                        "\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0",
                                        "(a-b)",
                                        "\xe4\xbd\xa0\xe5\xa5\xbd",
                                        "\xe2\x82\xac 5"};
    enum { WORDS = 12 };
    const struct labels *labels = &draw->encoder->labels;
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    if (is_missing(draw))
        return draw_missing(draw, "NULL");
    for (uint64_t i = 1; i < WORDS; i++) {
        const bool is_known = labels->count > 0 && rng_below(&draw->rng, i, 2) == 0;
        const uint64_t count = is_known ? labels->count : sizeof(words) / sizeof(words[0]);
        const uint64_t index = rng_below(&draw->rng, i + WORDS, count);
        bytes_printf(&text, "%s%s", i == 1 ? "" : " ",
                     is_known ? labels->items[index].text : words[index]);
    }
    const char *drawn = bytes_text(&text);
    if (!drawn)
        return NULL;
    c_string(&draw->rows->values, drawn, text.size);
    return json_string(drawn);
}

static double draw_element(const struct draw *draw, uint64_t index)
{
    enum { BYTES = 256 };
    if (draw->encoder->tensor_is_bytes)
        return (double)rng_below(&draw->rng, index, BYTES);
    if (draw->rows->ids > 0)
        return (double)rng_below(&draw->rng, index, (uint64_t)draw->rows->ids);
    return (double)(float)rng_normal(&draw->rng, index);
}

/* One constant for each tensor, which the row points to. */
static json_t *draw_tensor(const struct draw *draw)
{
    enum { ON_A_LINE = 16 };
    struct bytes *constants = &draw->rows->constants;
    const bool is_bytes = draw->encoder->tensor_is_bytes;
    const int number = draw->rows->tensor_count++;
    json_auto_t *list = json_array();
    bytes_printf(constants, "static const %s test_tensor_%d[%lld] = {",
                 is_bytes ? "unsigned char" : "float", number, (long long)draw->encoder->width);
    for (int64_t i = 0; i < draw->encoder->width; i++) {
        const double value = draw_element(draw, (uint64_t)i);
        bytes_printf(constants, i == 0 ? "\n    " : i % ON_A_LINE == 0 ? ",\n    " : ", ");
        if (is_bytes)
            bytes_printf(constants, "%d", (int)value);
        else
            c_float(constants, (float)value);
        if (json_array_append_new(list, json_real(value)))
            return NULL;
    }
    bytes_printf(constants, "};\n");
    bytes_printf(&draw->rows->values, "test_tensor_%d", number);
    return json_incref(list);
}

/* ---- by kinds */

static const struct {
    const struct encoder_kind *kind;
    json_t *(*draw)(const struct draw *draw);
} kinds[] = {
    {&encoder_number, draw_number},    {&encoder_boolean, draw_boolean},
    {&encoder_one_hot, draw_label},    {&encoder_hashed, draw_label},
    {&encoder_ordinal, draw_label},    {&encoder_embedded, draw_label},
    {&encoder_date, draw_date},        {&encoder_text_hash, draw_text},
    {&encoder_text_tokens, draw_text}, {&encoder_tensor, draw_tensor},
};

/* NULL only when out of memory: a column of another kind has no member in C either. */
static json_t *draw_value(struct c_rows *rows, const struct encoder *encoder)
{
    const struct draw draw = {.rows = rows,
                              .encoder = encoder,
                              .rng = rng_stream(0, "self-test", encoder->column, rows->count)};
    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (kinds[i].kind == encoder->kind)
            return kinds[i].draw(&draw);
    return NULL;
}

json_t *c_rows_draw(struct c_rows *rows, const struct preprocessing *preprocessing)
{
    json_auto_t *row = json_array();
    bytes_printf(&rows->values, rows->count == 0 ? "\n    {" : ",\n    {");
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        bytes_printf(&rows->values, i == 0 ? "" : ", ");
        if (json_array_append_new(row, draw_value(rows, &preprocessing->encoders[i])))
            return NULL;
    }
    bytes_printf(&rows->values, "}");
    rows->count++;
    return json_incref(row);
}

void c_rows_clear(struct c_rows *rows)
{
    bytes_clear(&rows->constants);
    bytes_clear(&rows->values);
}
