/* Histories of jobs: series by metric, appended to and cut off. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/history.h"
#include "storage/history_series.h"
#include "storage/history_tree.h"
#include "storage/internal.h"
#include "storage/tables.h"

#include <stdlib.h>

static int series_insert(struct connection *connection, int64_t job,
                         const struct history_points *points, int64_t *number, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO history_series (job, metric, per_epoch) VALUES (?, ?, ?)");
    statement_bind_integer(&insert, job);
    statement_bind_text(&insert, points->metric);
    statement_bind_integer(&insert, points->per_epoch);
    if (statement_run(&insert, error) != 0)
        return -1;
    *number = sqlite3_last_insert_rowid(connection->database);
    return 0;
}

/* The number of the series, which is made where it is not there. */
static int series_get(struct connection *connection, int64_t job,
                      const struct history_points *points, int64_t *number, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement find =
        statement_start(connection, "SELECT number FROM history_series "
                                    "WHERE job = ? AND metric = ? AND per_epoch = ?");
    statement_bind_integer(&find, job);
    statement_bind_text(&find, points->metric);
    statement_bind_integer(&find, points->per_epoch);
    int row = statement_step(&find, error);
    if (row == 0)
        return series_insert(connection, job, points, number, error);
    if (row == 1)
        *number = statement_read_integer(&find);
    return row == 1 ? 0 : -1;
}

int history_append(struct connection *connection, int64_t job, const struct history_points *points,
                   struct error *error)
{
    int64_t series;
    if (points->count == 0)
        return 0;
    if (series_get(connection, job, points, &series, error) != 0)
        return -1;
    struct history_tree *tree = history_tree_open(connection, series, error);
    if (!tree)
        return -1;
    int result = history_tree_append(tree, points, error);
    if (result == 0)
        result = history_tree_flush(tree, error);
    history_tree_free(tree);
    return result;
}

static void series_read(struct statement *row, void *record)
{
    struct history_series_row *series = record;
    series->number = statement_read_integer(row);
    series->metric = statement_read_text(row);
    series->per_epoch = statement_read_integer(row) != 0;
}

static void series_clear(void *record)
{
    free(((struct history_series_row *)record)->metric);
}

const struct record_kind history_series_kind = {
    .noun = "history",
    .select = "SELECT number, metric, per_epoch FROM history_series WHERE job = ? ORDER BY number",
    .size = sizeof(struct history_series_row),
    .read = series_read,
    .clear = series_clear,
};

int history_series_list(struct connection *connection, const char *job_id,
                        struct history_series_row **rows, size_t *count, struct error *error)
{
    int64_t job;
    void *found;
    if (job_number(connection, job_id, &job, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(connection, history_series_kind.select);
    statement_bind_integer(&select, job);
    if (records_collect(&select, &history_series_kind, &found, count, error) != 0)
        return -1;
    *rows = found;
    return 0;
}

struct history_truncation {
    const char *job_id;
    int64_t step, epoch_step;
};

static int series_delete(struct connection *connection, int64_t series, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement delete =
        statement_start(connection, "DELETE FROM history_series WHERE number = ?");
    statement_bind_integer(&delete, series);
    return statement_run(&delete, error);
}

static int series_truncate(struct connection *connection, int64_t series, int64_t step,
                           struct error *error)
{
    struct history_tree *tree = history_tree_open(connection, series, error);
    if (!tree)
        return -1;
    int64_t count = tree->count;
    int result = step < INT64_MAX ? history_tree_find(tree, step + 1, &count, error) : 0;
    if (result == 0 && count == 0)
        result = series_delete(connection, series, error);
    else if (result == 0 && count < tree->count)
        result = history_tree_truncate(tree, count, error);
    history_tree_free(tree);
    return result;
}

static int history_truncation_run(struct connection *connection, void *context, struct error *error)
{
    const struct history_truncation *truncation = context;
    struct history_series_row *rows;
    size_t count;
    int64_t job;
    if (job_number(connection, truncation->job_id, &job, error) != 0 ||
        history_series_list(connection, truncation->job_id, &rows, &count, error) != 0)
        return -1;
    connection_change(connection, change_of_job(job));
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result =
            series_truncate(connection, rows[i].number,
                            rows[i].per_epoch ? truncation->epoch_step : truncation->step, error);
    records_free(&history_series_kind, rows, count);
    return result;
}

int store_history_truncate(struct store *store, const char *job_id, int64_t step,
                           int64_t epoch_step, struct error *error)
{
    struct history_truncation truncation = {
        .job_id = job_id, .step = step, .epoch_step = epoch_step};
    return store_write(store, history_truncation_run, &truncation, error);
}
