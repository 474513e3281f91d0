/* Components that nothing refers to are left out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi_inside.h"

#include <string.h>

/* Adds whatever `json` refers to, as keys. */
static int collect(const json_t *json, json_t *references)
{
    const char *key;
    json_t *value;
    size_t i;
    int result = 0;
    json_array_foreach(json, i, value) result |= collect(value, references);
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        if (strcmp(key, "$ref") == 0 && json_is_string(value))
            result |= json_object_set_new(references, json_string_value(value), json_true());
        else
            result |= collect(value, references);
    }
    return result;
}

/* How many of a section were left out. */
static size_t drop(const char *section, json_t *components, const json_t *references)
{
    size_t count = 0;
    const char *name;
    json_t *component;
    void *next;
    json_object_foreach_safe(components, next, name, component)
    {
        json_auto_t *place = json_sprintf("#/components/%s/%s", section, name);
        if (place != NULL && json_object_get(references, json_string_value(place)) == NULL)
            count += json_object_del(components, name) == 0;
    }
    return count;
}

/* What is left out may have been all that referred to something else. */
int openapi_drop_unused(json_t *document)
{
    static const char *const sections[] = {"schemas", "parameters", "responses", "headers"};
    size_t count;
    do {
        json_auto_t *references = json_object();
        if (references == NULL || collect(document, references) != 0)
            return -1;
        count = 0;
        for (size_t i = 0; i < ARRAY_COUNT(sections); i++)
            count += drop(sections[i],
                          json_object_get(json_object_get(document, "components"), sections[i]),
                          references);
    } while (count > 0);
    return 0;
}
