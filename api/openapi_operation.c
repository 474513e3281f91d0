/* One route as an OpenAPI operation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi_inside.h"
#include "api/schema.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *name, *help;
} tags[] = {
    {"service", "the service itself: health, the machine, what there is"},
    {"augmentations", "random changes of training rows"},
    {"datasets", "files that were uploaded, and what is in them"},
    {"jobs", "trainings"},
    {"models", "what trainings made: predictions, traces, files"},
    {"networks", "network documents"},
    {"tokens", "who may do what"},
    {"v2", "the Open Inference Protocol"},
};

/* By the first word of the path that is a tag's name; else the service's. */
static const char *tag_of(const struct route *route)
{
    for (const char *at = route->path; *at != '\0'; at += strcspn(at, "/")) {
        size_t size = strcspn(++at, "/:");
        for (size_t i = 0; i < ARRAY_COUNT(tags); i++)
            if (strlen(tags[i].name) == size && memcmp(tags[i].name, at, size) == 0)
                return tags[i].name;
    }
    return tags[0].name;
}

json_t *openapi_tags(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_COUNT(tags); i++)
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s}", "name", tags[i].name, "description", tags[i].help));
    return list;
}

/* "post_v1_jobs_job_cancel" */
static json_t *operation_id(const struct route *route)
{
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    for (const char *at = route->method; *at != '\0'; at++)
        bytes_append_u8(&text, (uint8_t)tolower((unsigned char)*at));
    for (const char *at = route->path; *at != '\0';) {
        size_t between = strcspn(at, "abcdefghijklmnopqrstuvwxyz0123456789");
        at += between;
        size_t size = strcspn(at, "/{}:.");
        if (size > 0)
            bytes_printf(&text, "_%.*s", (int)size, at);
        at += size;
    }
    size_t length = strlen(route->path);
    if (length > 1 && route->path[length - 1] == '/')
        bytes_printf(&text, "_slash");
    const char *id = bytes_text(&text);
    return id != NULL ? json_string(id) : NULL;
}

/* ---- the body */

/* A name without a schema, which a test refuses, leaves it open. */
static json_t *reference(const struct openapi *openapi, const char *name)
{
    bool is_known = json_object_get(openapi->parts, name) != NULL;
    return is_known ? json_pack("{s:s+}", "$ref", SCHEMA_PLACE, name) : json_object();
}

/* Its schema and an example. */
static json_t *json_body(const struct openapi *openapi, const struct route *route,
                         struct error *error)
{
    json_t *schema = route->body != NULL ? fields_schema_parts(route->body, openapi->groups.groups)
                                         : reference(openapi, route->body_schema);
    json_t *example = fields_parse(route->example, strlen(route->example), error);
    return json_pack("{s:o, s:o}", "schema", schema, "example", example);
}

static json_t *upload_form(void)
{
    static const char schema[] =
        "{\"schema\": {\"type\": \"object\", \"properties\": {"
        "\"file\": {\"contentMediaType\": \"application/octet-stream\"}, "
        "\"features\": {\"contentMediaType\": \"application/octet-stream\"}, "
        "\"labels\": {\"contentMediaType\": \"application/octet-stream\"}}}}";
    return fields_parse(schema, strlen(schema), NULL);
}

/* Adds those that the table names; of what is not JSON nothing more is said. */
static int add_types(const char *types, json_t *content)
{
    int result = 0;
    for (const char *at = types; at != NULL && *at != '\0'; at += strspn(at, ", ")) {
        size_t size = strcspn(at, ",");
        json_auto_t *type = json_stringn(at, size);
        result |= type != NULL
                      ? json_object_set_new(content, json_string_value(type), json_object())
                      : -1;
        at += size;
    }
    return result;
}

static json_t *body(const struct openapi *openapi, const struct route *route, struct error *error)
{
    json_auto_t *content = json_object();
    int result = add_types(route->body_types, content);
    if (route->body_kind == BODY_JSON)
        result |=
            json_object_set_new(content, "application/json", json_body(openapi, route, error));
    if (route->body_kind == BODY_UPLOAD) {
        result |= json_object_set_new(content, "application/octet-stream", json_object());
        result |= json_object_set_new(content, "multipart/form-data", upload_form());
    }
    bool is_needed = route->body_kind == BODY_UPLOAD || route->body == NULL;
    return result == 0 ? json_pack("{s:b, s:O}", "required", is_needed, "content", content) : NULL;
}

