/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "tests/check.h"

#include <string.h>

static const char *const names[] = {"units", "use_bias", "learning_rate", "lr", "name", NULL};

START_TEST(slips_of_the_pen_find_their_name)
{
    static const struct {
        const char *name, *nearest;
    } cases[] = {{"unit", "units"},
                 {"untis", "units"},
                 {"usebias", "use_bias"},
                 {"learning-rate", "learning_rate"},
                 {"learn_rate", "learning_rate"},
                 {"Name", "name"},
                 {"rl", "lr"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        ck_assert_str_eq(nearest_name(names, cases[i].name), cases[i].nearest);
}
END_TEST

START_TEST(other_words_find_nothing)
{
    char long_name[1000];
    memset(long_name, 'u', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    static const char *const others[] = {"", "x", "momentum", "batch", "un"};
    for (size_t i = 0; i < ARRAY_COUNT(others); i++)
        ck_assert_ptr_null(nearest_name(names, others[i]));
    ck_assert_ptr_null(nearest_name(names, long_name));
}
END_TEST

START_TEST(nearest_of_several_wins)
{
    static const char *const close[] = {"conv1d", "conv2d", "conv3d", NULL};
    ck_assert_str_eq(nearest_name(close, "convv3d"), "conv3d");
    ck_assert_str_eq(nearest_name(close, "conv"), "conv1d");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, slips_of_the_pen_find_their_name);
    tcase_add_test(tests, other_words_find_nothing);
    tcase_add_test(tests, nearest_of_several_wins);
}

int main(void)
{
    return tests_run("nearest", add_tests);
}
