/* Shapes and sizes, up to where they no longer fit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shape.h"
#include "tests/check.h"

START_TEST(elements_are_the_product_of_the_dimensions)
{
    struct error error = {0};
    struct shape none = {0};
    struct shape image = {.rank = 3, .dims = {28, 14, 3}};

    ck_assert_int_eq(shape_elements(&none, &error), 1);
    ck_assert_int_eq(shape_elements(&image, &error), 28 * 14 * 3);
    ck_assert_int_eq(shape_last(&image), 3);
    ck_assert_ok(error);
}
END_TEST

START_TEST(elements_that_do_not_fit_are_refused)
{
    struct error error = {0};
    struct shape limit = {.rank = 2, .dims = {1 << 20, 1 << 20}};
    struct shape over = {.rank = 2, .dims = {1 << 20, (1 << 20) + 1}};
    struct shape overflow = {.rank = 3, .dims = {INT64_MAX, INT64_MAX, 2}};

    ck_assert_int_eq(shape_elements(&limit, &error), INT64_C(1) << 40);
    ck_assert_int_eq(shape_elements(&over, &error), -1);
    ck_assert_error(error, ERROR_INVALID,
                    "a tensor of shape [1048576, 1048577] has more than 2^40 elements");
    ck_assert_int_eq(shape_elements(&overflow, NULL), -1);
    error_clear(&error);
    ck_assert_int_eq(shape_check(&limit, "network.layers[2]", "a kernel", &error), 0);
    ck_assert_int_eq(shape_check(&over, "network.layers[2]", "a kernel", &error), -1);
    ck_assert_error(error, ERROR_TOO_LARGE,
                    "network.layers[2] has a kernel of shape [1048576, 1048577]: more than 2^40 "
                    "elements");
}
END_TEST

START_TEST(shapes_are_equal_by_rank_and_every_dimension)
{
    struct shape a = {.rank = 2, .dims = {2, 3}};
    struct shape same = {.rank = 2, .dims = {2, 3, 99}};
    struct shape other = {.rank = 2, .dims = {3, 2}};
    struct shape longer = {.rank = 3, .dims = {2, 3, 1}};

    ck_assert(shape_equal(&a, &same));
    ck_assert(!shape_equal(&a, &other));
    ck_assert(!shape_equal(&a, &longer));
}
END_TEST

START_TEST(text_lists_the_dimensions_and_is_cut_to_its_space)
{
    struct shape none = {0};
    struct shape one = {.rank = 1, .dims = {7}};
    struct shape image = {.rank = 3, .dims = {28, 28, 1}};
    char text[64];
    char small[6];

    ck_assert_str_eq(shape_text(&none, text, sizeof(text)), "[]");
    ck_assert_str_eq(shape_text(&one, text, sizeof(text)), "[7]");
    ck_assert_str_eq(shape_text(&image, text, sizeof(text)), "[28, 28, 1]");
    ck_assert_str_eq(shape_text(&image, small, sizeof(small)), "[28, ");
}
END_TEST

START_TEST(sizes_are_checked)
{
    struct error error = {0};
    size_t result = 0;

    ck_assert_int_eq(size_multiply(6, 7, &result, &error), 0);
    ck_assert_uint_eq(result, 42);
    ck_assert_int_eq(size_add(SIZE_MAX - 1, 1, &result, &error), 0);
    ck_assert_uint_eq(result, SIZE_MAX);
    ck_assert_int_eq(size_add(SIZE_MAX, 1, &result, &error), -1);
    ck_assert_uint_eq(result, SIZE_MAX);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    error_clear(&error);
    ck_assert_int_eq(size_multiply(SIZE_MAX / 2, 3, &result, &error), -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, elements_are_the_product_of_the_dimensions);
    tcase_add_test(tests, elements_that_do_not_fit_are_refused);
    tcase_add_test(tests, shapes_are_equal_by_rank_and_every_dimension);
    tcase_add_test(tests, text_lists_the_dimensions_and_is_cut_to_its_space);
    tcase_add_test(tests, sizes_are_checked);
}

int main(void)
{
    return tests_run("shape", add_tests);
}
