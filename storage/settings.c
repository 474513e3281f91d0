/* What was changed of jobs while they ran: settings, each at its place in the run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/settings.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"

#include <stdlib.h>

/* The newest checkpoint and the last setting; whichever is later says how far the run has come. */
static const char place_sql[] =
    "SELECT step, tries FROM ("
    "SELECT * FROM (SELECT step, tries FROM checkpoints WHERE job = ?1 ORDER BY number DESC LIMIT "
    "1)"
    " UNION ALL "
    "SELECT * FROM (SELECT step, tries FROM job_settings WHERE job = ?1 ORDER BY number DESC LIMIT "
    "1)) ORDER BY tries DESC LIMIT 1";

static int place_find(struct connection *connection, int64_t job, struct job_setting *place,
                      struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement find = statement_start(connection, place_sql);
    statement_bind_integer(&find, job);
    int row = statement_step(&find, error);
    if (row < 0)
        return -1;
    place->step = row == 1 ? statement_read_integer(&find) : 0;
    place->tries = row == 1 ? statement_read_integer(&find) : 0;
    return 0;
}

static int setting_insert(struct connection *connection, int64_t job,
                          const struct job_setting *setting, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert =
        statement_start(connection, "INSERT INTO job_settings (job, step, tries, at_ms, changes) "
                                    "VALUES (?, ?, ?, ?, ?)");
    statement_bind_integer(&insert, job);
    statement_bind_integer(&insert, setting->step);
    statement_bind_integer(&insert, setting->tries);
    statement_bind_integer(&insert, setting->at_ms);
    statement_bind_text(&insert, setting->changes);
    return statement_run(&insert, error);
}

int setting_add(struct connection *connection, int64_t job, const struct job_setting *setting,
                struct error *error)
{
    struct job_setting place;
    if (place_find(connection, job, &place, error) != 0)
        return -1;
    if (setting->tries < place.tries)
        return error_set(error, ERROR_CONFLICT, "the job has come further than step %lld",
                         (long long)setting->step);
    return setting_insert(connection, job, setting, error);
}

int settings_copy(struct connection *connection, int64_t from, int64_t to, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement copy =
        statement_start(connection, "INSERT INTO job_settings (job, step, tries, at_ms, changes) "
                                    "SELECT ?, step, tries, at_ms, changes FROM job_settings "
                                    "WHERE job = ? ORDER BY number");
    statement_bind_integer(&copy, to);
    statement_bind_integer(&copy, from);
    return statement_run(&copy, error);
}

/* ---- reading */

static void setting_read(struct statement *row, void *record)
{
    struct setting_record *setting = record;
    setting->step = statement_read_integer(row);
    setting->tries = statement_read_integer(row);
    setting->at_ms = statement_read_integer(row);
    setting->changes = statement_read_text(row);
}

static void setting_clear(void *record)
{
    free(((struct setting_record *)record)->changes);
}

static const struct record_kind setting_kind = {
    .noun = "setting",
    .select = "SELECT step, tries, at_ms, changes FROM job_settings WHERE job = ? ORDER BY number",
    .size = sizeof(struct setting_record),
    .read = setting_read,
    .clear = setting_clear,
};

void settings_free(struct setting_record *records, size_t count)
{
    records_free(&setting_kind, records, count);
}

struct setting_list {
    const char *job_id;
    void *records;
    size_t count;
};

static int setting_list_run(struct connection *connection, void *context, struct error *error)
{
    struct setting_list *list = context;
    int64_t job;
    if (job_number(connection, list->job_id, &job, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(connection, setting_kind.select);
    statement_bind_integer(&select, job);
    return records_collect(&select, &setting_kind, &list->records, &list->count, error);
}

int store_setting_list(struct store *store, const char *job_id, struct setting_record **records,
                       size_t *count, struct error *error)
{
    struct setting_list list = {.job_id = job_id};
    if (store_read(store, setting_list_run, &list, error) != 0)
        return -1;
    *records = list.records;
    *count = list.count;
    return 0;
}

struct setting_place {
    const char *job_id;
    struct job_setting *setting;
};

static int setting_place_run(struct connection *connection, void *context, struct error *error)
{
    struct setting_place *place = context;
    int64_t job;
    if (job_number(connection, place->job_id, &job, error) != 0)
        return -1;
    return place_find(connection, job, place->setting, error);
}

int store_setting_place(struct store *store, const char *job_id, struct job_setting *setting,
                        struct error *error)
{
    struct setting_place place = {.job_id = job_id, .setting = setting};
    return store_read(store, setting_place_run, &place, error);
}
