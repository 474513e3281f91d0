/* Settings of jobs: in order, each at its place, with what goes into the same transaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/migrations.h"
#include "tests/storage/support.h"

#include <stdio.h>
#include <string.h>

static struct store *store;
static char dataset[ID_SIZE], job[ID_SIZE];

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

static int setting_put(int64_t step, int64_t tries, const char *changes)
{
    const struct job_setting setting = {
        .step = step, .tries = tries, .at_ms = 100 + step, .changes = changes};
    const struct job_change change = {
        .id = job, .setting = &setting, .events = {{"setting", changes}}};
    return store_job_change(store, &change, NULL, &failure);
}

static void checkpoint_make(int64_t step, int64_t tries)
{
    struct bytes bytes = {0};
    bytes_append_u64(&bytes, (uint64_t)tries);
    const struct job_change change = {.id = job,
                                      .checkpoint = &bytes,
                                      .checkpoint_step = step,
                                      .checkpoint_tries = tries,
                                      .checkpoints_keep = 2};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    bytes_clear(&bytes);
}

static void settings_are(const char *id, const char *text)
{
    struct setting_record *settings;
    size_t count, size = 0;
    char found[256] = "";
    ck_assert_ok(store_setting_list(store, id, &settings, &count, &failure));
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(found + size, sizeof found - size, "%d/%d@%d%s ",
                                 (int)settings[i].step, (int)settings[i].tries,
                                 (int)settings[i].at_ms, settings[i].changes);
    ck_assert_str_eq(found, text);
    settings_free(settings, count);
}

START_TEST(settings_come_back_in_their_order_with_an_event_each)
{
    settings_are(job, "");
    ck_assert_ok(setting_put(3, 3, "{\"l1\": 1}"));
    ck_assert_ok(setting_put(3, 3, "{\"l2\": 2}"));
    ck_assert_ok(setting_put(1, 9, "{\"l1\": 3}")); /* after a rollback */
    settings_are(job, "3/3@103{\"l1\": 1} 3/3@103{\"l2\": 2} 1/9@101{\"l1\": 3} ");
    ck_assert_int_eq(database_number("SELECT count(*) FROM events WHERE type = 'setting'"), 3);
    struct setting_record *none;
    size_t count;
    ck_assert_fails(store_setting_list(store, "job_none", &none, &count, &failure),
                    ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_setting_never_comes_before_what_is_there)
{
    ck_assert_ok(setting_put(5, 5, "{}"));
    ck_assert_fails(setting_put(4, 4, "{}"), ERROR_CONFLICT);
    checkpoint_make(8, 8);
    ck_assert_fails(setting_put(7, 7, "{}"), ERROR_CONFLICT);
    ck_assert_ok(setting_put(8, 8, "{}"));
    settings_are(job, "5/5@105{} 8/8@108{} ");
    ck_assert_int_eq(database_number("SELECT count(*) FROM events WHERE type = 'setting'"), 2);
}
END_TEST

START_TEST(a_change_may_ask_for_the_settings_that_were_seen)
{
    int64_t seen = 0;
    const struct job_change change = {.id = job, .settings = &seen, .to = "running"};
    ck_assert_ok(setting_put(3, 3, "{}"));
    ck_assert_fails(store_job_change(store, &change, NULL, &failure), ERROR_PRECONDITION);
    ck_assert_int_eq(database_number("SELECT count(*) FROM jobs WHERE state = 'running'"), 0);
    seen = 1;
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_int_eq(database_number("SELECT count(*) FROM jobs WHERE state = 'running'"), 1);
}
END_TEST

static void place_is(int64_t step, int64_t tries)
{
    struct job_setting place = {.step = -1};
    ck_assert_ok(store_setting_place(store, job, &place, &failure));
    ck_assert_int_eq(place.step, step);
    ck_assert_int_eq(place.tries, tries);
}

START_TEST(a_job_that_waits_stands_at_its_newest_checkpoint_or_last_setting)
{
    place_is(0, 0);
    checkpoint_make(8, 8);
    place_is(8, 8);
    ck_assert_ok(setting_put(9, 9, "{}"));
    place_is(9, 9);
    checkpoint_make(4, 12); /* rolled back */
    place_is(4, 12);
}
END_TEST

/* Adds a job that verifies `original`; its id goes to `id`. */
static int replay_make(const char *original, char id[ID_SIZE])
{
    char name[] = "replay", state[] = "queued", text[] = "{}", verifies[ID_SIZE];
    char verification[] = "{\"expected\": \"ab\"}";
    ck_assert_ok(id_make("job", id, &failure));
    snprintf(verifies, sizeof verifies, "%s", original);
    struct job_record record = {.id = id,
                                .name = name,
                                .state = state,
                                .dataset_id = dataset,
                                .spec = text,
                                .status = text,
                                .verifies = verifies,
                                .verification = verification};
    return store_job_add(store, &record, "state", "{}", NULL, &failure);
}

