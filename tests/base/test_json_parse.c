/* Set JSON_TEST_SUITE to the folder test_parsing of github.com/nst/JSONTestSuite to run that, too.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "tests/check.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static void check_refused(const char *text, size_t size, const char *message)
{
    struct error error = {0};
    ck_assert_ptr_null(fields_parse(text, size, &error));
    ck_assert_error(error, ERROR_MALFORMED, message);
}

static void check_malformed(const char *text, size_t size)
{
    struct error error = {0};
    ck_assert_ptr_null(fields_parse(text, size, &error));
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
    ck_assert_ptr_eq(strstr(error.message, "line "), error.message);
}

START_TEST(any_value_is_a_document)
{
    static const char *const texts[] = {"1", " \"x\" ", "null", "[]", "{\"a\":{\"b\":[1.5e3]}}\n"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct error error = {0};
        json_t *json = fields_parse(texts[i], strlen(texts[i]), &error);
        ck_assert_ok(error);
        ck_assert_ptr_nonnull(json);
        json_decref(json);
    }
}
END_TEST

START_TEST(error_names_line_and_column)
{
    static const char text[] = "{\n  \"a\": 1,\n  \"b\": nul\n}";
    check_refused(text, sizeof(text) - 1, "line 3, column 10: invalid token near 'nul'");
}
END_TEST

START_TEST(text_that_holds_a_nul_is_refused_in_our_words)
{
    static const char text[] = "[\"a\\u0000\"]";
    check_refused(text, sizeof(text) - 1, "line 1, column 10: a text may not hold \\u0000");
}
END_TEST

START_TEST(empty_text_is_refused_clearly)
{
    static const char message[] = "line 1, column 1: the text is empty, expected JSON";
    check_refused("", 0, message);
    check_refused(NULL, 0, message);
    check_refused(" \n\t", 3, message);
}
END_TEST

START_TEST(size_ends_the_text)
{
    struct error error = {0};
    json_t *json = fields_parse("12]", 2, &error);
    ck_assert_ok(error);
    ck_assert_int_eq(json_integer_value(json), 12);
    json_decref(json);
}
END_TEST

START_TEST(broken_texts_are_malformed)
{
    static const char *const texts[] = {
        "{\"a\":1,\"a\":2}",
        "1 2",
        "[1,]",
        "{} x",
        "[1e999]",
        "\"\xff\"",
        "\"\xed\xa0\x80\"",
        "[NaN]",
        "{'a':1}",
        "\"\\u0000\"",
        "\"a\nb\"",
        "[\"\\ud800\"]",
        "[99999999999999999999]",
        "\xef\xbb\xbf{}",
        "[1",
        "]",
        "{\"a\"}",
    };
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        check_malformed(texts[i], strlen(texts[i]));
    check_malformed("[1]\0", 4);
    check_malformed("\0", 1);
    check_malformed("123\0", 4);
    check_malformed("\"a\0b\"", 5);
}
END_TEST

/* `depth` lists in each other. */
static size_t nest(char *text, size_t depth)
{
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return 2 * depth;
}

START_TEST(depth_is_limited_before_parsing)
{
    static char text[2000000];
    struct error error = {0};
    json_t *json = fields_parse(text, nest(text, 32), &error);
    ck_assert_ok(error);
    json_decref(json);
    check_refused(text, nest(text, 33),
                  "line 1, column 33: lists and objects may be nested 32 deep, not deeper");
    check_refused(text, nest(text, 1000000),
                  "line 1, column 33: lists and objects may be nested 32 deep, not deeper");
}
END_TEST

START_TEST(brackets_in_strings_are_not_depth)
{
    static const char text[] =
        "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[\", [[]], [[]]]";
    struct error error = {0};
    json_t *json = fields_parse(text, sizeof(text) - 1, &error);
    ck_assert_ok(error);
    ck_assert_uint_eq(json_array_size(json), 3);
    json_decref(json);
}
END_TEST

/* RFC 8259 lets these parse; here a key comes once, and no string holds a NUL. */
static bool is_refused_on_purpose(const char *name)
{
    static const char *const names[] = {
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
        "y_object_escaped_null_in_key.json", "y_string_null_escape.json"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static void check_suite_file(const char *folder, const char *name)
{
    static char text[1 << 20];
    char path[4096];
    ck_assert_int_lt(snprintf(path, sizeof(path), "%s/%s", folder, name), (int)sizeof(path));
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(text, 1, sizeof(text), file);
    fclose(file);
    struct error error = {0};
    json_t *json = fields_parse(text, size, &error);
    bool is_expected = name[0] == 'y' && !is_refused_on_purpose(name);
    if (name[0] != 'i')
        ck_assert_msg((json != NULL) == is_expected, "%s: %s", name, error.message);
    ck_assert((json != NULL) == (error.code == ERROR_NONE));
    json_decref(json);
}

START_TEST(test_suite_is_decided_as_expected)
{
    const char *folder = getenv("JSON_TEST_SUITE");
    ck_assert_ptr_nonnull(folder);
    DIR *files = opendir(folder);
    ck_assert_ptr_nonnull(files);
    size_t count = 0;
    const struct dirent *entry = NULL;
    while ((entry = readdir(files)) != NULL) {
        if (entry->d_name[0] != '.') {
            check_suite_file(folder, entry->d_name);
            count++;
        }
    }
    closedir(files);
    ck_assert_uint_gt(count, 300);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, any_value_is_a_document);
    tcase_add_test(tests, error_names_line_and_column);
    tcase_add_test(tests, text_that_holds_a_nul_is_refused_in_our_words);
    tcase_add_test(tests, empty_text_is_refused_clearly);
    tcase_add_test(tests, size_ends_the_text);
    tcase_add_test(tests, broken_texts_are_malformed);
    tcase_add_test(tests, depth_is_limited_before_parsing);
    tcase_add_test(tests, brackets_in_strings_are_not_depth);
    if (getenv("JSON_TEST_SUITE") != NULL)
        tcase_add_test(tests, test_suite_is_decided_as_expected);
}

int main(void)
{
    return tests_run("json_parse", add_tests);
}
