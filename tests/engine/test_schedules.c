/* Tests of the learning rate over time, against rates worked out by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/schedule.h"
#include "tests/check.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PER_EPOCH = 3, TOTAL = 12 };

static struct variant read_schedule(const char *text)
{
    struct error error = {0};
    struct variant schedule = {0};
    json_t *json = fields_parse(text, strlen(text), &error);
    ck_assert_ptr_nonnull(json);
    ck_assert_msg(fields_read_variant(schedule_kinds, json, &schedule, "schedule", &error) == 0,
                  "%s", error.message);
    json_decref(json);
    return schedule;
}

/* Rates of steps 0 … 11 of 4 epochs of 3 steps at base 0.1. */
static void check_rates(const char *text, const double expected[TOTAL])
{
    struct variant schedule = read_schedule(text);
    for (int64_t step = 0; step < TOTAL; step++)
        ck_assert_double_eq_tol(schedule_rate(&schedule, 0.1, step, PER_EPOCH, TOTAL),
                                expected[step], 1e-15);
    variant_clear(&schedule);
}

START_TEST(no_schedule_and_constant_keep_the_base)
{
    const struct variant none = {0};
    ck_assert_double_eq(schedule_rate(&none, 0.1, 7, PER_EPOCH, TOTAL), 0.1);
    const double all[TOTAL] = {.1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1};
    check_rates("{\"type\": \"constant\"}", all);
}
END_TEST

START_TEST(warm_up_rises_linearly_by_unit)
{
    const double by_epoch[TOTAL] = {.05, .05, .05, .1, .1, .1, .1, .1, .1, .1, .1, .1};
    check_rates("{\"type\": \"constant\", \"warmup\": 2}", by_epoch);
    const double by_step[TOTAL] = {.025, .05, .075, .1, .1, .1, .1, .1, .1, .1, .1, .1};
    check_rates("{\"type\": \"constant\", \"warmup\": 4, \"per\": \"step\"}", by_step);
}
END_TEST

START_TEST(step_drops_after_every_step_size)
{
    const double by_epoch[TOTAL] = {.1, .1, .1, .1, .1, .1, .05, .05, .05, .05, .05, .05};
    check_rates("{\"type\": \"step\", \"step_size\": 2, \"gamma\": 0.5}", by_epoch);
    const double warmed[TOTAL] = {.05, .1, .1, .1, .1, .05, .05, .05, .025, .025, .025, .0125};
    check_rates("{\"type\": \"step\", \"step_size\": 3, \"gamma\": 0.5, \"per\": \"step\", "
                "\"warmup\": 2}",
                warmed);
}
END_TEST

START_TEST(exponential_drops_in_every_unit)
{
    const double expected[TOTAL] = {.1,   .1,   .1,   .08,   .08,   .08,
                                    .064, .064, .064, .0512, .0512, .0512};
    check_rates("{\"type\": \"exponential\", \"gamma\": 0.8}", expected);
}
END_TEST

START_TEST(cosine_goes_down_to_final_over_all_units)
{
    double by_epoch[TOTAL], by_step[TOTAL];
    for (int i = 0; i < TOTAL; i++) {
        int epoch = i / 3;
        by_epoch[i] = 0.02 + 0.08 * (1 + cos(M_PI * epoch / 4.0)) / 2;
        by_step[i] = i < 2 ? 0.05 * (i + 1) : 0.1 * (1 + cos(M_PI * (i - 2) / 10.0)) / 2;
    }
    check_rates("{\"type\": \"cosine\", \"final\": 0.02}", by_epoch);
    check_rates("{\"type\": \"cosine\", \"per\": \"step\", \"warmup\": 2}", by_step);
}
END_TEST

START_TEST(an_epoch_cut_short_is_a_unit)
{
    /* 13 steps of 3 an epoch: 5 epochs, so that the fifth is not past the end. */
    struct variant schedule = read_schedule("{\"type\": \"cosine\"}");
    double rate = schedule_rate(&schedule, 0.1, 12, 3, 13);
    ck_assert_double_eq_tol(rate, 0.05 * (1 + cos(M_PI * 4 / 5.0)), 1e-15);
    variant_clear(&schedule);
}
END_TEST

static void add_tests(TCase *cases)
{
    tcase_add_test(cases, no_schedule_and_constant_keep_the_base);
    tcase_add_test(cases, warm_up_rises_linearly_by_unit);
    tcase_add_test(cases, step_drops_after_every_step_size);
    tcase_add_test(cases, exponential_drops_in_every_unit);
    tcase_add_test(cases, cosine_goes_down_to_final_over_all_units);
    tcase_add_test(cases, an_epoch_cut_short_is_a_unit);
}

int main(void)
{
    return tests_run("schedules", add_tests);
}
