/* Tokens and cookies of requests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/access.h"
#include "api/attempts.h"
#include "api/guard.h"
#include "api/route.h"
#include "api/sessions.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/tokens.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool access_is_limited(const struct service *service)
{
    return service->daemon != NULL && tokens_are_required(daemon_tokens(service->daemon));
}

bool access_lasts(const struct request *request)
{
    struct error error = {0};
    return request->token == NULL || token_check(request->token, &error) == 0;
}

/* ---- what a request shows */

const char *access_bearer(const struct request *request)
{
    const char *value = request_header(request, "Authorization");
    if (value == NULL || strncasecmp(value, "Bearer ", 7) != 0)
        return NULL;
    value += 7;
    return value + strspn(value, " ");
}

bool access_cookie(const struct request *request, char *id, size_t size)
{
    static const char name[] = SESSION_COOKIE "=";
    const char *at = request_header(request, "Cookie");
    for (; at != NULL && *at != '\0'; at += strspn(at, "; ")) {
        size_t length = strcspn(at, ";");
        if (length < sizeof name || strncmp(at, name, sizeof name - 1) != 0) {
            at += length;
            continue;
        }
        (void)snprintf(id, size, "%.*s", (int)(length - sizeof name + 1), at + sizeof name - 1);
        return true;
    }
    return false;
}

/* ---- refusals */

static int refuse(struct reply *reply, const char *reason, struct error *error)
{
    return reply_header(reply, error, "WWW-Authenticate", "Bearer realm=\"propd\"%s", reason);
}

static int refuse_stranger(struct reply *reply, struct error *error)
{
    if (refuse(reply, "", error) != 0)
        return -1;
    return error_set(error, ERROR_UNAUTHORIZED,
                     "a token is needed: send the header Authorization: Bearer propd_…");
}

/* After a login failed with `failure`. */
static int refuse_login(struct request *request, const struct error *failure, struct reply *reply,
                        struct error *error)
{
    struct service *service = request->service;
    int wait_s = attempts_fail(service->attempts, &request->address, clock_now_ns());
    atomic_fetch_add(&service->traffic.failed_logins, 1);
    if (wait_s == 0)
        log_write(LOG_LEVEL_WARNING, "login_failed", "request", LOG_TEXT(request->id), "why",
                  LOG_TEXT(failure->message), NULL);
    if (wait_s > 0) {
        if (reply_header(reply, error, "Retry-After", "%d", wait_s) != 0)
            return -1;
        return error_set(error, ERROR_TOO_MANY,
                         "%d logins from this address failed within a minute: try again in %d s",
                         ATTEMPTS_MOST, wait_s);
    }
    if (refuse(reply, ", error=\"invalid_token\"", error) != 0)
        return -1;
    return error_set(error, failure->code, "%s", failure->message);
}

static int refuse_scope(const char *scope, struct reply *reply, struct error *error)
{
    if (reply_header(reply, error, "WWW-Authenticate",
                     "Bearer realm=\"propd\", error=\"insufficient_scope\", scope=\"%s\"",
                     scope) != 0)
        return -1;
    return error_set(error, ERROR_SCOPE, "this needs a token with the scope %s", scope);
}

/* ---- logins */

const struct token *access_login(struct request *request, const char *text, struct reply *reply,
                                 struct error *error)
{
    struct error failure = {0};
    struct tokens *tokens = daemon_tokens(request->service->daemon);
    const struct token *token = tokens_find(tokens, text, &failure);
    if (token == NULL)
        (void)refuse_login(request, &failure, reply, error);
    return token;
}

static const struct token *login_by_cookie(struct request *request, const char *id,
                                           struct reply *reply, struct error *error)
{
    struct error failure = {0};
    if (guard_check_own_page(request, error) != 0)
        return NULL;
    const struct token *token = sessions_find(request->service->sessions, id);
    if (token == NULL)
        (void)error_set(&failure, ERROR_UNAUTHORIZED, "the session has ended");
    else if (token_check(token, &failure) == 0)
        return token;
    (void)refuse_login(request, &failure, reply, error);
    return NULL;
}

static const struct token *find_token(struct request *request, struct reply *reply,
                                      struct error *error)
{
    char id[SESSION_ID_SIZE];
    struct error failure = {0};
    if (request_header(request, "Authorization") != NULL) {
        const char *text = access_bearer(request);
        if (text != NULL)
            return access_login(request, text, reply, error);
        (void)error_set(&failure, ERROR_UNAUTHORIZED,
                        "Authorization must be a token: Bearer propd_…");
        (void)refuse_login(request, &failure, reply, error);
        return NULL;
    }
    if (access_cookie(request, id, sizeof id))
        return login_by_cookie(request, id, reply, error);
    (void)refuse_stranger(reply, error);
    return NULL;
}

int access_check(struct request *request, struct reply *reply, struct error *error)
{
    const char *scope = request->route->scope;
    if (scope == NULL || !access_is_limited(request->service))
        return 0;
    const struct token *token = find_token(request, reply, error);
    if (token == NULL)
        return -1;
    token_used(token);
    request->token = token;
    request->viewer =
        (struct viewer){.owner = token->owner, .sees_all = (token->scopes & SCOPE_ADMIN) != 0};
    if (strcmp(scope, SCOPE_ANY) == 0 || (scope_find(scope) & ~token->scopes) == 0)
        return 0;
    return refuse_scope(scope, reply, error);
}
