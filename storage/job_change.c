/* A change of a job: the state by compare-and-set, and all that goes with it, in one transaction.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/job_change.h"
#include "storage/internal.h"
#include "storage/statement.h"
#include "storage/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool list_has(const char *const *list, const char *text)
{
    while (*list && strcmp(*list, text) != 0)
        list++;
    return *list;
}

static int state_refuse(const char *id, const char *state, const char *const *states,
                        struct error *error)
{
    char allowed[256] = "";
    for (size_t size = 0; *states && size < sizeof(allowed); states++)
        size += (size_t)snprintf(allowed + size, sizeof(allowed) - size, "%s%s", size ? " or " : "",
                                 *states);
    return error_set(error, ERROR_CONFLICT, "job %s is %s: it must be %s", id, state, allowed);
}

int job_state_check(struct connection *connection, const char *id, const char *const *states,
                    int64_t *number, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find =
        statement_start(connection, "SELECT number, state FROM jobs WHERE id = ?");
    statement_bind_text(&find, id);
    int row = statement_step(&find, error);
    if (row == 0)
        return error_set(error, ERROR_NOT_FOUND, "there is no job \"%.128s\"", id);
    if (row < 0)
        return -1;
    *number = statement_read_integer(&find);
    const char *state = statement_borrow_text(&find);
    if (statement_check(&find, error) != 0)
        return -1;
    return !states || list_has(states, state) ? 0 : state_refuse(id, state, states, error);
}

/* Whether the job has the settings that are expected, and no others since. */
static int settings_check(struct connection *connection, int64_t job, const char *id,
                          int64_t expected, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement count =
        statement_start(connection, "SELECT count(*) FROM job_settings WHERE job = ?");
    statement_bind_integer(&count, job);
    if (statement_step(&count, error) != 1)
        return -1;
    int64_t found = statement_read_integer(&count);
    if (found == expected)
        return 0;
    return error_set(error, ERROR_PRECONDITION, "job %s was changed %lld times, not %lld", id,
                     (long long)found, (long long)expected);
}

struct change {
    const struct job_change *job;
    struct blob checkpoint, model_file;
    int64_t seq, model_version;
    bool to_service; /* an end is told to the service's webhook, too */
    bool has_deliveries;
};

/* Apart from progress_update(), which is frequent and hardly touches an index. */
static int state_update(struct connection *connection, int64_t job, const struct job_change *change,
                        struct error *error)
{
    if (!change->to && !change->priority)
        return 0;
    AUTO_CLEAR(statement_end)
    struct statement update = statement_start(
        connection, "UPDATE jobs SET state = coalesce(?, state), priority = coalesce(?, priority) "
                    "WHERE number = ?");
    statement_bind_text(&update, change->to);
    if (change->priority)
        statement_bind_integer(&update, *change->priority);
    else
        statement_bind_null(&update);
    statement_bind_integer(&update, job);
    return statement_run(&update, error);
}

static int progress_update(struct connection *connection, int64_t job, const struct change *change,
                           struct error *error)
{
    const struct job_change *given = change->job;
    AUTO_CLEAR(statement_end)
    struct statement update = statement_start(
        connection,
        "UPDATE jobs SET status = CASE WHEN ?2 IS NULL THEN coalesce(?1, status) "
        "ELSE json_patch(coalesce(?1, status), ?2) END, best = CASE json_valid(?1) WHEN 1 THEN "
        "json_extract(?1, '$.best.value') ELSE best END, error_code = coalesce(?, error_code), "
        "error_message = coalesce(?, error_message), model_id = coalesce(?, model_id), "
        "started_ms = coalesce(nullif(?, 0), started_ms), "
        "finished_ms = coalesce(nullif(?, 0), finished_ms), "
        "attempt = attempt + ?, seq = coalesce(nullif(?, 0), seq) WHERE number = ?");
    statement_bind_text(&update, given->status);
    statement_bind_text(&update, given->status_changes);
    statement_bind_text(&update, given->error_code);
    statement_bind_text(&update, given->error_message);
    statement_bind_text(&update, given->model ? given->model->id : NULL);
    statement_bind_integer(&update, given->started_ms);
    statement_bind_integer(&update, given->finished_ms);
    statement_bind_integer(&update, given->add_attempts);
    statement_bind_integer(&update, change->seq);
    statement_bind_integer(&update, job);
    return statement_run(&update, error);
}

