/* Dates: year, month (1 … 12), day (1 … 31), weekday (Monday 0 … Sunday 6) and hour in UTC, each
 * scaled like any number. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/date_text.h"
#include "engine/encoders/scaled.h"

#include <stdio.h>

enum { DATE_PARTS = 5, DAY_SECONDS = 86400 };

/* Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar. Years
 * are taken to begin in March, so that the leap day is the last; eras are 400 years = 146,097 days
 * (Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static void date_civil(int64_t day, double *parts)
{
    int64_t shifted = day + 719468; /* since 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    int64_t day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    parts[0] = (double)(era * 400 + year_of_era + (month <= 2));
    parts[1] = (double)month;
    parts[2] = (double)day_of_month;
}

static void date_parts(const struct encoder_source *source, uint32_t row, double *parts)
{
    int64_t seconds = source->column->dates[row];
    if (seconds == DATE_MISSING) {
        for (int part = 0; part < DATE_PARTS; part++)
            parts[part] = (double)NAN;
        return;
    }
    int64_t second_of_day = (seconds % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
    int64_t day = (seconds - second_of_day) / DAY_SECONDS;
    int64_t hour = second_of_day / 3600;
    date_civil(day, parts);
    parts[3] = (double)(((day + 3) % 7 + 7) % 7);
    parts[4] = (double)hour;
}

static int date_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                      struct error *error)
{
    struct encoder_source source = {.column = lesson->column};
    return scaled_learn(encoder, lesson, &source, DATE_PARTS, date_parts,
                        (enum scale_method)lesson->options.numeric, error);
}

static int64_t date_width(const struct encoder *encoder)
{
    return DATE_PARTS + encoder->has_indicator;
}

static void date_encode(const struct encoder *encoder, const struct encoder_source *source,
                        const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    scaled_encode(encoder, source, rows, row_count, x, stride, DATE_PARTS, date_parts);
}

/* A dataset's whole column tells whether 03/04/2015 is in March or April; a single one that could
 * be either is refused. */
static bool date_from_text(const char *text, size_t length, int64_t *seconds)
{
    int64_t day_first;
    int64_t month_first;
    bool is_day_first = date_text_read(text, length, DATE_DAY_FIRST, &day_first);
    bool is_month_first = date_text_read(text, length, DATE_MONTH_FIRST, &month_first);
    if (!is_day_first && !is_month_first)
        return false;
    *seconds = is_day_first ? day_first : month_first;
    return !is_day_first || !is_month_first || day_first == month_first;
}

static bool date_parse(const struct encoder *encoder UNUSED, const json_t *json,
                       struct encoder_cell *cell)
{
    cell->column.dates = &cell->date;
    cell->date = DATE_MISSING;
    return !json || (json_is_string(json) && date_from_text(json_string_value(json),
                                                            json_string_length(json), &cell->date));
}

static void date_example(const struct encoder *encoder UNUSED, char text[ENCODER_EXAMPLE_SIZE])
{
    snprintf(text, ENCODER_EXAMPLE_SIZE, "\"2024-01-31\"");
}

static int date_write(const struct encoder *encoder, json_t *object)
{
    return scaled_write(encoder, object, DATE_PARTS);
}

static int date_read(struct encoder *encoder, const json_t *object, const char *path,
                     struct error *error)
{
    return scaled_read(encoder, object, DATE_PARTS, path, error);
}

const struct encoder_kind encoder_date = {
    .kind = {.name = "date", .help = "year, month, day, weekday and hour, each scaled"},
    .type = COLUMN_DATE,
    .expected = "a date in one clear form",
    .learn = date_learn,
    .width = date_width,
    .encode = date_encode,
    .parse = date_parse,
    .example = date_example,
    .write = date_write,
    .read = date_read};
