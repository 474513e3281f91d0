/* Tokens: what is kept of them. Their texts are nowhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/tokens.h"
#include "storage/internal.h"
#include "storage/records.h"

#include <stdlib.h>
#include <string.h>

void token_record_clear(struct token_record *record)
{
    free(record->id);
    free(record->sha256);
    free(record->name);
    free(record->owner);
    free(record->scopes);
    free(record->quotas);
    memset(record, 0, sizeof(*record));
}

static void token_read(struct statement *row, void *record)
{
    struct token_record *token = record;
    token->id = statement_read_text(row);
    token->sha256 = statement_read_text(row);
    token->name = statement_read_text(row);
    token->owner = statement_read_text(row);
    token->scopes = statement_read_text(row);
    token->quotas = statement_read_text(row);
    token->created_ms = statement_read_integer(row);
    token->expires_ms = statement_read_integer(row);
    token->revoked_ms = statement_read_integer(row);
    token->used_ms = statement_read_integer(row);
}

static void token_clear(void *record)
{
    token_record_clear(record);
}

static const struct record_kind token_kind = {
    .noun = "token",
    .table = "tokens",
    .prefix = "tok_",
    .select = "SELECT id, sha256, name, owner, scopes, quotas, created_ms, expires_ms, revoked_ms, "
              "used_ms FROM tokens",
    .id_offset = offsetof(struct token_record, id),
    .size = sizeof(struct token_record),
    .read = token_read,
    .clear = token_clear,
};

static int addition_run(struct connection *connection, void *context, struct error *error)
{
    const struct token_record *record = context;
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO tokens (id, sha256, name, owner, scopes, quotas, created_ms, "
                    "expires_ms, revoked_ms, used_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)");
    statement_bind_text(&insert, record->id);
    statement_bind_text(&insert, record->sha256);
    statement_bind_text(&insert, record->name);
    statement_bind_text(&insert, record->owner);
    statement_bind_text(&insert, record->scopes);
    statement_bind_text(&insert, record->quotas);
    statement_bind_integer(&insert, record->created_ms);
    statement_bind_integer(&insert, record->expires_ms);
    return statement_run(&insert, error);
}

int store_token_add(struct store *store, struct token_record *record, struct error *error)
{
    return store_write_growing(store, strlen(record->name), addition_run, record, error);
}

int store_token_get(struct store *store, const char *reference, struct token_record *record,
                    struct error *error)
{
    return store_record_get(store, &token_kind, NULL, reference, record, error);
}

int store_token_list(struct store *store, const struct store_page *page,
                     struct token_record **records, size_t *count, bool *more, struct error *error)
{
    void *found;
    if (store_record_list(store, &token_kind, page, &found, count, more, error) != 0)
        return -1;
    *records = found;
    return 0;
}

static int all_run(struct connection *connection, void *context, struct error *error)
{
    struct token_list *list = context;
    void *found = NULL;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(connection, token_kind.select);
    if (records_collect(&select, &token_kind, &found, &list->count, error) != 0)
        return -1;
    list->records = found;
    return 0;
}

int store_token_all(struct store *store, struct token_list *list, struct error *error)
{
    return store_read(store, all_run, list, error);
}

void token_list_clear(struct token_list *list)
{
    records_free(&token_kind, list->records, list->count);
    *list = (struct token_list){0};
}

struct revocation {
    const char *id;
    int64_t revoked_ms;
};

static int revocation_run(struct connection *connection, void *context, struct error *error)
{
    const struct revocation *revocation = context;
    AUTO_CLEAR(statement_end)
    struct statement update = statement_start(
        connection, "UPDATE tokens SET revoked_ms = ? WHERE id = ? AND revoked_ms = 0");
    statement_bind_integer(&update, revocation->revoked_ms);
    statement_bind_text(&update, revocation->id);
    return statement_run(&update, error);
}

int store_token_revoke(struct store *store, const char *id, int64_t revoked_ms, struct error *error)
{
    struct revocation revocation = {.id = id, .revoked_ms = revoked_ms};
    return store_write(store, revocation_run, &revocation, error);
}

struct uses {
    const struct token_use *items;
    size_t count;
};

static int uses_run(struct connection *connection, void *context, struct error *error)
{
    const struct uses *uses = context;
    for (size_t i = 0; i < uses->count; i++) {
        AUTO_CLEAR(statement_end)
        struct statement update =
            statement_start(connection, "UPDATE tokens SET used_ms = ? WHERE id = ?");
        statement_bind_integer(&update, uses->items[i].used_ms);
        statement_bind_text(&update, uses->items[i].id);
        if (statement_run(&update, error) != 0)
            return -1;
    }
    return 0;
}

int store_token_uses(struct store *store, const struct token_use *uses, size_t count,
                     struct error *error)
{
    struct uses list = {.items = uses, .count = count};
    return count == 0 ? 0 : store_write(store, uses_run, &list, error);
}
