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
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
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
        ck_assert_double_eq_tol(schedule_rate(&schedule, 0.1, step, PER_EPOCH, TOTAL, NULL),
                                expected[step], 1e-15);
    variant_clear(&schedule);
}

START_TEST(no_schedule_and_constant_keep_the_base)
{
    const struct variant none = {0};
    ck_assert_double_eq(schedule_rate(&none, 0.1, 7, PER_EPOCH, TOTAL, NULL), 0.1);
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

START_TEST(multi_step_drops_at_every_milestone)
{
    const double by_epoch[TOTAL] = {.1, .1, .1, .01, .01, .01, .01, .01, .01, .001, .001, .001};
    check_rates("{\"type\": \"multi_step\", \"milestones\": [1, 3]}", by_epoch);
    /* In any order; one of them twice drops twice. */
    const double by_step[TOTAL] = {.1,    .1,    .05,   .05,   .05,   .0125,
                                   .0125, .0125, .0125, .0125, .0125, .0125};
    check_rates("{\"type\": \"multi_step\", \"milestones\": [5, 2, 5], \"gamma\": 0.5, \"per\": "
                "\"step\"}",
                by_step);
    const double warmed[TOTAL] = {.05, .05, .05, .1, .1, .1, .1, .1, .1, .01, .01, .01};
    check_rates("{\"type\": \"multi_step\", \"milestones\": 1, \"warmup\": 2}", warmed);
}
END_TEST

START_TEST(polynomial_goes_down_to_final_over_all_units)
{
    double by_step[TOTAL], by_epoch[TOTAL];
    for (int i = 0; i < TOTAL; i++) {
        by_step[i] = 0.1 * (1 - i / 12.0);
        int epoch = i / 3;
        by_epoch[i] = epoch < 1 ? 0.1 : 0.01 + 0.09 * pow(1 - (epoch - 1) / 3.0, 2);
    }
    check_rates("{\"type\": \"polynomial\", \"per\": \"step\"}", by_step);
    check_rates("{\"type\": \"polynomial\", \"power\": 2, \"final\": 0.01, \"warmup\": 1}",
                by_epoch);
}
END_TEST

/* torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(T_0=2, T_mult=2, eta_min=0.02): periods
 * begin at 0, 2, 6. */
START_TEST(cosine_begins_again_after_every_period)
{
    double grown[TOTAL], same[TOTAL];
    for (int i = 0; i < TOTAL; i++) {
        int at = i < 2 ? i : i < 6 ? i - 2 : i - 6, period = i < 2 ? 2 : i < 6 ? 4 : 8;
        grown[i] = 0.02 + 0.08 * (1 + cos(M_PI * at / period)) / 2;
        same[i] = 0.1 * (1 + cos(M_PI * (i / 3 % 3) / 3.0)) / 2;
    }
    check_rates("{\"type\": \"cosine_restarts\", \"period\": 2, \"multiply\": 2, \"final\": 0.02, "
                "\"per\": \"step\"}",
                grown);
    check_rates("{\"type\": \"cosine_restarts\", \"period\": 3}", same);
}
END_TEST

START_TEST(periods_too_long_for_a_number_do_not_end)
{
    struct variant schedule =
        read_schedule("{\"type\": \"cosine_restarts\", \"period\": 1000000000, \"multiply\": "
                      "1000000, \"per\": \"step\"}");
    double rate = schedule_rate(&schedule, 0.1, INT64_MAX - 1, 1, INT64_MAX, NULL);
    ck_assert(rate > 0 && rate <= 0.1);
    variant_clear(&schedule);
}
END_TEST

/* torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=12): its get_last_lr() after each
 * step. */
START_TEST(one_cycle_rises_to_max_and_falls_to_nearly_nothing)
{
    const double by_step[TOTAL] = {0.040000000000000036, 0.3497896542195831,  0.8792851591221287,
                                   0.9944154354509117,   0.9330129698414117,  0.811745653949763,
                                   0.6473789976951033,   0.46263710266697505, 0.28306099820869923,
                                   0.1334775301888306,   0.03456698742539522, 4e-06};
    check_rates("{\"type\": \"one_cycle\", \"max\": 1, \"per\": \"step\"}", by_step);
    double scaled[TOTAL];
    for (int i = 0; i < TOTAL; i++)
        scaled[i] = by_step[i] / 10;
    check_rates("{\"type\": \"one_cycle\", \"per\": \"step\"}", scaled);
}
END_TEST

START_TEST(one_cycle_of_few_units_has_rates)
{
    static const char *const texts[] = {"\"one_cycle\"",
                                        "{\"type\": \"one_cycle\", \"pct_start\": 0}",
                                        "{\"type\": \"one_cycle\", \"pct_start\": 1}",
                                        "{\"type\": \"one_cycle\", \"pct_start\": 0.5}"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        for (int units = 1; units <= 4; units++)
            for (int unit = 0; unit < units; unit++) {
                struct variant schedule = read_schedule(texts[i]);
                double rate = schedule_rate(&schedule, 0.1, unit, 1, units, NULL);
                ck_assert_msg(rate > 0 && rate <= 0.1, "%s: %g in unit %d of %d", texts[i], rate,
                              unit, units);
                variant_clear(&schedule);
            }
}
END_TEST

/* The rate after each of some figures. */
static void check_plateau(const char *text, const double *figures, const double *expected,
                          int count)
{
    struct variant schedule = read_schedule(text);
    struct schedule_state state;
    schedule_state_start(&state);
    for (int i = 0; i < count; i++) {
        schedule_epoch_ended(&schedule, &state, schedule_monitor(&schedule), figures[i]);
        double rate = schedule_rate(&schedule, 0.1, i, 1, count, &state);
        ck_assert_msg(fabs(rate - expected[i]) < 1e-15, "%s: %.17g after figure %d, not %g", text,
                      rate, i, expected[i]);
    }
    variant_clear(&schedule);
}

START_TEST(plateau_reduces_after_more_than_patience)
{
    const double falling[] = {1, 0.5, 0.5, 0.49999, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4};
    const double expected[] = {.1, .1, .1, .1, .1, .1, .1, .05, .05, .05};
    check_plateau("{\"type\": \"reduce_on_plateau\", \"patience\": 2, \"factor\": 0.5}", falling,
                  expected, 10);
    const double worse[] = {1, 2, 3, 4, 5}, floored[] = {.1, .05, .03, .03, .03};
    check_plateau(
        "{\"type\": \"reduce_on_plateau\", \"patience\": 0, \"factor\": 0.5, \"minimum\": "
        "0.03}",
        worse, floored, 5);
}
END_TEST

START_TEST(plateau_goes_by_what_is_better)
{
    const double rising[] = {0.1, 0.2, 0.3, 0.3, (double)NAN, 0.3, 0.4};
    const double expected[] = {.1, .1, .1, .1, .01, .01, .01};
    check_plateau("{\"type\": \"reduce_on_plateau\", \"patience\": 1, \"monitor\": "
                  "\"val_accuracy\"}",
                  rising, expected, 7);
    /* More than a tenth, and a loss that may be negative. */
    const double small[] = {-1, -1.05, -1.2, -1.25}, reduced[] = {.1, .01, .01, .001};
    check_plateau("{\"type\": \"reduce_on_plateau\", \"patience\": 0, \"threshold\": 0.1}", small,
                  reduced, 4);
    const double steps[] = {100, 99.5, 98, 97.5}, absolute[] = {.1, .01, .01, .001};
    check_plateau("{\"type\": \"reduce_on_plateau\", \"patience\": 0, \"threshold\": 1, "
                  "\"threshold_mode\": \"abs\"}",
                  steps, absolute, 4);
}
END_TEST

START_TEST(plateau_rests_after_a_reduction)
{
    const double flat[] = {1, 1, 1, 1, 1, 1, 1, 1};
    const double expected[] = {.1, .01, .01, .01, .001, .001, .001, .0001};
    check_plateau("{\"type\": \"reduce_on_plateau\", \"patience\": 0, \"cooldown\": 2}", flat,
                  expected, 8);
}
END_TEST

START_TEST(schedules_that_watch_nothing_do_not_change)
{
    struct variant schedule = read_schedule("{\"type\": \"cosine\"}");
    struct schedule_state state, before;
    schedule_state_start(&state);
    before = state;
    ck_assert_ptr_null(schedule_monitor(&schedule));
    schedule_epoch_ended(&schedule, &state, "val_loss", 1);
    ck_assert_mem_eq(&state, &before, sizeof state);
    variant_clear(&schedule);
}
END_TEST

START_TEST(an_epoch_cut_short_is_a_unit)
{
    /* 13 steps of 3 an epoch: 5 epochs, so that the fifth is not past the end. */
    struct variant schedule = read_schedule("{\"type\": \"cosine\"}");
    double rate = schedule_rate(&schedule, 0.1, 12, 3, 13, NULL);
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
    tcase_add_test(cases, multi_step_drops_at_every_milestone);
    tcase_add_test(cases, polynomial_goes_down_to_final_over_all_units);
    tcase_add_test(cases, cosine_begins_again_after_every_period);
    tcase_add_test(cases, periods_too_long_for_a_number_do_not_end);
    tcase_add_test(cases, one_cycle_rises_to_max_and_falls_to_nearly_nothing);
    tcase_add_test(cases, one_cycle_of_few_units_has_rates);
    tcase_add_test(cases, plateau_reduces_after_more_than_patience);
    tcase_add_test(cases, plateau_goes_by_what_is_better);
    tcase_add_test(cases, plateau_rests_after_a_reduction);
    tcase_add_test(cases, schedules_that_watch_nothing_do_not_change);
    tcase_add_test(cases, an_epoch_cut_short_is_a_unit);
}

int main(void)
{
    return tests_run("schedules", add_tests);
}
