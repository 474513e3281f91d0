/* SPDX-License-Identifier: Apache-2.0 */
/* Changing jobs, trying them again, and replaying them from their record. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

static int patch(struct daemon *daemon, const char *id, const char *text)
{
    json_auto_t *document = json_loads(text, 0, NULL);
    ck_assert_msg(document != NULL, "%s", text);
    return daemon_job_patch(daemon, id, document, NULL, &failure);
}

/* Settings of the job; *step: where the last takes effect. */
static size_t setting_count(struct daemon *daemon, const char *id, int64_t *step)
{
    struct setting_record *settings;
    size_t count;
    ck_assert_done(store_setting_list(daemon_store(daemon), id, &settings, &count, &failure));
    *step = count > 0 ? settings[count - 1].step : -1;
    settings_free(settings, count);
    return count;
}

static struct daemon *start_with_iris(void)
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    return daemon;
}

/* Ends the job with the epoch that it is in. */
static void end_soon(struct daemon *daemon, const char *id)
{
    ck_assert_done(patch(daemon, id, "{\"epochs\": 1}"));
    await(daemon, id, STATE_SUCCEEDED);
}

/* Replays the job and gives what the replay found. */
static json_t *verified(struct daemon *daemon, const char *id)
{
    char replay[ID_SIZE];
    ck_assert_done(verify(daemon, id, replay));
    await(daemon, replay, STATE_SUCCEEDED);
    struct job_record record = job_of(daemon, replay);
    ck_assert_str_eq(record.verifies, id);
    ck_assert_ptr_null(record.model_id);
    json_t *verification = json_loads(record.verification, 0, NULL);
    job_record_clear(&record);
    return verification;
}

static bool is_verified(struct daemon *daemon, const char *id)
{
    json_auto_t *verification = verified(daemon, id);
    return json_is_true(json_object_get(verification, "verified"));
}

START_TEST(changed_job_is_its_replay_after_a_stop)
{
    char id[ID_SIZE];
    int64_t step, last;
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    await_step(daemon, id, 0);
    ck_assert_done(patch(daemon, id, "{\"learning_rate\": 0.01, \"l1\": 0.001}"));
    ck_assert_uint_eq(setting_count(daemon, id, &step), 1);
    ck_assert_int_gt(step, 0);
    daemon_stop(daemon);
    daemon = start();
    ck_assert_done(patch(daemon, id, "{\"schedule\": {\"type\": \"exponential\", \"gamma\": 1}}"));
    ck_assert_uint_eq(setting_count(daemon, id, &last), 2);
    ck_assert_int_ge(last, step);
    end_soon(daemon, id);
    ck_assert(is_verified(daemon, id));
    ck_assert_uint_eq(events_with(daemon, id, "\"learning_rate\":0.01"), 1);
    ck_assert_uint_eq(events_with(daemon, id, "\"verified\":true"), 1);
    daemon_stop(daemon);
}
END_TEST

START_TEST(change_during_the_repetition_after_a_restart_comes_after_it)
{
    char id[ID_SIZE];
    int64_t step, last;
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    await_step(daemon, id, 0);
    ck_assert_done(daemon_job_pause(daemon, id, &failure));
    ck_assert_uint_eq(setting_count(daemon, id, &step), 0);
    ck_assert_done(patch(daemon, id, "{\"l2\": 0.001}"));
    ck_assert_uint_eq(setting_count(daemon, id, &step), 1);
    /* As after a crash: the record has a change that the checkpoint has not come to. */
    const struct job_setting later = {
        .step = step + 3000, .tries = step + 3000, .changes = "{\"learning_rate\": 0.002}"};
    const struct job_change change = {.id = id, .setting = &later};
    ck_assert_done(store_job_change(daemon_store(daemon), &change, NULL, &failure));
    ck_assert_done(daemon_job_resume(daemon, id, &failure));
    ck_assert_done(patch(daemon, id, "{\"l1\": 0.001}"));
    setting_count(daemon, id, &last);
    ck_assert_int_ge(last, step + 3000);
    await_step(daemon, id, last);
    end_soon(daemon, id);
    ck_assert(is_verified(daemon, id));
    daemon_stop(daemon);
}
END_TEST

struct crew {
    struct daemon *daemon;
    const char *id;
};

