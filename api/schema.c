/* Tables of schemas into JSON Schema, and examples of what they describe. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schema.h"

#include <string.h>

const struct schema *schema_find(const char *name)
{
    for (const struct schema *const *list = schemas; *list != NULL; list++)
        for (const struct schema *schema = *list; schema->name != NULL; schema++)
            if (strcmp(schema->name, name) == 0)
                return schema;
    return NULL;
}

/* ---- schemas */

static json_t *no_memory(struct error *error)
{
    (void)error_set(error, ERROR_MEMORY, "no memory for a schema");
    return NULL;
}

/* Text where the schema says string, JSON else. */
static json_t *example_json(const json_t *schema, const char *text, struct error *error)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (type != NULL && strcmp(type, "string") == 0)
        return json_string(text);
    return fields_parse(text, strlen(text), error);
}

static json_t *field_json(const struct schema_field *field, struct error *error)
{
    json_t *json = schema_type_json(field->type, error);
    int result = json != NULL ? 0 : -1;
    if (result == 0 && field->help != NULL)
        result = json_object_set_new(json, "description", json_string(field->help));
    if (result == 0 && field->example != NULL)
        result = json_object_set_new(json, "examples",
                                     json_pack("[o]", example_json(json, field->example, error)));
    if (result == 0)
        return json;
    json_decref(json);
    return NULL;
}

static int add_fields(const struct schema *schema, json_t *properties, json_t *required,
                      struct error *error)
{
    const struct schema *base = schema->base != NULL ? schema_find(schema->base) : NULL;
    int result = base != NULL ? add_fields(base, properties, required, error) : 0;
    for (const struct schema_field *field = schema->fields;
         result == 0 && field != NULL && field->name != NULL; field++) {
        size_t size = strcspn(field->name, "?");
        json_auto_t *name = json_stringn(field->name, size);
        const char *text = json_string_value(name);
        result =
            text != NULL ? json_object_set_new(properties, text, field_json(field, error)) : -1;
        if (result == 0 && field->name[size] == '\0')
            result = json_array_append(required, name);
    }
    return result;
}

static json_t *object_json(const struct schema *schema, struct error *error)
{
    json_auto_t *properties = json_object(), *required = json_array();
    if (add_fields(schema, properties, required, error) != 0)
        return NULL;
    json_t *others =
        schema->others != NULL ? schema_type_json(schema->others, error) : json_false();
    return json_pack("{s:s, s:O, s:O, s:o}", "type", "object", "properties", properties, "required",
                     required, "additionalProperties", others);
}

static json_t *content_json(const struct schema *schema, const struct schema_group *groups,
                            struct error *error)
{
    if (schema->kind != NULL)
        return fields_schema_parts(schema->kind, groups);
    if (schema->type != NULL)
        return schema_type_json(schema->type, error);
    return object_json(schema, error);
}

json_t *schema_json(const struct schema *schema, const struct schema_group *groups,
                    struct error *error)
{
    json_t *json = content_json(schema, groups, error);
    int result = json != NULL ? 0 : -1;
    if (result == 0)
        result = json_object_set_new(json, "description", json_string(schema->help));
    if (result == 0 && schema->example != NULL)
        result = json_object_set_new(
            json, "examples",
            json_pack("[o]", fields_parse(schema->example, strlen(schema->example), error)));
    if (result == 0)
        return json;
    json_decref(json);
    return no_memory(error);
}

/* ---- examples */

enum { EXAMPLE_DEPTH_MAX = 16 };

static json_t *example_of(const json_t *schema, const json_t *parts, int depth);

static json_t *example_of_type(const char *type)
{
    if (strcmp(type, "string") == 0)
        return json_string("text");
    if (strcmp(type, "integer") == 0)
        return json_integer(1);
    if (strcmp(type, "number") == 0)
        return json_real(0.5);
    if (strcmp(type, "boolean") == 0)
        return json_true();
    return json_null();
}

static json_t *example_of_object(const json_t *schema, const json_t *parts, int depth)
{
    json_t *object = json_object();
    const json_t *properties = json_object_get(schema, "properties"), *name;
    size_t i;
    int result = object != NULL ? 0 : -1;
    json_array_foreach(json_object_get(schema, "required"), i, name)
    {
        const char *key = json_string_value(name);
        result |= json_object_set_new(object, key,
                                      example_of(json_object_get(properties, key), parts, depth));
    }
    const json_t *others = json_object_get(schema, "additionalProperties");
    if (json_is_object(others) && json_object_size(object) == 0)
        result |= json_object_set_new(object, "name", example_of(others, parts, depth));
    if (result == 0)
        return object;
    json_decref(object);
    return NULL;
}

/* {"$ref": "#/components/schemas/job"} */
static const json_t *referred(const char *reference, const json_t *parts)
{
    return json_object_get(parts, reference + strlen(SCHEMA_PLACE));
}

static json_t *first(const json_t *schema, const char *key)
{
    return json_array_get(json_object_get(schema, key), 0);
}

/* NULL where the schema only says a type. */
static json_t *example_by_choice(const json_t *schema, const json_t *parts, int depth)
{
    static const char *const given[] = {"examples", "enum"}, *const choices[] = {"anyOf", "oneOf"};
    const char *reference = json_string_value(json_object_get(schema, "$ref"));
    for (size_t i = 0; i < ARRAY_COUNT(given); i++)
        if (first(schema, given[i]) != NULL)
            return json_incref(first(schema, given[i]));
    if (json_object_get(schema, "const") != NULL)
        return json_incref(json_object_get(schema, "const"));
    if (reference != NULL)
        return example_of(referred(reference, parts), parts, depth);
    for (size_t i = 0; i < ARRAY_COUNT(choices); i++)
        if (first(schema, choices[i]) != NULL)
            return example_of(first(schema, choices[i]), parts, depth);
    return NULL;
}

static json_t *example_of(const json_t *schema, const json_t *parts, int depth)
{
    if (schema == NULL || depth > EXAMPLE_DEPTH_MAX)
        return NULL;
    json_t *chosen = example_by_choice(schema, parts, depth + 1);
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (chosen != NULL)
        return chosen;
    if (type == NULL)
        return json_null();
    if (strcmp(type, "object") == 0)
        return example_of_object(schema, parts, depth + 1);
    if (strcmp(type, "array") == 0)
        return json_pack("[o]", example_of(json_object_get(schema, "items"), parts, depth + 1));
    return example_of_type(type);
}

json_t *schema_example(const json_t *schema, const json_t *parts)
{
    return example_of(schema, parts, 0);
}
