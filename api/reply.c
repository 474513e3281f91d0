/* Answers: JSON printed, ETags, and the headers that all have. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"
#include "api/guard.h"
#include "api/request.h"
#include "base/digest.h"
#include "base/fields.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reply_clear(struct reply *reply)
{
    json_decref(reply->json);
    bytes_clear(&reply->body);
    for (int i = 0; i < reply->header_count; i++)
        free(reply->headers[i].owned);
    if (reply->stream.context != NULL)
        reply->stream.free(reply->stream.context);
    *reply = (struct reply){0};
}

int reply_json(struct reply *reply, int status, json_t *json_taken, struct error *error)
{
    if (json_taken == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the answer");
    json_decref(reply->json);
    reply->json = json_taken;
    reply->status = status;
    reply->content_type = "application/json";
    return 0;
}

static void append_line(struct bytes *text, int depth)
{
    bytes_printf(text, "\n%*s", 2 * depth, "");
}

/* Compact JSON text on many lines; its numbers stay as fields_print() wrote them. */
static void indent(const char *text, struct bytes *indented)
{
    int depth = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"') {
            size_t size = 1;
            while (at[size] != '"')
                size += at[size] == '\\' ? 2 : 1;
            bytes_append(indented, at, size + 1);
            at += size;
            continue;
        }
        bool opens = *at == '{' || *at == '[', closes = *at == '}' || *at == ']';
        bool is_empty = closes && (at[-1] == '{' || at[-1] == '[');
        depth -= closes;
        if (closes && !is_empty)
            append_line(indented, depth);
        bytes_append(indented, at, 1);
        depth += opens;
        if (*at == ',' || (opens && at[1] != '}' && at[1] != ']'))
            append_line(indented, depth);
        if (*at == ':')
            bytes_append(indented, " ", 1);
    }
    bytes_append(indented, "\n", 1);
}

int reply_json_text(struct reply *reply, const struct request *request, int status,
                    struct bytes *text_taken, struct error *error)
{
    const char *text = bytes_text(text_taken);
    if (text == NULL || !request->pretty) {
        bytes_clear(&reply->body);
        reply->body = *text_taken;
    } else {
        indent(text, &reply->body);
        bytes_clear(text_taken);
    }
    *text_taken = (struct bytes){0};
    reply->status = status;
    reply->content_type = "application/json";
    return bytes_check(&reply->body, error);
}

int reply_text(struct reply *reply, int status, const char *content_type, const char *text,
               struct error *error)
{
    bytes_append(&reply->body, text, strlen(text));
    reply->status = status;
    reply->content_type = content_type;
    return bytes_check(&reply->body, error);
}

void reply_header_static(struct reply *reply, const char *name, const char *value)
{
    assert(reply->header_count < REPLY_HEADERS_MAX);
    reply->headers[reply->header_count].name = name;
    reply->headers[reply->header_count++].value = value;
}

int reply_header(struct reply *reply, struct error *error, const char *name, const char *format,
                 ...)
{
    char *value = NULL;
    va_list arguments;
    va_start(arguments, format);
    int size = vasprintf(&value, format, arguments);
    va_end(arguments);
    if (size < 0)
        return error_set(error, ERROR_MEMORY, "no memory for the answer's headers");
    assert(strpbrk(value, "\r\n") == NULL);
    reply_header_static(reply, name, value);
    reply->headers[reply->header_count - 1].owned = value;
    return 0;
}

const char *reply_header_value(const struct reply *reply, const char *name)
{
    for (int i = 0; i < reply->header_count; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return reply->headers[i].value;
    return NULL;
}

static bool is_read(const struct request *request)
{
    return strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
}

bool reply_unchanged(struct reply *reply, const struct request *request, const char *etag)
{
    if (reply_header(reply, NULL, "ETag", "%s", etag) != 0)
        return false;
    reply->has_etag = true;
    if (!is_read(request) || !request_has_etag(request, "If-None-Match", etag))
        return false;
    bytes_clear(&reply->body);
    json_decref(reply->json);
    reply->json = NULL;
    reply->status = 304;
    return true;
}

static void print(struct reply *reply, const struct request *request)
{
    AUTO_FREE char *text = fields_print(reply->json);
    if (text == NULL)
        reply->body.failed = true;
    else if (request->pretty)
        indent(text, &reply->body);
    else
        bytes_append(&reply->body, text, strlen(text));
    json_decref(reply->json);
    reply->json = NULL;
}

static void add_etag(struct reply *reply, const struct request *request)
{
    char digest[DIGEST_TEXT_SIZE], etag[DIGEST_TEXT_SIZE + 2];
    digest_bytes(reply->body.data, reply->body.size, digest);
    (void)snprintf(etag, sizeof etag, "\"%.32s\"", digest);
    (void)reply_unchanged(reply, request, etag);
}

/* What an answer looks like when there is no memory to make one. */
static void fail_plainly(struct reply *reply)
{
    reply_clear(reply);
    reply->status = 503;
}

void reply_finish(struct reply *reply, const struct request *request)
{
    struct error error = {0};
    if (reply->json != NULL)
        print(reply, request);
    if (reply->body.failed) {
        fail_plainly(reply);
        return;
    }
    if (reply->status == 200 && is_read(request) && !reply->has_etag &&
        reply->stream.context == NULL)
        add_etag(reply, request);
    (void)reply_header(reply, &error, "X-Request-Id", "%s", request->id);
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    reply_header_static(reply, "Referrer-Policy", "no-referrer");
    if (!reply->keeps)
        reply_header_static(reply, "Cache-Control", "no-store");
    if (guard_origin_is_listed(request)) {
        (void)reply_header(reply, &error, "Access-Control-Allow-Origin", "%s",
                           request_header(request, "Origin"));
        reply_header_static(reply, "Vary", "Origin");
    }
    if (error.code != ERROR_NONE)
        fail_plainly(reply);
}
