/* SPDX-License-Identifier: Apache-2.0 */
/* Models are loaded once and shared, and come in from files. */
#include "daemon/job_state.h"
#include "tests/daemon/fixture.h"

#include <pthread.h>
#include <string.h>

/* A daemon with one model, "iris@1". */
static struct daemon *start_with_model(void)
{
    char id[ID_SIZE];
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(2), id);
    await(daemon, id, STATE_SUCCEEDED);
    return daemon;
}

START_TEST(model_is_loaded_once_for_all_who_hold_it)
{
    struct model_record record;
    struct daemon *daemon = start_with_model();
    const struct model *first = daemon_model_hold(daemon, NULL, "iris", &record, &failure);
    ck_assert_msg(first != NULL, "%s", failure.message);
    const struct model *second = daemon_model_hold(daemon, NULL, record.id, NULL, &failure);
    ck_assert_ptr_eq(first, second);
    daemon_model_release(daemon, first);
    daemon_model_release(daemon, second);
    daemon_model_release(daemon, NULL);
    model_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

START_TEST(unknown_model_is_not_found)
{
    struct daemon *daemon = start();
    ck_assert_ptr_null(daemon_model_hold(daemon, NULL, "none@3", NULL, &failure));
    ck_assert_str_eq(error_code_name(failure.code), "not_found");
    daemon_stop(daemon);
}
END_TEST

START_TEST(removed_model_is_not_found_while_holders_keep_theirs)
{
    struct model_record record;
    struct daemon *daemon = start_with_model();
    const struct model *model = daemon_model_hold(daemon, NULL, "iris", &record, &failure);
    ck_assert_done(store_model_remove(daemon_store(daemon), record.id, NULL, &failure));
    ck_assert_ptr_null(daemon_model_hold(daemon, NULL, "iris", NULL, &failure));
    ck_assert_uint_gt(model_size(model), 0);
    daemon_model_release(daemon, model);
    model_record_clear(&record);
    daemon_stop(daemon);
}
END_TEST

static void check_title(struct daemon *daemon, const char *reference, int64_t version)
{
    struct model_title title;
    const struct model *model =
        daemon_model_hold_title(daemon, &nobody, reference, &title, &failure);
    ck_assert_msg(model != NULL, "%s", failure.message);
    ck_assert_str_eq(title.name, "iris");
    ck_assert_int_eq(title.version, version);
    daemon_model_release(daemon, model);
}

/* Each is asked for twice, so that what was remembered would show. */
START_TEST(a_reference_means_another_model_as_soon_as_one_comes_or_goes)
{
    struct model_record record, imported;
    struct model_title title;
    struct bytes file = {0};
    struct daemon *daemon = start_with_model();
    ck_assert_done(store_model_get(daemon_store(daemon), NULL, "iris", &record, &failure));
    ck_assert_done(store_model_file(daemon_store(daemon), record.id, &file, &failure));
    check_title(daemon, "iris", 1);
    check_title(daemon, "iris", 1);
    ck_assert_done(
        daemon_model_import(daemon, "", "iris", file.data, file.size, NULL, &imported, &failure));
    for (int i = 0; i < 2; i++) {
        check_title(daemon, "iris", 2);
        check_title(daemon, "iris@1", 1);
        check_title(daemon, record.id, 1);
    }
    ck_assert_done(daemon_model_remove(daemon, imported.id, NULL, &failure));
    check_title(daemon, "iris", 1);
    ck_assert_done(daemon_model_remove(daemon, record.id, NULL, &failure));
    ck_assert_ptr_null(daemon_model_hold_title(daemon, &nobody, "iris", &title, &failure));
    ck_assert_str_eq(error_code_name(failure.code), "not_found");
    model_record_clear(&imported);
    model_record_clear(&record);
    bytes_clear(&file);
    daemon_stop(daemon);
}
END_TEST

START_TEST(exported_model_comes_in_again_with_the_same_weights)
{
    struct model_record record, imported;
    struct bytes file = {0};
    struct daemon *daemon = start_with_model();
    ck_assert_done(store_model_get(daemon_store(daemon), NULL, "iris", &record, &failure));
    ck_assert_done(store_model_file(daemon_store(daemon), record.id, &file, &failure));
    ck_assert_done(
        daemon_model_import(daemon, "", "again", file.data, file.size, NULL, &imported, &failure));
    ck_assert_str_eq(imported.name, "again");
    ck_assert_int_eq(imported.version, 1);
    ck_assert_ptr_null(imported.job_id);
    ck_assert_str_eq(imported.sha256, record.sha256);
    model_record_clear(&imported);
    ck_assert_done(
        daemon_model_import(daemon, "", NULL, file.data, file.size, NULL, &imported, &failure));
    ck_assert_str_eq(imported.name, "imported");
    model_record_clear(&imported);
    model_record_clear(&record);
    bytes_clear(&file);
    daemon_stop(daemon);
}
END_TEST

START_TEST(anything_but_a_model_is_refused)
{
    struct model_record record;
    struct daemon *daemon = start();
    ck_assert_int_eq(daemon_model_import(daemon, "", "x", "no model", 8, NULL, &record, &failure),
                     -1);
    ck_assert_int_ne(failure.code, ERROR_NONE);
    ck_assert_uint_eq(model_count(daemon), 0);
    daemon_stop(daemon);
}
END_TEST

static void *hold_and_release(void *argument)
{
    struct daemon *daemon = argument;
    for (int i = 0; i < 50; i++) {
        const struct model *model = daemon_model_hold(daemon, NULL, "iris", NULL, NULL);
        if (model == NULL)
            return argument;
        daemon_model_release(daemon, model);
    }
    return NULL;
}

START_TEST(many_threads_hold_and_release_a_model_that_does_not_fit_the_cache)
{
    pthread_t threads[4];
    config.cache_models = 1;
    struct daemon *daemon = start_with_model();
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, hold_and_release, daemon);
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
    }
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, model_is_loaded_once_for_all_who_hold_it);
    tcase_add_test(tests, unknown_model_is_not_found);
    tcase_add_test(tests, removed_model_is_not_found_while_holders_keep_theirs);
    tcase_add_test(tests, a_reference_means_another_model_as_soon_as_one_comes_or_goes);
    tcase_add_test(tests, exported_model_comes_in_again_with_the_same_weights);
    tcase_add_test(tests, anything_but_a_model_is_refused);
    tcase_add_test(tests, many_threads_hold_and_release_a_model_that_does_not_fit_the_cache);
}

int main(void)
{
    return fixture_run("model_cache", add_tests);
}
