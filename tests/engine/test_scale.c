/* Scales. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/scale.h"
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

static struct scale learned(const double *numbers, size_t count, enum scale_method method,
                            bool fill_zero)
{
    struct scale_statistics statistics = {0};
    struct scale scale;
    for (size_t i = 0; i < count; i++)
        scale_gather(&statistics, numbers[i]);
    double mean = scale_relative_mean(&statistics);
    for (size_t i = 0; i < count; i++)
        scale_gather_square(&statistics, mean, numbers[i]);
    ck_assert_int_eq(scale_learn(&statistics, method, fill_zero, "x", &scale, NULL), 0);
    return scale;
}

START_TEST(standardizing_takes_mean_and_population_deviation)
{
    const double numbers[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct scale scale = learned(numbers, 8, SCALE_STANDARDIZE, false);
    ck_assert_double_eq(scale.shift, 5);
    ck_assert_double_eq(scale.scale, 2);
    ck_assert_double_eq(scale.fill, 5);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), 9), 2);
}
END_TEST

START_TEST(missing_numbers_are_not_gathered)
{
    const double numbers[] = {(double)NAN, 1, 3, (double)NAN};
    struct scale scale = learned(numbers, 4, SCALE_STANDARDIZE, false);
    ck_assert_double_eq(scale.shift, 2);
    ck_assert_double_eq(scale.scale, 1);
    scale = learned(numbers, 4, SCALE_STANDARDIZE, true);
    ck_assert_double_eq(scale.fill, 0);
}
END_TEST

START_TEST(min_max_goes_from_0_to_1)
{
    const double numbers[] = {-5, 0, 15};
    struct scale scale = learned(numbers, 3, SCALE_MIN_MAX, false);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), -5), 0);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), 5), 0.5);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), 15), 1);
}
END_TEST

/* 0.1 has no exact sum: a naive mean would give a deviation of 1e-17 and then huge inputs. */
START_TEST(constant_numbers_become_0_whatever_they_are)
{
    double numbers[1000];
    for (size_t i = 0; i < 1000; i++)
        numbers[i] = 0.1;
    struct scale scale = learned(numbers, 1000, SCALE_STANDARDIZE, false);
    ck_assert_double_eq(scale.scale, 0);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), 0.1), 0);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), 1e9), 0);
    scale = learned(numbers, 1000, SCALE_MIN_MAX, false);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), 7), 0);
}
END_TEST

START_TEST(no_numbers_at_all_become_0)
{
    const double numbers[] = {(double)NAN};
    struct scale scale = learned(numbers, 1, SCALE_STANDARDIZE, false);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), scale.fill), 0);
}
END_TEST

START_TEST(numbers_far_from_0_keep_their_deviation)
{
    double numbers[1000];
    for (size_t i = 0; i < 1000; i++)
        numbers[i] = 1e15 + (double)(i % 2);
    struct scale scale = learned(numbers, 1000, SCALE_STANDARDIZE, false);
    ck_assert_double_eq(scale.scale, 0.5);
}
END_TEST

START_TEST(numbers_too_large_to_scale_are_refused)
{
    struct scale_statistics statistics = {0};
    struct scale scale;
    struct error error = {0};
    scale_gather(&statistics, 1e308);
    scale_gather(&statistics, -1e308);
    scale_gather_square(&statistics, 0, 1e308);
    scale_gather_square(&statistics, 0, -1e308);
    ck_assert_int_eq(scale_learn(&statistics, SCALE_STANDARDIZE, false, "x", &scale, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "\"x\""));
}
END_TEST

START_TEST(encoded_numbers_are_finite_floats)
{
    struct scale scale = {.shift = 0, .scale = 1e-3};
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), 1e300), FLT_MAX);
    ck_assert_float_eq(scale_encode(&scale, scale_factor(&scale), -1e300), -FLT_MAX);
    scale.scale = 4.9e-324;
    ck_assert_double_eq(scale_factor(&scale), 0);
}
END_TEST

START_TEST(doubles_survive_the_file_exactly)
{
    struct error error = {0};
    struct scale scale = {.shift = 1.0 / 3, .scale = 0.1 + 0.2, .fill = -2.2250738585072014e-308};
    struct scale back;
    json_t *written = scale_write(&scale);
    char *text = fields_print(written);
    json_t *read = fields_parse(text, strlen(text), &error);
    ck_assert_int_eq(scale_read(&back, read, "scale", &error), 0);
    ck_assert_mem_eq(&scale, &back, sizeof(scale));
    json_decref(written);
    json_decref(read);
    free(text);
}
END_TEST

START_TEST(a_scale_without_its_numbers_is_refused)
{
    struct error error = {0};
    struct scale scale;
    json_t *json = json_pack("{s:f, s:s}", "shift", 1.0, "scale", "1");
    ck_assert_int_eq(scale_read(&scale, json, "scale", &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    json_decref(json);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, standardizing_takes_mean_and_population_deviation);
    tcase_add_test(tests, missing_numbers_are_not_gathered);
    tcase_add_test(tests, min_max_goes_from_0_to_1);
    tcase_add_test(tests, constant_numbers_become_0_whatever_they_are);
    tcase_add_test(tests, no_numbers_at_all_become_0);
    tcase_add_test(tests, numbers_far_from_0_keep_their_deviation);
    tcase_add_test(tests, numbers_too_large_to_scale_are_refused);
    tcase_add_test(tests, encoded_numbers_are_finite_floats);
    tcase_add_test(tests, doubles_survive_the_file_exactly);
    tcase_add_test(tests, a_scale_without_its_numbers_is_refused);
}

int main(void)
{
    return tests_run("scale", add_tests);
}
