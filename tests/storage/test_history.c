/* Histories against a model that keeps every point in a list. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/rng.h"
#include "tests/storage/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MAX = 40000, SAME_POINTS = 1700 };

/* The list that histories are compared with. */
struct list {
    int64_t count;
    int64_t steps[POINTS_MAX], epochs[POINTS_MAX];
    double values[POINTS_MAX];
};

static struct rng draws;
static uint64_t draw_count;

static int64_t draw(int64_t bound)
{
    return (int64_t)rng_below(&draws, draw_count++, (uint64_t)bound);
}

static void append(struct store *store, const char *job, const char *metric, struct list *list,
                   int64_t count, bool per_epoch)
{
    int64_t start = list->count;
    ck_assert_int_le(start + count, POINTS_MAX);
    struct history_points points = {.metric = metric,
                                    .per_epoch = per_epoch,
                                    .count = count,
                                    .steps = list->steps + start,
                                    .epochs = per_epoch ? list->epochs + start : NULL,
                                    .values = list->values + start};
    struct job_change change = {.id = job, .points = &points, .point_series_count = 1};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    list->count += count;
}

static double value_draw(void)
{
    switch (draw(400)) {
    case 0:
        return (double)NAN;
    case 1:
        return (double)INFINITY;
    case 2:
        return -(double)INFINITY;
    case 3:
        return 1e6; /* a spike */
    default:
        return rng_normal(&draws, draw_count++);
    }
}

static void list_extend(struct list *list, int64_t count, bool even)
{
    int64_t step = list->count > 0 ? list->steps[list->count - 1] : 0;
    for (int64_t i = list->count; i < list->count + count; i++) {
        step += even ? 1 : 1 + draw(5);
        list->steps[i] = step;
        list->epochs[i] = step / 10;
        bool rests = i / SAME_POINTS % 2 == 1; /* longer than a leaf of the tree */
        list->values[i] = rests ? list->values[i - 1] : value_draw();
    }
}

static bool same(double left, double right)
{
    return (isnan(left) && isnan(right)) || left == right;
}

static int worst_rank(double value)
{
    return isnan(value) ? 3 : isfinite(value) ? 0 : value > 0 ? 2 : 1;
}

/* One bucket against the list's points [at, at + count). */
static void bucket_check(const struct list *list, int64_t at, const struct history_bucket *bucket,
                         bool per_epoch)
{
    const double none = (double)NAN;
    double min = none, max = none, first = none, last = none, worst = 0;
    long double sum = 0, magnitude = 0;
    int64_t finite = 0;
    for (int64_t i = at; i < at + bucket->count; i++) {
        double value = list->values[i];
        if (worst_rank(value) > worst_rank(worst))
            worst = value;
        if (!isfinite(value))
            continue;
        first = finite == 0 ? value : first;
        min = fmin(min, value);
        max = fmax(max, value);
        last = value;
        sum += (long double)value;
        magnitude += fabsl((long double)value);
        finite++;
    }
    ck_assert_int_eq(bucket->first_step, list->steps[at]);
    if (per_epoch)
        ck_assert_int_eq(bucket->epoch, list->epochs[at]);
    ck_assert(same(bucket->min, min) && same(bucket->max, max));
    ck_assert(same(bucket->first, first) && same(bucket->last, last));
    ck_assert_int_eq(bucket->nonfinite, worst_rank(worst) > 0);
    if (bucket->nonfinite)
        ck_assert(same(bucket->worst, worst));
    if (finite == 0)
        ck_assert(isnan(bucket->mean));
    else
        ck_assert(fabsl((long double)bucket->mean - sum / finite) <=
                  1e-14L * magnitude / finite * 64);
}

static int64_t list_find(const struct list *list, int64_t step)
{
    int64_t i = 0;
    while (i < list->count && list->steps[i] < step)
        i++;
    return i;
}

static void query_check(struct store *store, const struct list *list,
                        const struct history_query *query, bool per_epoch)
{
    struct history_series *series;
    size_t count;
    ck_assert_ok(store_history_query(store, query, &series, &count, &failure));
    ck_assert_uint_eq(count, 1);
    bool all = query->from == 0 && query->to == 0;
    int64_t from = all ? 0 : list_find(list, query->from);
    int64_t to = all ? list->count : list_find(list, query->to + 1);
    to = to < from ? from : to;
    ck_assert_int_eq(series->count, to - from);
    if (query->points > 0)
        ck_assert_int_le((int64_t)series->bucket_count, query->points);
    if (query->points == 0 || to - from <= query->points) {
        ck_assert_int_eq(series->stride, 1);
        ck_assert_int_eq((int64_t)series->bucket_count, to - from);
    } else {
        ck_assert_int_ge((int64_t)series->bucket_count * 9 / 7 + 3, query->points / 2);
    }
    bool kept = false, there = false;
    int64_t at = from;
    for (size_t i = 0; i < series->bucket_count; i++) {
        ck_assert_int_gt(series->buckets[i].count, 0);
        ck_assert_int_le(series->buckets[i].count, series->stride);
        bucket_check(list, at, &series->buckets[i], per_epoch);
        kept = kept || list->steps[at] == query->keep_step;
        at += series->buckets[i].count;
    }
    ck_assert_int_eq(at, to);
    for (int64_t i = from; i < to; i++)
        there = there || list->steps[i] == query->keep_step;
    if (there && query->points != 1)
        ck_assert(kept);
    history_series_clear(series);
    free(series);
}

