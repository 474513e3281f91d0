/* SPDX-License-Identifier: Apache-2.0 */
/* Pausing, resuming, cancelling and removing, of jobs that run and jobs that wait. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <pthread.h>
#include <string.h>

/* A job that runs and shows progress. */
static struct daemon *start_running(json_t *document_taken, char id[ID_SIZE])
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, document_taken, id);
    await_step(daemon, id, 0);
    return daemon;
}

START_TEST(paused_and_resumed_job_ends_in_the_same_model)
{
    char id[ID_SIZE], expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    digest_undisturbed(iris_job(LONG), expected);
    struct daemon *daemon = start_running(iris_job(LONG), id);
    ck_assert_done(daemon_job_pause(daemon, id, &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_PAUSED);
    ck_assert_int_gt(status_integer(&record, "step"), 0);
    job_record_clear(&record);
    ck_assert_done(daemon_job_resume(daemon, id, &failure));
    digest_of(daemon, id, digest);
    ck_assert_str_eq(digest, expected);
    events_are(daemon, id, "queued running paused queued running succeeded end");
    ck_assert_uint_eq(events_with(daemon, id, "goes on from the checkpoint at step"), 1);
    history_is_whole(daemon, id, LONG * 15, LONG);
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_paused_at_any_moment_ends_in_the_same_model)
{
    enum { PAUSES = 12 };
    char id[ID_SIZE], expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    digest_undisturbed(iris_job(LONG), expected);
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(LONG), id);
    for (int i = 0; i < PAUSES; i++) {
        ck_assert_done(daemon_job_pause(daemon, id, &failure));
        ck_assert_done(daemon_job_resume(daemon, id, &failure));
    }
    digest_of(daemon, id, digest);
    ck_assert_str_eq(digest, expected);
    history_is_whole(daemon, id, LONG * 15, LONG);
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_paused_in_the_queue_does_not_start)
{
    char running[ID_SIZE], id[ID_SIZE], last[ID_SIZE];
    config.cores = 1;
    struct daemon *daemon = start_running(iris_job(ENDLESS), running);
    submit(daemon, iris_job(1), id);
    submit(daemon, iris_job(1), last);
    ck_assert_done(daemon_job_pause(daemon, id, &failure));
    ck_assert_done(daemon_job_cancel(daemon, running, false, &failure));
    await(daemon, last, STATE_SUCCEEDED);
    await(daemon, id, STATE_PAUSED);
    ck_assert_done(daemon_job_resume(daemon, id, &failure));
    await(daemon, id, STATE_SUCCEEDED);
    events_are(daemon, id, "queued paused queued running succeeded end");
    daemon_stop(daemon);
}
END_TEST

START_TEST(cancelled_job_keeps_its_best_model)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_running(iris_job(ENDLESS), id);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_CANCELLED);
    ck_assert_ptr_nonnull(record.model_id);
    ck_assert_uint_eq(model_count(daemon), 1);
    events_are(daemon, id, "queued running cancelled end");
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(cancelled_job_keeps_nothing_where_it_is_told_so)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_running(iris_job(ENDLESS), id);
    ck_assert_done(daemon_job_cancel(daemon, id, false, &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_CANCELLED);
    ck_assert_ptr_null(record.model_id);
    ck_assert_uint_eq(model_count(daemon), 0);
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(paused_job_is_cancelled_with_the_model_of_its_checkpoint_and_keeps_it)
{
    char id[ID_SIZE];
    struct bytes checkpoint;
    int64_t step;
    struct daemon *daemon = start_running(iris_job(ENDLESS), id);
    ck_assert_done(daemon_job_pause(daemon, id, &failure));
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_CANCELLED);
    ck_assert_ptr_nonnull(record.model_id);
    events_are(daemon, id, "queued running paused cancelled end");
    ck_assert_done(store_checkpoint_load(daemon_store(daemon), id, &checkpoint, &step, &failure));
    ck_assert_int_eq(step, status_integer(&record, "step"));
    bytes_clear(&checkpoint);
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_cancelled_in_the_queue_never_starts)
{
    char running[ID_SIZE], id[ID_SIZE];
    config.cores = 1;
    struct daemon *daemon = start_running(iris_job(ENDLESS), running);
    submit(daemon, iris_job(1), id);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    ck_assert_int_eq(daemon_load(daemon).queued, 0);
    events_are(daemon, id, "queued cancelled end");
    daemon_stop(daemon);
}
END_TEST

