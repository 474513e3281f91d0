/* From option structs to JSON documents that fields_read takes again. A NULL from jansson, which
 * passes through its setters, can only mean that memory ran out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"

#include <math.h>

static json_t *write_integer(const struct field *field, int64_t value)
{
    if (value == 0 && field->word != NULL)
        return json_string(field->word);
    if (value == 0 && (field->flags & FIELD_NULLABLE) != 0)
        return json_null();
    return json_integer(value);
}

static json_t *write_string(const struct field *field, const char *value)
{
    bool is_shown = value != NULL && (field->flags & FIELD_SECRET) == 0;
    return is_shown ? json_string(value) : json_null();
}

static json_t *write_strings(const struct strings *strings)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < strings->count; i++) {
        if (json_array_append_new(list, json_string(strings->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *write_sizes(const struct field *field, const struct sizes *sizes)
{
    if (sizes->count == 0 && (field->flags & FIELD_NULLABLE) != 0)
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < sizes->count; i++) {
        if (json_array_append_new(list, json_integer(sizes->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *write_variants(const struct variants *variants)
{
    json_t *list = json_array();
    for (size_t i = 0; list != NULL && i < variants->count; i++) {
        if (json_array_append_new(list, fields_write_variant(&variants->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *write_object(const struct field *field, const void *object)
{
    return object != NULL ? fields_write(field->object, object) : json_null();
}

json_t *field_write(const struct field *field, const void *options)
{
    const void *value = field_value(field, options);
    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        return json_boolean(*(const bool *)value);
    case FIELD_TYPE_INTEGER:
        return write_integer(field, *(const int64_t *)value);
    case FIELD_TYPE_NUMBER:
        return isfinite(*(const double *)value) ? json_real(*(const double *)value) : json_null();
    case FIELD_TYPE_STRING:
        return write_string(field, *(char *const *)value);
    case FIELD_TYPE_CHOICE:
        return json_string(field->choices[*(const int *)value]);
    case FIELD_TYPE_STRINGS:
        return write_strings(value);
    case FIELD_TYPE_SIZES:
        return write_sizes(field, value);
    case FIELD_TYPE_OBJECT:
        return write_object(field, object_get(value));
    case FIELD_TYPE_VARIANT:
        return fields_write_variant(value);
    case FIELD_TYPE_VARIANTS:
        return write_variants(value);
    case FIELD_TYPE_JSON:
        return *(json_t *const *)value != NULL ? json_incref(*(json_t *const *)value) : json_null();
    }
    return NULL;
}

/* Adds every field to `object`, which is given back, or freed when memory runs out. */
static json_t *write_fields(const struct kind *kind, const void *options, json_t *object_taken)
{
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while (object_taken != NULL && (field = fields_walk_next(&walk)) != NULL) {
        if (json_object_set_new(object_taken, field->name, field_write(field, options)) != 0) {
            json_decref(object_taken);
            return NULL;
        }
    }
    return object_taken;
}

json_t *fields_write(const struct kind *kind, const void *options)
{
    return write_fields(kind, options, json_object());
}

json_t *fields_write_variant(const struct variant *variant)
{
    if (variant->kind == NULL)
        return json_null();
    return write_fields(variant->kind, variant->options,
                        json_pack("{s:s}", "type", variant->kind->name));
}
