/* Checkpoints of jobs: the newest few, as counted blobs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/internal.h"
#include "storage/statement.h"
#include "storage/store.h"
#include "storage/tables.h"

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
