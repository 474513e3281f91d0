/* Checkpoints of jobs: the newest few, as counted blobs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/checkpoints.h"
#include "storage/internal.h"
#include "storage/statement.h"
#include "storage/tables.h"

#include <stdlib.h>

static int checkpoint_insert(struct connection *connection, int64_t job,
                             const struct job_change *change, int64_t blob, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO checkpoints (job, step, tries, blob) VALUES (?, ?, ?, ?)");
    statement_bind_integer(&insert, job);
    statement_bind_integer(&insert, change->checkpoint_step);
    statement_bind_integer(&insert, change->checkpoint_tries);
    statement_bind_integer(&insert, blob);
    return statement_run(&insert, error);
}

/* Removes the oldest checkpoint beyond the newest `keep`: 1 there was one, 0 there is none. */
static int checkpoint_remove_oldest(struct connection *connection, int64_t job, int64_t keep,
                                    struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement delete = statement_start(
        connection, "DELETE FROM checkpoints WHERE number = (SELECT number FROM checkpoints "
                    "WHERE job = ? ORDER BY number DESC LIMIT 1 OFFSET ?) RETURNING blob");
    statement_bind_integer(&delete, job);
    statement_bind_integer(&delete, keep);
    int row = statement_step(&delete, error);
    if (row != 1)
        return row;
    int64_t blob = statement_read_integer(&delete);
    return blob_release(connection, blob, error) == 0 ? 1 : -1;
}

int checkpoints_prune(struct connection *connection, int64_t job, int64_t keep, struct error *error)
{
    int removed;
    while ((removed = checkpoint_remove_oldest(connection, job, keep, error)) == 1)
        ;
    return removed;
}

int checkpoint_add(struct connection *connection, int64_t job, const struct job_change *change,
                   const struct blob *blob, struct error *error)
{
    int64_t number;
    if (blob_put(connection, blob, &number, error) != 0)
        return -1;
    return checkpoint_insert(connection, job, change, number, error);
}

struct checkpoint_load {
    const char *job_id;
    struct bytes bytes;
    int64_t step;
};

/* 1: loaded; 0: damaged; -1: error. */
static int checkpoint_try(struct connection *connection, struct checkpoint_load *load, int64_t blob,
                          struct error *error)
{
    struct error failure = {0};
    if (blob_load(connection, blob, &load->bytes, &failure) == 0)
        return 1;
    bytes_clear(&load->bytes);
    if (failure.code == ERROR_CORRUPT)
        return 0;
    return error_set(error, failure.code, "%s", failure.message);
}

static int checkpoint_load_run(struct connection *connection, void *context, struct error *error)
{
    struct checkpoint_load *load = context;
    int64_t job;
    if (job_number(connection, load->job_id, &job, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection, "SELECT step, blob FROM checkpoints WHERE job = ? ORDER BY number DESC");
    statement_bind_integer(&select, job);
    int row;
    while ((row = statement_step(&select, error)) == 1) {
        load->step = statement_read_integer(&select);
        int64_t blob = statement_read_integer(&select);
        int loaded = checkpoint_try(connection, load, blob, error);
        if (loaded != 0)
            return loaded < 0 ? -1 : 0;
    }
    if (row < 0)
        return -1;
    return error_set(error, ERROR_NOT_FOUND, "job \"%.128s\" has no checkpoint", load->job_id);
}

int store_checkpoint_load(struct store *store, const char *job_id, struct bytes *checkpoint,
                          int64_t *step, struct error *error)
{
    struct checkpoint_load load = {.job_id = job_id};
    if (store_read(store, checkpoint_load_run, &load, error) != 0)
        return -1;
    *checkpoint = load.bytes;
    *step = load.step;
    return 0;
}

/* ---- those that are kept */

struct checkpoint_listing {
    const char *job_id;
    struct checkpoint_record *records;
    size_t count;
};

static int listing_add(struct checkpoint_listing *listing, struct statement *select,
                       struct error *error)
{
    struct checkpoint_record *grown =
        realloc(listing->records, (listing->count + 1) * sizeof(*grown));
    if (grown == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the list of checkpoints");
    listing->records = grown;
    grown[listing->count].step = statement_read_integer(select);
    grown[listing->count++].bytes = statement_read_integer(select);
    return 0;
}

static int checkpoint_list_run(struct connection *connection, void *context, struct error *error)
{
    struct checkpoint_listing *listing = context;
    int64_t job;
    int row;
    if (job_number(connection, listing->job_id, &job, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection, "SELECT c.step, b.size FROM checkpoints c JOIN blobs b ON b.number = c.blob "
                    "WHERE c.job = ? ORDER BY c.number DESC");
    statement_bind_integer(&select, job);
    while ((row = statement_step(&select, error)) == 1)
        if (listing_add(listing, &select, error) != 0)
            return -1;
    return row;
}

int store_checkpoint_list(struct store *store, const char *job_id,
                          struct checkpoint_record **records, size_t *count, struct error *error)
{
    struct checkpoint_listing listing = {.job_id = job_id};
    if (store_read(store, checkpoint_list_run, &listing, error) != 0) {
        free(listing.records);
        return -1;
    }
    *records = listing.records;
    *count = listing.count;
    return 0;
}

static int checkpoint_blob_at(struct connection *connection, int64_t job, int64_t step,
                              int64_t *blob, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection,
        "SELECT blob FROM checkpoints WHERE job = ? AND step = ? ORDER BY number DESC LIMIT 1");
    statement_bind_integer(&select, job);
    statement_bind_integer(&select, step);
    int row = statement_step(&select, error);
    if (row == 1)
        *blob = statement_read_integer(&select);
    return row;
}

static int checkpoint_load_at_run(struct connection *connection, void *context, struct error *error)
{
    struct checkpoint_load *load = context;
    int64_t job, blob = 0;
    if (job_number(connection, load->job_id, &job, error) != 0)
        return -1;
    int found = checkpoint_blob_at(connection, job, load->step, &blob, error);
    if (found < 0)
        return -1;
    if (found == 0)
        return error_set(error, ERROR_NOT_FOUND,
                         "job %.64s has no checkpoint at step %lld; GET /v1/jobs/%.64s/checkpoints "
                         "lists those that are kept",
                         load->job_id, (long long)load->step, load->job_id);
    int result = blob_load(connection, blob, &load->bytes, error);
    if (result != 0)
        bytes_clear(&load->bytes);
    return result;
}

int store_checkpoint_load_at(struct store *store, const char *job_id, int64_t step,
                             struct bytes *checkpoint, struct error *error)
{
    struct checkpoint_load load = {.job_id = job_id, .step = step};
    if (store_read(store, checkpoint_load_at_run, &load, error) != 0)
        return -1;
    *checkpoint = load.bytes;
    return 0;
}
