/* A kind as a JSON Schema, draft 2020-12: what fields_read accepts, for /openapi.json. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"

#include <math.h>
#include <string.h>

/* The kinds that a schema is inside of: one that holds itself is not written again. */
struct ancestor {
    const struct kind *kind;
    const struct ancestor *parent;     /* NULL: none */
    const struct schema_group *groups; /* of the whole document; NULL: it stands alone */
};

static json_t *kind_schema(const struct kind *kind, const char *type_name,
                           const struct ancestor *parent);

/* `json` where `result` is 0; else NULL, with `json` freed. */
static json_t *finished(json_t *json_taken, int result)
{
    if (result == 0)
        return json_taken;
    json_decref(json_taken);
    return NULL;
}

static json_t *typed(const char *type)
{
    return json_pack("{s:s}", "type", type);
}

/* Adds the limits under the words that the type has for them. */
static json_t *limited(json_t *schema_taken, const struct field *field, const char *low_key,
                       const char *high_key)
{
    struct limits limits = field_limits(field);
    int result = schema_taken != NULL ? 0 : -1;
    if (isfinite(limits.low))
        result |= json_object_set_new(schema_taken, low_key, limit_json(limits.low));
    if (isfinite(limits.high))
        result |= json_object_set_new(schema_taken, high_key, limit_json(limits.high));
    return finished(schema_taken, result);
}

static json_t *limited_number(const char *type, const struct field *field)
{
    bool is_above = (field->flags & FIELD_ABOVE_MIN) != 0;
    bool is_below = (field->flags & FIELD_BELOW_MAX) != 0;
    return limited(typed(type), field, is_above ? "exclusiveMinimum" : "minimum",
                   is_below ? "exclusiveMaximum" : "maximum");
}

static json_t *reference(const char *name)
{
    return json_pack("{s:s+}", "$ref", SCHEMA_PLACE, name);
}

/* {"anyOf": [first, second]}. */
static json_t *either(json_t *first_taken, json_t *second_taken)
{
    return json_pack("{s:[o,o]}", "anyOf", first_taken, second_taken);
}

static json_t *integer_schema(const struct field *field)
{
    json_t *schema = limited_number("integer", field);
    if ((field->flags & FIELD_BYTES) != 0)
        schema =
            either(schema, json_pack("{s:s,s:s}", "type", "string", "pattern", "^[0-9]+[KMGT]$"));
    if (field->word != NULL)
        schema = either(schema, json_pack("{s:s}", "const", field->word));
    return schema;
}

static json_t *list_schema(json_t *entry_taken)
{
    return json_pack("{s:s,s:o}", "type", "array", "items", entry_taken);
}

static json_t *sizes_schema(const struct field *field)
{
    json_t *list = list_schema(limited_number("integer", field));
    int result = json_object_set_new(list, "maxItems", json_integer(SIZES_MAX));
    return either(limited_number("integer", field), finished(list, result));
}

static bool has_required(const struct kind *kind)
{
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while ((field = fields_walk_next(&walk)) != NULL) {
        if ((field->flags & FIELD_REQUIRED) != 0)
            return true;
    }
    return false;
}

/* A kind without required options may also be its bare name. */
static json_t *bare_names(const struct kind *const *kinds)
{
    json_t *names = json_array();
    int result = names != NULL ? 0 : -1;
    for (; result == 0 && *kinds != NULL; kinds++) {
        if (!has_required(*kinds))
            result = json_array_append_new(names, json_string((*kinds)->name));
    }
    return finished(names, result);
}

static const struct schema_group *find_group(const struct schema_group *groups,
                                             const struct kind *const *kinds)
{
    for (; groups != NULL && groups->name != NULL; groups++) {
        if (groups->kinds == kinds)
            return groups;
    }
    return NULL;
}

/* A bare name, or an object. */
static json_t *variant_schema(const struct kind *const *kinds, const struct ancestor *parent)
{
    const struct schema_group *group = find_group(parent->groups, kinds);
    if (group != NULL)
        return reference(group->name);
    json_t *names = bare_names(kinds), *any = json_array();
    int result = names != NULL && any != NULL ? 0 : -1;
    for (; result == 0 && *kinds != NULL; kinds++)
        result |= json_array_append_new(any, kind_schema(*kinds, (*kinds)->name, parent));
    if (result == 0 && json_array_size(names) > 0)
        result |= json_array_insert_new(any, 0, json_pack("{s:O}", "enum", names));
    json_decref(names);
    return json_pack("{s:o}", "anyOf", finished(any, result));
}

/* A list of these, or one alone. */
static json_t *variants_schema(const struct field *field, const struct ancestor *parent)
{
    json_t *list = list_schema(variant_schema(field->kinds, parent));
    return either(variant_schema(field->kinds, parent),
                  limited(list, field, "minItems", "maxItems"));
}

static json_t *json_schema(const struct field *field, const struct ancestor *parent)
{
    bool is_named = parent->groups != NULL && field->schema != NULL;
    return is_named ? reference(field->schema) : json_object();
}

static json_t *value_schema(const struct field *field, const struct ancestor *parent)
{
    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        return typed("boolean");
    case FIELD_TYPE_INTEGER:
        return integer_schema(field);
    case FIELD_TYPE_NUMBER:
        return limited_number("number", field);
    case FIELD_TYPE_STRING:
        return limited(typed("string"), field, "minLength", "maxLength");
    case FIELD_TYPE_CHOICE:
        return json_pack("{s:o}", "enum", choices_json(field->choices));
    case FIELD_TYPE_STRINGS:
        return either(typed("string"),
                      limited(list_schema(typed("string")), field, "minItems", "maxItems"));
    case FIELD_TYPE_SIZES:
        return sizes_schema(field);
    case FIELD_TYPE_OBJECT:
        return kind_schema(field->object, NULL, parent);
    case FIELD_TYPE_VARIANT:
        return variant_schema(field->kinds, parent);
    case FIELD_TYPE_VARIANTS:
        return variants_schema(field, parent);
    case FIELD_TYPE_JSON:
        return json_schema(field, parent);
    }
    return NULL;
}