/* Changes the job as fast as it can. */
static void *steer(void *argument)
{
    const struct crew *crew = argument;
    for (int i = 0; i < 30; i++) {
        struct error ignored = {0};
        json_auto_t *document =
            json_pack("{s:f, s:i}", "learning_rate", 0.001 * (1 + i % 3), "priority", i);
        (void)daemon_job_patch(crew->daemon, crew->id, document, NULL, &ignored);
    }
    return NULL;
}

static void *fidget(void *argument)
{
    const struct crew *crew = argument;
    for (int i = 0; i < 10; i++) {
        struct error ignored = {0};
        (void)daemon_job_pause(crew->daemon, crew->id, &ignored);
        usleep(1000);
        (void)daemon_job_resume(crew->daemon, crew->id, NULL);
    }
    return NULL;
}

START_TEST(job_that_many_steer_while_it_is_paused_and_resumed_is_its_replay)
{
    enum { THREADS = 3 };
    char id[ID_SIZE];
    pthread_t threads[THREADS + 1];
    int64_t step;
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    struct crew crew = {.daemon = daemon, .id = id};
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, steer, &crew);
    pthread_create(&threads[THREADS], NULL, fidget, &crew);
    for (int i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_ge(setting_count(daemon, id, &step), 30);
    end_soon(daemon, id);
    ck_assert(is_verified(daemon, id));
    daemon_stop(daemon);
}
END_TEST

START_TEST(change_is_refused_while_the_disk_is_full_and_the_job_runs_on)
{
    char id[ID_SIZE];
    int64_t step;
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    await_step(daemon, id, 0);
    json_auto_t *document = json_loads("{\"learning_rate\": 0.5}", 0, NULL);
    disk_fill();
    int result = daemon_job_patch(daemon, id, document, NULL, &failure);
    disk_clear();
    ck_assert_int_eq(result, -1);
    ck_assert_int_eq(failure.code, ERROR_STORAGE_FULL);
    error_clear(&failure);
    ck_assert_uint_eq(setting_count(daemon, id, &step), 0);
    ck_assert_done(patch(daemon, id, "{\"learning_rate\": 0.25}"));
    end_soon(daemon, id);
    ck_assert(is_verified(daemon, id));
    daemon_stop(daemon);
}
END_TEST

START_TEST(schedule_that_watches_nothing_that_there_is_is_refused)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    ck_assert_refused(patch(daemon, id,
                            "{\"schedule\": {\"type\": \"reduce_on_plateau\", \"monitor\": "
                            "\"val_luck\"}}"),
                      ERROR_INVALID);
    ck_assert_str_eq(failure.path, "training.schedule.monitor");
    error_clear(&failure);
    ck_assert_done(patch(daemon, id,
                         "{\"schedule\": {\"type\": \"reduce_on_plateau\", \"monitor\": "
                         "\"val_accuracy\"}}"));
    end_soon(daemon, id);
    ck_assert(is_verified(daemon, id));
    daemon_stop(daemon);
}
END_TEST

START_TEST(what_cannot_be_changed_is_refused)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    ck_assert_refused(patch(daemon, id, "{\"patience\": 3}"), ERROR_INVALID);
    ck_assert_str_eq(failure.path, "patience");
    ck_assert_refused(patch(daemon, id, "{\"epochs\": 0}"), ERROR_INVALID);
    ck_assert_refused(patch(daemon, id, "{\"priority\": 1001}"), ERROR_INVALID);
    ck_assert_refused(patch(daemon, "job_none", "{\"l1\": 1}"), ERROR_NOT_FOUND);
    ck_assert_refused(patch(daemon, "job_none", "{\"priority\": 1}"), ERROR_NOT_FOUND);
    error_clear(&failure);
    ck_assert_done(patch(daemon, id, "{\"l1\": null}"));
    ck_assert_done(daemon_job_cancel(daemon, id, false, &failure));
    ck_assert_uint_eq(events_with(daemon, id, "changes"), 0);
    ck_assert_refused(patch(daemon, id, "{\"l1\": 0.5}"), ERROR_CONFLICT);
    error_clear(&failure);
    ck_assert_done(patch(daemon, id, "{\"tags\": {\"why\": \"too slow\"}, \"priority\": -2}"));
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.tags, "{\"why\":\"too slow\"}");
    ck_assert_int_eq(record.priority, -2);
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_that_is_out_of_time_ends_in_its_record_too)
{
    char id[ID_SIZE];
    int64_t step;
    json_t *document = iris_job(ENDLESS);
    training_set(document, "limits", json_pack("{s:f}", "seconds", 0.3));
    struct daemon *daemon = start_with_iris();
    submit(daemon, document, id);
    await_step(daemon, id, 0);
    daemon_stop(daemon); /* what it ran counts */
    daemon = start();
    await(daemon, id, STATE_SUCCEEDED);
    ck_assert_uint_eq(setting_count(daemon, id, &step), 1);
    struct job_record record = job_of(daemon, id);
    ck_assert_int_eq(status_integer(&record, "step"), step + 1);
    ck_assert_int_eq(status_integer(&record, "steps"), step + 1);
    job_record_clear(&record);
    ck_assert_uint_gt(events_with(daemon, id, "the seconds of training.limits are over"), 0);
    ck_assert(is_verified(daemon, id));
    daemon_stop(daemon);
}
END_TEST

