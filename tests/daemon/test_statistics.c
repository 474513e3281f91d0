/* What is counted of requests for predictions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/statistics.h"
#include "tests/check.h"

#include <stdio.h>

START_TEST(successes_failures_and_batches_are_counted_apart)
{
    struct error error = {0};
    struct statistics *statistics = statistics_create(&error);
    struct model_statistics model;
    const struct inference_sample good = {
        .rows = 3, .executed = true, .times = {.infer_ns = 5, .total_ns = 9}};
    const struct inference_sample beside = {.rows = 2, .times = {.infer_ns = 5, .total_ns = 10}};
    const struct inference_sample bad = {.rows = 7, .failed = true, .times.total_ns = 4};
    statistics_add(statistics, "mdl_a", &good);
    statistics_add(statistics, "mdl_a", &beside);
    statistics_add(statistics, "mdl_a", &bad);
    statistics_get(statistics, "mdl_a", &model);
    ck_assert_int_eq(model.rows, 5);
    ck_assert_int_eq(model.executions, 1);
    ck_assert_int_eq(model.successes, 2);
    ck_assert_int_eq(model.failures, 1);
    ck_assert_uint_eq(model.times.total_ns, 19);
    ck_assert_uint_eq(model.failed_ns, 4);
    ck_assert_int_gt(model.last_ms, 0);
    statistics_get(statistics, "mdl_b", &model);
    ck_assert_int_eq(model.rows, 0);
    ck_assert_str_eq(model.id, "mdl_b");
    statistics_free(statistics);
}
END_TEST

START_TEST(models_without_end_take_no_more_memory_and_the_newest_stay)
{
    struct error error = {0};
    struct statistics *statistics = statistics_create(&error);
    struct model_statistics model;
    char id[32];
    const struct inference_sample sample = {.rows = 1};
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(id, sizeof id, "mdl_%d", i);
        statistics_add(statistics, id, &sample);
        statistics_add(statistics, "mdl_often", &sample);
    }
    statistics_get(statistics, id, &model);
    ck_assert_int_eq(model.rows, 1);
    statistics_get(statistics, "mdl_often", &model);
    ck_assert_int_eq(model.rows, 100000);
    statistics_get(statistics, "mdl_0", &model);
    ck_assert_int_eq(model.rows, 0);
    statistics_free(statistics);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, successes_failures_and_batches_are_counted_apart);
    tcase_add_test(tests, models_without_end_take_no_more_memory_and_the_newest_stay);
}

int main(void)
{
    return tests_run("statistics", add_tests);
}
