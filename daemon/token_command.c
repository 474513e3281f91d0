/* Flags to a token's document, and a store that is opened for it alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/token_command.h"
#include "daemon/tokens.h"

static json_t *request_json(const struct token_words *words, struct error *error)
{
    struct token_quota quota;
    json_t *json = json_pack("{s:s, s:[], s:s*, s:s*}", "name", words->create_token, "scopes",
                             "owner", words->owner, "expires", words->expires);
    json_t *scopes = json_object_get(json, "scopes");
    for (size_t i = 0; i < words->scope.count; i++)
        (void)json_array_append_new(scopes, json_string(words->scope.items[i]));
    if (words->quota == NULL || json == NULL)
        return json;
    if (token_quota_read(words->quota, &quota, error) == 0 &&
        json_object_set_new(json, "quotas", fields_write(&token_quota_kind, &quota)) == 0)
        return json;
    json_decref(json);
    return NULL;
}

static int make(struct store *store, const struct token_request *request, FILE *out,
                struct error *error)
{
    char text[TOKEN_TEXT_SIZE];
    AUTO_CLEAR(token_record_clear) struct token_record record = {0};
    struct tokens *tokens = tokens_open(store, TOKENS_ON, true, error);
    if (tokens == NULL)
        return -1;
    int result = tokens_make(tokens, request, text, &record, error);
    tokens_close(tokens);
    if (result == 0)
        fprintf(out, "%s\n", text);
    return result;
}

static struct store *open_store(const struct config *config, struct error *error)
{
    struct error failure = {0};
    const struct store_options options = {.folder = config->data,
                                          .free_space_floor = (uint64_t)config->free_space_floor};
    struct store *store = store_open(&options, &failure);
    if (store == NULL && failure.code == ERROR_CONFLICT)
        (void)error_set(error, failure.code,
                        "%s: have it make the token, by POST /v1/tokens with a token of scope "
                        "admin, or stop it first",
                        failure.message);
    else if (store == NULL)
        (void)error_set(error, failure.code, "%s", failure.message);
    return store;
}

int token_command_run(const struct config *config, FILE *out, struct error *error)
{
    struct error failure = {0};
    struct token_request request;
    json_auto_t *json = request_json(config->create_token, &failure);
    if (json == NULL || fields_read(&token_request_kind, json, &request, "", &failure) != 0)
        return error_set(error, ERROR_INVALID,
                         "--create-token: %s (e.g. --create-token ci --scope read,predict)",
                         failure.message);
    struct store *store = open_store(config, error);
    int result = store != NULL ? make(store, &request, out, error) : -1;
    store_close(store);
    fields_clear(&token_request_kind, &request);
    return result;
}