/* ---- replays */

START_TEST(replay_of_another_record_finds_other_bytes)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(3), id);
    await(daemon, id, STATE_SUCCEEDED);
    ck_assert(is_verified(daemon, id));
    const struct job_setting forged = {.step = 20, .tries = 20, .changes = "{\"l2\": 0.1}"};
    const struct job_change change = {.id = id, .setting = &forged};
    ck_assert_done(store_job_change(daemon_store(daemon), &change, NULL, &failure));
    json_auto_t *verification = verified(daemon, id);
    ck_assert(json_is_false(json_object_get(verification, "verified")));
    ck_assert_str_ne(json_string_value(json_object_get(verification, "expected")),
                     json_string_value(json_object_get(verification, "sha256")));
    ck_assert_uint_eq(events_with(daemon, id, "\"verified\":false"), 1);
    ck_assert_uint_eq(model_count(daemon), 1);
    daemon_stop(daemon);
}
END_TEST

START_TEST(replay_by_another_engine_is_no_proof)
{
    char running[ID_SIZE], id[ID_SIZE], replay[ID_SIZE];
    config.cores = 1;
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(1), id);
    await(daemon, id, STATE_SUCCEEDED);
    submit(daemon, iris_job(ENDLESS), running);
    ck_assert_done(verify(daemon, id, replay));
    const struct job_change change = {
        .id = replay,
        .verification = "{\"expected\": \"ab\", \"engine\": \"propd/0\", \"kernels\": \"x\"}"};
    ck_assert_done(store_job_change(daemon_store(daemon), &change, NULL, &failure));
    ck_assert_done(daemon_job_cancel(daemon, running, false, &failure));
    await(daemon, replay, STATE_FAILED);
    struct job_record record = job_of(daemon, replay);
    ck_assert_ptr_nonnull(strstr(record.error_message, "made by propd/0 with the kernels \"x\""));
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(what_cannot_be_replayed_is_refused)
{
    char id[ID_SIZE], replay[ID_SIZE];
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    ck_assert_refused(verify(daemon, id, replay), ERROR_CONFLICT);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    ck_assert_refused(verify(daemon, id, replay), ERROR_CONFLICT);
    error_clear(&failure);
    submit(daemon, iris_job(1), id);
    await(daemon, id, STATE_SUCCEEDED);
    ck_assert_done(verify(daemon, id, replay));
    await(daemon, replay, STATE_SUCCEEDED);
    char again[ID_SIZE];
    ck_assert_refused(verify(daemon, replay, again), ERROR_CONFLICT);
    error_clear(&failure);
    struct dataset_record dataset;
    ck_assert_done(store_dataset_get(daemon_store(daemon), NULL, "iris", &dataset, &failure));
    ck_assert_done(daemon_dataset_remove(daemon, &dataset, NULL, &failure));
    dataset_record_clear(&dataset);
    ck_assert_refused(verify(daemon, id, again), ERROR_CONFLICT);
    ck_assert_msg(strstr(failure.message, "cannot be verified: dataset") != NULL, "%s",
                  failure.message);
    daemon_stop(daemon);
}
END_TEST