static json_t *field_schema(const struct field *field, const json_t *defaults,
                            const struct ancestor *parent)
{
    json_t *schema = value_schema(field, parent);
    bool is_any = field->type == FIELD_TYPE_JSON && json_object_size(schema) == 0;
    if (field_takes_null(field) && !is_any)
        schema = either(schema, typed("null"));
    int result = schema != NULL ? 0 : -1;
    if ((field->flags & FIELD_REQUIRED) == 0)
        result |= json_object_set(schema, "default", json_object_get(defaults, field->name));
    if (field->help != NULL)
        result |= json_object_set_new(schema, "description", json_string(field->help));
    return finished(schema, result);
}

/* Adds every field to the objects of properties and the list of required names. */
static int add_properties(const struct kind *kind, json_t *properties, json_t *required,
                          const struct ancestor *ancestor)
{
    json_t *defaults = defaults_json(kind);
    int result = defaults != NULL ? 0 : -1;
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while (result == 0 && (field = fields_walk_next(&walk)) != NULL) {
        result |=
            json_object_set_new(properties, field->name, field_schema(field, defaults, ancestor));
        if ((field->flags & FIELD_REQUIRED) != 0)
            result |= json_array_append_new(required, json_string(field->name));
    }
    json_decref(defaults);
    return result;
}

static bool is_inside(const struct kind *kind, const struct ancestor *ancestor)
{
    for (; ancestor != NULL; ancestor = ancestor->parent) {
        if (ancestor->kind == kind)
            return true;
    }
    return false;
}

/* With a `type_name`, the object also has the key `type` with that name. */
static json_t *kind_schema(const struct kind *kind, const char *type_name,
                           const struct ancestor *parent)
{
    if (is_inside(kind, parent))
        return json_pack("{s:s,s:s}", "type", "object", "title", kind->name);
    struct ancestor self = {.kind = kind, .parent = parent, .groups = parent->groups};
    json_t *properties = json_object(), *required = json_array();
    int result = properties != NULL && required != NULL ? 0 : -1;
    if (type_name != NULL) {
        result |= json_object_set_new(properties, "type", json_pack("{s:s}", "const", type_name));
        result |= json_array_append_new(required, json_string("type"));
    }
    result |= add_properties(kind, properties, required, &self);
    json_t *schema =
        json_pack("{s:s,s:s,s:O,s:O,s:b}", "title", kind->name, "type", "object", "properties",
                  properties, "required", required, "additionalProperties", 0);
    json_decref(properties);
    json_decref(required);
    if (kind->help != NULL)
        result |= json_object_set_new(schema, "description", json_string(kind->help));
    return finished(schema, schema != NULL ? result : -1);
}

json_t *fields_schema(const struct kind *kind)
{
    return kind_schema(kind, NULL, &(struct ancestor){0});
}

json_t *fields_schema_parts(const struct kind *kind, const struct schema_group *groups)
{
    return kind_schema(kind, NULL, &(struct ancestor){.groups = groups});
}

/* ---- groups */

/* "optimizer_adam" */
static json_t *part_name(const struct schema_group *group, const struct kind *kind)
{
    return json_sprintf("%s_%s", group->name, kind->name);
}

/* One of the parts, found by its `type`. */
static json_t *one_of(const struct schema_group *group)
{
    json_t *any = json_array(), *mapping = json_object();
    int result = any != NULL && mapping != NULL ? 0 : -1;
    for (const struct kind *const *kind = group->kinds; result == 0 && *kind != NULL; kind++) {
        json_t *name = part_name(group, *kind);
        json_t *part = name != NULL ? reference(json_string_value(name)) : NULL;
        result |= json_object_set(mapping, (*kind)->name, json_object_get(part, "$ref"));
        result |= json_array_append_new(any, part);
        json_decref(name);
    }
    json_t *schema = json_pack("{s:O, s:{s:s, s:O}}", "oneOf", any, "discriminator", "propertyName",
                               "type", "mapping", mapping);
    json_decref(any);
    json_decref(mapping);
    return finished(schema, schema != NULL ? result : -1);
}

static int add_group(const struct schema_group *group, const struct ancestor *root, json_t *parts)
{
    json_t *whole = one_of(group);
    int result = 0;
    if (!group->is_object)
        whole = either(json_pack("{s:o}", "enum", bare_names(group->kinds)), whole);
    result |= json_object_set_new(parts, group->name, whole);
    for (const struct kind *const *kind = group->kinds; result == 0 && *kind != NULL; kind++) {
        json_t *name = part_name(group, *kind);
        if (name == NULL)
            return -1;
        result = json_object_set_new(parts, json_string_value(name),
                                     kind_schema(*kind, (*kind)->name, root));
        json_decref(name);
    }
    return result;
}

int fields_schema_groups(const struct schema_group *groups, json_t *parts)
{
    const struct ancestor root = {.groups = groups};
    int result = 0;
    for (const struct schema_group *group = groups; result == 0 && group->name != NULL; group++)
        result = add_group(group, &root, parts);
    return result;
}