static void random_query(struct store *store, const char *job, const struct list *list,
                         bool per_epoch)
{
    int64_t end = list->count > 0 ? list->steps[list->count - 1] : 0;
    struct history_query query = {.job_id = job, .points = draw(3) ? 1 + draw(700) : draw(8)};
    if (draw(3)) {
        query.from = draw(end + 2);
        query.to = query.from + draw(end - query.from + 10);
    }
    if (draw(2) && list->count > 0)
        query.keep_step = list->steps[draw(list->count)] + draw(2);
    query_check(store, list, &query, per_epoch);
}

static void truncate_to(struct store *store, const char *job, struct list *list, int64_t step)
{
    ck_assert_ok(store_history_truncate(store, job, step, step, &failure));
    list->count = list_find(list, step + 1);
}

static void random_walk(bool even, bool per_epoch, uint64_t seed)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    struct list *list = calloc(1, sizeof(*list));
    ck_assert_ptr_nonnull(list);
    draws = rng_stream(seed, "test", "history", 0);
    draw_count = 0;
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    for (int round = 0; round < 30; round++) {
        static const int64_t sizes[] = {1, 3, 64, 100, 511, 513, 4096, 5000};
        int64_t size = sizes[draw(8)];
        if (list->count + size > POINTS_MAX || (round > 5 && draw(6) == 0))
            truncate_to(store, job, list, 1 + draw(list->steps[list->count - 1]));
        if (list->count + size <= POINTS_MAX) {
            list_extend(list, size, even);
            append(store, job, "loss", list, size, per_epoch);
        }
        for (int i = 0; i < 4; i++)
            random_query(store, job, list, per_epoch);
    }
    free(list);
    store_close(store);
}

START_TEST(any_zoom_of_consecutive_steps_is_exact)
{
    random_walk(true, false, (uint64_t)_i);
}
END_TEST

START_TEST(any_zoom_of_steps_with_gaps_is_exact)
{
    random_walk(false, true, 100 + (uint64_t)_i);
}
END_TEST

START_TEST(single_appends_give_the_same_rows_as_one_big_one)
{
    char dataset[ID_SIZE], one[ID_SIZE], many[ID_SIZE];
    struct store *store = store_reopen();
    struct list *list = calloc(1, sizeof(*list));
    ck_assert_ptr_nonnull(list);
    draws = rng_stream(7, "test", "history", 0);
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "one", dataset, one);
    job_make(store, "many", dataset, many);
    list_extend(list, 600, true);
    append(store, one, "loss", list, 600, false);
    list->count = 0;
    for (int i = 0; i < 600; i++)
        append(store, many, "loss", list, 1, false);
    store_close(store);
    ck_assert_int_gt(database_number("SELECT count(*) FROM history_chunks"), 7);
    ck_assert_int_eq(database_number("SELECT count(*) FROM history_chunks AS a JOIN "
                                     "history_chunks AS b USING (level, position, data) "
                                     "WHERE a.series < b.series") *
                         2,
                     database_number("SELECT count(*) FROM history_chunks"));
    free(list);
}
END_TEST

START_TEST(a_spike_is_seen_at_every_zoom)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    struct list *list = calloc(1, sizeof(*list));
    ck_assert_ptr_nonnull(list);
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    for (int64_t i = 0; i < POINTS_MAX; i++) {
        list->steps[i] = i + 1;
        list->values[i] = i == 31234 ? 100 : 1;
    }
    append(store, job, "loss", list, POINTS_MAX, false);
    for (int64_t points = 1; points < POINTS_MAX; points = points * 3 + 1) {
        struct history_query query = {.job_id = job, .points = points};
        struct history_series *series;
        size_t count;
        double max = 0;
        ck_assert_ok(store_history_query(store, &query, &series, &count, &failure));
        for (size_t i = 0; i < series->bucket_count; i++)
            max = fmax(max, series->buckets[i].max);
        ck_assert_double_eq(max, 100);
        history_series_clear(series);
        free(series);
    }
    free(list);
    store_close(store);
}
END_TEST

