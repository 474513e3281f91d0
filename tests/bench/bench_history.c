/* Measures histories: appending three series of many steps and looking at them at any zoom. The
 * last line is JSON, for programs. Usage: bench_history [steps] [points an append] [folder] */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/rng.h"
#include "storage/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SERIES = 3, QUERIES = 200, POINTS = 500 };

static const char *const metrics[SERIES] = {"loss", "learning_rate", "gradient_norm"};

static void stop_on(const struct error *error)
{
    fprintf(stderr, "bench_history: %s\n", error->message);
    exit(1);
}

static void job_make(struct store *store, char id[ID_SIZE])
{
    struct error error = {0};
    char dataset[] = "ds_bench", name[] = "bench", text[] = "{}", state[] = "running";
    char *path;
    bool existing;
    struct dataset_record record = {.id = strdup(dataset),
                                    .name = strdup(name),
                                    .source_sha256 = strdup(name),
                                    .description = strdup(text)};
    if (store_upload_create(store, &path, &error) < 0 || id_make("job", id, &error) != 0 ||
        store_dataset_add(store, path, &record, &existing, NULL, &error) != 0)
        stop_on(&error);
    struct job_record job = {.id = id,
                             .name = name,
                             .state = state,
                             .dataset_id = record.id,
                             .spec = text,
                             .status = text,
                             .attempt = 1};
    if (store_job_add(store, &job, "state", "{}", NULL, &error) != 0)
        stop_on(&error);
    dataset_record_clear(&record);
    free(path);
}

/* Of the whole process; on a busy machine it says more than the clock. */
static double processor_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Points a second. */
static double append_all(struct store *store, const char *job, int64_t steps, int64_t batch)
{
    struct error error = {0};
    struct rng rng = rng_stream(1, "bench", "history", 0);
    int64_t *step = calloc((size_t)batch, sizeof(*step));
    double *values = calloc((size_t)batch, sizeof(*values));
    if (!step || !values)
        exit(1);
    double tenth_s = 0;
    uint64_t start_ns = clock_now_ns(), part_ns = start_ns;
    for (int64_t done = 0; done < steps; done += batch) {
        struct history_points points[SERIES];
        int64_t count = steps - done < batch ? steps - done : batch;
        for (int64_t i = 0; i < count; i++) {
            step[i] = done + i + 1;
            values[i] = 1 / sqrt((double)step[i]) + rng_double(&rng, (uint64_t)step[i]);
        }
        for (int i = 0; i < SERIES; i++)
            points[i] = (struct history_points){
                .metric = metrics[i], .count = count, .steps = step, .values = values};
        struct job_change change = {.id = job, .points = points, .point_series_count = SERIES};
        if (store_job_change(store, &change, NULL, &error) != 0)
            stop_on(&error);
        if (tenth_s == 0 && done + count >= steps / 10)
            tenth_s = clock_since_s(part_ns);
        if (done + count < steps - steps / 10)
            part_ns = done + count < steps / 10 ? part_ns : clock_now_ns();
    }
    double all_s = clock_since_s(start_ns), used_s = processor_ms() / 1e3;
    printf("append %lld steps x %d series by %lld: %.2f s, %.2f million points/s; first tenth "
           "%.2f s, last tenth %.2f s; processor time %.2f s\n",
           (long long)steps, SERIES, (long long)batch, all_s,
           (double)(steps * SERIES) / all_s / 1e6, tenth_s, clock_since_s(part_ns), used_s);
    free(step);
    free(values);
    return (double)(steps * SERIES) / all_s;
}

static int number_order(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

/* One series at POINTS, over all of it or over random ranges; every other one keeps a step. The
 * median in milliseconds. */
static double query_all(struct store *store, const char *job, int64_t steps, bool whole)
{
    struct error error = {0};
    struct rng rng = rng_stream(2, "bench", "ranges", 0);
    const char *const loss[] = {"loss", NULL};
    double times_ms[QUERIES], start_ms = processor_ms();
    for (uint64_t i = 0; i < QUERIES; i++) {
        struct history_query query = {.job_id = job, .metrics = loss, .points = POINTS};
        if (!whole) {
            query.from = 1 + (int64_t)rng_below(&rng, 4 * i, (uint64_t)steps);
            query.to = query.from +
                       (int64_t)rng_below(&rng, 4 * i + 1, (uint64_t)(steps - query.from + 1));
        }
        if (i % 2)
            query.keep_step = 1 + (int64_t)rng_below(&rng, 4 * i + 2, (uint64_t)steps);
        struct history_series *series;
        size_t count;
        uint64_t start_ns = clock_now_ns();
        if (store_history_query(store, &query, &series, &count, &error) != 0)
            stop_on(&error);
        times_ms[i] = clock_since_s(start_ns) * 1e3;
        history_series_clear(series);
        free(series);
    }
    qsort(times_ms, QUERIES, sizeof(times_ms[0]), number_order);
    printf("query %d points over %s: median %.3f ms, p99 %.3f ms, worst %.3f ms, "
           "mean processor time %.3f ms\n",
           POINTS, whole ? "the whole" : "random ranges", times_ms[QUERIES / 2],
           times_ms[QUERIES * 99 / 100], times_ms[QUERIES - 1],
           (processor_ms() - start_ms) / QUERIES);
    return times_ms[QUERIES / 2];
}

int main(int count, char **arguments)
{
    int64_t steps = count > 1 ? atoll(arguments[1]) : 10000000;
    int64_t batch = count > 2 ? atoll(arguments[2]) : 1000;
    char made[] = "/tmp/propd-bench-XXXXXX";
    struct error error = {0};
    const char *folder = count > 3 ? arguments[3] : mkdtemp(made);
    struct store_options options = {.folder = folder};
    struct store *store = folder && steps > 0 && batch > 0 ? store_open(&options, &error) : NULL;
    if (!store)
        stop_on(&error);
    char job[ID_SIZE];
    job_make(store, job);
    const double points_s = append_all(store, job, steps, batch);
    const double whole_ms = query_all(store, job, steps, true);
    const double range_ms = query_all(store, job, steps, false);
    struct store_statistics statistics;
    if (store_statistics(store, &statistics, &error) == 0)
        printf("database %.1f MB in %s\n", (double)statistics.database_bytes / 1e6, folder);
    store_close(store);
    printf(
        "{\"bench\": \"history\", \"steps\": %lld, \"append_points_s\": %.0f, \"query_ms\": %.4f, "
        "\"range_query_ms\": %.4f}\n",
        (long long)steps, points_s, whole_ms, range_ms);
    return 0;
}
