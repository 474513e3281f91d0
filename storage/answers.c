/* Answers kept for idempotency keys, for a day. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/answers.h"
#include "base/clock.h"
#include "storage/internal.h"
#include "storage/statement.h"
#include "storage/tables.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_LIFE_MS = 24 * 60 * 60 * 1000 };

void answer_record_clear(struct answer_record *record)
{
    free(record->request_sha256);
    free(record->location);
    free(record->body);
    memset(record, 0, sizeof(*record));
}

struct answer_get {
    const char *owner, *key;
    struct answer_record record;
};

static int answer_get_run(struct connection *connection, void *context, struct error *error)
{
    struct answer_get *get = context;
    AUTO_CLEAR(statement_end)
    struct statement find = statement_start(
        connection, "SELECT request_sha256, status, location, body FROM answers WHERE owner = ? "
                    "AND key = ?");
    statement_bind_text(&find, get->owner);
    statement_bind_text(&find, get->key);
    int row = statement_step(&find, error);
    if (row != 1)
        return row;
    get->record.request_sha256 = statement_read_text(&find);
    get->record.status = statement_read_integer(&find);
    get->record.location = statement_read_text(&find);
    get->record.body = statement_read_text(&find);
    if (statement_check(&find, error) == 0)
        return 0;
    answer_record_clear(&get->record);
    return -1;
}

int store_answer_get(struct store *store, const char *owner, const char *key,
                     struct answer_record *record, struct error *error)
{
    struct answer_get get = {.owner = owner, .key = key};
    if (store_read(store, answer_get_run, &get, error) != 0)
        return -1;
    *record = get.record;
    return 0;
}

static int answers_expire(struct connection *connection, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement delete =
        statement_start(connection, "DELETE FROM answers WHERE created_ms < ?");
    statement_bind_integer(&delete, clock_unix_ms() - ANSWER_LIFE_MS);
    return statement_run(&delete, error);
}

int answer_add(struct connection *connection, const struct store_answer *answer,
               const struct answer_record *record, struct error *error)
{
    if (answers_expire(connection, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO answers (owner, key, request_sha256, status, location, body, "
                    "created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)");
    statement_bind_text(&insert, answer->owner);
    statement_bind_text(&insert, answer->key);
    statement_bind_text(&insert, answer->request_sha256);
    statement_bind_integer(&insert, record->status);
    statement_bind_text(&insert, record->location);
    statement_bind_text(&insert, record->body);
    statement_bind_integer(&insert, clock_unix_ms());
    return statement_run(&insert, error);
}

struct answer_put {
    const struct store_answer *answer;
    const struct answer_record *record;
};

static int answer_put_run(struct connection *connection, void *context, struct error *error)
{
    const struct answer_put *put = context;
    return answer_add(connection, put->answer, put->record, error);
}

int store_answer_put(struct store *store, const struct store_answer *answer,
                     const struct answer_record *record, struct error *error)
{
    struct answer_put put = {.answer = answer, .record = record};
    size_t size = record->body ? strlen(record->body) : 0;
    return store_write_growing(store, size, answer_put_run, &put, error);
}