static int spec_update(struct connection *connection, int64_t job, const struct job_change *change,
                       struct error *error)
{
    if (!change->spec && !change->tags && !change->error_details && !change->verification &&
        !change->evaluation)
        return 0;
    AUTO_CLEAR(statement_end)
    struct statement update = statement_start(
        connection, "UPDATE job_specs SET spec = coalesce(?, spec), tags = coalesce(?, tags), "
                    "error_details = coalesce(?, error_details), "
                    "verification = coalesce(?, verification), "
                    "evaluation = coalesce(?, evaluation) WHERE job = ?");
    statement_bind_text(&update, change->spec);
    statement_bind_text(&update, change->tags);
    statement_bind_text(&update, change->error_details);
    statement_bind_text(&update, change->verification);
    statement_bind_text(&update, change->evaluation);
    statement_bind_integer(&update, job);
    return statement_run(&update, error);
}

static int statement_run_for(struct connection *connection, const char *sql, int64_t job,
                             struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement update = statement_start(connection, sql);
    statement_bind_integer(&update, job);
    return statement_run(&update, error);
}

static int end_forget(struct connection *connection, int64_t job, struct error *error)
{
    if (statement_run_for(connection,
                          "UPDATE jobs SET error_code = NULL, error_message = NULL, "
                          "finished_ms = 0 WHERE number = ?",
                          job, error) != 0)
        return -1;
    return statement_run_for(
        connection, "UPDATE job_specs SET error_details = NULL, evaluation = NULL WHERE job = ?",
        job, error);
}

static int points_add(struct connection *connection, int64_t job, const struct job_change *change,
                      struct error *error)
{
    for (size_t i = 0; i < change->point_series_count; i++)
        if (history_append(connection, job, &change->points[i], error) != 0)
            return -1;
    return 0;
}

static int histograms_add(struct connection *connection, int64_t job,
                          const struct job_change *change, struct error *error)
{
    for (size_t i = 0; i < change->histogram_count; i++)
        if (histogram_add(connection, job, &change->histograms[i], error) != 0)
            return -1;
    return 0;
}

static int checkpoint_change(struct connection *connection, int64_t job,
                             const struct change *change, struct error *error)
{
    const struct job_change *given = change->job;
    int64_t keep = given->checkpoints_keep;
    if (given->drop_checkpoints && checkpoints_prune(connection, job, 0, error) != 0)
        return -1;
    if (given->checkpoint &&
        checkpoint_add(connection, job, given, &change->checkpoint, error) != 0)
        return -1;
    if (given->checkpoint && keep == 0)
        keep = 1;
    return keep > 0 ? checkpoints_prune(connection, job, keep, error) : 0;
}

/* The job's row keeps the newest. */
static int events_add(struct connection *connection, int64_t job, struct change *change,
                      struct error *error)
{
    const struct job_event *events = change->job->events;
    for (int i = 0; i < CHANGE_EVENTS_MAX && events[i].type != NULL; i++) {
        if (event_add(connection, job, events[i].type, events[i].body, &change->seq, error) != 0)
            return -1;
    }
    return 0;
}

static int also_add(struct connection *connection, const struct job_change *change,
                    struct error *error)
{
    const struct job_event *event = &change->also_event;
    struct error missing = {0};
    int64_t job, seq;
    if (!change->also_id)
        return 0;
    if (job_number(connection, change->also_id, &job, &missing) != 0)
        return missing.code == ERROR_NOT_FOUND
                   ? 0
                   : error_set(error, missing.code, "%s", missing.message);
    if (event_add(connection, job, event->type, event->body, &seq, error) != 0)
        return -1;
    return job_seq_set(connection, job, seq, error);
}