START_TEST(means_of_huge_values_stay_between_min_and_max)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    struct list *list = calloc(1, sizeof(*list));
    ck_assert_ptr_nonnull(list);
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    for (int64_t i = 0; i < 1000; i++) {
        list->steps[i] = i + 1;
        list->values[i] = 1.7e308;
    }
    append(store, job, "loss", list, 1000, false);
    struct history_query query = {.job_id = job, .points = 1};
    struct history_series *series;
    size_t count;
    ck_assert_ok(store_history_query(store, &query, &series, &count, &failure));
    ck_assert_double_eq(series->buckets[0].mean, 1.7e308);
    ck_assert_int_eq(series->buckets[0].count, 1000);
    history_series_clear(series);
    free(series);
    free(list);
    store_close(store);
}
END_TEST

START_TEST(series_are_chosen_by_metric_and_go_with_their_last_point)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    struct list *list = calloc(1, sizeof(*list));
    const char *const metrics[] = {"val_loss", "nothing", NULL};
    struct history_series *series;
    size_t count;
    ck_assert_ptr_nonnull(list);
    draws = rng_stream(1, "test", "history", 0);
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    list_extend(list, 10, true);
    append(store, job, "loss", list, 10, false);
    list->count = 0;
    append(store, job, "val_loss", list, 5, true);
    struct history_query query = {.job_id = job, .metrics = metrics};
    ck_assert_ok(store_history_query(store, &query, &series, &count, &failure));
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(series->metric, "val_loss");
    ck_assert(series->per_epoch);
    ck_assert_int_eq(series->count, 5);
    history_series_clear(series);
    free(series);
    ck_assert_ok(store_history_truncate(store, job, 0, 0, &failure));
    query.metrics = NULL;
    ck_assert_ok(store_history_query(store, &query, &series, &count, &failure));
    ck_assert_uint_eq(count, 0);
    free(series);
    query.job_id = "job_none";
    ck_assert_fails(store_history_query(store, &query, &series, &count, &failure), ERROR_NOT_FOUND);
    free(list);
    store_close(store);
}
END_TEST

START_TEST(epochs_are_cut_at_a_step_of_their_own)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct history_series *series;
    size_t count;
    struct list *list = calloc(1, sizeof(*list));
    struct store *store = store_reopen();
    ck_assert_ptr_nonnull(list);
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    list_extend(list, 10, true);
    append(store, job, "loss", list, 10, false);
    list->count = 0;
    append(store, job, "val_loss", list, 10, true);
    int64_t step = list->steps[7], epoch_step = list->steps[4];
    ck_assert_ok(store_history_truncate(store, job, step, epoch_step, &failure));
    struct history_query query = {.job_id = job};
    ck_assert_ok(store_history_query(store, &query, &series, &count, &failure));
    ck_assert_uint_eq(count, 2);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(series[i].count, series[i].per_epoch ? 5 : 8);
        history_series_clear(&series[i]);
    }
    free(series);
    free(list);
    store_close(store);
}
END_TEST

START_TEST(steps_that_do_not_ascend_are_refused_and_change_nothing)
{
    char dataset[ID_SIZE], job[ID_SIZE];
    struct store *store = store_reopen();
    const int64_t good[] = {1, 2, 5}, bad[] = {6, 6};
    const double values[] = {1, 2, 3};
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    struct history_points points = {.metric = "loss", .count = 3, .steps = good, .values = values};
    struct job_change change = {.id = job, .points = &points, .point_series_count = 1};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    points.steps = bad;
    points.count = 2;
    ck_assert_fails(store_job_change(store, &change, NULL, &failure), ERROR_INVALID);
    struct history_query query = {.job_id = job};
    struct history_series *series;
    size_t count;
    ck_assert_ok(store_history_query(store, &query, &series, &count, &failure));
    ck_assert_int_eq(series->count, 3);
    ck_assert_int_eq(series->buckets[2].first_step, 5);
    history_series_clear(series);
    free(series);
    store_close(store);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_loop_test(tests, any_zoom_of_consecutive_steps_is_exact, 0, 3);
    tcase_add_loop_test(tests, any_zoom_of_steps_with_gaps_is_exact, 0, 3);
    tcase_add_test(tests, single_appends_give_the_same_rows_as_one_big_one);
    tcase_add_test(tests, a_spike_is_seen_at_every_zoom);
    tcase_add_test(tests, means_of_huge_values_stay_between_min_and_max);
    tcase_add_test(tests, series_are_chosen_by_metric_and_go_with_their_last_point);
    tcase_add_test(tests, epochs_are_cut_at_a_step_of_their_own);
    tcase_add_test(tests, steps_that_do_not_ascend_are_refused_and_change_nothing);
}

int main(void)
{
    return suite_run("history", folder_setup, folder_teardown, tests_add);
}
