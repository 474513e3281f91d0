/* Histograms of jobs, one an epoch, thinned as the run gets longer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/histograms.h"
#include "storage/internal.h"
#include "storage/records.h"
#include "storage/tables.h"

static int histogram_insert(struct connection *connection, int64_t job,
                            const struct job_histogram *histogram, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT OR REPLACE INTO histograms (job, epoch, body) VALUES (?, ?, ?)");
    statement_bind_integer(&insert, job);
    statement_bind_integer(&insert, histogram->epoch);
    statement_bind_blob(&insert, histogram->body.data, histogram->body.size);
    return statement_run(&insert, error);
}

static int histograms_thin(struct connection *connection, int64_t job, int64_t stride,
                           struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement thin = statement_start(
        connection, "DELETE FROM histograms WHERE job = ? AND (epoch - 1) % ? != 0");
    statement_bind_integer(&thin, job);
    statement_bind_integer(&thin, stride);
    return statement_run(&thin, error);
}

int histogram_add(struct connection *connection, int64_t job, const struct job_histogram *histogram,
                  struct error *error)
{
    if (histogram->stride > 1 && histograms_thin(connection, job, histogram->stride, error) != 0)
        return -1;
    return histogram_insert(connection, job, histogram, error);
}

static void histogram_read(struct statement *row, void *record)
{
    struct job_histogram *histogram = record;
    *histogram = (struct job_histogram){.epoch = statement_read_integer(row)};
    size_t size = 0;
    const void *body = statement_borrow_blob(row, &size);
    bytes_append(&histogram->body, body, size);
}

static void histogram_clear(void *record)
{
    bytes_clear(&((struct job_histogram *)record)->body);
}

static const struct record_kind histogram_kind = {
    .noun = "histogram",
    .select = "SELECT epoch, body FROM histograms WHERE job = ?1 AND (?2 = 0 OR epoch = ?2) "
              "ORDER BY epoch",
    .size = sizeof(struct job_histogram),
    .read = histogram_read,
    .clear = histogram_clear,
};

struct histogram_list {
    const char *job_id;
    int64_t epoch;
    void *histograms;
    size_t count;
};

static int histogram_list_run(struct connection *connection, void *context, struct error *error)
{
    struct histogram_list *list = context;
    int64_t job;
    if (job_number(connection, list->job_id, &job, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(connection, histogram_kind.select);
    statement_bind_integer(&select, job);
    statement_bind_integer(&select, list->epoch);
    return records_collect(&select, &histogram_kind, &list->histograms, &list->count, error);
}

int store_histogram_list(struct store *store, const char *job_id, int64_t epoch,
                         struct job_histogram **histograms, size_t *count, struct error *error)
{
    struct histogram_list list = {.job_id = job_id, .epoch = epoch};
    if (store_read(store, histogram_list_run, &list, error) != 0)
        return -1;
    *histograms = list.histograms;
    *count = list.count;
    return 0;
}

void store_histograms_free(struct job_histogram *histograms, size_t count)
{
    records_free(&histogram_kind, histograms, count);
}

struct histogram_truncation {
    const char *job_id;
    int64_t epoch;
};

static int histogram_truncation_run(struct connection *connection, void *context,
                                    struct error *error)
{
    const struct histogram_truncation *truncation = context;
    int64_t job;
    if (job_number(connection, truncation->job_id, &job, error) != 0)
        return -1;
    connection_change(connection, change_of_job(job));
    AUTO_CLEAR(statement_end)
    struct statement delete =
        statement_start(connection, "DELETE FROM histograms WHERE job = ? AND epoch > ?");
    statement_bind_integer(&delete, job);
    statement_bind_integer(&delete, truncation->epoch);
    return statement_run(&delete, error);
}

int store_histogram_truncate(struct store *store, const char *job_id, int64_t epoch,
                             struct error *error)
{
    struct histogram_truncation truncation = {.job_id = job_id, .epoch = epoch};
    return store_write(store, histogram_truncation_run, &truncation, error);
}
