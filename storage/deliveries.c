/* Deliveries to webhooks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/deliveries.h"
#include "base/clock.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void delivery_record_clear(struct delivery_record *record)
{
    free(record->id);
    free(record->job_id);
    free(record->type);
    free(record->url);
    free(record->secret);
    free(record->state);
    free(record->failure);
    free(record->body);
    memset(record, 0, sizeof(*record));
}

static void delivery_read(struct statement *row, void *record)
{
    struct delivery_record *delivery = record;
    delivery->id = statement_read_text(row);
    delivery->job_id = statement_read_text(row);
    delivery->type = statement_read_text(row);
    delivery->is_service = statement_read_integer(row) != 0;
    delivery->url = statement_read_text(row);
    delivery->secret = statement_read_text(row);
    delivery->state = statement_read_text(row);
    delivery->tries = statement_read_integer(row);
    delivery->status = statement_read_integer(row);
    delivery->failure = statement_read_text(row);
    delivery->body = statement_read_text(row);
    delivery->created_ms = statement_read_integer(row);
    delivery->tried_ms = statement_read_integer(row);
    delivery->next_ms = statement_read_integer(row);
}

static void delivery_clear(void *record)
{
    delivery_record_clear(record);
}

#define DELIVERY_SELECT                                                                            \
    "SELECT deliveries.id, jobs.id, type, is_service, webhook_url, webhook_secret, "               \
    "deliveries.state, tries, deliveries.status, failure, body, deliveries.created_ms, tried_ms, " \
    "next_ms FROM deliveries JOIN jobs ON jobs.number = deliveries.job "                           \
    "JOIN job_specs ON job_specs.job = deliveries.job "

static const struct record_kind delivery_kind = {
    .noun = "webhook delivery",
    .prefix = "dlv_",
    .select = DELIVERY_SELECT,
    .size = sizeof(struct delivery_record),
    .read = delivery_read,
    .clear = delivery_clear,
};

void deliveries_free(struct delivery_record *records, size_t count)
{
    records_free(&delivery_kind, records, count);
}

/* ---- adding */

static int delivery_insert(struct connection *connection, int64_t job, const char *state,
                           bool is_service, struct error *error)
{
    char id[ID_SIZE], type[64];
    if (id_make("dlv", id, error) != 0)
        return -1;
    (void)snprintf(type, sizeof(type), "job.%s", state);
    int64_t now_ms = clock_unix_ms();
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO deliveries (id, job, type, is_service, state, tries, status, "
                    "created_ms, tried_ms, next_ms) VALUES (?, ?, ?, ?, '" DELIVERY_PENDING
                    "', 0, 0, ?, 0, ?)");
    statement_bind_text(&insert, id);
    statement_bind_integer(&insert, job);
    statement_bind_text(&insert, type);
    statement_bind_integer(&insert, is_service);
    statement_bind_integer(&insert, now_ms);
    statement_bind_integer(&insert, now_ms);
    return statement_run(&insert, error);
}

/* 1: the job has a webhook of its own; 0: it has none; -1. */
static int webhook_find(struct connection *connection, int64_t job, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find = statement_start(
        connection, "SELECT 1 FROM job_specs WHERE job = ? AND webhook_url IS NOT NULL");
    statement_bind_integer(&find, job);
    return statement_step(&find, error);
}

int deliveries_add(struct connection *connection, int64_t job, const char *state, bool to_service,
                   bool *added, struct error *error)
{
    int to_job = webhook_find(connection, job, error);
    if (to_job < 0 || (to_job == 1 && delivery_insert(connection, job, state, false, error) != 0) ||
        (to_service && delivery_insert(connection, job, state, true, error) != 0))
        return -1;
    *added = to_job == 1 || to_service;
    return 0;
}

void store_announce_ends(struct store *store)
{
    store->announces_ends = true;
}

void store_on_deliveries(struct store *store, void (*notify)(void *context), void *context)
{
    pthread_mutex_lock(&store->deliveries);
    store->deliveries_notify = notify;
    store->deliveries_context = context;
    pthread_mutex_unlock(&store->deliveries);
}

/* Under the mutex, so that nobody is called any more once store_on_deliveries(NULL) has returned.
 */
void deliveries_tell(struct store *store)
{
    pthread_mutex_lock(&store->deliveries);
    if (store->deliveries_notify != NULL)
        store->deliveries_notify(store->deliveries_context);
    pthread_mutex_unlock(&store->deliveries);
}

/* ---- reading */

struct delivery_list {
    const char *job_id;
    int64_t now_ms, limit, next_ms;
    void *records;
    size_t count;
};