START_TEST(a_replay_takes_over_the_settings_and_tells_both_what_it_found)
{
    char replay[ID_SIZE];
    struct job_record record;
    ck_assert_ok(setting_put(3, 3, "{\"l1\": 1}"));
    ck_assert_ok(replay_make(job, replay));
    settings_are(replay, "3/3@103{\"l1\": 1} ");
    const struct job_change change = {.id = replay,
                                      .verification = "{\"verified\": true}",
                                      .events = {{"log", "{\"a\": 1}"}},
                                      .also_id = job,
                                      .also_event = {"log", "{\"b\": 1}"}};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_job_get(store, replay, &record, &failure));
    ck_assert_str_eq(record.verifies, job);
    ck_assert_str_eq(record.verification, "{\"verified\": true}");
    job_record_clear(&record);
    struct event_record *events;
    size_t count;
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_ok(store_event_list(store, job, record.seq - 1, 10, &events, &count, &failure));
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(events[0].body, "{\"b\": 1}");
    event_record_clear(&events[0]);
    free(events);
    job_record_clear(&record);
}
END_TEST

START_TEST(a_replay_outlives_what_it_replays)
{
    char replay[ID_SIZE];
    static const char *const queued[] = {"queued", NULL};
    ck_assert_ok(replay_make(job, replay));
    ck_assert_ok(store_job_remove(store, job, queued, NULL, &failure));
    const struct job_change change = {
        .id = replay, .to = "succeeded", .also_id = job, .also_event = {"log", "{}"}};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_int_eq(database_number("SELECT count(*) FROM events WHERE type = 'log'"), 0);
    ck_assert_fails(replay_make(job, replay), ERROR_NOT_FOUND);
}
END_TEST

static void assert_evaluation(const char *expected)
{
    AUTO_FREE char *text = NULL;
    ck_assert_ok(store_job_evaluation(store, job, &text, &failure));
    ck_assert_pstr_eq(text, expected);
}

START_TEST(a_job_that_begins_again_forgets_its_end)
{
    struct job_record record;
    struct job_change change = {.id = job,
                                .to = "failed",
                                .tags = "{\"team\": \"vision\"}",
                                .error_code = "diverged",
                                .error_message = "it is not finite",
                                .error_details = "{\"layer\": \"dense_1\"}",
                                .evaluation = "{\"r2\": 0.5}",
                                .finished_ms = 9};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_str_eq(record.error_details, "{\"layer\": \"dense_1\"}");
    job_record_clear(&record);
    assert_evaluation("{\"r2\": 0.5}");
    change = (struct job_change){.id = job, .to = "queued", .forget_end = true};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_ptr_null(record.error_code);
    ck_assert_ptr_null(record.error_message);
    ck_assert_ptr_null(record.error_details);
    ck_assert_int_eq(record.finished_ms, 0);
    ck_assert_str_eq(record.tags, "{\"team\": \"vision\"}");
    job_record_clear(&record);
    assert_evaluation(NULL);
}
END_TEST

START_TEST(settings_go_with_their_job)
{
    static const char *const queued[] = {"queued", NULL};
    ck_assert_ok(setting_put(3, 3, "{}"));
    ck_assert_ok(store_job_remove(store, job, queued, NULL, &failure));
    ck_assert_int_eq(database_number("SELECT count(*) FROM job_settings"), 0);
}
END_TEST

START_TEST(checkpoints_of_the_first_schema_get_their_place)
{
    char path[128];
    snprintf(path, sizeof path, "%s/propd.db", folder);
    store_close(store);
    ck_assert_int_eq(remove(path), 0);
    struct connection *connection = connection_open_writer(path, &failure);
    ck_assert_ok(migrations_run(connection, path, migrations, 1, &failure));
    ck_assert_ok(connection_execute(
        connection,
        "INSERT INTO jobs VALUES (1, 'job_x', 'x', 'queued', 0, 1, 1, 'ds_x', '{}', NULL, NULL, "
        "NULL, 1, 1, 1, 1, 0); INSERT INTO job_specs VALUES (1, '{\"tags\": {\"a\": \"b\"}}'); "
        "INSERT INTO blobs VALUES "
        "(1, "
        "'ab', 0, 1); INSERT INTO checkpoints VALUES (1, 1, 42, 1)",
        &failure));
    connection_close(connection);
    store = store_reopen();
    snprintf(job, sizeof job, "job_x");
    place_is(42, 42);
    settings_are(job, "");
    ck_assert_int_eq(database_number("SELECT count(*) FROM job_specs WHERE tags = '{\"a\":\"b\"}'"),
                     1);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, settings_come_back_in_their_order_with_an_event_each);
    tcase_add_test(tests, a_setting_never_comes_before_what_is_there);
    tcase_add_test(tests, a_change_may_ask_for_the_settings_that_were_seen);
    tcase_add_test(tests, a_job_that_waits_stands_at_its_newest_checkpoint_or_last_setting);
    tcase_add_test(tests, a_replay_takes_over_the_settings_and_tells_both_what_it_found);
    tcase_add_test(tests, a_replay_outlives_what_it_replays);
    tcase_add_test(tests, a_job_that_begins_again_forgets_its_end);
    tcase_add_test(tests, settings_go_with_their_job);
    tcase_add_test(tests, checkpoints_of_the_first_schema_get_their_place);
}

int main(void)
{
    return suite_run("settings", store_setup, store_teardown, tests_add);
}
