/* Group commit: many threads, refusals, full disks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/statement.h"
#include "tests/storage/support.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { THREADS = 8, ROUNDS = 100 };

struct work {
    struct store *store;
    int thread;
    int refused, added;
};

struct row {
    char key[32];
    bool refuse;
};

/* Adds a row, and then refuses if told to. */
static int row_run(struct connection *connection, void *context, struct error *error)
{
    const struct row *row = context;
    AUTO_CLEAR(statement_end)
    struct statement insert = statement_start(
        connection, "INSERT INTO versions (noun, owner, name, newest) VALUES ('row', '', ?, 1)");
    statement_bind_text(&insert, row->key);
    if (statement_run(&insert, error) != 0)
        return -1;
    return row->refuse ? error_set(error, ERROR_CONFLICT, "row %s is refused", row->key) : 0;
}

static void *work_run(void *argument)
{
    struct work *work = argument;
    for (int i = 0; i < ROUNDS; i++) {
        struct row row = {.refuse = i % 3 == 0};
        struct error error = {0};
        snprintf(row.key, sizeof(row.key), "%d-%d", work->thread, i);
        if (store_write(work->store, row_run, &row, &error) == 0)
            work->added++;
        else if (error.code == ERROR_CONFLICT && strstr(error.message, row.key))
            work->refused++;
    }
    return NULL;
}

START_TEST(a_refused_operation_undoes_itself_alone)
{
    struct store *store = store_reopen();
    struct work works[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        works[i] = (struct work){.store = store, .thread = i};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work_run, &works[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(works[i].refused, (ROUNDS + 2) / 3);
        ck_assert_int_eq(works[i].added, ROUNDS - (ROUNDS + 2) / 3);
    }
    struct store_statistics statistics;
    ck_assert_ok(store_statistics(store, &statistics, &failure));
    ck_assert_uint_eq(statistics.operations, THREADS * ROUNDS);
    ck_assert_uint_lt(statistics.commits, statistics.operations);
    store_close(store);
    ck_assert_int_eq(database_number("SELECT count(*) FROM versions WHERE noun = 'row'"),
                     THREADS * (ROUNDS - (ROUNDS + 2) / 3));
    ck_assert_int_eq(database_number("SELECT count(*) FROM versions WHERE noun = 'row' AND "
                                     "substr(name, instr(name, '-') + 1) % 3 = 0"),
                     0);
}
END_TEST

/* Holds the writer up until the others have queued. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool entered, open;
};

static int gate_run(struct connection *connection UNUSED, void *context, struct error *error UNUSED)
{
    struct gate *gate = context;
    pthread_mutex_lock(&gate->mutex);
    gate->entered = true;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
    return 0;
}

struct gate_call {
    struct store *store;
    struct gate *gate;
};

static void *gate_main(void *argument)
{
    struct gate_call *call = argument;
    store_write(call->store, gate_run, call->gate, NULL);
    return NULL;
}

START_TEST(what_queues_up_during_a_commit_shares_the_next)
{
    struct store *store = store_reopen();
    struct gate gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    struct gate_call call = {.store = store, .gate = &gate};
    struct work works[THREADS];
    pthread_t holder, threads[THREADS];
    struct store_statistics before, after;
    ck_assert_ok(store_statistics(store, &before, &failure));
    pthread_create(&holder, NULL, gate_main, &call);
    pthread_mutex_lock(&gate.mutex);
    while (!gate.entered)
        pthread_cond_wait(&gate.changed, &gate.mutex);
    pthread_mutex_unlock(&gate.mutex);
    for (int i = 0; i < THREADS; i++) {
        works[i] = (struct work){.store = store, .thread = i};
        pthread_create(&threads[i], NULL, work_run, &works[i]);
    }
    /* Without a way to see the queue: the group is longer than 5 ms anyway, so that the first group
     * is the gate's alone. */
    struct timespec pause = {.tv_nsec = 20000000};
    nanosleep(&pause, NULL);
    pthread_mutex_lock(&gate.mutex);
    gate.open = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
    pthread_join(holder, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_ok(store_statistics(store, &after, &failure));
    ck_assert_uint_eq(after.operations - before.operations, THREADS * ROUNDS + 1);
    ck_assert_uint_lt(after.commits - before.commits, THREADS * ROUNDS);
    store_close(store);
}
END_TEST

struct limit {
    int64_t pages;
};

static int limit_run(struct connection *connection, void *context, struct error *error)
{
    const struct limit *limit = context;
    char sql[64];
    snprintf(sql, sizeof(sql), "PRAGMA max_page_count=%lld", (long long)limit->pages);
    return connection_execute(connection, sql, error);
}

static void model_make(struct store *store, const char *name, size_t size, struct error *error,
                       int expected)
{
    AUTO_CLEAR(bytes_clear) struct bytes file = {0};
    char id[ID_SIZE], sha256[] = "weights", info[] = "{}", *own_name = strdup(name);
    memset(bytes_extend(&file, size), name[0], size);
    ck_assert_int_eq(id_make("mdl", id, error), 0);
    struct model_record record = {.id = id, .name = own_name, .sha256 = sha256, .info = info};
    ck_assert_int_eq(store_model_add(store, &record, &file, NULL, error), expected);
    free(record.file_sha256);
    free(own_name);
}

START_TEST(a_full_database_refuses_and_heals)
{
    struct store *store = store_reopen();
    struct limit limit = {.pages = database_number("PRAGMA page_count") + 20};
    char dataset[ID_SIZE];
    dataset_make(store, "iris", "bytes", dataset);
    ck_assert_ok(store_write(store, limit_run, &limit, &failure));
    model_make(store, "big", 1 << 20, &failure, -1);
    ck_assert_int_eq(failure.code, ERROR_STORAGE_FULL);
    error_clear(&failure);
    struct dataset_record record;
    ck_assert_ok(store_dataset_get(store, NULL, "iris", &record, &failure));
    dataset_record_clear(&record);
    limit.pages = 1 << 20;
    ck_assert_ok(store_write(store, limit_run, &limit, &failure));
    model_make(store, "big", 1 << 20, &failure, 0);
    struct model_record model;
    ck_assert_ok(store_model_get(store, NULL, "big", &model, &failure));
    ck_assert_int_eq(model.version, 1);
    model_record_clear(&model);
    store_close(store);
    ck_assert_int_eq(database_number("SELECT count(*) FROM pragma_integrity_check "
                                     "WHERE integrity_check <> 'ok'"),
                     0);
}
END_TEST

/* A write(2) that fails, as on a full disk. */
START_TEST(a_full_disk_refuses_and_heals)
{
    struct store *store = store_reopen();
    char dataset[ID_SIZE];
    dataset_make(store, "iris", "bytes", dataset);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before, small;
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_FSIZE, &small);
    model_make(store, "big", 3 << 20, &failure, -1);
    ck_assert_msg(failure.code == ERROR_STORAGE_FULL, "%s", failure.message);
    error_clear(&failure);
    struct dataset_record record;
    ck_assert_ok(store_dataset_get(store, NULL, "iris", &record, &failure));
    dataset_record_clear(&record);
    setrlimit(RLIMIT_FSIZE, &before);
    model_make(store, "big", 3 << 20, &failure, 0);
    store_close(store);
    ck_assert_int_eq(database_number("SELECT count(*) FROM models"), 1);
}
END_TEST

