/* A document to JSON text. jansson's own printer writes 0.1 as 0.10000000000000001. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_text.h"
#include "base/fields.h"
#include "base/fields_inside.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_append_string(struct bytes *bytes, const char *text)
{
    bytes_append_u8(bytes, '"');
    while (*text != '\0') {
        size_t size = utf8_size(text);
        unsigned char c = (unsigned char)*text;
        if (size == 0)
            bytes_append(bytes, "\xef\xbf\xbd", 3);
        else if (c == '"' || c == '\\')
            bytes_printf(bytes, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            bytes_printf(bytes, "\\u%04x", c);
        else
            bytes_append(bytes, text, size);
        text += size > 0 ? size : 1;
    }
    bytes_append_u8(bytes, '"');
}

void json_format_number(double number, char text[JSON_NUMBER_SIZE])
{
    if (!isfinite(number)) {
        snprintf(text, JSON_NUMBER_SIZE, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, JSON_NUMBER_SIZE, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    size_t length = strlen(text);
    if (strpbrk(text, ".e") == NULL)
        snprintf(text + length, JSON_NUMBER_SIZE - length, ".0");
}

void json_append_number(struct bytes *bytes, double number)
{
    char text[JSON_NUMBER_SIZE];
    json_format_number(number, text);
    bytes_append(bytes, text, strlen(text));
}

static void append_array(struct bytes *bytes, const json_t *json)
{
    bytes_append_u8(bytes, '[');
    for (size_t i = 0; i < json_array_size(json); i++) {
        if (i > 0)
            bytes_append_u8(bytes, ',');
        json_append(bytes, json_array_get(json, i));
    }
    bytes_append_u8(bytes, ']');
}

static void append_object(struct bytes *bytes, const json_t *json)
{
    const char *key = NULL;
    json_t *value = NULL;
    bool is_first = true;
    bytes_append_u8(bytes, '{');
    json_object_foreach(json_not_const(json), key, value)
    {
        if (!is_first)
            bytes_append_u8(bytes, ',');
        is_first = false;
        json_append_string(bytes, key);
        bytes_append_u8(bytes, ':');
        json_append(bytes, value);
    }
    bytes_append_u8(bytes, '}');
}

void json_append(struct bytes *bytes, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        append_object(bytes, json);
        break;
    case JSON_ARRAY:
        append_array(bytes, json);
        break;
    case JSON_STRING:
        json_append_string(bytes, json_string_value(json));
        break;
    case JSON_INTEGER:
        bytes_printf(bytes, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
        break;
    case JSON_REAL:
        json_append_number(bytes, json_real_value(json));
        break;
    case JSON_TRUE:
        bytes_append(bytes, "true", 4);
        break;
    case JSON_FALSE:
        bytes_append(bytes, "false", 5);
        break;
    case JSON_NULL:
        bytes_append(bytes, "null", 4);
        break;
    }
}

char *fields_print(const json_t *json)
{
    struct bytes bytes = {0};
    json_append(&bytes, json);
    if (bytes_text(&bytes) != NULL)
        return (char *)bytes.data;
    bytes_clear(&bytes);
    return NULL;
}
