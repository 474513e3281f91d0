/* SPDX-License-Identifier: Apache-2.0 */
/* Start, stop, and what goes on after either kind of end. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

START_TEST(daemon_starts_empty_and_stops)
{
    struct daemon *daemon = start();
    const struct daemon_load load = daemon_load(daemon);
    ck_assert_int_eq(load.cores, 2);
    ck_assert_int_eq(load.memory, INT64_C(1) << 30);
    ck_assert_int_eq(load.running, 0);
    ck_assert_int_eq(load.queued, 0);
    ck_assert_ptr_eq(daemon_config(daemon), &config);
    daemon_stop(daemon);
    daemon_stop(NULL);
}
END_TEST

START_TEST(second_daemon_on_the_same_folder_is_refused)
{
    struct daemon *daemon = start();
    ck_assert_ptr_null(daemon_start(&config, &failure));
    ck_assert_str_eq(error_code_name(failure.code), "conflict");
    daemon_stop(daemon);
}
END_TEST

START_TEST(stopped_daemon_goes_on_at_its_next_start)
{
    char id[ID_SIZE], waiting[ID_SIZE], expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    digest_undisturbed(iris_job(LONG), expected);
    config.cores = 1;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(LONG), id);
    submit(daemon, iris_job(1), waiting);
    await_step(daemon, id, 0);
    daemon_stop(daemon);
    daemon = start();
    digest_of(daemon, id, digest);
    ck_assert_str_eq(digest, expected);
    await(daemon, waiting, STATE_SUCCEEDED);
    struct job_record record = job_of(daemon, id);
    ck_assert_int_eq(record.attempt, 1);
    job_record_clear(&record);
    events_are(daemon, id, "queued running queued running succeeded end");
    ck_assert_uint_eq(events_with(daemon, id, "goes on from the checkpoint at step"), 1);
    events_are(daemon, waiting, "queued running succeeded end");
    history_is_whole(daemon, id, LONG * 15, LONG);
    daemon_stop(daemon);
}
END_TEST

START_TEST(paused_job_stays_paused_over_a_restart)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(LONG), id);
    ck_assert_done(daemon_job_pause(daemon, id, &failure));
    daemon_stop(daemon);
    daemon = start();
    await(daemon, id, STATE_PAUSED);
    ck_assert_done(daemon_job_resume(daemon, id, &failure));
    await(daemon, id, STATE_SUCCEEDED);
    daemon_stop(daemon);
}
END_TEST

START_TEST(quiesced_daemon_starts_no_more_jobs)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    daemon_quiesce(daemon);
    submit(daemon, iris_job(1), id);
    ck_assert_int_eq(daemon_load(daemon).queued, 1);
    daemon_stop(daemon);
    daemon = start();
    await(daemon, id, STATE_SUCCEEDED);
    daemon_stop(daemon);
}
END_TEST

/* In a process of its own: runs a job until it has a checkpoint and history beyond it, writes down
 * its id, and trains on until it is killed. */
static void run_until_killed(json_t *document, int out)
{
    char id[ID_SIZE] = "";
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, document, id);
    await_step(daemon, id, 0);
    ck_assert_done(daemon_job_pause(daemon, id, &failure));
    struct job_record record = job_of(daemon, id);
    ck_assert_done(daemon_job_resume(daemon, id, &failure));
    (void)await_history(daemon, id, status_integer(&record, "step"));
    job_record_clear(&record);
    ck_assert_int_eq(write(out, id, sizeof id), sizeof id);
    for (;;)
        pause();
}

/* Gives the id of a job whose daemon was killed while it ran. */
static void run_and_kill(json_t *document_taken, char id[ID_SIZE])
{
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        run_until_killed(document_taken, ends[1]);
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], id, ID_SIZE), ID_SIZE);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    close(ends[0]);
    json_decref(document_taken);
}

START_TEST(killed_daemon_goes_on_from_the_checkpoint_to_the_same_model)
{
    enum { EPOCHS = 6000 };
    char id[ID_SIZE], expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    run_and_kill(iris_job(EPOCHS), id);
    struct daemon *daemon = start();
    digest_of(daemon, id, digest);
    struct job_record record = job_of(daemon, id);
    ck_assert_int_eq(record.attempt, 2);
    job_record_clear(&record);
    events_are(daemon, id, "queued running paused queued running queued running succeeded end");
    ck_assert_uint_eq(events_with(daemon, id, "goes on from the checkpoint at step"), 2);
    history_is_whole(daemon, id, EPOCHS * 15, EPOCHS);
    submit(daemon, iris_job(EPOCHS), id);
    digest_of(daemon, id, expected);
    ck_assert_str_eq(digest, expected);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, daemon_starts_empty_and_stops);
    tcase_add_test(tests, second_daemon_on_the_same_folder_is_refused);
    tcase_add_test(tests, stopped_daemon_goes_on_at_its_next_start);
    tcase_add_test(tests, paused_job_stays_paused_over_a_restart);
    tcase_add_test(tests, quiesced_daemon_starts_no_more_jobs);
    tcase_add_test(tests, killed_daemon_goes_on_from_the_checkpoint_to_the_same_model);
}

int main(void)
{
    return fixture_run("daemon", add_tests);
}