/* ---- the answers */

static json_t *header_reference(const char *name)
{
    return json_pack("{s:s+}", "$ref", "#/components/headers/", name);
}

static json_t *answer_headers(const struct route *route, int status)
{
    bool is_get = strcmp(route->method, "GET") == 0;
    json_t *list = json_pack("{s:o}", "X-Request-Id", header_reference("X-Request-Id"));
    int result = list != NULL ? 0 : -1;
    if (status == 201 || status == 202)
        result |= json_object_set_new(list, "Location", header_reference("Location"));
    if (is_get && status != 204 && (route->flags & (ROUTE_STREAM | ROUTE_PASSING)) == 0)
        result |= json_object_set_new(list, "ETag", header_reference("ETag"));
    if (status == 206)
        result |= json_object_set_new(list, "Content-Range", header_reference("Content-Range"));
    if (result == 0)
        return list;
    json_decref(list);
    return NULL;
}

static const char *status_text(int status)
{
    switch (status) {
    case 200:
        return "done";
    case 201:
        return "made";
    case 202:
        return "taken on";
    case 204:
        return "done; there is nothing to say";
    case 206:
        return "the bytes that were asked for";
    default:
        return "done";
    }
}

/* The response of a status in `responses`, made where it is not there yet. */
static json_t *response_of(const struct route *route, int status, json_t *responses)
{
    char key[16];
    (void)snprintf(key, sizeof key, "%d", status);
    json_t *response = json_object_get(responses, key);
    if (response != NULL)
        return response;
    response = json_pack("{s:s, s:o}", "description", status_text(status), "headers",
                         answer_headers(route, status));
    return json_object_set_new(responses, key, response) == 0 ? response : NULL;
}

static int add_answer(const struct openapi *openapi, const struct route *route,
                      const struct route_answer *answer, json_t *responses)
{
    const char *type = answer->type != NULL ? answer->type : "application/json";
    json_t *response = response_of(route, answer->status, responses);
    if (answer->schema == NULL && answer->type == NULL)
        return response != NULL ? 0 : -1;
    json_t *content = json_object_get(response, "content");
    if (content == NULL && json_object_set_new(response, "content", json_object()) != 0)
        return -1;
    content = json_object_get(response, "content");
    json_t *media = answer->schema != NULL
                        ? json_pack("{s:o}", "schema", reference(openapi, answer->schema))
                        : json_object();
    return json_object_set_new(content, type, media);
}

static json_t *responses(const struct openapi *openapi, const struct route *route)
{
    json_auto_t *list = json_object();
    int result = 0;
    for (size_t i = 0; i < ROUTE_ANSWERS_MAX && route->answers[i].status != 0; i++) {
        struct route_answer part = route->answers[i];
        part.status = 206;
        result |= add_answer(openapi, route, &route->answers[i], list);
        if ((route->flags & ROUTE_RANGES) != 0)
            result |= add_answer(openapi, route, &part, list);
    }
    if (strcmp(route->method, "GET") == 0 && (route->flags & ROUTE_STREAM) == 0)
        result |= json_object_set_new(
            list, "304", json_pack("{s:s}", "$ref", "#/components/responses/not_modified"));
    result |= openapi_add_problems(route, list);
    return result == 0 ? json_incref(list) : NULL;
}

/* ---- the whole */

/* A token or the dashboard's cookie with this scope; neither where the service runs without tokens.
 */
static json_t *security(const struct route *route)
{
    if (route->scope == NULL)
        return json_array();
    return json_pack("[{s:[s]}, {s:[s]}, {}]", "token", route->scope, "cookie", route->scope);
}

json_t *openapi_operation(const struct openapi *openapi, const struct route *route,
                          struct error *error)
{
    json_t *operation =
        json_pack("{s:o, s:s, s:[s], s:o, s:o, s:o}", "operationId", operation_id(route), "summary",
                  route->help, "tags", tag_of(route), "security", security(route), "parameters",
                  openapi_parameters(route), "responses", responses(openapi, route));
    if (operation == NULL || route->body_kind == BODY_NONE)
        return operation;
    if (json_object_set_new(operation, "requestBody", body(openapi, route, error)) == 0)
        return operation;
    json_decref(operation);
    return NULL;
}
