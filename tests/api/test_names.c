/* Names of things, and of files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/names.h"
#include "base/compiler.h"
#include "tests/check.h"

#include <string.h>

static const char *of_file(const char *file_name)
{
    static char name[NAME_SIZE];
    struct error error = {0};
    return name_of_file(file_name, name, &error) == 0 ? name : error_code_name(error.code);
}

START_TEST(names_are_words)
{
    static const char *const good[] = {"a", "iris", "Iris-2.final_3", "0"};
    static const char *const bad[] = {"", ".a", "-a", "a b", "a/b", "a@1", "\xc3\xa9", "a:b"};
    char name[NAME_SIZE + 1];
    memset(name, 'a', sizeof name);
    name[NAME_MAX_LENGTH] = '\0';
    ck_assert_int_eq(name_check("name", name, NULL), 0);
    name[NAME_MAX_LENGTH] = 'a';
    name[NAME_MAX_LENGTH + 1] = '\0';
    ck_assert_int_eq(name_check("name", name, NULL), -1);
    for (size_t i = 0; i < ARRAY_COUNT(good); i++)
        ck_assert_int_eq(name_check("name", good[i], NULL), 0);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        ck_assert_int_eq(name_check("name", bad[i], NULL), -1);
}
END_TEST

START_TEST(a_file_name_loses_its_endings)
{
    ck_assert_str_eq(of_file("iris"), "iris");
    ck_assert_str_eq(of_file("iris.csv"), "iris");
    ck_assert_str_eq(of_file("iris.CSV.gz"), "iris");
    ck_assert_str_eq(of_file("iris.v2.csv"), "iris.v2");
    ck_assert_str_eq(of_file("train-images-idx3-ubyte.gz"), "train-images-idx3-ubyte");
    ck_assert_str_eq(of_file("iris.2024"), "iris.2024");
    ck_assert_str_eq(of_file(".csv"), "invalid");
    ck_assert_str_eq(of_file("my iris.csv"), "invalid");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, names_are_words);
    tcase_add_test(tests, a_file_name_loses_its_endings);
}

int main(void)
{
    return tests_run("names", add_tests);
}