START_TEST(impossible_moves_name_the_state)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(1), id);
    await(daemon, id, STATE_SUCCEEDED);
    ck_assert_refused(daemon_job_pause(daemon, id, &failure), ERROR_CONFLICT);
    ck_assert_msg(strstr(failure.message, "is succeeded and cannot be paused") != NULL, "%s",
                  failure.message);
    ck_assert_refused(daemon_job_resume(daemon, id, &failure), ERROR_CONFLICT);
    ck_assert_refused(daemon_job_cancel(daemon, id, true, &failure), ERROR_CONFLICT);
    ck_assert_refused(daemon_job_cancel(daemon, "job_none", true, &failure), ERROR_NOT_FOUND);
    daemon_stop(daemon);
}
END_TEST

START_TEST(only_finished_jobs_are_removed)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_running(iris_job(ENDLESS), id);
    ck_assert_refused(daemon_job_remove(daemon, id, NULL, &failure), ERROR_CONFLICT);
    ck_assert_refused(daemon_job_resume(daemon, id, &failure), ERROR_CONFLICT);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    ck_assert_done(daemon_job_remove(daemon, id, NULL, &failure));
    ck_assert_uint_eq(model_count(daemon), 1);
    daemon_stop(daemon);
}
END_TEST

START_TEST(jobs_are_found_by_name_with_their_place_in_the_queue)
{
    char running[ID_SIZE], id[ID_SIZE];
    struct job_record record;
    int64_t position;
    config.cores = 1;
    struct daemon *daemon = start_running(iris_job(ENDLESS), running);
    submit(daemon, iris_job(1), id);
    json_t *document = iris_job(1);
    json_object_set_new(document, "name", json_string("second"));
    submit(daemon, document, id);
    ck_assert_done(daemon_job_get(daemon, NULL, "second", &record, &position, &failure));
    ck_assert_str_eq(record.id, id);
    ck_assert_int_eq(position, 2);
    job_record_clear(&record);
    ck_assert_done(daemon_job_get(daemon, NULL, running, &record, &position, &failure));
    ck_assert_int_eq(position, 0);
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

struct crowd {
    struct daemon *daemon;
    const char *id;
};

/* Pauses and resumes as fast as it can; refusals are part of it. */
static void *fidget(void *argument)
{
    struct crowd *crowd = argument;
    for (int i = 0; i < 10; i++) {
        struct error ignored = {0};
        (void)daemon_job_pause(crowd->daemon, crowd->id, &ignored);
        (void)daemon_job_resume(crowd->daemon, crowd->id, NULL);
    }
    return NULL;
}

START_TEST(contradicting_requests_from_many_threads_leave_one_sound_job)
{
    enum { THREADS = 4 };
    char id[ID_SIZE];
    pthread_t threads[THREADS];
    config.cores = 3;
    struct daemon *daemon = start_running(iris_job(ENDLESS), id);
    struct crowd crowd = {.daemon = daemon, .id = id};
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, fidget, &crowd);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.state, STATE_CANCELLED);
    job_record_clear(&record);
    ck_assert_uint_eq(model_count(daemon), 1);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, paused_and_resumed_job_ends_in_the_same_model);
    tcase_add_test(tests, job_paused_at_any_moment_ends_in_the_same_model);
    tcase_add_test(tests, job_paused_in_the_queue_does_not_start);
    tcase_add_test(tests, cancelled_job_keeps_its_best_model);
    tcase_add_test(tests, cancelled_job_keeps_nothing_where_it_is_told_so);
    tcase_add_test(tests, paused_job_is_cancelled_with_the_model_of_its_checkpoint_and_keeps_it);
    tcase_add_test(tests, job_cancelled_in_the_queue_never_starts);
    tcase_add_test(tests, impossible_moves_name_the_state);
    tcase_add_test(tests, only_finished_jobs_are_removed);
    tcase_add_test(tests, jobs_are_found_by_name_with_their_place_in_the_queue);
    tcase_add_test(tests, contradicting_requests_from_many_threads_leave_one_sound_job);
}

int main(void)
{
    return fixture_run("job_control", add_tests);
}
