/* What stands in the path, in the query and in headers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi_inside.h"

#include <string.h>

static const char parameter_place[] = "#/components/parameters/";

/* Placeholders of paths: {job}. */
static const struct {
    const char *name, *help, *example;
} placeholders[] = {
    {"alias", "an alias of a model", "production"},
    {"build", "which dashboard: what its page has there; of another one the file may be another",
     "0"},
    {"dataset", "id, name or name@version; where it is uploaded, its name", "iris"},
    {"delivery", "id of a webhook's delivery", "dlv_01KE1S2W3X4Y5Z6A7B8C9D0E1F"},
    {"file", "a file of the dashboard", "main.js"},
    {"job", "id, or name of the newest such job", "iris"},
    {"model", "id, name, name@version or name@alias", "iris"},
    {"row", "number of a row, counted from 0", "0"},
    {"step", "a step of a job", "160"},
    {"token", "id of a token", "tok_01KE1S2W3X4Y5Z6A7B8C9D0E1F"},
    {"version", "version of a model", "1"},
};

static const struct {
    const char *key, *name, *help, *method;
    unsigned flags; /* of the route; 0: any */
} headers[] = {
    {"idempotency_key", "Idempotency-Key",
     "the same key with the same request gives the first answer again; with another one 422",
     "POST", 0},
    {"if_match", "If-Match", "do it only while the thing has this ETag, else 412", "PATCH", 0},
    {"if_match", "If-Match", NULL, "DELETE", 0},
    {"if_none_match", "If-None-Match", "304 while the answer still has this ETag", "GET", 0},
    {"last_event_id", "Last-Event-ID", "as `after`: what browsers send when they connect again",
     "GET", ROUTE_STREAM},
    {"range", "Range", "only these bytes, as in bytes=0-99", "GET", ROUTE_RANGES},
};

static json_t *reference(const char *name, size_t size)
{
    return json_pack("{s:o}", "$ref", json_sprintf("%s%.*s", parameter_place, (int)size, name));
}

static int add_placeholders(const struct route *route, json_t *list)
{
    int result = 0;
    for (const char *at = strchr(route->path, '{'); at != NULL; at = strchr(at, '{')) {
        size_t size = strcspn(++at, "}");
        result |= json_array_append_new(list, reference(at, size));
    }
    return result;
}

static int add_headers(const struct route *route, json_t *list)
{
    int result = 0;
    for (size_t i = 0; i < ARRAY_COUNT(headers); i++) {
        bool fits = headers[i].flags == 0 || (route->flags & headers[i].flags) != 0;
        if (fits && strcmp(headers[i].method, route->method) == 0)
            result |=
                json_array_append_new(list, reference(headers[i].key, strlen(headers[i].key)));
    }
    return result;
}

/* A parameter is absent where JSON has null. */
static json_t *without_null(json_t *schema)
{
    json_t *choices = json_object_get(schema, "anyOf");
    const json_t *last = json_array_get(choices, 1);
    const char *type = json_string_value(json_object_get(last, "type"));
    if (json_is_null(json_object_get(schema, "default")))
        (void)json_object_del(schema, "default");
    if (json_array_size(choices) != 2 || type == NULL || strcmp(type, "null") != 0)
        return json_incref(schema);
    return json_incref(json_array_get(choices, 0));
}

static int add_query(const struct kind *kind, json_t *list)
{
    json_auto_t *whole = kind != NULL ? fields_schema(kind) : json_object();
    json_t *properties = json_object_get(whole, "properties"), *schema;
    const char *name;
    int result = whole != NULL ? 0 : -1;
    json_object_foreach(properties, name, schema)
    {
        json_auto_t *help = json_incref(json_object_get(schema, "description"));
        (void)json_object_del(schema, "description");
        result |= json_array_append_new(list, json_pack("{s:s, s:s, s:O*, s:s, s:b, s:o}", "name",
                                                        name, "in", "query", "description", help,
                                                        "style", "form", "explode", 0, "schema",
                                                        without_null(schema)));
    }
    return result | json_array_append_new(list, reference("pretty", strlen("pretty")));
}

json_t *openapi_parameters(const struct route *route)
{
    json_t *list = json_array();
    int result = list != NULL ? 0 : -1;
    result |= add_placeholders(route, list);
    result |= add_query(route->query, list);
    result |= add_headers(route, list);
    if (result == 0)
        return list;
    json_decref(list);
    return NULL;
}

/* ---- shared ones */

static json_t *parameter(const char *name, const char *in, const char *help, const char *type)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:{s:s}}", "name", name, "in", in, "description", help,
                     "required", strcmp(in, "path") == 0, "schema", "type", type);
}

json_t *openapi_shared_parameters(void)
{
    json_t *shared = json_object();
    int result = shared != NULL ? 0 : -1;
    for (size_t i = 0; i < ARRAY_COUNT(placeholders); i++) {
        json_t *one = parameter(placeholders[i].name, "path", placeholders[i].help, "string");
        result |= json_object_set_new(one, "example", json_string(placeholders[i].example));
        result |= json_object_set_new(shared, placeholders[i].name, one);
    }
    for (size_t i = 0; i < ARRAY_COUNT(headers); i++)
        if (headers[i].help != NULL)
            result |= json_object_set_new(
                shared, headers[i].key,
                parameter(headers[i].name, "header", headers[i].help, "string"));
    result |= json_object_set_new(shared, "pretty",
                                  parameter("pretty", "query", "indented JSON", "boolean"));
    if (result == 0)
        return shared;
    json_decref(shared);
    return NULL;
}
