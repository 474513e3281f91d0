/* The check of gradients itself: smooth functions, kinks, rounding, and gradients that are wrong.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/gradient_check.h"
#include "tests/check.h"

#include <float.h>
#include <math.h>

static float place;

static double smooth(void *context)
{
    (void)context;
    return exp(0.7 * (double)place) + (double)place * (double)place;
}

static double smooth_slope(double x)
{
    return 0.7 * exp(0.7 * x) + 2 * x;
}

/* As the loss of a network is: rounded to a float. */
static double rounded(void *context)
{
    return (double)(float)(1000.0 + 1e-3 * smooth(context));
}

static double kinked(void *context)
{
    const double *at = context;
    return fmax((double)place - *at, 0.0);
}

static struct gradient_report check(double (*value)(void *context), void *context,
                                    double resolution, double gradient)
{
    struct gradient_report report = {0};
    const struct gradient_probe probe = {value, context, resolution};
    place = 0.3F;
    gradient_compare(&probe, "layer/kernel", 3, &place, (float)gradient, 1.0, &report);
    ck_assert(place == 0.3F);
    return report;
}

START_TEST(right_gradients_of_smooth_functions_are_found_right)
{
    struct gradient_report report = check(smooth, NULL, 0, smooth_slope((double)0.3F));
    ck_assert_int_eq(report.checked, 1);
    ck_assert(report.worst < 1e-6);
}
END_TEST

START_TEST(wrong_gradients_are_named)
{
    double slope = smooth_slope((double)0.3F);
    struct gradient_report report = check(smooth, NULL, 0, slope + 0.01);
    ck_assert_int_eq(report.checked, 1);
    ck_assert(fabs(report.worst - 0.01) < 1e-4);
    ck_assert_str_eq(report.where, "layer/kernel[3]");
    report = check(smooth, NULL, 0, (double)NAN);
    ck_assert(isinf(report.worst));
}
END_TEST

START_TEST(the_worst_of_several_is_kept)
{
    struct gradient_report report = {0};
    const struct gradient_probe probe = {smooth, NULL, 0};
    place = 0.3F;
    float slope = (float)smooth_slope((double)0.3F);
    gradient_compare(&probe, "a", 0, &place, slope, 1.0, &report);
    gradient_compare(&probe, "b", 1, &place, slope + 0.02F, 1.0, &report);
    gradient_compare(&probe, "c", 2, &place, slope - 0.01F, 1.0, &report);
    ck_assert_int_eq(report.checked, 3);
    ck_assert_str_eq(report.where, "b[1]");
}
END_TEST

START_TEST(kinks_near_by_do_not_matter_and_kinks_at_the_place_are_skipped)
{
    double at = 0.3 + 1.0 / 200;
    struct gradient_report report = check(kinked, &at, 0, 0);
    ck_assert_int_eq(report.checked, 1);
    ck_assert(report.worst <= GRADIENT_TOLERANCE);
    at = (double)0.3F;
    report = check(kinked, &at, 0, 1);
    ck_assert_int_eq(report.skipped, 1);
    ck_assert_int_eq(report.checked, 0);
    /* Near by, on either side of it, a wrong gradient is still one. */
    at = 0.3 - 1.0 / 200;
    report = check(kinked, &at, 0, 0.9);
    ck_assert(report.worst > 0.09 || report.skipped == 1);
}
END_TEST

START_TEST(slopes_that_rounding_hides_are_skipped)
{
    struct gradient_report report = {0};
    struct gradient_probe probe = {rounded, NULL, (double)FLT_EPSILON};
    place = 0.3F;
    gradient_compare(&probe, "a", 0, &place, 5.0F, 1e-3, &report);
    ck_assert_int_eq(report.skipped, 1);
    ck_assert_int_eq(report.checked, 0);
}
END_TEST

static double constant(void *context)
{
    (void)context;
    return 3;
}

START_TEST(no_gradient_anywhere_is_right_where_nothing_changes)
{
    struct gradient_report report = {0};
    const struct gradient_probe probe = {constant, NULL, 0};
    gradient_compare(&probe, "a", 0, &place, 0.0F, 0.0, &report);
    ck_assert_int_eq(report.checked, 1);
    ck_assert(report.worst <= 0);
    gradient_compare(&probe, "a", 1, &place, 1e-6F, 0.0, &report);
    ck_assert(report.worst > 1);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, right_gradients_of_smooth_functions_are_found_right);
    tcase_add_test(tests, wrong_gradients_are_named);
    tcase_add_test(tests, the_worst_of_several_is_kept);
    tcase_add_test(tests, kinks_near_by_do_not_matter_and_kinks_at_the_place_are_skipped);
    tcase_add_test(tests, slopes_that_rounding_hides_are_skipped);
    tcase_add_test(tests, no_gradient_anywhere_is_right_where_nothing_changes);
}

int main(void)
{
    return tests_run("gradient_check", add_tests);
}
