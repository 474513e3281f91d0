/* From one JSON value to one member of an option struct. Each value is made in full before it
 * replaces the one in the struct, so that a failure leaves nothing half-read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers beyond this are not told apart from their neighbours in a double. */
static const double exact_max = 0x1p53;

/* A whole number, also written as 3.0. */
static bool get_integer(const json_t *json, int64_t *value)
{
    if (json_is_integer(json)) {
        *value = json_integer_value(json);
        return true;
    }
    if (!json_is_real(json))
        return false;
    double real = json_real_value(json);
    if (trunc(real) != real || fabs(real) > exact_max)
        return false;
    *value = (int64_t)real;
    return true;
}

/* "512M" and the like, in powers of 1024. */
static bool get_bytes(const char *text, int64_t *value)
{
    static const char units[] = "KMGT";
    int64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, *at - '0', &number))
            return false;
    }
    if (at == text || *at == '\0' || at[1] != '\0')
        return false;
    const char *unit = strchr(units, *at);
    if (unit == NULL)
        return false;
    return !__builtin_mul_overflow(number, INT64_C(1024) << (10 * (unit - units)), value);
}

static int read_boolean(const json_t *json, bool *value, const char *path, struct error *error)
{
    if (!json_is_boolean(json))
        return error_type(error, path, "true or false", json);
    *value = json_is_true(json);
    return 0;
}

static int error_not_integer(const struct field *field, const json_t *json, const char *path,
                             struct error *error)
{
    char expected[128];
    const char *number = (field->flags & FIELD_BYTES) != 0
                             ? "a number of bytes such as 65536 or \"64K\""
                             : "an integer";
    if (field->word != NULL)
        snprintf(expected, sizeof(expected), "%s or \"%s\"", number, field->word);
    else
        snprintf(expected, sizeof(expected), "%s", number);
    return error_type(error, path, expected, json);
}

static int read_integer(const struct field *field, const json_t *json, int64_t *value,
                        const char *path, struct error *error)
{
    int64_t number = 0;
    const char *text = json_string_value(json);
    if (text != NULL && field->word != NULL && strcmp(text, field->word) == 0) {
        *value = 0;
        return 0;
    }
    bool is_bytes = text != NULL && (field->flags & FIELD_BYTES) != 0;
    if (is_bytes ? !get_bytes(text, &number) : !get_integer(json, &number))
        return error_not_integer(field, json, path, error);
    if (field_check_integer(field, number, path, error) != 0)
        return -1;
    *value = number;
    return 0;
}

static int read_number(const struct field *field, const json_t *json, double *value,
                       const char *path, struct error *error)
{
    if (!json_is_number(json))
        return error_type(error, path, "a number", json);
    double number = json_number_value(json);
    if (field_check_number(field, number, path, error) != 0)
        return -1;
    *value = number;
    return 0;
}

static int read_string(const struct field *field, const json_t *json, char **string,
                       const char *path, struct error *error)
{
    if (!json_is_string(json))
        return error_type(error, path, "a string", json);
    const char *text = json_string_value(json);
    if (field_check_length(field, utf8_length(text), "characters", path, error) != 0)
        return -1;
    char *copy = strdup(text);
    if (copy == NULL)
        return error_memory(error, path);
    free(*string);
    *string = copy;
    return 0;
}

static int read_choice(const struct field *field, const json_t *json, int *value, const char *path,
                       struct error *error)
{
    if (!json_is_string(json))
        return error_type(error, path, "a string", json);
    const char *name = json_string_value(json);
    struct name_list list = {0};
    for (int i = 0; field->choices[i] != NULL; i++) {
        if (strcmp(field->choices[i], name) == 0) {
            *value = i;
            return 0;
        }
        name_list_add(&list, field->choices[i]);
    }
    return error_name(error, path, &list, name, nearest_name(field->choices, name));
}

/* Entry i of a list; what is no list is a list of one. */
static const json_t *list_entry(const json_t *json, size_t i)
{
    return json_is_array(json) ? json_array_get(json, i) : json;
}

static size_t list_count(const json_t *json)
{
    return json_is_array(json) ? json_array_size(json) : 1;
}

static int read_strings_entries(const json_t *json, struct strings *strings, const char *path,
                                struct error *error)
{
    for (size_t i = 0; i < list_count(json); i++) {
        const json_t *entry = list_entry(json, i);
        char at[PATH_SIZE];
        path_index(at, path, i);
        if (!json_is_string(entry))
            return error_type(error, at, "a string", entry);
        strings->items[i] = strdup(json_string_value(entry));
        if (strings->items[i] == NULL)
            return error_memory(error, at);
        strings->count++;
    }
    return 0;
}

static int read_strings(const struct field *field, const json_t *json, struct strings *value,
                        const char *path, struct error *error)
{
    struct strings strings = {0};
    if (!json_is_array(json) && !json_is_string(json))
        return error_type(error, path, "a list of strings", json);
    if (field_check_length(field, list_count(json), "entries", path, error) != 0)
        return -1;
    /* One more than needed, since calloc(0) may be NULL. */
    strings.items = calloc(list_count(json) + 1, sizeof(*strings.items));
    if (strings.items == NULL)
        return error_memory(error, path);
    if (read_strings_entries(json, &strings, path, error) != 0) {
        strings_clear(&strings);
        return -1;
    }
    strings_clear(value);
    *value = strings;
    return 0;
}

