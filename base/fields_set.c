/* One field from the text of a flag or an environment variable: the text becomes the JSON value
 * that a document would have, and is read as that. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

/* The text as a string, which is then refused where a string is, with its own message. */
static json_t *string_json(const char *text, struct error *error)
{
    json_t *json = json_string(text);
    if (json == NULL)
        error_memory(error, "a string");
    return json;
}

static json_t *boolean_json(const char *text, struct error *error)
{
    static const char *const yes[] = {"true", "yes", "1", "on", NULL};
    static const char *const no[] = {"false", "no", "0", "off", NULL};
    if (is_one_of(text, yes))
        return json_true();
    if (is_one_of(text, no))
        return json_false();
    return string_json(text, error);
}

/* A number where the text is one as JSON writes it, else the string: it may be a word or bytes. */
static json_t *number_json(const char *text, struct error *error)
{
    struct error cause = {0};
    json_t *json = fields_parse(text, strlen(text), &cause);
    if (json_is_number(json))
        return json;
    json_decref(json);
    if (cause.code == ERROR_MEMORY) {
        error_memory(error, "a number");
        return NULL;
    }
    return string_json(text, error);
}

static json_t *list_json(const char *text, json_t *(*entry_json)(const char *, struct error *),
                         struct error *error)
{
    struct strings parts = {0};
    if (strings_split(text, &parts, error) != 0)
        return NULL;
    json_t *list = json_array();
    int result = list != NULL ? 0 : error_memory(error, "a list");
    for (size_t i = 0; result == 0 && i < parts.count; i++) {
        json_t *entry = entry_json(parts.items[i], error);
        if (entry == NULL || json_array_append_new(list, entry) != 0)
            result = error_memory(error, "a list");
    }
    strings_clear(&parts);
    if (result == 0)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *document_json(const char *path, const char *text, struct error *error)
{
    struct error cause = {0};
    json_t *json = fields_parse(text, strlen(text), &cause);
    if (json == NULL && cause.code == ERROR_MEMORY)
        error_memory(error, path);
    else if (json == NULL)
        error_set_at(error, cause.code, path, "must be JSON: %s", cause.message);
    return json;
}

/* NULL and an error where the text cannot be any value of the field. */
static json_t *text_json(const struct field *field, const char *text, struct error *error)
{
    if (field->type != FIELD_TYPE_STRING && strcmp(text, "null") == 0 && field_takes_null(field))
        return json_null();
    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        return boolean_json(text, error);
    case FIELD_TYPE_INTEGER:
    case FIELD_TYPE_NUMBER:
        return number_json(text, error);
    case FIELD_TYPE_STRING:
    case FIELD_TYPE_CHOICE:
        return string_json(text, error);
    case FIELD_TYPE_STRINGS:
        return list_json(text, string_json, error);
    case FIELD_TYPE_SIZES:
        return list_json(text, number_json, error);
    case FIELD_TYPE_OBJECT:
    case FIELD_TYPE_JSON:
        return document_json(field->name, text, error);
    case FIELD_TYPE_VARIANT:
        if (strchr(text, '{') != NULL)
            return document_json(field->name, text, error);
        return string_json(text, error);
    case FIELD_TYPE_VARIANTS:
        if (strpbrk(text, "[{") != NULL)
            return document_json(field->name, text, error);
        return list_json(text, string_json, error);
    }
    return NULL;
}

static void copy_name(char copy[PATH_SIZE], const char *name)
{
    snprintf(copy, PATH_SIZE, "%s", name);
    for (char *at = copy; *at != '\0'; at++) {
        if (*at == '-')
            *at = '_';
    }
}

int fields_set(const struct kind *kind, void *options, const char *name, const char *text,
               struct error *error)
{
    char key[PATH_SIZE];
    copy_name(key, name);
    const struct field *field = field_find(kind, key);
    if (field == NULL)
        return error_unknown(kind, key, key, error);
    if (!utf8_is_valid(text))
        return error_set_at(error, ERROR_INVALID, key, "must be UTF-8");
    json_t *json = text_json(field, text, error);
    if (json == NULL)
        return -1;
    int result = field_read(field, json, options, key, error);
    json_decref(json);
    return result;
}
