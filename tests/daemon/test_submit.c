/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused at submission, and what a job's specification says afterwards. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <string.h>

static void expect_refused(struct daemon *daemon, json_t *document_taken, enum error_code code,
                           const char *words)
{
    struct daemon_job job AUTO_CLEAR(daemon_job_clear) = {0};
    json_t *answer;
    ck_assert_refused(daemon_job_submit(daemon, &nobody, document_taken, &job, &answer, &failure),
                      code);
    ck_assert_msg(strstr(failure.message, words) != NULL, "\"%s\" does not say \"%s\"",
                  failure.message, words);
    json_decref(document_taken);
}

static size_t job_count(struct daemon *daemon)
{
    const struct store_page page = {.limit = 10};
    struct job_record *jobs;
    size_t count;
    bool more;
    ck_assert_done(store_job_list(daemon_store(daemon), &page, &jobs, &count, &more, &failure));
    for (size_t i = 0; i < count; i++)
        job_record_clear(&jobs[i]);
    free(jobs);
    return count;
}

START_TEST(wrong_documents_are_refused_and_nothing_is_kept)
{
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    json_t *document = iris_job(1);
    json_object_set_new(document, "dataset", json_string("none"));
    expect_refused(daemon, document, ERROR_INVALID, "dataset");
    document = iris_job(1);
    json_object_set_new(document, "initial_model", json_string("none"));
    expect_refused(daemon, document, ERROR_INVALID, "initial_model");
    expect_refused(daemon, iris_job(0), ERROR_INVALID, "training.epochs");
    document = iris_job(1);
    json_object_set_new(document, "target", json_pack("[s]", "colour"));
    expect_refused(daemon, document, ERROR_INVALID, "colour");
    expect_refused(daemon, json_object(), ERROR_INVALID, "dataset");
    ck_assert_uint_eq(job_count(daemon), 0);
    daemon_stop(daemon);
}
END_TEST

START_TEST(memory_over_the_budget_is_refused)
{
    config.memory = 4096;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    expect_refused(daemon, iris_job(1), ERROR_INVALID, "of memory, more than");
    daemon_stop(daemon);
}
END_TEST

START_TEST(jobs_above_the_limit_of_the_queue_are_refused)
{
    char id[ID_SIZE];
    config.cores = 1;
    config.max_queued = 2;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    for (int i = 0; i < 3; i++)
        submit(daemon, iris_job(ENDLESS), id);
    expect_refused(daemon, iris_job(1), ERROR_TOO_MANY, "2 jobs wait already");
    daemon_stop(daemon);
}
END_TEST

START_TEST(dry_run_answers_and_keeps_nothing)
{
    struct daemon_job job AUTO_CLEAR(daemon_job_clear) = {0};
    json_t *answer;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    json_auto_t *document = iris_job(ENDLESS);
    json_object_set_new(document, "dry_run", json_true());
    ck_assert_done(daemon_job_submit(daemon, &nobody, document, &job, &answer, &failure));
    ck_assert(json_is_true(json_object_get(answer, "dry_run")));
    ck_assert_int_gt(json_integer_value(json_object_get(answer, "memory")), 0);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(answer, "spec"), "dataset")),
                     "iris@1");
    json_decref(answer);
    ck_assert_uint_eq(job_count(daemon), 0);
    ck_assert_int_eq(daemon_load(daemon).running + daemon_load(daemon).queued, 0);
    daemon_stop(daemon);
}
END_TEST

START_TEST(specification_has_every_default_and_names_versions)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(1), id);
    await(daemon, id, STATE_SUCCEEDED);
    struct job_record record = job_of(daemon, id);
    json_auto_t *spec = json_loads(record.spec, 0, NULL);
    json_t *training = json_object_get(spec, "training");
    ck_assert_str_eq(json_string_value(json_object_get(spec, "name")), "iris");
    ck_assert_str_eq(json_string_value(json_object_get(spec, "dataset")), "iris@1");
    ck_assert_int_eq(json_integer_value(json_object_get(spec, "threads")), 1);
    ck_assert_ptr_nonnull(json_object_get(training, "validation"));
    ck_assert_ptr_null(json_object_get(spec, "dry_run"));
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(specification_submitted_again_gives_the_same_model)
{
    char id[ID_SIZE], first[DIGEST_TEXT_SIZE], second[DIGEST_TEXT_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(5), id);
    digest_of(daemon, id, first);
    struct job_record record = job_of(daemon, id);
    submit(daemon, json_loads(record.spec, 0, NULL), id);
    digest_of(daemon, id, second);
    ck_assert_str_eq(first, second);
    job_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(dataset_in_use_cannot_be_removed)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    char *dataset = iris_import(daemon, "iris");
    submit(daemon, iris_job(ENDLESS), id);
    ck_assert_refused(store_dataset_remove(daemon_store(daemon), dataset, NULL, &failure),
                      ERROR_CONFLICT);
    ck_assert_done(daemon_job_cancel(daemon, id, true, &failure));
    ck_assert_done(store_dataset_remove(daemon_store(daemon), dataset, NULL, &failure));
    free(dataset);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, wrong_documents_are_refused_and_nothing_is_kept);
    tcase_add_test(tests, memory_over_the_budget_is_refused);
    tcase_add_test(tests, jobs_above_the_limit_of_the_queue_are_refused);
    tcase_add_test(tests, dry_run_answers_and_keeps_nothing);
    tcase_add_test(tests, specification_has_every_default_and_names_versions);
    tcase_add_test(tests, specification_submitted_again_gives_the_same_model);
    tcase_add_test(tests, dataset_in_use_cannot_be_removed);
}

int main(void)
{
    return fixture_run("submit", add_tests);
}
