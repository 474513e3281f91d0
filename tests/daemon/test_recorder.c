/* SPDX-License-Identifier: Apache-2.0 */
/* What goes in comes out as series, once. */
#include "daemon/recorder.h"
#include "tests/check.h"

#include <string.h>

static void add_step(struct recorder *recorder, int64_t step)
{
    const struct trainer_report report = {.step = step,
                                          .loss = (double)step,
                                          .learning_rate = 0.5,
                                          .gradient_norm = 2 * (double)step};
    recorder_add_step(recorder, &report);
}

static const char *const metric_names[] = {"metric_0", "metric_1"};

static void add_epoch(struct recorder *recorder, int64_t epoch, int64_t step)
{
    struct trainer_report report = {.epoch = epoch, .step = step, .metric_count = 2};
    for (int i = 0; i < 2; i++) {
        report.metrics[i].name = metric_names[i];
        report.metrics[i].value = (double)epoch + i / 2.0;
    }
    recorder_add_epoch(recorder, &report);
}

START_TEST(new_recorder_has_no_series)
{
    size_t count = 1;
    struct recorder *recorder = recorder_create(NULL);
    (void)recorder_points(recorder, &count);
    ck_assert_uint_eq(count, 0);
    ck_assert(!recorder_full(recorder));
    recorder_free(recorder);
    recorder_free(NULL);
}
END_TEST

START_TEST(run_that_goes_back_takes_its_points_along)
{
    size_t count;
    struct recorder *recorder = recorder_create(NULL);
    for (int64_t step = 1; step <= 9; step++)
        add_step(recorder, step);
    add_epoch(recorder, 1, 4);
    add_epoch(recorder, 2, 8);
    recorder_cut(recorder, 4);
    const struct history_points *points = recorder_points(recorder, &count);
    ck_assert_uint_eq(count, 5);
    ck_assert_int_eq(points[0].count, 4);
    ck_assert_int_eq(points[3].count, 1);
    recorder_cut(recorder, 0);
    (void)recorder_points(recorder, &count);
    ck_assert_uint_eq(count, 0);
    recorder_free(recorder);
}
END_TEST

START_TEST(steps_become_three_series)
{
    static const char *const names[] = {"loss", "learning_rate", "gradient_norm"};
    size_t count;
    struct recorder *recorder = recorder_create(NULL);
    add_step(recorder, 7);
    add_step(recorder, 8);
    const struct history_points *points = recorder_points(recorder, &count);
    ck_assert_uint_eq(count, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_str_eq(points[i].metric, names[i]);
        ck_assert(!points[i].per_epoch);
        ck_assert_int_eq(points[i].count, 2);
        ck_assert_int_eq(points[i].steps[0], 7);
        ck_assert_int_eq(points[i].steps[1], 8);
    }
    ck_assert(points[0].values[1] == 8);
    ck_assert(points[1].values[0] == 0.5);
    ck_assert(points[2].values[1] == 16);
    recorder_free(recorder);
}
END_TEST

START_TEST(epochs_become_a_series_of_each_metric)
{
    size_t count;
    struct recorder *recorder = recorder_create(NULL);
    add_epoch(recorder, 1, 15);
    add_epoch(recorder, 2, 30);
    const struct history_points *points = recorder_points(recorder, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(points[1].metric, "metric_1");
    ck_assert(points[1].per_epoch);
    ck_assert_int_eq(points[1].count, 2);
    ck_assert_int_eq(points[1].steps[1], 30);
    ck_assert_int_eq(points[1].epochs[1], 2);
    ck_assert(points[1].values[1] == 2.5);
    recorder_free(recorder);
}
END_TEST

START_TEST(reset_forgets_every_point)
{
    size_t count;
    struct recorder *recorder = recorder_create(NULL);
    add_step(recorder, 1);
    add_epoch(recorder, 1, 1);
    recorder_reset(recorder);
    (void)recorder_points(recorder, &count);
    ck_assert_uint_eq(count, 0);
    add_step(recorder, 2);
    const struct history_points *points = recorder_points(recorder, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert_int_eq(points[0].count, 1);
    ck_assert_int_eq(points[0].steps[0], 2);
    recorder_free(recorder);
}
END_TEST

START_TEST(full_recorder_says_so_and_has_kept_every_step)
{
    size_t count;
    int64_t step = 0;
    struct recorder *recorder = recorder_create(NULL);
    while (!recorder_full(recorder))
        add_step(recorder, ++step);
    const struct history_points *points = recorder_points(recorder, &count);
    ck_assert_int_ge(step, 1000);
    ck_assert_int_eq(points[0].count, step);
    ck_assert_int_eq(points[0].steps[step - 1], step);
    recorder_free(recorder);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, new_recorder_has_no_series);
    tcase_add_test(tests, run_that_goes_back_takes_its_points_along);
    tcase_add_test(tests, steps_become_three_series);
    tcase_add_test(tests, epochs_become_a_series_of_each_metric);
    tcase_add_test(tests, reset_forgets_every_point);
    tcase_add_test(tests, full_recorder_says_so_and_has_kept_every_step);
}

int main(void)
{
    return tests_run("recorder", add_tests);
}
