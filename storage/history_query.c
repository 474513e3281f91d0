/* Histories at any zoom: a range of points cut into buckets of equal length. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/history_series.h"
#include "storage/history_tree.h"
#include "storage/internal.h"
#include "storage/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A bucket is merged out of at least so many cells, so that its length can be near what is wanted.
 */
enum { CELLS_A_BUCKET = 6 };

void history_series_clear(struct history_series *series)
{
    free(series->metric);
    free(series->buckets);
    memset(series, 0, sizeof(*series));
}

/* How a range of points is cut: at base + i × stride, and at `split`. */
struct cut {
    int64_t from, to; /* ordinals */
    int64_t base;     /* at or before from */
    int64_t stride;
    int64_t split; /* -1: none */
    int level;     /* whose cells are merged */
};

static int64_t divide_up(int64_t number, int64_t by)
{
    return (number + by - 1) / by;
}

/* The ordinals of the query's steps. */
static int range_find(struct history_tree *tree, const struct history_query *query, struct cut *cut,
                      struct error *error)
{
    cut->from = 0;
    cut->to = tree->count;
    cut->split = -1;
    if (query->from == 0 && query->to == 0)
        return 0;
    if (history_tree_find(tree, query->from, &cut->from, error) != 0)
        return -1;
    if (query->to < INT64_MAX && history_tree_find(tree, query->to + 1, &cut->to, error) != 0)
        return -1;
    if (cut->to < cut->from)
        cut->to = cut->from;
    return 0;
}

/* Where the bucket of keep_step is split, if a point has that step and buckets are to spare. */
static int split_find(struct history_tree *tree, const struct history_query *query, struct cut *cut,
                      struct error *error)
{
    int64_t at, behind;
    if (query->keep_step == 0 || query->points == 1 || query->keep_step == INT64_MAX)
        return 0;
    if (history_tree_find(tree, query->keep_step, &at, error) != 0 ||
        history_tree_find(tree, query->keep_step + 1, &behind, error) != 0)
        return -1;
    if (behind == at + 1 && at > cut->from && at < cut->to)
        cut->split = at;
    return 0;
}

/* The coarsest level of which a bucket still takes several cells; the stride is a multiple of its
 * cells, so that only the ends of the range and the split are read from below. */
static void stride_choose(struct cut *cut, int64_t points)
{
    int64_t budget = cut->split >= 0 ? points - 1 : points;
    assert(budget > 0);
    int64_t wanted = divide_up(cut->to - cut->from, budget);
    cut->level = 0;
    while (cut->level < HISTORY_LEVELS &&
           history_level_points(cut->level + 1) * CELLS_A_BUCKET <= wanted)
        cut->level++;
    int64_t cell = history_level_points(cut->level);
    cut->base = cut->from / cell * cell;
    cut->stride = cell * divide_up(cut->to - cut->base, cell * budget);
}

static int cut_choose(struct history_tree *tree, const struct history_query *query, struct cut *cut,
                      struct error *error)
{
    if (range_find(tree, query, cut, error) != 0)
        return -1;
    cut->base = cut->from;
    cut->stride = 1;
    cut->level = 0;
    if (query->points == 0 || cut->to - cut->from <= query->points)
        return 0;
    if (split_find(tree, query, cut, error) != 0)
        return -1;
    stride_choose(cut, query->points);
    return 0;
}

/* The end of the bucket that begins at `from`. */
static int64_t bucket_end(const struct cut *cut, int64_t from)
{
    int64_t index = (from - cut->base) / cut->stride;
    int64_t end = cut->base + (index + 1) * cut->stride;
    if (from < cut->split && cut->split < end)
        end = cut->split;
    return end < cut->to ? end : cut->to;
}

static int buckets_fill(struct history_tree *tree, const struct cut *cut,
                        struct history_series *series, struct error *error)
{
    size_t most = (size_t)divide_up(cut->to - cut->base, cut->stride) + (cut->split >= 0);
    series->buckets = calloc(most ? most : 1, sizeof(*series->buckets));
    if (!series->buckets)
        return error_set(error, ERROR_MEMORY, "no memory for %zu points of a history", most);
    for (int64_t from = cut->from, to; from < cut->to; from = to) {
        struct history_cell cell = {0};
        to = bucket_end(cut, from);
        if (history_tree_collect(tree, cut->level, from, to, &cell, error) != 0)
            return -1;
        assert(series->bucket_count < most);
        series->buckets[series->bucket_count++] = history_cell_bucket(&cell);
    }
    return 0;
}

static int series_fill(struct connection *connection, struct history_series_row *row,
                       const struct history_query *query, struct history_series *series,
                       struct error *error)
{
    struct cut cut;
    struct history_tree *tree = history_tree_open(connection, row->number, error);
    if (!tree)
        return -1;
    int result = cut_choose(tree, query, &cut, error);
    if (result == 0) {
        series->metric = row->metric;
        row->metric = NULL;
        series->per_epoch = row->per_epoch;
        series->count = cut.to - cut.from;
        series->stride = cut.stride;
        result = buckets_fill(tree, &cut, series, error);
    }
    history_tree_free(tree);
    return result;
}

struct history_run {
    const struct history_query *query;
    struct history_series *series;
    size_t count;
};

static bool metric_wanted(const char *const *metrics, const char *metric)
{
    if (!metrics)
        return true;
    while (*metrics && strcmp(*metrics, metric) != 0)
        metrics++;
    return *metrics;
}

static int history_fill(struct connection *connection, struct history_run *run,
                        struct history_series_row *rows, size_t count, struct error *error)
{
    run->series = calloc(count ? count : 1, sizeof(*run->series));
    if (!run->series)
        return error_set(error, ERROR_MEMORY, "no memory for %zu histories", count);
    for (size_t i = 0; i < count; i++)
        if (metric_wanted(run->query->metrics, rows[i].metric) &&
            series_fill(connection, &rows[i], run->query, &run->series[run->count++], error) != 0)
            return -1;
    return 0;
}

static int history_query_run(struct connection *connection, void *context, struct error *error)
{
    struct history_run *run = context;
    struct history_series_row *rows;
    size_t count;
    if (history_series_list(connection, run->query->job_id, &rows, &count, error) != 0)
        return -1;
    int result = history_fill(connection, run, rows, count, error);
    records_free(&history_series_kind, rows, count);
    return result;
}

int store_history_query(struct store *store, const struct history_query *query,
                        struct history_series **series, size_t *count, struct error *error)
{
    assert(query->points >= 0);
    struct history_run run = {.query = query};
    if (store_read(store, history_query_run, &run, error) != 0) {
        for (size_t i = 0; i < run.count; i++)
            history_series_clear(&run.series[i]);
        free(run.series);
        return -1;
    }
    *series = run.series;
    *count = run.count;
    return 0;
}
