/* Error codes to statuses, and errors to documents. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/problem.h"
#include "api/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int problem_status(enum error_code code)
{
    switch (code) {
    case ERROR_NONE:
    case ERROR_IO:
    case ERROR_CORRUPT:
    case ERROR_INTERNAL:
        return 500;
    case ERROR_MALFORMED:
        return 400;
    case ERROR_UNAUTHORIZED:
        return 401;
    case ERROR_FORBIDDEN:
    case ERROR_SCOPE:
    case ERROR_QUOTA:
        return 403;
    case ERROR_NOT_FOUND:
        return 404;
    case ERROR_NOT_ALLOWED:
        return 405;
    case ERROR_NOT_ACCEPTABLE:
        return 406;
    case ERROR_CONFLICT:
    case ERROR_CANCELLED:
        return 409;
    case ERROR_PRECONDITION:
        return 412;
    case ERROR_TOO_LARGE:
        return 413;
    case ERROR_URI_TOO_LONG:
        return 414;
    case ERROR_UNSUPPORTED:
        return 415;
    case ERROR_RANGE:
        return 416;
    case ERROR_MISDIRECTED:
        return 421;
    case ERROR_INVALID:
    case ERROR_NOT_BUILT: /* a document that parses but cannot be, here and now */
    case ERROR_DIVERGED:
        return 422;
    case ERROR_TOO_MANY:
        return 429;
    case ERROR_HEADERS_TOO_LARGE:
        return 431;
    case ERROR_NOT_IMPLEMENTED:
        return 501;
    case ERROR_BUSY:
    case ERROR_MEMORY:
        return 503;
    case ERROR_STORAGE_FULL:
        return 507;
    }
    return 500;
}

const char *problem_title(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

/* "network.layers[2].units" as a JSON pointer (RFC 6901) in a fragment, as RFC 9457 has it:
 * "#/network/layers/2/units". */
static json_t *pointer_json(const char *path)
{
    char pointer[2 * sizeof((struct error *)0)->path + 3] = "#";
    size_t size = 1;
    if (path[0] != '\0' && path[0] != '[')
        pointer[size++] = '/';
    for (; *path != '\0' && size + 2 < sizeof pointer; path++) {
        if (*path == '.' || *path == '[')
            pointer[size++] = '/';
        else if (*path == '~' || *path == '/')
            size += (size_t)sprintf(pointer + size, "~%d", *path == '/');
        else if (*path != ']')
            pointer[size++] = *path;
    }
    pointer[size] = '\0';
    return json_string(pointer);
}

static bool takes_json(const struct request *request)
{
    return request->route != NULL && request->route->body_kind == BODY_JSON;
}

static json_t *errors_json(const struct request *request, const struct error *error)
{
    if (error->path[0] == '\0')
        return json_array();
    if (request->error_is_in_head || !takes_json(request))
        return json_pack("[{s:s, s:s}]", "parameter", error->path, "detail", error->message);
    return json_pack("[{s:o, s:s}]", "pointer", pointer_json(error->path), "detail",
                     error->message);
}

/* A body that is right, where the one that came is not; NULL: nothing to show. */
static json_t *example_json(const struct request *request, const struct error *error)
{
    struct error ignored = {0};
    if ((error->code != ERROR_MALFORMED && error->code != ERROR_INVALID) ||
        request->error_is_in_head || !takes_json(request) || request->route->example == NULL)
        return NULL;
    return fields_parse(request->route->example, strlen(request->route->example), &ignored);
}

static json_t *problem_json(const struct request *request, const struct error *error, int status)
{
    return json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:o, s:o*}", "type", "about:blank", "title",
                     problem_title(status), "status", status, "detail", error->message, "code",
                     error_code_name(error->code), "request_id", request->id, "errors",
                     errors_json(request, error), "example", example_json(request, error));
}

/* Under /v2 all is the Open Inference Protocol's, also where there is no route, or no path that
 * could have one. */
static bool is_open_inference(const struct request *request)
{
    if (request->route != NULL)
        return (request->route->flags & ROUTE_OPEN_INFERENCE) != 0;
    return request->is_open_inference;
}

static bool is_plain(const struct request *request)
{
    return (request->route != NULL && (request->route->flags & ROUTE_TENSORFLOW) != 0) ||
           is_open_inference(request);
}

void problem_reply(const struct request *request, const struct error *error, struct reply *reply)
{
    int status = problem_status(error->code);
    const bool plain = is_plain(request);
    if (status == 422 && is_open_inference(request))
        status = 400;
    json_decref(reply->json);
    bytes_clear(&reply->body);
    reply->wait_until_ns = 0;
    reply->status = status;
    reply->content_type = plain ? "application/json" : "application/problem+json";
    reply->json =
        plain ? json_pack("{s:s}", "error", error->message) : problem_json(request, error, status);
    reply->body.failed = reply->json == NULL;
    if ((status == 429 || status == 503) && reply_header_value(reply, "Retry-After") == NULL)
        (void)reply_header(reply, NULL, "Retry-After", "2");
}
