/* Answers: JSON printed, ETags, and the headers that all have. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/reply.h"
#include "api/guard.h"
#include "api/representation.h"
#include "base/json_text.h"

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

int reply_json_text(struct reply *reply, int status, struct bytes *text_taken, struct error *error)
{
    bytes_clear(&reply->body);
    reply->body = *text_taken;
    *text_taken = (struct bytes){0};
    reply->status = status;
    reply->is_json = true;
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

void reply_print(struct reply *reply)
{
    json_append(&reply->body, reply->json);
    reply->is_json = true;
    json_decref(reply->json);
    reply->json = NULL;
}

/* What an answer looks like when there is no memory to make one. */
static void fail_plainly(struct reply *reply)
{
    reply_clear(reply);
    reply->status = 503;
}

static void add_cors(struct reply *reply, const struct request *request, struct error *error)
{
    if (!guard_origin_is_listed(request))
        return;
    (void)reply_header(reply, error, "Access-Control-Allow-Origin", "%s",
                       request_header(request, "Origin"));
    reply_header_static(reply, "Access-Control-Expose-Headers",
                        "ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id");
}

void reply_finish(struct reply *reply, const struct request *request)
{
    struct error error = {0};
    if (reply->json != NULL)
        reply_print(reply);
    if (!reply->body.failed)
        representation_choose(reply, request);
    if (reply->body.failed) {
        fail_plainly(reply);
        return;
    }
    (void)reply_header(reply, &error, "X-Request-Id", "%s", request->id);
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    reply_header_static(reply, "Referrer-Policy", "no-referrer");
    if (!reply->keeps)
        reply_header_static(reply, "Cache-Control", "no-store");
    add_cors(reply, request, &error);
    if (error.code != ERROR_NONE)
        fail_plainly(reply);
}
