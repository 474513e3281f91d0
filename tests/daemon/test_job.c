/* SPDX-License-Identifier: Apache-2.0 */
/* A job's whole life: what it leaves behind, in the same bytes whatever happens on its way. */
#include "daemon/job_state.h"
#include "engine/prediction.h"
#include "tests/daemon/fixture.h"

#include <string.h>

START_TEST(job_succeeds_and_leaves_model_status_events_and_history)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(20), id);
    await(daemon, id, STATE_SUCCEEDED);
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.name, "iris");
    ck_assert_ptr_nonnull(record.model_id);
    ck_assert_ptr_null(record.error_code);
    ck_assert_int_eq(record.attempt, 1);
    ck_assert_int_ge(record.started_ms, record.created_ms);
    ck_assert_int_ge(record.finished_ms, record.started_ms);
    events_are(daemon, id, "queued running succeeded end");
    history_is_whole(daemon, id, 20 * 15, 20);
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(model_of_a_job_predicts_and_knows_where_it_comes_from)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(100), id);
    await(daemon, id, STATE_SUCCEEDED);
    struct model_record record;
    const struct model *model = daemon_model_hold(daemon, NULL, "iris@1", &record, &failure);
    ck_assert_msg(model != NULL, "%s", failure.message);
    ck_assert_str_eq(record.job_id, id);
    ck_assert_str_eq(json_string_value(json_object_get(model->lineage, "job")), id);
    struct prediction prediction AUTO_CLEAR(prediction_clear) = {.model = model};
    struct prediction *list[] = {&prediction};
    AUTO_CLEAR(bytes_clear) struct bytes answer = {0};
    const char *request = "{\"instances\": [[5.1, 3.5, 1.4, 0.2]]}";
    ck_assert_done(prediction_read(&prediction, request, strlen(request), 10, &failure));
    ck_assert_int_eq(predictions_run(list, 1, &failure), 1);
    prediction_append(&prediction, &answer);
    ck_assert_ptr_nonnull(strstr(bytes_text(&answer), "\"labels\":[\"setosa\"]"));
    daemon_model_release(daemon, model);
    model_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(number_of_threads_does_not_change_the_model)
{
    char ids[3][ID_SIZE], first[DIGEST_TEXT_SIZE], other[DIGEST_TEXT_SIZE];
    config.cores = 3;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    for (int threads = 1; threads <= 3; threads++) {
        json_t *document = iris_job(10);
        json_t *layers = json_object_get(json_object_get(document, "network"), "layers");
        json_object_set_new(json_array_get(layers, 0), "units", json_integer(256));
        training_set(document, "batch_size", json_integer(64));
        json_object_set_new(document, "threads", json_integer(threads));
        submit(daemon, document, ids[threads - 1]);
    }
    digest_of(daemon, ids[0], first);
    for (int i = 1; i < 3; i++) {
        digest_of(daemon, ids[i], other);
        ck_assert_str_eq(other, first);
    }
    daemon_stop(daemon);
}
END_TEST

START_TEST(diverging_job_fails_and_names_step_and_layer)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    json_t *document = iris_job(100);
    json_t *layers = json_object_get(json_object_get(document, "network"), "layers");
    json_object_set_new(json_array_get(layers, 0), "activation", json_string("linear"));
    training_set(document, "optimizer",
                 json_pack("{s:s, s:f}", "type", "sgd", "learning_rate", 1e6));
    submit(daemon, document, id);
    await(daemon, id, STATE_FAILED);
    struct job_record record = job_of(daemon, id);
    ck_assert_str_eq(record.error_code, "diverged");
    ck_assert_msg(strstr(record.error_message, "step") != NULL, "%s", record.error_message);
    ck_assert_msg(strstr(record.error_message, "dense") != NULL, "%s", record.error_message);
    events_are(daemon, id, "queued running failed end");
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_whose_first_model_is_gone_fails_with_a_message)
{
    char first[ID_SIZE], blocker[ID_SIZE], id[ID_SIZE];
    config.cores = 1;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(1), first);
    await(daemon, first, STATE_SUCCEEDED);
    struct job_record record = job_of(daemon, first);
    submit(daemon, iris_job(10000000), blocker);
    json_t *document = iris_job(5);
    json_object_set_new(document, "initial_model", json_string("iris"));
    submit(daemon, document, id);
    ck_assert_done(store_model_remove(daemon_store(daemon), record.model_id, NULL, &failure));
    job_record_clear(&record);
    ck_assert_done(daemon_job_cancel(daemon, blocker, false, &failure));
    await(daemon, id, STATE_FAILED);
    record = job_of(daemon, id);
    ck_assert_str_eq(record.error_code, "invalid");
    ck_assert_msg(strstr(record.error_message, "initial_model") != NULL, "%s",
                  record.error_message);
    events_are(daemon, id, "queued running failed end");
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(job_goes_on_from_the_weights_of_an_earlier_model)
{
    char first[ID_SIZE], second[ID_SIZE], before[DIGEST_TEXT_SIZE], after[DIGEST_TEXT_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(3), first);
    digest_of(daemon, first, before);
    json_t *document = iris_job(3);
    json_object_set_new(document, "initial_model", json_string("iris@1"));
    submit(daemon, document, second);
    digest_of(daemon, second, after);
    ck_assert_str_ne(before, after);
    daemon_stop(daemon);
}
END_TEST

START_TEST(two_hundred_tiny_jobs_all_succeed)
{
    enum { JOBS = 200 };
    static char ids[JOBS][ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    for (int i = 0; i < JOBS; i++)
        submit(daemon, iris_job(1), ids[i]);
    for (int i = 0; i < JOBS; i++)
        await(daemon, ids[i], STATE_SUCCEEDED);
    daemon_stop(daemon);
}
END_TEST

START_TEST(higher_priority_runs_first)
{
    static const int priorities[] = {0, -5, 5, 1000, 0};
    static const int order[] = {3, 2, 0, 4, 1};
    char blocker[ID_SIZE], ids[5][ID_SIZE];
    config.cores = 1;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(10000000), blocker);
    await(daemon, blocker, STATE_RUNNING);
    for (int i = 0; i < 5; i++) {
        json_t *document = iris_job(1);
        json_object_set_new(document, "priority", json_integer(priorities[i]));
        submit(daemon, document, ids[i]);
    }
    ck_assert_done(daemon_job_cancel(daemon, blocker, false, &failure));
    int64_t newest = 0;
    for (int i = 0; i < 5; i++) {
        await(daemon, ids[order[i]], STATE_SUCCEEDED);
        struct job_record record = job_of(daemon, ids[order[i]]);
        ck_assert_int_gt(record.seq, newest);
        newest = record.seq;
        job_record_clear(&record);
    }
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, job_succeeds_and_leaves_model_status_events_and_history);
    tcase_add_test(tests, model_of_a_job_predicts_and_knows_where_it_comes_from);
    tcase_add_test(tests, number_of_threads_does_not_change_the_model);
    tcase_add_test(tests, diverging_job_fails_and_names_step_and_layer);
    tcase_add_test(tests, job_whose_first_model_is_gone_fails_with_a_message);
    tcase_add_test(tests, job_goes_on_from_the_weights_of_an_earlier_model);
    tcase_add_test(tests, two_hundred_tiny_jobs_all_succeed);
    tcase_add_test(tests, higher_priority_runs_first);
}

int main(void)
{
    return fixture_run("job", add_tests);
}
