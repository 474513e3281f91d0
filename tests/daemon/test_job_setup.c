/* SPDX-License-Identifier: Apache-2.0 */
/* What a document names is held together or not at all. */
#include "daemon/job_setup.h"
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <string.h>

START_TEST(setup_holds_dataset_and_first_model)
{
    char id[ID_SIZE];
    struct job_setup setup;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(1), id);
    await(daemon, id, STATE_SUCCEEDED);
    json_auto_t *document = iris_job(1);
    json_object_set_new(document, "initial_model", json_string("iris@1"));
    ck_assert_done(job_setup_open(daemon, &nobody, document, &setup, &failure));
    ck_assert_str_eq(setup.dataset_record.name, "iris");
    ck_assert_ptr_eq(setup.trainer.dataset, setup.dataset);
    ck_assert_ptr_eq(setup.trainer.initial, setup.initial);
    ck_assert_str_eq(setup.initial_record.job_id, id);
    ck_assert_int_eq(setup.trainer.training->epochs, 1);
    job_setup_close(daemon, &setup);
    ck_assert_ptr_null(setup.dataset);
    job_setup_close(daemon, &setup);
    daemon_stop(daemon);
}
END_TEST

/* daemon_stop() asserts that nothing is held. */
START_TEST(failed_setup_holds_nothing_and_names_the_member)
{
    struct job_setup setup;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    json_auto_t *document = iris_job(1);
    json_object_set_new(document, "initial_model", json_string("none"));
    ck_assert_refused(job_setup_open(daemon, &nobody, document, &setup, &failure), ERROR_INVALID);
    ck_assert_str_eq(failure.path, "initial_model");
    ck_assert_ptr_null(setup.dataset);
    json_object_del(document, "initial_model");
    json_object_set_new(document, "dataset", json_string("none"));
    ck_assert_refused(job_setup_open(daemon, &nobody, document, &setup, &failure), ERROR_INVALID);
    ck_assert_str_eq(failure.path, "dataset");
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, setup_holds_dataset_and_first_model);
    tcase_add_test(tests, failed_setup_holds_nothing_and_names_the_member);
}

int main(void)
{
    return fixture_run("job_setup", add_tests);
}
