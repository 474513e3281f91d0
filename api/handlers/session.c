/* /v1/session: a browser's login by cookie, and who one is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/access.h"
#include "api/guard.h"
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "api/sessions.h"
#include "daemon/daemon.h"
#include "daemon/tokens.h"

#include <string.h>

struct session_request {
    char *token;
};
static const struct field session_fields[] = {
    FIELD_STRING(struct session_request, token, .max = TOKEN_TEXT_SIZE,
                 .help = "the token to log in with, where it is not in the header Authorization"),
    FIELD_END};
const struct kind session_kind = {.name = "session",
                                  .help = "a login",
                                  .size = sizeof(struct session_request),
                                  .fields = session_fields};

static json_t *session_json(const struct token *token)
{
    static const char *const words[] = {"read", "predict", "train", "admin"};
    if (token == NULL)
        return json_pack("{s:b}", "tokens", 0);
    json_t *scopes = json_array();
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if ((scope_find(words[i]) & ~token->scopes) == 0)
            (void)json_array_append_new(scopes, json_string(words[i]));
    return json_pack("{s:b, s:s, s:s, s:o, s:o}", "tokens", 1, "name", token->name, "owner",
                     token->owner, "scopes", scopes, "expires_at", json_time(token->expires_ms));
}

int handle_session_get(struct request *request, struct reply *reply, struct error *error)
{
    return reply_json(reply, 200, session_json(request->token), error);
}

static int set_cookie(const struct request *request, const char *id, int64_t seconds,
                      struct reply *reply, struct error *error)
{
    return reply_header(reply, error, "Set-Cookie",
                        SESSION_COOKIE "=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", id,
                        (long long)seconds, request->service->is_secure ? "; Secure" : "");
}

/* Seconds that a session lasts: no longer than its token. */
static int64_t session_life(const struct token *token)
{
    int64_t left =
        token->expires_ms != 0 ? (token->expires_ms - clock_unix_ms()) / 1000 : SESSION_SECONDS;
    return left < SESSION_SECONDS ? left : SESSION_SECONDS;
}

static int log_in(struct request *request, const char *text, struct reply *reply,
                  struct error *error)
{
    char id[SESSION_ID_SIZE];
    if (text == NULL)
        return error_set_at(error, ERROR_INVALID, "token",
                            "must be the token to log in with, e.g. {\"token\": \"propd_…\"}");
    const struct token *token = access_login(request, text, reply, error);
    if (token == NULL || sessions_begin(request->service->sessions, token, id, error) != 0 ||
        set_cookie(request, id, session_life(token), reply, error) != 0)
        return -1;
    token_used(token);
    return reply_json(reply, 200, session_json(token), error);
}

int handle_session_post(struct request *request, struct reply *reply, struct error *error)
{
    struct session_request asked;
    if (!access_is_limited(request->service))
        return reply_json(reply, 200, session_json(NULL), error);
    if (request_read_body(request, &session_kind, &asked, error) != 0)
        return -1;
    const char *text = asked.token != NULL ? asked.token : access_bearer(request);
    int result = log_in(request, text, reply, error);
    fields_clear(&session_kind, &asked);
    return result;
}

int handle_session_delete(struct request *request, struct reply *reply, struct error *error)
{
    char id[SESSION_ID_SIZE];
    if (access_cookie(request, id, sizeof id)) {
        if (guard_check_own_page(request, error) != 0)
            return -1;
        sessions_end(request->service->sessions, id);
    }
    reply->status = 204;
    return set_cookie(request, "", 0, reply, error);
}
