/* token: tokens made, listed and revoked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/command.h"
#include "clients/propctl/layers.h"
#include "clients/propctl/table.h"
#include "clients/propctl/value.h"

#include <string.h>

static enum outcome list_tokens(struct session *session)
{
    json_auto_t *list = NULL;
    struct table table TABLE_AUTO = {0};
    size_t i;
    json_t *token;
    struct http_request request = {.path = "/v1/tokens?limit=500"};
    enum outcome outcome = session_ask(session, &request, &list);
    if (list == NULL)
        return outcome;
    table_start(&table, "name|owner|scopes|created|expires|revoked|used|id");
    json_array_foreach(json_object_get(list, "tokens"), i, token)
    {
        static const char *const times[] = {"created_at", "expires_at", "revoked_at", "used_at"};
        struct text cell TEXT_AUTO = {0};
        table_cell(&table, value_string(token, "name"));
        table_cell(&table, value_string(token, "owner"));
        value_append(&cell, json_object_get(token, "scopes"));
        table_take(&table, &cell);
        for (size_t j = 0; j < ARRAY_COUNT(times); j++) {
            value_append_time(&cell, value_string(token, times[j]));
            table_take(&table, &cell);
        }
        table_cell(&table, value_string(token, "id"));
    }
    table_print(&table, &session->out, "there are no tokens, so nobody is asked for one");
    return outcome;
}

static json_t *scopes_of(const char *names)
{
    char *AUTO_FREE copy = memory_copy(names);
    char *rest = copy, *name;
    json_t *list = json_array();
    while ((name = strsep(&rest, ",")) != NULL)
        json_array_append_new(list, json_string(name));
    return list;
}

/* The token alone on standard output, so that it can go into a file. */
static enum outcome create_token(struct session *session, const struct arguments *arguments)
{
    json_auto_t *question = json_object(), *answer = NULL;
    const char *scopes = option_text(arguments, "scopes");
    static const char *const texts[] = {"owner", "expires"};
    if (arguments->count < 2)
        return complain(OUTCOME_USAGE, "what is it called? propctl token create laptop");
    json_object_set_new(question, "name", json_string(arguments->words[1]));
    json_object_set_new(question, "scopes", scopes_of(scopes != NULL ? scopes : "read"));
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        if (option_given(arguments, texts[i]))
            json_object_set_new(question, texts[i], json_string(option_text(arguments, texts[i])));
    char *AUTO_FREE body = json_dumps(question, 0);
    struct http_request request = {.path = "/v1/tokens", .body = body, .body_size = strlen(body)};
    enum outcome outcome = session_ask(session, &request, &answer);
    if (answer == NULL)
        return outcome;
    terminal_print_line(&session->out, value_string(answer, "token"));
    (void)fputs("it is never shown again\n", session->err.file);
    return outcome;
}

static enum outcome revoke_token(struct session *session, const struct arguments *arguments)
{
    struct text path TEXT_AUTO = {0};
    if (arguments->count < 2)
        return complain(OUTCOME_USAGE, "which one? propctl token list shows their ids");
    http_path(&path, "/v1/tokens/%s", arguments->words[1]);
    return session_delete(session, path.data, "revoked");
}

static enum outcome run_token(struct session *session, const struct arguments *arguments)
{
    const char *verb = arguments->count > 0 ? arguments->words[0] : "list";
    if (strcmp(verb, "create") == 0)
        return create_token(session, arguments);
    if (strcmp(verb, "revoke") == 0)
        return revoke_token(session, arguments);
    if (arguments->count > 1)
        return complain(OUTCOME_USAGE, "expected create %s or revoke %s, not %s %s",
                        arguments->words[1], arguments->words[1], verb, arguments->words[1]);
    if (strcmp(verb, "list") == 0)
        return list_tokens(session);
    if (strcmp(verb, "session") == 0)
        return session_print_answer(session, &(struct http_request){.path = "/v1/session"});
    return complain(OUTCOME_USAGE, "expected list, create NAME, revoke ID or session, not \"%s\"",
                    verb);
}

static const struct option token_options[] = {
    {"scopes", "SCOPES", "create: read, predict, train, admin, with commas between (read)", 0},
    {"owner", "NAME", "create: whose things it sees", 0},
    {"expires", "DURATION", "create: how long from now: 30d", 0},
    {.name = NULL}};

const struct command command_token = {
    .name = "token",
    .words = "list|create|revoke|session [NAME]",
    .help = "Lists, makes or revokes tokens, or says who one is",
    .example = "propctl token create laptop --scopes=read,predict --expires=30d",
    .options = token_options,
    .most = 2,
    .run = run_token,
};
