/* Jobs: their rows, lists and the scheduler's questions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/jobs.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void job_record_clear(struct job_record *record)
{
    free(record->id);
    free(record->name);
    free(record->state);
    free(record->dataset_id);
    free(record->spec);
    free(record->status);
    free(record->tags);
    free(record->error_code);
    free(record->error_message);
    free(record->error_details);
    free(record->model_id);
    free(record->model);
    free(record->verifies);
    free(record->verification);
    free(record->owner);
    free(record->webhook_url);
    free(record->webhook_secret);
    memset(record, 0, sizeof(*record));
}

static void job_read(struct statement *row, void *record)
{
    struct job_record *job = record;
    job->number = statement_read_integer(row);
    job->id = statement_read_text(row);
    job->name = statement_read_text(row);
    job->state = statement_read_text(row);
    job->priority = statement_read_integer(row);
    job->threads = statement_read_integer(row);
    job->memory = statement_read_integer(row);
    job->dataset_id = statement_read_text(row);
    job->spec = statement_read_text(row);
    job->status = statement_read_text(row);
    job->error_code = statement_read_text(row);
    job->error_message = statement_read_text(row);
    job->model_id = statement_read_text(row);
    job->attempt = statement_read_integer(row);
    job->seq = statement_read_integer(row);
    job->created_ms = statement_read_integer(row);
    job->started_ms = statement_read_integer(row);
    job->finished_ms = statement_read_integer(row);
    job->tags = statement_read_text(row);
    job->error_details = statement_read_text(row);
    job->verifies = statement_read_text(row);
    job->verification = statement_read_text(row);
    job->owner = statement_read_text(row);
    job->webhook_url = statement_read_text(row);
    job->webhook_secret = NULL;
    job->model = statement_read_text(row);
}

static void job_clear(void *record)
{
    job_record_clear(record);
}

/* What is not known comes last either way. */
static const struct record_column job_columns[] = {
    {.name = "name", .sql = "name", .type = COLUMN_TEXT},
    {.name = "state", .sql = "state", .type = COLUMN_TEXT},
    {.name = "priority", .sql = "priority", .type = COLUMN_INTEGER},
    {.name = "finished_at", .sql = "finished_ms", .type = COLUMN_INTEGER},
    {.name = "best",
     .sql = "coalesce(best, 9e999)",
     .descending = "coalesce(best, -9e999)",
     .type = COLUMN_NUMBER},
    {.name = NULL}};

/* CROSS JOIN: jobs and their indexes are always the outer loop. */
static const struct record_kind job_kind = {
    .noun = "job",
    .table = "jobs",
    .prefix = "job_",
    .select =
        "SELECT jobs.number, id, name, state, priority, threads, memory, dataset_id, spec, status, "
        "error_code, error_message, model_id, attempt, seq, created_ms, started_ms, "
        "finished_ms, tags, error_details, verifies, verification, owner, webhook_url, (SELECT "
        "name || '@' || "
        "version FROM models WHERE models.id = model_id) FROM jobs CROSS JOIN "
        "job_specs ON job_specs.job = jobs.number",
    .columns = job_columns,
    .id_offset = offsetof(struct job_record, id),
    .size = sizeof(struct job_record),
    .read = job_read,
    .clear = job_clear,
};

int job_number(struct connection *connection, const char *id, int64_t *number, struct error *error)
{
    return record_number(connection, "job", "SELECT number FROM jobs WHERE id = ?", id, number,
                         error);
}

struct job_addition {
    struct job_record *record;
    const struct store_terms *terms;
    const char *event_type, *event_body;
};