START_TEST(replay_is_not_changed_and_can_be_cancelled)
{
    char id[ID_SIZE], running[ID_SIZE], replay[ID_SIZE];
    config.cores = 1;
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(1), id);
    await(daemon, id, STATE_SUCCEEDED);
    submit(daemon, iris_job(ENDLESS), running);
    ck_assert_done(verify(daemon, id, replay));
    ck_assert_refused(patch(daemon, replay, "{\"l1\": 1}"), ERROR_CONFLICT);
    error_clear(&failure);
    ck_assert_done(patch(daemon, replay, "{\"priority\": 7}"));
    ck_assert_done(daemon_job_cancel(daemon, replay, true, &failure));
    ck_assert_done(daemon_job_cancel(daemon, running, false, &failure));
    ck_assert_uint_eq(model_count(daemon), 1);
    daemon_stop(daemon);
}
END_TEST

/* ---- another try */

START_TEST(cancelled_job_is_tried_again_from_its_checkpoint)
{
    char id[ID_SIZE], expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    digest_undisturbed(iris_job(LONG), expected);
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(LONG), id);
    await_step(daemon, id, 0);
    ck_assert_done(daemon_job_pause(daemon, id, &failure));
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    ck_assert_done(daemon_job_retry(daemon, id, &failure));
    digest_of(daemon, id, digest);
    ck_assert_str_eq(digest, expected);
    ck_assert_uint_eq(events_with(daemon, id, "goes on from the checkpoint at step"), 1);
    events_are(daemon, id, "queued running paused cancelled end queued running succeeded end");
    struct job_record record = job_of(daemon, id);
    ck_assert_int_eq(record.attempt, 2);
    job_record_clear(&record);
    history_is_whole(daemon, id, LONG * 15, LONG);
    ck_assert_refused(daemon_job_retry(daemon, id, &failure), ERROR_CONFLICT);
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_of_which_nothing_was_kept_begins_anew)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    await_step(daemon, id, 0);
    ck_assert_refused(daemon_job_retry(daemon, id, &failure), ERROR_CONFLICT);
    error_clear(&failure);
    ck_assert_done(daemon_job_cancel(daemon, id, false, &failure));
    ck_assert_done(daemon_job_retry(daemon, id, &failure));
    await_step(daemon, id, 0);
    ck_assert_uint_eq(events_with(daemon, id, "goes on from the checkpoint"), 0);
    end_soon(daemon, id);
    ck_assert(is_verified(daemon, id));
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_without_its_dataset_is_not_tried_again)
{
    char id[ID_SIZE];
    struct daemon *daemon = start_with_iris();
    submit(daemon, iris_job(ENDLESS), id);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    struct dataset_record dataset;
    ck_assert_done(store_dataset_get(daemon_store(daemon), NULL, "iris", &dataset, &failure));
    ck_assert_done(daemon_dataset_remove(daemon, &dataset, NULL, &failure));
    dataset_record_clear(&dataset);
    ck_assert_refused(daemon_job_retry(daemon, id, &failure), ERROR_CONFLICT);
    ck_assert_msg(strstr(failure.message, "cannot be tried again: dataset") != NULL, "%s",
                  failure.message);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, changed_job_is_its_replay_after_a_stop);
    tcase_add_test(tests, change_during_the_repetition_after_a_restart_comes_after_it);
    tcase_add_test(tests, job_that_many_steer_while_it_is_paused_and_resumed_is_its_replay);
    tcase_add_test(tests, change_is_refused_while_the_disk_is_full_and_the_job_runs_on);
    tcase_add_test(tests, schedule_that_watches_nothing_that_there_is_is_refused);
    tcase_add_test(tests, what_cannot_be_changed_is_refused);
    tcase_add_test(tests, job_that_is_out_of_time_ends_in_its_record_too);
    tcase_add_test(tests, replay_of_another_record_finds_other_bytes);
    tcase_add_test(tests, replay_by_another_engine_is_no_proof);
    tcase_add_test(tests, what_cannot_be_replayed_is_refused);
    tcase_add_test(tests, replay_is_not_changed_and_can_be_cancelled);
    tcase_add_test(tests, cancelled_job_is_tried_again_from_its_checkpoint);
    tcase_add_test(tests, job_of_which_nothing_was_kept_begins_anew);
    tcase_add_test(tests, job_without_its_dataset_is_not_tried_again);
}

int main(void)
{
    return fixture_run("patch", add_tests);
}