START_TEST(nothing_is_written_below_the_floor_but_reading_goes_on)
{
    char dataset[ID_SIZE], job[ID_SIZE], *path;
    struct store *store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    store_close(store);
    struct store_options options = {.folder = folder, .free_space_floor = UINT64_MAX / 2};
    store = store_open(&options, &failure);
    ck_assert_msg(store != NULL, "%s", failure.message);
    ck_assert_uint_eq(store_free_space(store), 0);
    ck_assert_fails(store_upload_create(store, &path, &failure), ERROR_STORAGE_FULL);
    model_make(store, "model", 10, &failure, -1);
    ck_assert_int_eq(failure.code, ERROR_STORAGE_FULL);
    error_clear(&failure);
    struct job_record record;
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    job_record_clear(&record);
    struct job_change change = {.id = job, .to = "failed", .finished_ms = 1};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_dataset_remove(store, dataset, NULL, &failure));
    store_close(store);
}
END_TEST

START_TEST(the_log_is_moved_into_the_database)
{
    struct store *store = store_reopen();
    char path[128];
    struct stat status;
    for (int i = 0; i < 4; i++) {
        char name[2] = {(char)('a' + i), 0};
        model_make(store, name, 30 << 20, &failure, 0);
    }
    snprintf(path, sizeof(path), "%s/propd.db-wal", folder);
    /* The writer checkpoints after it has answered; another write waits for that. */
    model_make(store, "last", 1, &failure, 0);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_lt(status.st_size, 64 << 20);
    snprintf(path, sizeof(path), "%s/propd.db", folder);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_gt(status.st_size, 100 << 20);
    store_close(store);
}
END_TEST