static int job_insert(struct connection *connection, const struct job_record *record,
                      int64_t *number, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO jobs (id, name, state, priority, threads, memory, dataset_id, "
                    "status, error_code, error_message, model_id, attempt, seq, created_ms, "
                    "started_ms, finished_ms, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                    "0, ?, ?, ?, ?)");
    statement_bind_text(&insert, record->id);
    statement_bind_text(&insert, record->name);
    statement_bind_text(&insert, record->state);
    statement_bind_integer(&insert, record->priority);
    statement_bind_integer(&insert, record->threads);
    statement_bind_integer(&insert, record->memory);
    statement_bind_text(&insert, record->dataset_id);
    statement_bind_text(&insert, record->status);
    statement_bind_text(&insert, record->error_code);
    statement_bind_text(&insert, record->error_message);
    statement_bind_text(&insert, record->model_id);
    statement_bind_integer(&insert, record->attempt);
    statement_bind_integer(&insert, record->created_ms);
    statement_bind_integer(&insert, record->started_ms);
    statement_bind_integer(&insert, record->finished_ms);
    statement_bind_text(&insert, record_owner(record->owner));
    if (statement_run(&insert, error) != 0)
        return -1;
    *number = sqlite3_last_insert_rowid(connection->database);
    return 0;
}

static int spec_insert(struct connection *connection, int64_t job, const struct job_record *record,
                       struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO job_specs (job, spec, tags, error_details, verifies, "
                    "verification, webhook_url, webhook_secret) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    statement_bind_integer(&insert, job);
    statement_bind_text(&insert, record->spec);
    statement_bind_text(&insert, record->tags);
    statement_bind_text(&insert, record->error_details);
    statement_bind_text(&insert, record->verifies);
    statement_bind_text(&insert, record->verification);
    statement_bind_text(&insert, record->webhook_url);
    statement_bind_text(&insert, record->webhook_secret);
    return statement_run(&insert, error);
}

static int settings_take(struct connection *connection, int64_t job, const char *from,
                         struct error *error)
{
    int64_t number;
    if (from == NULL)
        return 0;
    if (job_number(connection, from, &number, error) != 0)
        return -1;
    return settings_copy(connection, number, job, error);
}

int job_seq_set(struct connection *connection, int64_t job, int64_t seq, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement update =
        statement_start(connection, "UPDATE jobs SET seq = ? WHERE number = ?");
    statement_bind_integer(&update, seq);
    statement_bind_integer(&update, job);
    return statement_run(&update, error);
}

static int job_addition_run(struct connection *connection, void *context, struct error *error)
{
    struct job_addition *addition = context;
    struct job_record *record = addition->record;
    int64_t job;
    if (terms_check(connection, addition->terms, error) != 0 ||
        quota_jobs_check(connection, record->owner, record->state, record->quota_jobs, error) !=
            0 ||
        quota_bytes_check(connection, record->owner, record->quota_bytes, 1, error) != 0 ||
        dataset_check(connection, record->dataset_id, error) != 0 ||
        job_insert(connection, record, &job, error) != 0 ||
        spec_insert(connection, job, record, error) != 0 ||
        settings_take(connection, job, record->verifies, error) != 0 ||
        event_add(connection, job, addition->event_type, addition->event_body, &record->seq,
                  error) != 0 ||
        job_seq_set(connection, job, record->seq, error) != 0)
        return -1;
    record->number = job;
    return terms_answer(connection, addition->terms, record, true, error);
}

int store_job_add(struct store *store, struct job_record *record, const char *event_type,
                  const char *event_body, const struct store_terms *terms, struct error *error)
{
    struct job_addition addition = {
        .record = record, .terms = terms, .event_type = event_type, .event_body = event_body};
    return store_write_growing(store, strlen(record->spec), job_addition_run, &addition, error);
}

struct job_get {
    const char *id;
    struct job_record *record;
};

static int job_get_run(struct connection *connection, void *context, struct error *error)
{
    struct job_get *get = context;
    return record_find_id(connection, &job_kind, get->id, get->record, error);
}

int store_job_get(struct store *store, const char *id, struct job_record *record,
                  struct error *error)
{
    struct job_get get = {.id = id, .record = record};
    return store_read(store, job_get_run, &get, error);
}

int store_job_find(struct store *store, const struct viewer *viewer, const char *reference,
                   struct job_record *record, struct error *error)
{
    return store_record_get(store, &job_kind, viewer, reference, record, error);
}

int store_job_list(struct store *store, const struct store_page *page, struct job_record **records,
                   size_t *count, bool *more, struct error *error)
{
    void *found;
    if (store_record_list(store, &job_kind, page, &found, count, more, error) != 0)
        return -1;
    *records = found;
    return 0;
}

struct job_evaluation {
    const char *id;
    char *text;
};

static int job_evaluation_run(struct connection *connection, void *context, struct error *error)
{
    struct job_evaluation *evaluation = context;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection,
        "SELECT evaluation FROM job_specs WHERE job = (SELECT number FROM jobs WHERE id = ?)");
    statement_bind_text(&select, evaluation->id);
    int row = statement_step(&select, error);
    if (row == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no job \"%.128s\"", evaluation->id);
    if (row < 0)
        return -1;
    evaluation->text = statement_read_text(&select);
    return statement_check(&select, error);
}

