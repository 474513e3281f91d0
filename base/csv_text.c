/* Fields, lines and tables of CSV. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv_text.h"
#include "base/json_text.h"

#include <stdbool.h>
#include <string.h>

/* OWASP, "CSV Injection": what begins so is run as a formula, or hides what does. */
static bool may_be_formula(const char *text)
{
    return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}

static void append_quoted(struct bytes *csv, const char *text)
{
    bytes_append(csv, "\"", 1);
    for (size_t size; *text != '\0'; text += size) {
        size = strcspn(text, "\"");
        size += text[size] == '"';
        bytes_append(csv, text, size);
        if (text[size - 1] == '"')
            bytes_append(csv, "\"", 1);
    }
    bytes_append(csv, "\"", 1);
}

/* Blanks at the ends are quoted for readers that strip them. */
static bool needs_quotes(const char *text)
{
    size_t size = strlen(text);
    return size == 0 || text[strcspn(text, "\",\r\n")] != '\0' || text[0] == ' ' ||
           text[size - 1] == ' ';
}

void csv_append_text(struct bytes *csv, const char *text)
{
    struct bytes safe AUTO_CLEAR(bytes_clear) = {0};
    if (may_be_formula(text)) {
        bytes_printf(&safe, "'%s", text);
        text = bytes_text(&safe);
        csv->failed = csv->failed || text == NULL;
    }
    if (text != NULL && needs_quotes(text))
        append_quoted(csv, text);
    else if (text != NULL)
        bytes_append(csv, text, strlen(text));
}

static void append_nested(struct bytes *csv, const json_t *value)
{
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    json_append(&text, value);
    const char *json = bytes_text(&text);
    csv->failed = csv->failed || json == NULL;
    if (json != NULL)
        csv_append_text(csv, json);
}

void csv_append_value(struct bytes *csv, const json_t *value)
{
    if (json_is_string(value))
        csv_append_text(csv, json_string_value(value));
    else if (json_is_array(value) || json_is_object(value))
        append_nested(csv, value);
    else if (value != NULL && !json_is_null(value))
        json_append(csv, value);
}

void csv_end_line(struct bytes *csv)
{
    bytes_append(csv, "\r\n", 2);
}

/* A line of what `columns` names: the names themselves, or an object's members. */
static void append_line(struct bytes *csv, const json_t *columns, const json_t *object)
{
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *name = json_array_get(columns, i);
        if (i > 0)
            bytes_append(csv, ",", 1);
        csv_append_value(csv,
                         object == NULL ? name : json_object_get(object, json_string_value(name)));
    }
    csv_end_line(csv);
}

void csv_append_table(struct bytes *csv, const json_t *columns, const json_t *objects)
{
    append_line(csv, columns, NULL);
    for (size_t i = 0; i < json_array_size(objects); i++)
        append_line(csv, columns, json_array_get(objects, i));
}

static bool is_nested(const json_t *value)
{
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        if (json_is_array(item) || json_is_object(item))
            return true;
    }
    return json_is_object(value);
}

/* Of every name whether it is flat so far, in the order in which they came. */
static int note_members(json_t *flat, json_t *object)
{
    json_t *value;
    const char *name;
    json_object_foreach(object, name, value)
    {
        bool was_flat = !json_is_false(json_object_get(flat, name));
        if (json_object_set_new(flat, name, json_boolean(was_flat && !is_nested(value))) != 0)
            return -1;
    }
    return 0;
}

json_t *csv_flat_columns(const json_t *objects)
{
    json_auto_t *flat = json_object();
    json_auto_t *columns = json_array();
    json_t *is_flat;
    const char *name;
    for (size_t i = 0; i < json_array_size(objects); i++)
        if (note_members(flat, json_array_get(objects, i)) != 0)
            return NULL;
    json_object_foreach(flat, name, is_flat)
    {
        if (json_is_true(is_flat) && json_array_append_new(columns, json_string(name)) != 0)
            return NULL;
    }
    return json_incref(columns);
}
