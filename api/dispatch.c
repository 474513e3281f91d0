/* From a request to its answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/dispatch.h"
#include "api/access.h"
#include "api/coding.h"
#include "api/etags.h"
#include "api/guard.h"
#include "api/keys.h"
#include "api/problem.h"
#include "api/representation.h"
#include "base/log.h"
#include "daemon/daemon.h"

#include <string.h>
#include <strings.h>

enum { MATCH_ATTEMPTS = 16 };

static bool media_type_is(const char *content_type, const char *name)
{
    size_t size = strcspn(content_type, "; \t");
    return size == strlen(name) && strncasecmp(content_type, name, size) == 0;
}

/* curl -d says that JSON is a form; both that and no type at all read as JSON. */
static bool type_may_be_json(const char *content_type)
{
    size_t size = strcspn(content_type, "; \t");
    return media_type_is(content_type, "application/json") ||
           media_type_is(content_type, "application/x-www-form-urlencoded") ||
           media_type_is(content_type, "text/json") ||
           (size > 5 && strncasecmp(content_type + size - 5, "+json", 5) == 0);
}

static int check_media_type(const struct request *request, struct error *error)
{
    const char *type = request_header(request, "Content-Type");
    const char *encoding = request_header(request, "Content-Encoding");
    /* Uploads inflate where they are read. */
    if (request->route->body_kind == BODY_UPLOAD && encoding != NULL &&
        strcasecmp(encoding, "identity") != 0 && strcasecmp(encoding, "gzip") != 0)
        return error_set(error, ERROR_UNSUPPORTED, "Content-Encoding must be absent or gzip");
    if (request->route->body_kind == BODY_JSON && request->route->body_types == NULL &&
        type != NULL && !type_may_be_json(type))
        return error_set(error, ERROR_UNSUPPORTED,
                         "Content-Type must be application/json, not %.80s", type);
    return 0;
}

/* A body in memory comes in any coding that we know. */
static int prepare_inflation(struct request *request, struct error *error)
{
    enum coding coding;
    if (request->route->body_kind != BODY_JSON)
        return 0;
    if (coding_find(request_header(request, "Content-Encoding"), &coding, error) != 0)
        return -1;
    if (coding == CODING_IDENTITY)
        return 0;
    request->body.inflation = inflation_create(coding, error);
    return request->body.inflation != NULL ? 0 : -1;
}

static int prepare_body(struct request *request, struct error *error)
{
    const struct route *route = request->route;
    struct service *service = request->service;
    request->body.kind = route->body_kind;
    request->body.budget = &service->budget;
    request->body.limit =
        route->body_limit != NULL ? route->body_limit(service->config) : service->config->max_body;
    if (route->body_kind == BODY_UPLOAD)
        request->body.store = daemon_store(service->daemon);
    int64_t size = guard_content_length(request);
    if (route->body_kind != BODY_NONE && check_media_type(request, error) != 0)
        return -1;
    if (prepare_inflation(request, error) != 0)
        return -1;
    return body_check_size(&request->body, size, error);
}

/* A browser's preflight, and whoever wants to know the methods. */
static int answer_options(struct request *request, struct reply *reply, struct error *error)
{
    AUTO_FREE char *methods = route_methods(request->service->routes, request->path);
    if (methods == NULL)
        return route_find(request, reply, error);
    reply->status = 204;
    if (reply_header(reply, error, "Allow", "%s, OPTIONS", methods) != 0)
        return -1;
    if (!guard_origin_is_listed(request))
        return 0;
    if (reply_header(reply, error, "Access-Control-Allow-Methods", "%s", methods) != 0)
        return -1;
    reply_header_static(reply, "Access-Control-Allow-Headers",
                        "Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-Match, "
                        "If-None-Match, Last-Event-ID, Range");
    reply_header_static(reply, "Access-Control-Max-Age", "600");
    return 0;
}

static int head(struct request *request, struct reply *reply, struct error *error)
{
    if (guard_check_site(request, error) != 0)
        return -1;
    if (strcmp(request->method, "OPTIONS") == 0)
        return answer_options(request, reply, error);
    if (route_find(request, reply, error) != 0 || access_check(request, reply, error) != 0)
        return -1;
    if (request_read_query(request, request->route->query, error) != 0)
        return -1;
    return prepare_body(request, error);
}

void dispatch_refuse(struct request *request, struct reply *reply, const struct error *error)
{
    if (problem_status(error->code) >= 500)
        log_error("request_failed", error, "request", request->id);
    problem_reply(request, error, reply);
    reply_finish(reply, request);
}

int dispatch_head(struct request *request, struct reply *reply)
{
    struct error error = {0};
    if (head(request, reply, &error) != 0) {
        dispatch_refuse(request, reply, &error);
        return -1;
    }
    if (request->route != NULL)
        return 0;
    reply_finish(reply, request); /* OPTIONS */
    return -1;
}

static uint64_t changes_time(const struct request *request)
{
    struct daemon *daemon = request->service->daemon;
    return daemon != NULL ? changes_now(store_changes(daemon_store(daemon))) : 0;
}