int store_job_evaluation(struct store *store, const char *id, char **text, struct error *error)
{
    struct job_evaluation evaluation = {.id = id};
    if (store_read(store, job_evaluation_run, &evaluation, error) != 0) {
        free(evaluation.text);
        return -1;
    }
    *text = evaluation.text;
    return 0;
}

static void id_read(struct statement *row, void *record)
{
    *(char **)record = statement_read_text(row);
}

static void id_clear(void *record)
{
    free(*(char **)record);
}

static const struct record_kind id_kind = {
    .noun = "job",
    .select = "SELECT id FROM jobs WHERE state = ? ORDER BY priority DESC, id",
    .size = sizeof(char *),
    .read = id_read,
    .clear = id_clear,
};

struct job_ids {
    const char *state;
    void *ids;
    size_t count;
};

static int job_ids_run(struct connection *connection, void *context, struct error *error)
{
    struct job_ids *list = context;
    AUTO_CLEAR(statement_end) struct statement select = statement_start(connection, id_kind.select);
    statement_bind_text(&select, list->state);
    return records_collect(&select, &id_kind, &list->ids, &list->count, error);
}

int store_job_ids(struct store *store, const char *state, char ***ids, size_t *count,
                  struct error *error)
{
    struct job_ids list = {.state = state};
    if (store_read(store, job_ids_run, &list, error) != 0)
        return -1;
    *ids = list.ids;
    *count = list.count;
    return 0;
}

struct job_counts {
    const char *const *states;
    size_t state_count;
    int64_t *counts;
};

static int job_counts_run(struct connection *connection, void *context, struct error *error)
{
    const struct job_counts *found = context;
    AUTO_CLEAR(statement_end)
    struct statement select =
        statement_start(connection, "SELECT state, count(*) FROM jobs GROUP BY state");
    int row;
    while ((row = statement_step(&select, error)) == 1) {
        const char *state = statement_borrow_text(&select);
        const int64_t count = statement_read_integer(&select);
        if (statement_check(&select, error) != 0)
            return -1;
        for (size_t i = 0; i < found->state_count; i++)
            if (strcmp(found->states[i], state) == 0)
                found->counts[i] = count;
    }
    return row;
}

int store_job_counts(struct store *store, const char *const *states, size_t state_count,
                     int64_t *counts, struct error *error)
{
    struct job_counts found = {.states = states, .state_count = state_count, .counts = counts};
    memset(counts, 0, state_count * sizeof *counts);
    return store_read(store, job_counts_run, &found, error);
}

struct job_removal {
    const char *id;
    const struct store_terms *terms;
    const char *const *states;
};

static int job_delete(struct connection *connection, int64_t job, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement delete = statement_start(connection, "DELETE FROM jobs WHERE number = ?");
    statement_bind_integer(&delete, job);
    return statement_run(&delete, error);
}

static int job_removal_run(struct connection *connection, void *context, struct error *error)
{
    const struct job_removal *removal = context;
    int64_t job;
    if (terms_check(connection, removal->terms, error) != 0 ||
        job_state_check(connection, removal->id, removal->states, &job, error) != 0 ||
        checkpoints_prune(connection, job, 0, error) != 0)
        return -1;
    return job_delete(connection, job, error);
}

int store_job_remove(struct store *store, const char *id, const char *const *states,
                     const struct store_terms *terms, struct error *error)
{
    struct job_removal removal = {.id = id, .terms = terms, .states = states};
    return store_write(store, job_removal_run, &removal, error);
}
