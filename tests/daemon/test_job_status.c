/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown of a run while it lasts and afterwards. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static json_t *status_of(struct daemon *daemon, const char *id)
{
    struct job_record record = job_of(daemon, id);
    json_t *status = json_loads(record.status, 0, NULL);
    ck_assert_msg(json_is_object(status), "%s", record.status);
    job_record_clear(&record);
    return status;
}

static json_t *evaluation_of(struct daemon *daemon, const char *id)
{
    AUTO_FREE char *text = NULL;
    ck_assert_int_eq(store_job_evaluation(daemon_store(daemon), id, &text, &failure), 0);
    return text != NULL ? json_loads(text, 0, NULL) : NULL;
}

START_TEST(running_job_shows_where_it_stands)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(ENDLESS), id);
    await_step(daemon, id, 15);
    json_auto_t *status = status_of(daemon, id);
    double progress = json_real_value(json_object_get(status, "progress"));
    ck_assert(progress > 0 && progress < 1);
    ck_assert_int_gt(json_integer_value(json_object_get(status, "epoch")), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(status, "epochs")), ENDLESS);
    ck_assert_int_eq(json_integer_value(json_object_get(status, "steps")), ENDLESS * 15LL);
    ck_assert(json_real_value(json_object_get(status, "eta_s")) > 0);
    ck_assert(json_real_value(json_object_get(status, "samples_per_s")) > 0);
    ck_assert(json_is_null(json_object_get(status, "patience_left")));
    ck_assert_ptr_null(evaluation_of(daemon, id));
    daemon_job_cancel(daemon, id, false, &failure);
    daemon_stop(daemon);
}
END_TEST

START_TEST(finished_job_shows_its_newest_metrics_its_best_epoch_and_the_evaluation)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(20), id);
    await(daemon, id, STATE_SUCCEEDED);
    json_auto_t *status = status_of(daemon, id);
    json_t *metrics = json_object_get(status, "metrics"), *best = json_object_get(status, "best");
    ck_assert(json_real_value(json_object_get(status, "progress")) == 1);
    ck_assert(json_is_null(json_object_get(status, "eta_s")));
    ck_assert(json_real_value(json_object_get(metrics, "loss")) > 0);
    ck_assert(json_real_value(json_object_get(metrics, "val_loss")) > 0);
    ck_assert(json_real_value(json_object_get(metrics, "val_accuracy")) > 0.3);
    ck_assert_str_eq(json_string_value(json_object_get(best, "metric")), "val_loss");
    ck_assert_int_gt(json_integer_value(json_object_get(best, "epoch")), 0);
    json_auto_t *evaluation = evaluation_of(daemon, id);
    ck_assert(json_is_object(evaluation));
    daemon_stop(daemon);
}
END_TEST

START_TEST(early_stopping_shows_its_patience)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    json_t *document = iris_job(ENDLESS);
    training_set(document, "early_stopping",
                 json_pack("{s:i, s:f}", "patience", 3, "min_delta", 1.0));
    submit(daemon, document, id);
    await(daemon, id, STATE_SUCCEEDED);
    json_auto_t *status = status_of(daemon, id);
    ck_assert_int_eq(json_integer_value(json_object_get(status, "patience_left")), 0);
    ck_assert_int_lt(json_integer_value(json_object_get(status, "epoch")), 100);
    daemon_stop(daemon);
}
END_TEST

struct reader {
    struct daemon *daemon;
    const char *id;
    atomic_bool stops;
};

static void *read_on(void *argument)
{
    struct reader *reader = argument;
    while (!atomic_load(&reader->stops)) {
        json_auto_t *status = status_of(reader->daemon, reader->id);
        json_auto_t *copy = json_deep_copy(status);
        (void)copy;
    }
    return NULL;
}

START_TEST(status_may_be_read_while_the_job_writes_it)
{
    char id[ID_SIZE];
    pthread_t threads[2];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(ENDLESS), id);
    struct reader reader = {.daemon = daemon, .id = id};
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, read_on, &reader);
    (void)await_history(daemon, id, 0);
    atomic_store(&reader.stops, true);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    ck_assert_done(daemon_job_cancel(daemon, id, false, &failure));
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, running_job_shows_where_it_stands);
    tcase_add_test(tests, finished_job_shows_its_newest_metrics_its_best_epoch_and_the_evaluation);
    tcase_add_test(tests, early_stopping_shows_its_patience);
    tcase_add_test(tests, status_may_be_read_while_the_job_writes_it);
}

int main(void)
{
    return fixture_run("job_status", add_tests);
}
