/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/value.h"

#include <math.h>
#include <string.h>

const char *value_string(const json_t *object, const char *key)
{
    const char *string = json_string_value(json_object_get(object, key));
    return string != NULL ? string : "";
}

double value_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

json_t *value_iterated(const json_t *object)
{
    return (json_t *)(uintptr_t)object;
}

void value_append(struct text *text, const json_t *value)
{
    if (value == NULL || json_is_null(value)) {
        text_add(text, "-");
    } else if (json_is_string(value)) {
        text_add(text, json_string_value(value));
    } else if (json_is_real(value)) {
        text_printf(text, "%.6g", json_real_value(value));
    } else {
        char *AUTO_FREE dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        text_add(text, dumped);
    }
}

void value_append_number(struct text *text, double number)
{
    if (isnan(number))
        text_add(text, "-");
    else
        text_printf(text, "%.4g", number);
}

static void append_scaled(struct text *text, double number, const char *unit)
{
    static const char *const scales[] = {"", "k", "M", "G", "T", "P"};
    size_t scale = 0;
    while (number >= 999.95 && scale + 1 < ARRAY_COUNT(scales)) {
        number /= 1000;
        scale++;
    }
    const char *space = scale > 0 || *unit != '\0' ? " " : "";
    text_printf(text, scale > 0 ? "%.1f%s%s%s" : "%.4g%s%s%s", number, space, scales[scale], unit);
}

void value_append_amount(struct text *text, double number)
{
    if (isnan(number))
        text_add(text, "-");
    else
        append_scaled(text, number, "");
}

void value_append_size(struct text *text, double bytes)
{
    if (isnan(bytes))
        text_add(text, "-");
    else
        append_scaled(text, bytes, "B");
}

void value_append_duration(struct text *text, double seconds)
{
    if (isnan(seconds))
        text_add(text, "-");
    else if (seconds < 1)
        text_printf(text, "%.3g ms", seconds * 1000);
    else if (seconds < 60)
        text_printf(text, "%.1f s", seconds);
    else if (seconds < 3600)
        text_printf(text, "%d min %d s", (int)seconds / 60, (int)seconds % 60);
    else
        text_printf(text, "%.0f h %d min", floor(seconds / 3600), (int)fmod(seconds / 60, 60));
}

void value_append_time(struct text *text, const char *time)
{
    if (strlen(time) < 19)
        text_add(text, "-");
    else
        text_printf(text, "%.10s %.8s", time, time + 11);
}
