/* The document around the operations: information, tags, paths, components. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi.h"
#include "api/openapi_inside.h"
#include "api/schema.h"

#include <string.h>

static const char head[] =
    "{\"openapi\": \"3.1.0\","
    " \"info\": {\"title\": \"propd\", \"version\": \"" PROPD_VERSION "\","
    "  \"summary\": \"A neural-network training service\","
    "  \"description\": \"Upload a dataset, describe a network, watch it learn, ask the model. "
    "Every GET answers HEAD too, and OPTIONS lists the methods of a path.\","
    "  \"license\": {\"name\": \"Apache License 2.0\", \"identifier\": \"Apache-2.0\"}},"
    " \"servers\": [{\"url\": \"/\", \"description\": \"where this document comes from\"}]}";

static const char security_schemes[] =
    "{\"token\": {\"type\": \"http\", \"scheme\": \"bearer\", \"bearerFormat\": \"propd_…\","
    "  \"description\": \"a token with the scope that the operation names: read, predict, train or "
    "admin\"},"
    " \"cookie\": {\"type\": \"apiKey\", \"in\": \"cookie\", \"name\": \"propd_session\","
    "  \"description\": \"a session of the dashboard\"}}";

static const char shared_headers[] =
    "{\"X-Request-Id\": {\"description\": \"of this request, as in the log\", \"schema\": "
    "{\"$ref\": \"#/components/schemas/request_id\"}},"
    " \"Location\": {\"description\": \"path of what was made\", \"required\": true, \"schema\": "
    "{\"type\": \"string\"}},"
    " \"ETag\": {\"description\": \"of these very bytes, for If-None-Match and If-Match\", "
    "\"required\": true, \"schema\": {\"type\": \"string\"}},"
    " \"Content-Range\": {\"description\": \"which bytes of how many\", \"required\": true, "
    "\"schema\": {\"type\": \"string\"}}}";

static json_t *parse(const char *text)
{
    return fields_parse(text, strlen(text), NULL);
}

/* ---- schemas */

static int add_schema(struct openapi *openapi, const struct schema *schema, struct error *error)
{
    json_t *json = schema_json(schema, openapi->groups.groups, error);
    return json_object_set_new(openapi->parts, schema->name, json);
}

/* What an answer looks like, with all of its parts in place. */
static int add_example(const struct openapi *openapi, const struct schema *schema)
{
    json_t *json = json_object_get(openapi->parts, schema->name);
    if (schema->fields == NULL || json_object_get(json, "examples") != NULL)
        return 0;
    json_t *example = schema_example(json, openapi->parts);
    return json_object_set_new(json, "examples", json_pack("[o]", example));
}

static int add_schemas(struct openapi *openapi, struct error *error)
{
    int result = fields_schema_groups(openapi->groups.groups, openapi->parts);
    for (const struct schema *const *list = schemas; result == 0 && *list != NULL; list++)
        for (const struct schema *schema = *list; result == 0 && schema->name != NULL; schema++)
            result = add_schema(openapi, schema, error);
    for (const struct schema *const *list = schemas; result == 0 && *list != NULL; list++)
        for (const struct schema *schema = *list; result == 0 && schema->name != NULL; schema++)
            result = add_example(openapi, schema);
    return result;
}

/* ---- paths */

/* "/v2/" is another spelling of "/v2". */
static bool is_spelling(const struct route *route)
{
    const size_t size = strlen(route->path);
    return size > 1 && route->path[size - 1] == '/';
}

static json_t *paths(const struct openapi *openapi, struct error *error)
{
    json_auto_t *list = json_object();
    for (const struct route *route = openapi->routes; route->method != NULL; route++) {
        char method[16] = "";
        if (is_spelling(route))
            continue;
        for (size_t i = 0; i + 1 < sizeof method && route->method[i] != '\0'; i++)
            method[i] = (char)(route->method[i] | 0x20);
        json_t *path = json_object_get(list, route->path);
        if (path == NULL && json_object_set_new(list, route->path, json_object()) != 0)
            return NULL;
        path = json_object_get(list, route->path);
        if (json_object_set_new(path, method, openapi_operation(openapi, route, error)) != 0)
            return NULL;
    }
    return json_incref(list);
}

static json_t *responses(void)
{
    json_t *list = openapi_shared_responses();
    (void)json_object_set_new(
        list, "not_modified",
        json_pack("{s:s}", "description", "what If-None-Match has is what there is"));
    return list;
}

static json_t *describe(struct openapi *openapi, struct error *error)
{
    json_auto_t *document = parse(head);
    if (document == NULL || add_schemas(openapi, error) != 0)
        return NULL;
    json_auto_t *rest =
        json_pack("{s:o, s:o, s:{s:O, s:o, s:o, s:o, s:o}}", "tags", openapi_tags(), "paths",
                  paths(openapi, error), "components", "schemas", openapi->parts, "parameters",
                  openapi_shared_parameters(), "responses", responses(), "headers",
                  parse(shared_headers), "securitySchemes", parse(security_schemes));
    if (rest == NULL || json_object_update(document, rest) != 0 ||
        openapi_drop_unused(document) != 0)
        return NULL;
    return json_incref(document);
}

json_t *openapi_describe(const struct route *routes, struct error *error)
{
    json_auto_t *parts = json_object();
    struct openapi openapi = {.routes = routes, .parts = parts};
    catalog_groups(&openapi.groups);
    json_t *document = parts != NULL ? describe(&openapi, error) : NULL;
    if (document == NULL)
        (void)error_set(error, ERROR_MEMORY, "no memory for the description of the interface");
    return document;
}
