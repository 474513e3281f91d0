/* /v1/tokens: made, shown and revoked by whoever has the scope admin. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/access.h"
#include "api/handlers/handlers.h"
#include "api/json.h"
#include "api/page.h"
#include "daemon/daemon.h"
#include "daemon/tokens.h"

#include <string.h>

static json_t *scopes_json(const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; *at != '\0'; at += strspn(at, ",")) {
        size_t size = strcspn(at, ",");
        (void)json_array_append_new(list, json_stringn(at, size));
        at += size;
    }
    return list;
}

static json_t *token_json(const struct token_record *record)
{
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id", record->id, "name", record->name,
        "owner", record->owner, "scopes", scopes_json(record->scopes), "quotas",
        record->quotas != NULL ? json_object_text(record->quotas) : json_null(), "created_at",
        json_time(record->created_ms), "expires_at", json_time(record->expires_ms), "revoked_at",
        json_time(record->revoked_ms), "used_at", json_time(record->used_ms));
}

/* The first token turns tokens on: whoever makes it must be able to go on. */
static int check_first(const struct tokens *tokens, const struct token_request *asked,
                       struct error *error)
{
    if (tokens_mode(tokens) == TOKENS_OFF)
        return error_set(error, ERROR_CONFLICT,
                         "tokens are off here: start propd with --tokens on or auto");
    if (tokens_are_required(tokens) || (scopes_read(&asked->scopes, error) & SCOPE_ADMIN) != 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, "scopes",
                        "must be [\"admin\"] for the first token: from then on nothing is done "
                        "without one");
}

static int make(struct tokens *tokens, const struct token_request *asked, struct reply *reply,
                struct error *error)
{
    char text[TOKEN_TEXT_SIZE];
    AUTO_CLEAR(token_record_clear) struct token_record record = {0};
    if (check_first(tokens, asked, error) != 0 ||
        tokens_make(tokens, asked, text, &record, error) != 0)
        return -1;
    json_t *json = token_json(&record);
    (void)json_object_set_new(json, "token", json_string(text));
    if (reply_json(reply, 201, json, error) != 0)
        return -1;
    return reply_header(reply, error, "Location", "/v1/tokens/%s", record.id);
}

int handle_tokens_post(struct request *request, struct reply *reply, struct error *error)
{
    struct token_request asked;
    if (request_read_body(request, &token_request_kind, &asked, error) != 0)
        return -1;
    int result = make(daemon_tokens(request->service->daemon), &asked, reply, error);
    fields_clear(&token_request_kind, &asked);
    return result;
}

/* So that what is shown is of now. A disk that is full does not keep anybody from looking. */
static void write_uses_down(struct daemon *daemon)
{
    struct error unimportant = {0};
    (void)tokens_flush(daemon_tokens(daemon), &unimportant);
}

int handle_tokens_list(struct request *request, struct reply *reply, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    struct page page AUTO_CLEAR(page_clear);
    struct token_record *records = NULL;
    size_t count = 0;
    bool more = false;
    write_uses_down(daemon);
    if (page_open(&page, request, request->query, "-created_at", error) != 0 ||
        store_token_list(daemon_store(daemon), &page.store, &records, &count, &more, error) != 0)
        return -1;
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(items, token_json(&records[i]));
    int result = page_reply(request, reply, &page, "tokens", items, error);
    struct token_list list = {records, count};
    token_list_clear(&list);
    return result;
}

static int find(struct request *request, struct token_record *record, struct error *error)
{
    struct daemon *daemon = request->service->daemon;
    write_uses_down(daemon);
    return store_token_get(daemon_store(daemon), request->captures[0], record, error);
}

int handle_tokens_get(struct request *request, struct reply *reply, struct error *error)
{
    AUTO_CLEAR(token_record_clear) struct token_record record = {0};
    if (find(request, &record, error) != 0)
        return -1;
    return reply_json(reply, 200, token_json(&record), error);
}

int handle_tokens_delete(struct request *request, struct reply *reply, struct error *error)
{
    AUTO_CLEAR(token_record_clear) struct token_record record = {0};
    if (find(request, &record, error) != 0 ||
        tokens_revoke(daemon_tokens(request->service->daemon), record.id, error) != 0)
        return -1;
    reply->status = 204;
    return 0;
}