/* A job whose two series grow together. */
struct growth {
    struct store *store;
    char job[ID_SIZE];
};

static void *growth_write(void *argument)
{
    const struct growth *growth = argument;
    for (int64_t step = 1; step <= ROUNDS; step++) {
        double value = (double)step;
        struct history_points points[] = {
            {.metric = "loss", .count = 1, .steps = &step, .values = &value},
            {.metric = "gradient_norm", .count = 1, .steps = &step, .values = &value}};
        struct job_change change = {.id = growth->job, .points = points, .point_series_count = 2};
        struct error error = {0};
        if (store_job_change(growth->store, &change, NULL, &error) != 0)
            return argument;
    }
    return NULL;
}

/* What it saw that cannot be: series of different lengths. */
static void *growth_read(void *argument)
{
    const struct growth *growth = argument;
    struct history_query query = {.job_id = growth->job};
    bool whole = true;
    for (int64_t seen = 0; seen < ROUNDS && whole;) {
        struct history_series *series;
        size_t count;
        struct error error = {0};
        if (store_history_query(growth->store, &query, &series, &count, &error) != 0)
            return argument;
        whole = count == 0 ||
                (count == 2 && series[0].count == series[1].count && series[0].count >= seen);
        seen = count > 0 ? series[0].count : 0;
        for (size_t i = 0; i < count; i++)
            history_series_clear(&series[i]);
        free(series);
    }
    return whole ? NULL : argument;
}

START_TEST(readers_see_whole_transactions_while_others_write)
{
    enum { JOBS = 3 };
    struct store *store = store_reopen();
    struct growth growths[JOBS];
    pthread_t writers[JOBS], readers[JOBS];
    char dataset[ID_SIZE];
    dataset_make(store, "iris", "bytes", dataset);
    for (int i = 0; i < JOBS; i++) {
        growths[i].store = store;
        job_make(store, "job", dataset, growths[i].job);
        pthread_create(&writers[i], NULL, growth_write, &growths[i]);
        pthread_create(&readers[i], NULL, growth_read, &growths[i]);
    }
    for (int i = 0; i < JOBS; i++) {
        void *wrong;
        pthread_join(writers[i], &wrong);
        ck_assert_ptr_null(wrong);
        pthread_join(readers[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    store_close(store);
}
END_TEST

struct noted {
    pthread_mutex_t mutex;
    int64_t seq;
};

static void note(void *context, int64_t seq)
{
    struct noted *noted = context;
    pthread_mutex_lock(&noted->mutex);
    noted->seq = seq;
    pthread_mutex_unlock(&noted->mutex);
}

START_TEST(commits_tell_of_the_newest_event)
{
    struct store *store = store_reopen();
    struct noted noted = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    char dataset[ID_SIZE], job[ID_SIZE];
    int64_t seq;
    store_on_events(store, note, &noted);
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    struct job_change change = {.id = job, .events = {{"log", "{}"}}};
    ck_assert_ok(store_job_change(store, &change, &seq, &failure));
    /* One that is refused after its event was added tells of nothing. */
    static const int64_t steps[] = {2, 1};
    static const double values[] = {1, 1};
    struct history_points points = {.metric = "loss", .count = 2, .steps = steps, .values = values};
    change.points = &points;
    change.point_series_count = 1;
    ck_assert_fails(store_job_change(store, &change, NULL, &failure), ERROR_INVALID);
    store_close(store);
    ck_assert_int_eq(noted.seq, seq);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_refused_operation_undoes_itself_alone);
    tcase_add_test(tests, what_queues_up_during_a_commit_shares_the_next);
    tcase_add_test(tests, a_full_database_refuses_and_heals);
    tcase_add_test(tests, a_full_disk_refuses_and_heals);
    tcase_add_test(tests, nothing_is_written_below_the_floor_but_reading_goes_on);
    tcase_add_test(tests, the_log_is_moved_into_the_database);
    tcase_add_test(tests, readers_see_whole_transactions_while_others_write);
    tcase_add_test(tests, commits_tell_of_the_newest_event);
}

int main(void)
{
    return suite_run("writer", folder_setup, folder_teardown, tests_add);
}
