/* Jobs: compare-and-set, lists, the scheduler's questions, removal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const queued[] = {"queued", NULL};
static const char *const running[] = {"running", "paused", NULL};

static struct store *store;
static char dataset[ID_SIZE];

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

START_TEST(a_job_is_found_by_id_and_by_its_newest_name)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct job_record record;
    job_make(store, "digits", dataset, first);
    job_make(store, "digits", dataset, second);
    ck_assert_ok(store_job_find(store, NULL, "digits", &record, &failure));
    ck_assert_str_eq(record.id, second);
    ck_assert_str_eq(record.state, "queued");
    ck_assert_str_eq(record.spec, "{\"dataset\": \"iris\"}");
    ck_assert_str_eq(record.status, "{}");
    ck_assert_ptr_null(record.error_code);
    ck_assert_ptr_null(record.model_id);
    ck_assert_int_eq(record.attempt, 1);
    job_record_clear(&record);
    ck_assert_ok(store_job_find(store, NULL, first, &record, &failure));
    ck_assert_str_eq(record.id, first);
    job_record_clear(&record);
    ck_assert_fails(store_job_get(store, "digits", &record, &failure), ERROR_NOT_FOUND);
    ck_assert_fails(store_job_find(store, NULL, "job_none", &record, &failure), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_job_needs_its_dataset)
{
    char id[] = "job_x", name[] = "x", state[] = "queued", text[] = "{}", none[] = "ds_none";
    struct job_record record = {
        .id = id, .name = name, .state = state, .dataset_id = none, .spec = text, .status = text};
    ck_assert_fails(store_job_add(store, &record, "state", "{}", NULL, &failure), ERROR_NOT_FOUND);
    ck_assert_fails(store_job_get(store, id, &record, &failure), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_change_sets_what_it_names_and_nothing_else)
{
    char id[ID_SIZE];
    int64_t seq, priority = 7;
    struct job_record record;
    job_make(store, "job", dataset, id);
    struct job_change change = {.id = id,
                                .from = queued,
                                .to = "running",
                                .started_ms = 5,
                                .priority = &priority,
                                .add_attempts = 1,
                                .events = {{"state", "{\"state\": \"running\"}"}}};
    ck_assert_ok(store_job_change(store, &change, &seq, &failure));
    change = (struct job_change){.id = id,
                                 .status = "{\"epoch\": 1}",
                                 .error_code = "io",
                                 .error_message = "it broke",
                                 .spec = "{}"};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_job_get(store, id, &record, &failure));
    ck_assert_str_eq(record.state, "running");
    ck_assert_int_eq(record.priority, 7);
    ck_assert_int_eq(record.attempt, 2);
    ck_assert_int_eq(record.started_ms, 5);
    ck_assert_int_eq(record.finished_ms, 0);
    ck_assert_int_eq(record.seq, seq);
    ck_assert_str_eq(record.status, "{\"epoch\": 1}");
    ck_assert_str_eq(record.spec, "{}");
    ck_assert_str_eq(record.error_code, "io");
    ck_assert_str_eq(record.error_message, "it broke");
    job_record_clear(&record);
}
END_TEST

START_TEST(a_change_from_another_state_is_refused_whole)
{
    char id[ID_SIZE];
    int64_t steps[] = {1};
    double values[] = {1};
    struct job_record record;
    struct event_record *events;
    size_t count;
    job_make(store, "job", dataset, id);
    struct history_points points = {.metric = "loss", .count = 1, .steps = steps, .values = values};
    struct job_change change = {.id = id,
                                .from = running,
                                .to = "succeeded",
                                .events = {{"end", "{}"}},
                                .points = &points,
                                .point_series_count = 1};
    error_clear(&failure);
    ck_assert_int_eq(store_job_change(store, &change, NULL, &failure), -1);
    ck_assert_int_eq(failure.code, ERROR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(failure.message, "is queued: it must be running or paused"));
    error_clear(&failure);
    ck_assert_ok(store_job_get(store, id, &record, &failure));
    ck_assert_str_eq(record.state, "queued");
    job_record_clear(&record);
    ck_assert_ok(store_event_list(store, id, 0, 100, &events, &count, &failure));
    ck_assert_uint_eq(count, 1);
    event_record_clear(events);
    free(events);
    change.id = "job_none";
    ck_assert_fails(store_job_change(store, &change, NULL, &failure), ERROR_NOT_FOUND);
}
END_TEST

struct race {
    const char *id;
    int won;
};

static void *race_run(void *argument)
{
    struct race *race = argument;
    struct job_change change = {.id = race->id, .from = queued, .to = "running"};
    struct error error = {0};
    race->won = store_job_change(store, &change, NULL, &error) == 0;
    return NULL;
}

START_TEST(of_many_who_start_a_job_one_does)
{
    enum { THREADS = 8 };
    char id[ID_SIZE];
    struct race races[THREADS];
    pthread_t threads[THREADS];
    int won = 0;
    job_make(store, "job", dataset, id);
    for (int i = 0; i < THREADS; i++) {
        races[i] = (struct race){.id = id};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, race_run, &races[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        won += races[i].won;
    }
    ck_assert_int_eq(won, 1);
}
END_TEST

START_TEST(waiting_jobs_come_by_priority_and_then_by_age)
{
    char ids[4][ID_SIZE], **list;
    size_t count;
    static const int64_t priorities[] = {0, 5, 0, 5};
    static const int order[] = {1, 3, 0, 2};
    for (int i = 0; i < 4; i++) {
        job_make(store, "job", dataset, ids[i]);
        struct job_change change = {.id = ids[i], .priority = &priorities[i]};
        ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    }
    ck_assert_ok(store_job_ids(store, "queued", &list, &count, &failure));
    ck_assert_uint_eq(count, 4);
    for (int i = 0; i < 4; i++) {
        ck_assert_str_eq(list[i], ids[order[i]]);
        free(list[i]);
    }
    free(list);
    ck_assert_ok(store_job_ids(store, "running", &list, &count, &failure));
    ck_assert_uint_eq(count, 0);
    free(list);
}
END_TEST

START_TEST(jobs_are_counted_and_listed_by_state)
{
    char ids[3][ID_SIZE];
    static const char *const states[] = {"queued", "running", "paused"};
    int64_t counts[ARRAY_COUNT(states)];
    struct job_record *records;
    size_t count;
    bool more;
    for (int i = 0; i < 3; i++)
        job_make(store, i == 1 ? "other" : "job", dataset, ids[i]);
    struct job_change change = {.id = ids[2], .to = "running"};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_job_counts(store, states, ARRAY_COUNT(states), counts, &failure));
    ck_assert_int_eq(counts[0], 2);
    ck_assert_int_eq(counts[1], 1);
    ck_assert_int_eq(counts[2], 0);
    char state[] = "queued", name[] = "other", none[] = "ds_none";
    char *const texts[] = {state, name, dataset, none};
    struct store_filter filters[] = {{.column = "state", .texts = &texts[0], .count = 1},
                                     {.column = "name", .texts = &texts[1], .count = 1},
                                     {.column = "dataset_id", .texts = &texts[2], .count = 1}};
    struct store_page page = {.limit = 10, .filters = filters, .filter_count = 3};
    ck_assert_ok(store_job_list(store, &page, &records, &count, &more, &failure));
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(records[0].id, ids[1]);
    ck_assert_str_eq(records[0].spec, "{\"dataset\": \"iris\"}");
    job_record_clear(records);
    free(records);
    filters[2].texts = &texts[3];
    page = (struct store_page){.limit = 10, .filters = &filters[2], .filter_count = 1};
    ck_assert_ok(store_job_list(store, &page, &records, &count, &more, &failure));
    ck_assert_uint_eq(count, 0);
    free(records);
}
END_TEST

START_TEST(a_removed_job_takes_all_but_its_models)
{
    static const char *const finished[] = {"succeeded", "failed", NULL};
    char id[ID_SIZE], model_id[] = "mdl_1", name[] = "iris", sha256[] = "weights", info[] = "{}";
    int64_t steps[] = {1, 2};
    double values[] = {1, 2};
    uint8_t bytes[] = {1, 2, 3};
    struct bytes content = {.data = bytes, .size = sizeof(bytes)};
    struct model_record model = {
        .id = model_id, .name = name, .job_id = id, .sha256 = sha256, .info = info};
    struct history_points points = {.metric = "loss", .count = 2, .steps = steps, .values = values};
    job_make(store, "job", dataset, id);
    struct job_change change = {.id = id,
                                .points = &points,
                                .point_series_count = 1,
                                .checkpoint = &content,
                                .model = &model,
                                .model_file = &content};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_int_eq(model.version, 1);
    ck_assert_int_eq(model.file_bytes, 3);
    free(model.file_sha256);
    ck_assert_fails(store_job_remove(store, id, finished, NULL, &failure), ERROR_CONFLICT);
    change = (struct job_change){.id = id, .to = "failed", .finished_ms = 1};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    struct job_record record;
    ck_assert_ok(store_job_get(store, id, &record, &failure));
    ck_assert_str_eq(record.model_id, "mdl_1");
    job_record_clear(&record);
    ck_assert_ok(store_job_remove(store, id, finished, NULL, &failure));
    ck_assert_fails(store_job_get(store, id, &record, &failure), ERROR_NOT_FOUND);
    struct bytes file;
    ck_assert_ok(store_model_file(store, "mdl_1", &file, &failure));
    ck_assert_uint_eq(file.size, 3);
    bytes_clear(&file);
    ck_assert_int_eq(database_number("SELECT (SELECT count(*) FROM events) + "
                                     "(SELECT count(*) FROM checkpoints) + "
                                     "(SELECT count(*) FROM job_specs) + "
                                     "(SELECT count(*) FROM history_series) + "
                                     "(SELECT count(*) FROM history_chunks)"),
                     0);
    ck_assert_int_eq(database_number("SELECT uses FROM blobs"), 1);
}
END_TEST

START_TEST(lists_and_the_schedulers_questions_use_indexes)
{
    static const char *const questions[] = {
        "SELECT id FROM jobs WHERE state = 'x' ORDER BY priority DESC, id",
        "SELECT id, spec FROM jobs CROSS JOIN job_specs ON job_specs.job = jobs.number "
        "WHERE state = 'x' AND id < 'y' ORDER BY id DESC",
        "SELECT id FROM jobs WHERE name = 'x' ORDER BY id DESC",
        "SELECT id FROM jobs WHERE dataset_id = 'x' ORDER BY id DESC",
        "SELECT id FROM datasets WHERE name = 'x' ORDER BY id DESC",
        "SELECT id FROM jobs WHERE name = 'x' AND owner = 'y' ORDER BY id DESC",
        "SELECT id FROM jobs WHERE owner = 'y' ORDER BY id DESC",
        "SELECT id FROM models WHERE name = 'x' AND owner = 'y' ORDER BY version DESC",
        "SELECT id FROM models WHERE name = 'x' ORDER BY id DESC",
        "SELECT seq FROM events WHERE job = 1 AND seq > 5 ORDER BY seq",
        "SELECT position FROM history_chunks WHERE series = 1 AND level = 0 AND first_step <= 5 "
        "ORDER BY first_step DESC",
    };
    sqlite3 *database;
    char path[128], sql[512];
    snprintf(path, sizeof(path), "%s/propd.db", folder);
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    for (size_t i = 0; i < ARRAY_COUNT(questions); i++) {
        sqlite3_stmt *plan;
        snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", questions[i]);
        ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &plan, NULL), SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *detail = (const char *)sqlite3_column_text(plan, 3);
            ck_assert_msg(strncmp(detail, "SEARCH", 6) == 0, "%s: %s", questions[i], detail);
        }
        sqlite3_finalize(plan);
    }
    sqlite3_close(database);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_job_is_found_by_id_and_by_its_newest_name);
    tcase_add_test(tests, a_job_needs_its_dataset);
    tcase_add_test(tests, a_change_sets_what_it_names_and_nothing_else);
    tcase_add_test(tests, a_change_from_another_state_is_refused_whole);
    tcase_add_test(tests, of_many_who_start_a_job_one_does);
    tcase_add_test(tests, waiting_jobs_come_by_priority_and_then_by_age);
    tcase_add_test(tests, jobs_are_counted_and_listed_by_state);
    tcase_add_test(tests, a_removed_job_takes_all_but_its_models);
    tcase_add_test(tests, lists_and_the_schedulers_questions_use_indexes);
}

int main(void)
{
    return suite_run("jobs", store_setup, store_teardown, tests_add);
}