/* An empty list says "not told" where there is neither a default nor null that could say so. */
static size_t least_sizes(const struct field *field)
{
    return field->number != 0 || (field->flags & (FIELD_REQUIRED | FIELD_NULLABLE)) != 0 ? 1 : 0;
}

static int read_sizes(const struct field *field, const json_t *json, struct sizes *value,
                      const char *path, struct error *error)
{
    struct sizes sizes = {0};
    if (!json_is_array(json) && !json_is_number(json))
        return error_type(error, path, "a list of integers", json);
    sizes.count = list_count(json);
    if (sizes.count > SIZES_MAX)
        return error_set_at(error, ERROR_INVALID, path, "must have at most %d entries, not %zu",
                            SIZES_MAX, sizes.count);
    if (sizes.count < least_sizes(field))
        return error_set_at(error, ERROR_INVALID, path, "must have at least one entry");
    for (size_t i = 0; i < sizes.count; i++) {
        const json_t *entry = list_entry(json, i);
        char at[PATH_SIZE];
        snprintf(at, sizeof(at), "%s", path);
        if (json_is_array(json))
            path_index(at, path, i);
        if (!get_integer(entry, &sizes.items[i]))
            return error_type(error, at, "an integer", entry);
        if (field_check_integer(field, sizes.items[i], at, error) != 0)
            return -1;
    }
    *value = sizes;
    return 0;
}

static int read_object_field(const struct field *field, const json_t *json, void *place,
                             const char *path, struct error *error)
{
    void *made = NULL;
    if (options_read(field->object, json, NULL, &made, path, error) != 0)
        return -1;
    options_free(field->object, object_get(place));
    object_put(place, made);
    return 0;
}

static int read_variant_field(const struct field *field, const json_t *json, struct variant *value,
                              const char *path, struct error *error)
{
    struct variant made = {0};
    if (fields_read_variant(field->kinds, json, &made, path, error) != 0)
        return -1;
    variant_clear(value);
    *value = made;
    return 0;
}

static int read_variants_entries(const struct field *field, const json_t *json,
                                 struct variants *variants, const char *path, struct error *error)
{
    for (size_t i = 0; i < list_count(json); i++) {
        char at[PATH_SIZE];
        path_index(at, path, i);
        if (read_variant_field(field, list_entry(json, i), &variants->items[i], at, error) != 0)
            return -1;
        variants->count++;
    }
    return 0;
}

static int read_variants(const struct field *field, const json_t *json, struct variants *value,
                         const char *path, struct error *error)
{
    struct variants variants = {0};
    if (!json_is_array(json) && !json_is_object(json) && !json_is_string(json))
        return error_type(error, path, "a list of objects with a type", json);
    if (field_check_length(field, list_count(json), "entries", path, error) != 0)
        return -1;
    variants.items = calloc(list_count(json) + 1, sizeof(*variants.items));
    if (variants.items == NULL)
        return error_memory(error, path);
    if (read_variants_entries(field, json, &variants, path, error) != 0) {
        variants_clear(&variants);
        return -1;
    }
    variants_clear(value);
    *value = variants;
    return 0;
}

static const char *expected_type(enum field_type type)
{
    switch (type) {
    case FIELD_TYPE_BOOLEAN:
        return "true or false";
    case FIELD_TYPE_INTEGER:
        return "an integer";
    case FIELD_TYPE_NUMBER:
        return "a number";
    case FIELD_TYPE_STRING:
    case FIELD_TYPE_CHOICE:
        return "a string";
    case FIELD_TYPE_STRINGS:
        return "a list of strings";
    case FIELD_TYPE_SIZES:
        return "a list of integers";
    case FIELD_TYPE_OBJECT:
        return "an object";
    case FIELD_TYPE_VARIANT:
        return "a name or an object with a type";
    case FIELD_TYPE_VARIANTS:
        return "a list of objects with a type";
    case FIELD_TYPE_JSON:
        return "a value";
    }
    return "";
}

static int read_null(const struct field *field, const json_t *json, void *options, const char *path,
                     struct error *error)
{
    if (!field_takes_null(field))
        return error_type(error, path, expected_type(field->type), json);
    field_clear(field, options);
    if (field->type == FIELD_TYPE_NUMBER)
        *(double *)field_place(field, options) = (double)NAN;
    return 0;
}

int field_read(const struct field *field, const json_t *json, void *options, const char *path,
               struct error *error)
{
    void *place = field_place(field, options);
    if (json_is_null(json))
        return read_null(field, json, options, path, error);
    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        return read_boolean(json, place, path, error);
    case FIELD_TYPE_INTEGER:
        return read_integer(field, json, place, path, error);
    case FIELD_TYPE_NUMBER:
        return read_number(field, json, place, path, error);
    case FIELD_TYPE_STRING:
        return read_string(field, json, place, path, error);
    case FIELD_TYPE_CHOICE:
        return read_choice(field, json, place, path, error);
    case FIELD_TYPE_STRINGS:
        return read_strings(field, json, place, path, error);
    case FIELD_TYPE_SIZES:
        return read_sizes(field, json, place, path, error);
    case FIELD_TYPE_OBJECT:
        return read_object_field(field, json, place, path, error);
    case FIELD_TYPE_VARIANT:
        return read_variant_field(field, json, place, path, error);
    case FIELD_TYPE_VARIANTS:
        return read_variants(field, json, place, path, error);
    case FIELD_TYPE_JSON:
        json_decref(*(json_t **)place);
        *(json_t **)place = json_incref(json_not_const(json));
        return 0;
    }
    return 0;
}