static int change_run(struct connection *connection, void *context, struct error *error)
{
    struct change *change = context;
    const struct job_change *given = change->job;
    int64_t job;
    change->seq = 0;
    change->has_deliveries = false;
    if (terms_check(connection, given->terms, error) != 0 ||
        job_state_check(connection, given->id, given->from, &job, error) != 0 ||
        (given->settings &&
         settings_check(connection, job, given->id, *given->settings, error) != 0) ||
        (given->setting && setting_add(connection, job, given->setting, error) != 0) ||
        (given->forget_end && end_forget(connection, job, error) != 0) ||
        also_add(connection, given, error) != 0 || events_add(connection, job, change, error) != 0)
        return -1;
    if (given->model && model_add(connection, given->model, &change->model_file,
                                  &change->model_version, error) != 0)
        return -1;
    if (state_update(connection, job, given, error) != 0 ||
        progress_update(connection, job, change, error) != 0 ||
        spec_update(connection, job, given, error) != 0 ||
        points_add(connection, job, given, error) != 0 ||
        histograms_add(connection, job, given, error) != 0 ||
        (given->finished_ms > 0 && deliveries_add(connection, job, given->to, change->to_service,
                                                  &change->has_deliveries, error) != 0))
        return -1;
    return checkpoint_change(connection, job, change, error);
}

/* About what it adds to the database; 0: a change that a full disk must not prevent. */
static size_t change_size(const struct job_change *change)
{
    size_t size = 0;
    if (change->checkpoint)
        size += change->checkpoint->size;
    if (change->model)
        size += change->model_file->size;
    if (change->setting)
        size += strlen(change->setting->changes);
    for (size_t i = 0; i < change->point_series_count; i++)
        size += (size_t)change->points[i].count * sizeof(double);
    for (size_t i = 0; i < change->histogram_count; i++)
        size += change->histograms[i].body.size;
    return size;
}

/* Digests are computed here and not in the writer's thread. */
static int change_prepare(struct change *run, struct error *error)
{
    const struct job_change *change = run->job;
    if (change->checkpoint)
        run->checkpoint = blob_prepare(change->checkpoint);
    if (!change->model)
        return 0;
    run->model_file = blob_prepare(change->model_file);
    return model_record_seal(change->model, &run->model_file, error);
}

/* 0 where a full disk must not prevent it. */
static int change_reserve(struct store *store, const struct job_change *change, struct error *error)
{
    size_t size = change_size(change);
    return size > 0 ? store_reserve(store, size, error) : 0;
}

struct store_write {
    struct change change;
    struct operation operation;
};

static struct store_write *change_begin(struct store *store, const struct job_change *change,
                                        bool is_patient, struct error *error)
{
    struct store_write *write = calloc(1, sizeof(*write));
    if (!write) {
        error_set(error, ERROR_MEMORY, "no memory for a change of a job");
        return NULL;
    }
    write->change.job = change;
    write->change.to_service = store->announces_ends;
    write->operation.run = change_run;
    write->operation.context = &write->change;
    write->operation.is_patient = is_patient;
    if (change_prepare(&write->change, error) != 0 || change_reserve(store, change, error) != 0) {
        free(write);
        return NULL;
    }
    writer_begin(store->writer, &write->operation);
    return write;
}

struct store_write *store_job_change_begin(struct store *store, const struct job_change *change,
                                           struct error *error)
{
    return change_begin(store, change, false, error);
}

struct store_write *store_job_change_begin_patiently(struct store *store,
                                                     const struct job_change *change,
                                                     struct error *error)
{
    return change_begin(store, change, true, error);
}

bool store_job_change_is_done(struct store *store, const struct store_write *write)
{
    return writer_is_done(store->writer, &write->operation);
}

int store_job_change_end(struct store *store, struct store_write *write_taken, int64_t *seq,
                         struct error *error)
{
    const struct change *run = &write_taken->change;
    int result = writer_end(store->writer, &write_taken->operation, error);
    if (result == 0 && seq)
        *seq = run->seq;
    if (result == 0 && run->has_deliveries)
        deliveries_tell(store);
    if (result == 0 && run->job->model)
        run->job->model->version = run->model_version;
    free(write_taken);
    return result;
}

int store_job_change(struct store *store, const struct job_change *change, int64_t *seq,
                     struct error *error)
{
    struct store_write *write = store_job_change_begin(store, change, error);
    return write ? store_job_change_end(store, write, seq, error) : -1;
}