static int next_find(struct connection *connection, struct delivery_list *list, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find =
        statement_start(connection, "SELECT coalesce(min(next_ms), 0) FROM deliveries "
                                    "WHERE state = '" DELIVERY_PENDING "' AND next_ms > ?");
    statement_bind_integer(&find, list->now_ms);
    if (statement_step(&find, error) != 1)
        return -1;
    list->next_ms = statement_read_integer(&find);
    return 0;
}

static int delivery_due_run(struct connection *connection, void *context, struct error *error)
{
    struct delivery_list *list = context;
    if (next_find(connection, list, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select =
        statement_start(connection, DELIVERY_SELECT "WHERE deliveries.state = '" DELIVERY_PENDING
                                                    "' AND next_ms <= ? ORDER BY next_ms LIMIT ?");
    statement_bind_integer(&select, list->now_ms);
    statement_bind_integer(&select, list->limit);
    return records_collect(&select, &delivery_kind, &list->records, &list->count, error);
}

int store_delivery_due(struct store *store, int64_t now_ms, int64_t limit,
                       struct delivery_record **records, size_t *count, int64_t *next_ms,
                       struct error *error)
{
    struct delivery_list list = {.now_ms = now_ms, .limit = limit};
    if (store_read(store, delivery_due_run, &list, error) != 0)
        return -1;
    *records = list.records;
    *count = list.count;
    *next_ms = list.next_ms;
    return 0;
}

static int delivery_list_run(struct connection *connection, void *context, struct error *error)
{
    struct delivery_list *list = context;
    int64_t job;
    if (job_number(connection, list->job_id, &job, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection, DELIVERY_SELECT "WHERE deliveries.job = ? ORDER BY deliveries.number");
    statement_bind_integer(&select, job);
    return records_collect(&select, &delivery_kind, &list->records, &list->count, error);
}

int store_delivery_list(struct store *store, const char *job_id, struct delivery_record **records,
                        size_t *count, struct error *error)
{
    struct delivery_list list = {.job_id = job_id};
    if (store_read(store, delivery_list_run, &list, error) != 0)
        return -1;
    *records = list.records;
    *count = list.count;
    return 0;
}

struct delivery_get {
    const char *id;
    struct delivery_record record;
};

static int delivery_get_run(struct connection *connection, void *context, struct error *error)
{
    struct delivery_get *get = context;
    AUTO_CLEAR(statement_end)
    struct statement find = statement_start(connection, DELIVERY_SELECT "WHERE deliveries.id = ?");
    statement_bind_text(&find, get->id);
    int row = statement_step(&find, error);
    if (row == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no webhook delivery \"%.128s\"",
                         get->id);
    if (row < 0)
        return -1;
    delivery_read(&find, &get->record);
    if (statement_check(&find, error) == 0)
        return 0;
    delivery_record_clear(&get->record);
    return -1;
}

int store_delivery_get(struct store *store, const char *id, struct delivery_record *record,
                       struct error *error)
{
    struct delivery_get get = {.id = id};
    if (store_read(store, delivery_get_run, &get, error) != 0)
        return -1;
    *record = get.record;
    return 0;
}

/* ---- changing */

static int delivery_change_run(struct connection *connection, void *context, struct error *error)
{
    const struct delivery_change *change = context;
    AUTO_CLEAR(statement_end)
    struct statement update = statement_start(
        connection, "UPDATE deliveries SET state = coalesce(?2, state), body = coalesce(?3, body), "
                    "tries = CASE WHEN ?4 THEN 0 ELSE tries + (?5 > 0) END, "
                    "status = CASE WHEN ?5 > 0 THEN ?6 ELSE status END, "
                    "failure = CASE WHEN ?5 > 0 THEN ?7 ELSE failure END, "
                    "tried_ms = CASE WHEN ?5 > 0 THEN ?5 ELSE tried_ms END, "
                    "next_ms = CASE WHEN ?8 > 0 THEN ?8 ELSE next_ms END WHERE id = ?1");
    statement_bind_text(&update, change->id);
    statement_bind_text(&update, change->state);
    statement_bind_text(&update, change->body);
    statement_bind_integer(&update, change->forget_tries);
    statement_bind_integer(&update, change->tried_ms);
    statement_bind_integer(&update, change->status);
    statement_bind_text(&update, change->failure);
    statement_bind_integer(&update, change->next_ms);
    return statement_run(&update, error);
}

int store_delivery_change(struct store *store, const struct delivery_change *change,
                          struct error *error)
{
    size_t size = change->body != NULL ? strlen(change->body) : 0;
    struct delivery_change copy = *change;
    return size > 0 ? store_write_growing(store, size, delivery_change_run, &copy, error)
                    : store_write(store, delivery_change_run, &copy, error);
}
