/* A kind's fields for people and programs that fill forms: /v1/catalog. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"

#include <math.h>

static const char *type_name(enum field_type type)
{
    switch (type) {
    case FIELD_TYPE_BOOLEAN:
        return "boolean";
    case FIELD_TYPE_INTEGER:
        return "integer";
    case FIELD_TYPE_NUMBER:
        return "number";
    case FIELD_TYPE_STRING:
        return "string";
    case FIELD_TYPE_CHOICE:
        return "choice";
    case FIELD_TYPE_STRINGS:
        return "strings";
    case FIELD_TYPE_SIZES:
        return "sizes";
    case FIELD_TYPE_OBJECT:
        return "object";
    case FIELD_TYPE_VARIANT:
        return "variant";
    case FIELD_TYPE_VARIANTS:
        return "variants";
    case FIELD_TYPE_JSON:
        return "json";
    }
    return "json";
}

json_t *limit_json(double limit)
{
    bool is_whole = trunc(limit) == limit && fabs(limit) <= 0x1p53;
    return is_whole ? json_integer((json_int_t)limit) : json_real(limit);
}

json_t *choices_json(const char *const *choices)
{
    json_t *list = json_array();
    for (; list != NULL && *choices != NULL; choices++) {
        if (json_array_append_new(list, json_string(*choices)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *kind_names(const struct kind *const *kinds)
{
    json_t *list = json_array();
    for (; list != NULL && *kinds != NULL; kinds++) {
        if (json_array_append_new(list, json_string((*kinds)->name)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *defaults_json(const struct kind *kind)
{
    void *options = NULL;
    if (options_create(kind, &options, NULL) != 0)
        return NULL;
    json_t *json = fields_write(kind, options);
    options_free(kind, options);
    return json;
}

static int describe_limits(json_t *entry, const struct field *field)
{
    struct limits limits = field_limits(field);
    int result = 0;
    if (isfinite(limits.low))
        result |= json_object_set_new(entry, "min", limit_json(limits.low));
    if (isfinite(limits.high))
        result |= json_object_set_new(entry, "max", limit_json(limits.high));
    if (isfinite(limits.low) && limits.is_above_low)
        result |= json_object_set_new(entry, "min_is_excluded", json_true());
    if (isfinite(limits.high) && limits.is_below_high)
        result |= json_object_set_new(entry, "max_is_excluded", json_true());
    return result;
}

static int describe_values(json_t *entry, const struct field *field)
{
    int result = 0;
    if (field->word != NULL)
        result |= json_object_set_new(entry, "word", json_string(field->word));
    if ((field->flags & FIELD_BYTES) != 0)
        result |= json_object_set_new(entry, "unit", json_string("bytes"));
    if (field->type == FIELD_TYPE_CHOICE)
        result |= json_object_set_new(entry, "choices", choices_json(field->choices));
    if (field->type == FIELD_TYPE_VARIANT || field->type == FIELD_TYPE_VARIANTS)
        result |= json_object_set_new(entry, "choices", kind_names(field->kinds));
    if (field->type == FIELD_TYPE_OBJECT)
        result |= json_object_set_new(entry, "object", fields_describe(field->object));
    return result;
}

/* One field, `defaults` being those of all. */
static json_t *describe_field(const struct field *field, const json_t *defaults)
{
    bool is_required = (field->flags & FIELD_REQUIRED) != 0;
    json_t *entry = json_object();
    int result = entry != NULL ? 0 : -1;
    result |= json_object_set_new(entry, "name", json_string(field->name));
    result |= json_object_set_new(entry, "type", json_string(type_name(field->type)));
    result |= json_object_set_new(entry, "required", json_boolean(is_required));
    if (field_takes_null(field))
        result |= json_object_set_new(entry, "nullable", json_true());
    if (!is_required)
        result |= json_object_set(entry, "default", json_object_get(defaults, field->name));
    result |= describe_limits(entry, field);
    result |= describe_values(entry, field);
    if (field->help != NULL)
        result |= json_object_set_new(entry, "help", json_string(field->help));
    if (result == 0)
        return entry;
    json_decref(entry);
    return NULL;
}

static json_t *describe_fields(const struct kind *kind)
{
    json_t *list = json_array(), *defaults = defaults_json(kind);
    int result = list != NULL && defaults != NULL ? 0 : -1;
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while (result == 0 && (field = fields_walk_next(&walk)) != NULL)
        result = json_array_append_new(list, describe_field(field, defaults));
    json_decref(defaults);
    if (result == 0)
        return list;
    json_decref(list);
    return NULL;
}

json_t *fields_describe(const struct kind *kind)
{
    json_t *json = json_object();
    int result = json != NULL ? 0 : -1;
    result |= json_object_set_new(json, "name", json_string(kind->name));
    if (kind->help != NULL)
        result |= json_object_set_new(json, "help", json_string(kind->help));
    result |= json_object_set_new(json, "fields", describe_fields(kind));
    if (result == 0)
        return json;
    json_decref(json);
    return NULL;
}
