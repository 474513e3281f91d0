/* Ranges of the field tables, and what is said when a value is out of one or of another type. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"
#include "base/json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FOUND_SIZE = 96, RANGE_SIZE = 128 };

/* A limit as people write it: 65536, not 65536.0. */
static void format_limit(double limit, char text[JSON_NUMBER_SIZE])
{
    json_format_number(limit, text);
    size_t length = strlen(text);
    if (length > 2 && strcmp(text + length - 2, ".0") == 0)
        text[length - 2] = '\0';
}

/* "between 1 and 10", "above 0 and at most 1", "at least 0". */
static void format_range(const struct limits *limits, char text[RANGE_SIZE])
{
    char low[JSON_NUMBER_SIZE], high[JSON_NUMBER_SIZE];
    format_limit(limits->low, low);
    format_limit(limits->high, high);
    bool has_low = isfinite(limits->low), has_high = isfinite(limits->high);
    if (has_low && has_high && !limits->is_above_low && !limits->is_below_high) {
        snprintf(text, RANGE_SIZE, "between %s and %s", low, high);
        return;
    }
    snprintf(text, RANGE_SIZE, "%s%s%s%s%s",
             !has_low ? "" : (limits->is_above_low ? "above " : "at least "), has_low ? low : "",
             has_low && has_high ? " and " : "",
             !has_high ? "" : (limits->is_below_high ? "below " : "at most "),
             has_high ? high : "");
}

/* Below 0, 0 or above 0 as `value` is to `bound`, exact also beyond 2^53 where a double is not. */
static int compare_integer(int64_t value, double bound)
{
    if (bound >= 0x1p63)
        return -1;
    if (bound < -0x1p63)
        return 1;
    int64_t whole = (int64_t)bound;
    double rest = bound - (double)whole;
    if (value != whole)
        return value < whole ? -1 : 1;
    return (rest < 0) - (rest > 0);
}

static bool is_within(const struct limits *limits, int64_t value)
{
    int low = compare_integer(value, limits->low), high = compare_integer(value, limits->high);
    return (limits->is_above_low ? low > 0 : low >= 0) &&
           (limits->is_below_high ? high < 0 : high <= 0);
}

int field_check_integer(const struct field *field, int64_t value, const char *path,
                        struct error *error)
{
    struct limits limits = field_limits(field);
    if (is_within(&limits, value))
        return 0;
    char range[RANGE_SIZE];
    format_range(&limits, range);
    return error_set_at(error, ERROR_INVALID, path, "must be %s, not %" PRId64, range, value);
}

int field_check_number(const struct field *field, double value, const char *path,
                       struct error *error)
{
    struct limits limits = field_limits(field);
    if ((limits.is_above_low ? value > limits.low : value >= limits.low) &&
        (limits.is_below_high ? value < limits.high : value <= limits.high))
        return 0;
    char range[RANGE_SIZE], found[JSON_NUMBER_SIZE];
    format_range(&limits, range);
    format_limit(value, found);
    return error_set_at(error, ERROR_INVALID, path, "must be %s, not %s", range, found);
}

int field_check_length(const struct field *field, size_t length, const char *unit, const char *path,
                       struct error *error)
{
    struct limits limits = field_limits(field);
    if (is_within(&limits, (int64_t)length))
        return 0;
    char range[RANGE_SIZE];
    format_range(&limits, range);
    return error_set_at(error, ERROR_INVALID, path, "must have %s %s, not %zu", range, unit,
                        length);
}

/* What a value is, in a few words. */
static void format_found(const json_t *json, char text[FOUND_SIZE])
{
    char number[JSON_NUMBER_SIZE];
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        snprintf(text, FOUND_SIZE, "an object");
        break;
    case JSON_ARRAY:
        snprintf(text, FOUND_SIZE, "a list");
        break;
    case JSON_STRING:
        snprintf(text, FOUND_SIZE, "the string \"%.40s%s", json_string_value(json),
                 json_string_length(json) > 40 ? "…" : "\"");
        break;
    case JSON_INTEGER:
        snprintf(text, FOUND_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        break;
    case JSON_REAL:
        json_format_number(json_real_value(json), number);
        snprintf(text, FOUND_SIZE, "%s", number);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        snprintf(text, FOUND_SIZE, "%s",
                 json_is_null(json) ? "null" : (json_is_true(json) ? "true" : "false"));
        break;
    }
}

int error_type(struct error *error, const char *path, const char *expected, const json_t *json)
{
    char found[FOUND_SIZE];
    format_found(json, found);
    if (path[0] == '\0')
        return error_set(error, ERROR_INVALID, "the document must be %s, not %s", expected, found);
    return error_set_at(error, ERROR_INVALID, path, "must be %s, not %s", expected, found);
}

void name_list_add(struct name_list *list, const char *name)
{
    size_t left = sizeof(list->text) - list->used;
    /* For the name, and for the mark that the list is cut. */
    bool has_room = strlen(name) + 2 * sizeof(", …") < left;
    const char *comma = list->used > 0 ? ", " : "";
    int length = snprintf(list->text + list->used, left, "%s%s", comma, has_room ? name : "…");
    list->used = has_room ? list->used + (size_t)length : sizeof(list->text) - 1;
}

int error_name(struct error *error, const char *path, const struct name_list *list,
               const char *found, const char *nearest)
{
    return error_set_at(error, ERROR_INVALID, path, "must be one of %s, not \"%.40s\"%s%s%s",
                        list->text, found, nearest != NULL ? "; did you mean " : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
}
