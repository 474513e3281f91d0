/* SPDX-License-Identifier: Apache-2.0 */
/* What a running job writes, while the disk is full and when there is room again. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <string.h>
#include <unistd.h>

static struct daemon *start_running(json_t *document_taken, char id[ID_SIZE])
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, document_taken, id);
    await_step(daemon, id, 0);
    return daemon;
}

START_TEST(full_disk_lets_a_job_wait_and_then_end_in_the_same_model)
{
    char id[ID_SIZE], expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    digest_undisturbed(iris_job(LONG), expected);
    struct daemon *daemon = start_running(iris_job(LONG), id);
    disk_fill();
    usleep(500000); /* the job wants to write after 250 ms */
    disk_clear();
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_RUNNING);
    job_record_clear(&record);
    digest_of(daemon, id, digest);
    ck_assert_str_eq(digest, expected);
    events_are(daemon, id, "queued running succeeded end");
    history_is_whole(daemon, id, LONG * 15, LONG);
    daemon_stop(daemon);
}
END_TEST

START_TEST(requests_are_refused_while_the_disk_is_full)
{
    char id[ID_SIZE];
    struct error pause = {0}, cancel = {0};
    struct daemon *daemon = start_running(iris_job(ENDLESS), id);
    disk_fill();
    int paused = daemon_job_pause(daemon, id, &pause);
    int cancelled = daemon_job_cancel(daemon, id, true, &cancel);
    disk_clear();
    ck_assert_int_eq(paused, -1);
    ck_assert_int_eq(cancelled, -1);
    ck_assert_error(pause, ERROR_STORAGE_FULL,
                    "the disk is full: the job runs on; try again when there is room");
    ck_assert_error(cancel, ERROR_STORAGE_FULL,
                    "the disk is full: the job runs on; try again when there is room");
    struct job_record record = job_of(daemon, id);
    (void)await_history(daemon, id, status_integer(&record, "step"));
    job_record_clear(&record);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    ck_assert_uint_eq(model_count(daemon), 1);
    events_are(daemon, id, "queued running cancelled end");
    daemon_stop(daemon);
}
END_TEST

START_TEST(daemon_stops_on_a_full_disk_and_the_job_goes_on_later)
{
    char id[ID_SIZE], expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    digest_undisturbed(iris_job(LONG), expected);
    struct daemon *daemon = start_running(iris_job(LONG), id);
    disk_fill();
    daemon_stop(daemon);
    disk_clear();
    daemon = start();
    digest_of(daemon, id, digest);
    ck_assert_str_eq(digest, expected);
    struct job_record record = job_of(daemon, id);
    ck_assert_int_eq(record.attempt, 2);
    job_record_clear(&record);
    history_is_whole(daemon, id, LONG * 15, LONG);
    daemon_stop(daemon);
}
END_TEST

/* Whether it is full before the job has begun, or a little later, is left to chance. */
START_TEST(job_that_begins_on_a_full_disk_waits_and_runs)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    for (int i = 0; i < 3; i++) {
        submit(daemon, iris_job(1), id);
        disk_fill();
        usleep(50000);
        disk_clear();
        await(daemon, id, STATE_SUCCEEDED);
        events_are(daemon, id, "queued running succeeded end");
    }
    daemon_stop(daemon);
}
END_TEST

START_TEST(running_job_writes_history_status_events_and_checkpoints)
{
    char id[ID_SIZE];
    struct bytes checkpoint = {0};
    int64_t step;
    json_t *document = iris_job(ENDLESS);
    training_set(document, "checkpoint", json_pack("{s:i}", "every_s", 1));
    struct daemon *daemon = start_running(document, id);
    int64_t newest = await_history(daemon, id, 0);
    while (store_checkpoint_load(daemon_store(daemon), id, &checkpoint, &step, NULL) != 0)
        usleep(10000);
    ck_assert_int_gt(step, newest);
    ck_assert_uint_gt(checkpoint.size, 0);
    bytes_clear(&checkpoint);
    ck_assert_done(daemon_job_cancel(daemon, id, false, &failure));
    struct event_record *events;
    size_t count;
    ck_assert_done(store_event_list(daemon_store(daemon), id, 0, 3, &events, &count, &failure));
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(events[2].type, "metrics");
    ck_assert_msg(strstr(events[2].body, "\"val_loss\"") != NULL, "%s", events[2].body);
    for (size_t i = 0; i < count; i++)
        event_record_clear(&events[i]);
    free(events);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, full_disk_lets_a_job_wait_and_then_end_in_the_same_model);
    tcase_add_test(tests, requests_are_refused_while_the_disk_is_full);
    tcase_add_test(tests, daemon_stops_on_a_full_disk_and_the_job_goes_on_later);
    tcase_add_test(tests, job_that_begins_on_a_full_disk_waits_and_runs);
    tcase_add_test(tests, running_job_writes_history_status_events_and_checkpoints);
}

int main(void)
{
    return fixture_run("job_write", add_tests);
}
