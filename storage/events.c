/* Events of jobs: one sequence number orders all that happens. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/events.h"
#include "base/clock.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"

#include <stdlib.h>
#include <string.h>

void event_record_clear(struct event_record *record)
{
    free(record->job_id);
    free(record->type);
    free(record->body);
    memset(record, 0, sizeof(*record));
}

int event_add(struct connection *connection, int64_t job, const char *type, const char *body,
              int64_t *seq, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO events (job, at_ms, type, body) VALUES (?, ?, ?, ?)");
    statement_bind_integer(&insert, job);
    statement_bind_integer(&insert, clock_unix_ms());
    statement_bind_text(&insert, type);
    statement_bind_text(&insert, body);
    if (statement_run(&insert, error) != 0)
        return -1;
    *seq = sqlite3_last_insert_rowid(connection->database);
    connection->newest_event = *seq;
    return 0;
}

static void event_read(struct statement *row, void *record)
{
    struct event_record *event = record;
    event->seq = statement_read_integer(row);
    event->at_ms = statement_read_integer(row);
    event->job_id = statement_read_text(row);
    event->type = statement_read_text(row);
    event->body = statement_read_text(row);
}

static void event_clear(void *record)
{
    event_record_clear(record);
}

static const struct record_kind event_kind = {
    .noun = "event",
    .select = "SELECT seq, at_ms, ?1, type, body FROM events "
              "WHERE job = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4",
    .size = sizeof(struct event_record),
    .read = event_read,
    .clear = event_clear,
};

struct event_list {
    const char *job_id;
    int64_t after, limit;
    void *records;
    size_t count;
};

static int event_list_run(struct connection *connection, void *context, struct error *error)
{
    struct event_list *list = context;
    int64_t job;
    if (job_number(connection, list->job_id, &job, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(connection, event_kind.select);
    statement_bind_text(&select, list->job_id);
    statement_bind_integer(&select, job);
    statement_bind_integer(&select, list->after);
    statement_bind_integer(&select, list->limit);
    return records_collect(&select, &event_kind, &list->records, &list->count, error);
}

int store_event_list(struct store *store, const char *job_id, int64_t after, int64_t limit,
                     struct event_record **records, size_t *count, struct error *error)
{
    struct event_list list = {.job_id = job_id, .after = after, .limit = limit};
    if (store_read(store, event_list_run, &list, error) != 0)
        return -1;
    *records = list.records;
    *count = list.count;
    return 0;
}