/* What a GET of the same path says now; the caller clears `twin`, whose path is only lent. */
static int look_again(const struct request *request, struct request *twin, struct reply *reply,
                      struct error *error)
{
    *twin = (struct request){.service = request->service,
                             .viewer = request->viewer,
                             .token = request->token,
                             .method = "GET",
                             .path = request->path,
                             .since = changes_time(request)};
    if (route_find(twin, reply, error) != 0 ||
        request_read_query(twin, twin->route->query, error) != 0 ||
        twin->route->handler(twin, reply, error) != 0)
        return -1;
    reply_finish(reply, twin);
    return 0;
}

static bool changes_thing(const struct request *request)
{
    return strcmp(request->method, "DELETE") == 0 || strcmp(request->method, "PATCH") == 0 ||
           strcmp(request->method, "PUT") == 0;
}

/* If-Match: the thing as a GET of the same path would show it now must have one of the tags, and
 * nothing of that may change before the handler's write: the store looks at the terms once more in
 * the write's transaction. */
static int check_match(struct request *request, struct error *error)
{
    struct request twin;
    struct reply reply AUTO_CLEAR(reply_clear) = {0};
    if (request_header(request, "If-Match") == NULL || !changes_thing(request))
        return 0;
    int result = look_again(request, &twin, &reply, error);
    request->made_of = twin.made_of;
    request->terms.unchanged = &request->made_of;
    request->terms.since = twin.since;
    twin.path = NULL;
    request_clear(&twin);
    if (result != 0)
        return -1;
    const char *etag = reply_header_value(&reply, "ETag");
    size_t size;
    if (etag != NULL && representation_find_tag(request, "If-Match", etag, &size) != NULL)
        return 0;
    return error_set(error, ERROR_PRECONDITION, "it has changed since: its ETag is %s now",
                     etag != NULL ? etag : "unknown");
}

static int handle(struct request *request, struct reply *reply, struct error *error)
{
    const struct route_steps *steps = request->route->steps;
    if (steps == NULL)
        return request->route->handler(request, reply, error);
    if (steps->begin(request, reply, error) != 0)
        return -1;
    steps->run(&request, 1);
    return steps->end(request, reply, error);
}

static int run_handler(struct request *request, struct reply *reply, struct error *error)
{
    bool answered = false;
    if (keys_begin(request, reply, &answered, error) != 0) {
        request->error_is_in_head = true;
        return -1;
    }
    if (answered)
        return 0;
    int result = handle(request, reply, error);
    if (keys_end(request, reply, result == 0, error) != 0)
        result = -1;
    return result;
}

/* What an ETag is made of is noted coarsely: where something else of it has changed the thing is
 * looked at again. */
static int run_matching(struct request *request, struct reply *reply, struct error *error)
{
    for (int attempt = 1;; attempt++) {
        if (check_match(request, error) != 0)
            return -1;
        if (run_handler(request, reply, error) == 0)
            return 0;
        if (error->code != ERROR_PRECONDITION || request->terms.unchanged == NULL ||
            attempt == MATCH_ATTEMPTS)
            return -1;
        reply_clear(reply);
        reply->status = 200;
        error_clear(error);
    }
}

static int run(struct request *request, struct reply *reply, struct error *error)
{
    reply->status = 200;
    if (body_finish(&request->body, error) != 0)
        return -1;
    if (etags_answer(request, reply))
        return 0;
    request->since = changes_time(request);
    return run_matching(request, reply, error);
}

void dispatch_run(struct request *request, struct reply *reply)
{
    struct error error = {0};
    if (run(request, reply, &error) != 0) {
        dispatch_refuse(request, reply, &error);
    } else if (reply->wait_until_ns == 0) {
        reply_finish(reply, request);
        etags_keep(request, reply);
    }
}

/* Not where the answer is kept for a key. */
bool dispatch_has_steps(const struct request *request)
{
    return request->route->steps != NULL && request_header(request, "Idempotency-Key") == NULL;
}

int dispatch_begin(struct request *request, struct reply *reply)
{
    struct error error = {0};
    reply->status = 200;
    if (body_finish(&request->body, &error) == 0 &&
        request->route->steps->begin(request, reply, &error) == 0)
        return 0;
    dispatch_refuse(request, reply, &error);
    return -1;
}

bool dispatch_is_long(const struct request *request)
{
    return request->route->steps->is_long(request);
}

void dispatch_run_together(struct request *const *requests, size_t count)
{
    requests[0]->route->steps->run(requests, count);
}

void dispatch_end(struct request *request, struct reply *reply)
{
    struct error error = {0};
    if (request->route->steps->end(request, reply, &error) != 0)
        dispatch_refuse(request, reply, &error);
    else
        reply_finish(reply, request);
}

bool dispatch_is_slow(const struct request *request)
{
    return request->route->is_slow != NULL && request->route->is_slow(request);
}

void dispatch(struct request *request, const void *body, size_t size, struct reply *reply)
{
    if (dispatch_head(request, reply) != 0)
        return;
    if (size > 0)
        body_add(&request->body, body, size);
    dispatch_run(request, reply);
}
