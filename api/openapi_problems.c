/* Which errors a route can answer: those of its own table entry, and those that come with its
 * method, placeholders, body and scope. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/openapi_inside.h"
#include "api/problem.h"

#include <stdio.h>
#include <string.h>

static bool is_any(const struct route *route)
{
    (void)route;
    return true;
}

static bool is_scoped(const struct route *route)
{
    return route->scope != NULL;
}

static bool has_placeholders(const struct route *route)
{
    return strchr(route->path, '{') != NULL;
}

static bool has_body(const struct route *route)
{
    return route->body_kind != BODY_NONE;
}

static bool is_get(const struct route *route)
{
    return strcmp(route->method, "GET") == 0;
}

static bool is_post(const struct route *route)
{
    return strcmp(route->method, "POST") == 0;
}

/* Those that If-Match may guard. */
static bool takes_match(const struct route *route)
{
    return strcmp(route->method, "DELETE") == 0 || strcmp(route->method, "PATCH") == 0;
}

/* A page of another site may not; what is sent may not fit on the disk. */
static bool changes(const struct route *route)
{
    return !is_get(route);
}

static bool has_forms(const struct route *route)
{
    return route->answers[1].status != 0;
}

static bool takes_ranges(const struct route *route)
{
    return (route->flags & ROUTE_RANGES) != 0;
}

static const struct {
    enum error_code code;
    bool (*applies)(const struct route *route);
} general[] = {
    {ERROR_MALFORMED, is_any},           {ERROR_INVALID, is_any},
    {ERROR_MISDIRECTED, is_any},         {ERROR_URI_TOO_LONG, is_any},
    {ERROR_HEADERS_TOO_LARGE, is_any},   {ERROR_INTERNAL, is_any},
    {ERROR_NOT_IMPLEMENTED, is_any},     {ERROR_BUSY, is_any},
    {ERROR_FORBIDDEN, changes},          {ERROR_FORBIDDEN, is_scoped},
    {ERROR_NOT_FOUND, has_placeholders}, {ERROR_TOO_LARGE, has_body},
    {ERROR_UNSUPPORTED, has_body},       {ERROR_CONFLICT, is_post},
    {ERROR_PRECONDITION, takes_match},   {ERROR_STORAGE_FULL, changes},
    {ERROR_NOT_ACCEPTABLE, has_forms},   {ERROR_RANGE, takes_ranges},
    {ERROR_UNAUTHORIZED, is_scoped},     {ERROR_TOO_MANY, is_scoped},
};

static bool is_plain(const struct route *route)
{
    return (route->flags & (ROUTE_TENSORFLOW | ROUTE_OPEN_INFERENCE)) != 0;
}

static int add(json_t *responses, enum error_code code, const char *form)
{
    char status[16];
    (void)snprintf(status, sizeof status, "%d", problem_status(code));
    return json_object_set_new(
        responses, status,
        json_pack("{s:o}", "$ref", json_sprintf("#/components/responses/%s_%s", form, status)));
}

int openapi_add_problems(const struct route *route, json_t *responses)
{
    const char *form = is_plain(route) ? "plain_error" : "problem";
    int result = 0;
    for (size_t i = 0; i < ARRAY_COUNT(general); i++)
        if (general[i].applies(route))
            result |= add(responses, general[i].code, form);
    for (size_t i = 0; i < ROUTE_PROBLEMS_MAX && route->problems[i] != ERROR_NONE; i++)
        result |= add(responses, route->problems[i], form);
    return result;
}

/* ---- the answers themselves */

#define ERROR_VALUE(code, name) code,
static const enum error_code codes[] = {ERROR_CODES(ERROR_VALUE)};
#undef ERROR_VALUE

/* The codes that have this status, which is what programs look at. */
static json_t *codes_of(int status)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++)
        if (codes[i] != ERROR_NONE && problem_status(codes[i]) == status)
            (void)json_array_append_new(list, json_string(error_code_name(codes[i])));
    return list;
}

static json_t *problem_schema(int status)
{
    return json_pack("{s:s, s:{s:{s:i}, s:{s:o}}}", "$ref", SCHEMA_PLACE "problem", "properties",
                     "status", "const", status, "code", "enum", codes_of(status));
}

static json_t *headers_of(int status)
{
    json_t *headers =
        json_pack("{s:{s:s}}", "X-Request-Id", "$ref", "#/components/headers/X-Request-Id");
    if (status == 429 || status == 503)
        (void)json_object_set_new(
            headers, "Retry-After",
            json_pack("{s:s, s:{s:s}}", "description", "seconds", "schema", "type", "integer"));
    return headers;
}

static json_t *response(int status, json_t *content_taken)
{
    return json_pack("{s:s, s:o, s:o}", "description", problem_title(status), "headers",
                     headers_of(status), "content", content_taken);
}

static json_t *problem_content(int status)
{
    return json_pack("{s:{s:o}}", "application/problem+json", "schema", problem_schema(status));
}

/* What is refused before its path is read, for its host or its headers, is a problem there too. */
static json_t *plain_content(int status)
{
    json_t *content = problem_content(status);
    (void)json_object_set_new(content, "application/json",
                              json_pack("{s:{s:s}}", "schema", "$ref", SCHEMA_PLACE "plain_error"));
    return content;
}

json_t *openapi_shared_responses(void)
{
    json_t *responses = json_object();
    char name[32];
    int result = responses != NULL ? 0 : -1;
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++) {
        int status = problem_status(codes[i]);
        (void)snprintf(name, sizeof name, "problem_%d", status);
        result |= json_object_set_new(responses, name, response(status, problem_content(status)));
        (void)snprintf(name, sizeof name, "plain_error_%d", status);
        result |= json_object_set_new(responses, name, response(status, plain_content(status)));
    }
    if (result == 0)
        return responses;
    json_decref(responses);
    return NULL;
}
