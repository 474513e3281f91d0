/* From JSON objects to option structs, by name and by kind. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/fields_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_unknown(const struct kind *kind, const char *key, const char *path, struct error *error)
{
    struct name_list known = {0};
    struct fields_walk walk = fields_walk(kind);
    const struct field *field = NULL;
    const char *nearest = field_nearest(kind, key);
    if (nearest != NULL)
        return error_set_at(error, ERROR_INVALID, path, "is not known; did you mean %s?", nearest);
    while ((field = fields_walk_next(&walk)) != NULL)
        name_list_add(&known, field->name);
    if (known.used == 0)
        return error_set_at(error, ERROR_INVALID, path, "is not known: nothing is taken here");
    return error_set_at(error, ERROR_INVALID, path, "is not known; known are %s", known.text);
}

static int check_keys(const struct kind *kind, const json_t *json, const char *type_key,
                      const char *path, struct error *error)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(json_not_const(json), key, value)
    {
        if (field_find(kind, key) != NULL || (type_key != NULL && strcmp(key, type_key) == 0))
            continue;
        char at[PATH_SIZE];
        path_join(at, path, key);
        return error_unknown(kind, key, at, error);
    }
    return 0;
}

static int read_fields(const struct kind *kind, const json_t *json, void *options, const char *path,
                       struct error *error)
{
    const struct field *field = NULL;
    struct fields_walk walk = fields_walk(kind);
    while ((field = fields_walk_next(&walk)) != NULL) {
        char at[PATH_SIZE];
        path_join(at, path, field->name);
        const json_t *value = json_object_get(json, field->name);
        if (value == NULL && (field->flags & FIELD_REQUIRED) != 0)
            return error_set_at(error, ERROR_INVALID, at, "is required");
        if (value != NULL && field_read(field, value, options, at, error) != 0)
            return -1;
    }
    return 0;
}

static int check_options(const struct kind *kind, const void *options, const char *path,
                         struct error *error)
{
    if (kind->base != NULL && check_options(kind->base, options, path, error) != 0)
        return -1;
    return kind->check != NULL ? kind->check(options, path, error) : 0;
}

/* A `json` of NULL reads as an object without keys. */
static int read_object(const struct kind *kind, const json_t *json, const char *type_key,
                       void *options, const char *path, struct error *error)
{
    if (kind->size > 0)
        memset(options, 0, kind->size);
    if (json != NULL && !json_is_object(json))
        return error_type(error, path, "an object", json);
    if (check_keys(kind, json, type_key, path, error) != 0 ||
        fields_default(kind, options, error) != 0)
        return -1;
    if (read_fields(kind, json, options, path, error) == 0 &&
        check_options(kind, options, path, error) == 0)
        return 0;
    fields_clear(kind, options);
    return -1;
}

int options_read(const struct kind *kind, const json_t *json, const char *type_key, void **options,
                 const char *path, struct error *error)
{
    void *made = kind->size > 0 ? malloc(kind->size) : NULL;
    if (made == NULL && kind->size > 0)
        return error_memory(error, kind->name);
    if (read_object(kind, json, type_key, made, path, error) != 0) {
        free(made);
        return -1;
    }
    *options = made;
    return 0;
}

int fields_read(const struct kind *kind, const json_t *json, void *options, const char *path,
                struct error *error)
{
    return read_object(kind, json, NULL, options, path, error);
}

static int error_unknown_kind(const struct kind *const *kinds, const char *name, const char *path,
                              struct error *error)
{
    struct name_list list = {0};
    for (size_t i = 0; kinds[i] != NULL; i++)
        name_list_add(&list, kinds[i]->name);
    if (name == NULL)
        return error_set_at(error, ERROR_INVALID, path, "is required: one of %s", list.text);
    return error_name(error, path, &list, name, kind_nearest(kinds, name));
}

/* The kind that `json` names, by itself or by its key `type`; NULL and an error where none. */
static const struct kind *read_kind(const struct kind *const *kinds, const json_t *json,
                                    const char *path, struct error *error)
{
    char at[PATH_SIZE];
    const json_t *type = json;
    snprintf(at, sizeof(at), "%s", path);
    if (json_is_object(json)) {
        type = json_object_get(json, "type");
        path_join(at, path, "type");
    }
    if (type == NULL || json_is_string(type)) {
        const char *name = json_string_value(type);
        const struct kind *kind = name != NULL ? kind_find(kinds, name) : NULL;
        if (kind == NULL)
            error_unknown_kind(kinds, name, at, error);
        return kind;
    }
    error_type(error, at, type == json ? "a name or an object with a type" : "a string", type);
    return NULL;
}

int fields_read_variant(const struct kind *const *kinds, const json_t *json,
                        struct variant *variant, const char *path, struct error *error)
{
    struct variant made = {.kind = read_kind(kinds, json, path, error)};
    if (made.kind == NULL)
        return -1;
    /* A bare name is an object that gives nothing but its type. */
    const json_t *object = json_is_object(json) ? json : NULL;
    if (options_read(made.kind, object, "type", &made.options, path, error) != 0)
        return -1;
    *variant = made;
    return 0;
}
