/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"

#include <errno.h>
#include <string.h>

START_TEST(first_error_wins)
{
    struct error error = {0};
    ck_assert_int_eq(error_set(&error, ERROR_CONFLICT, "job %d runs", 7), -1);
    ck_assert_int_eq(error_set(&error, ERROR_IO, "later"), -1);
    ck_assert_int_eq(error_set_at(&error, ERROR_IO, "x", "later"), -1);
    errno = ENOSPC;
    ck_assert_int_eq(error_set_errno(&error, "later"), -1);
    ck_assert_error(error, ERROR_CONFLICT, "job 7 runs");
    ck_assert_str_eq(error.path, "");
}
END_TEST

START_TEST(null_error_is_allowed)
{
    ck_assert_int_eq(error_set(NULL, ERROR_IO, "nobody asks"), -1);
    ck_assert_int_eq(error_set_at(NULL, ERROR_IO, "a", "nobody asks"), -1);
    ck_assert_int_eq(error_set_errno(NULL, "nobody asks"), -1);
}
END_TEST

START_TEST(cleared_error_can_be_set_again)
{
    struct error error = {0};
    error_set_at(&error, ERROR_INVALID, "a", "is wrong");
    error_clear(&error);
    ck_assert_str_eq(error.path, "");
    error_set(&error, ERROR_BUSY, "try later");
    ck_assert_error(error, ERROR_BUSY, "try later");
}
END_TEST

START_TEST(message_begins_with_the_path)
{
    struct error error = {0};
    error_set_at(&error, ERROR_INVALID, "layers[2].units", "must be above %d", 0);
    ck_assert_error(error, ERROR_INVALID, "layers[2].units must be above 0");
    ck_assert_str_eq(error.path, "layers[2].units");
    error_clear(&error);
    error_set_at(&error, ERROR_INVALID, "", "must be above %d", 0);
    ck_assert_error(error, ERROR_INVALID, "must be above 0");
}
END_TEST

START_TEST(errno_gives_the_code)
{
    static const struct {
        int number;
        enum error_code code;
    } cases[] = {{ENOSPC, ERROR_STORAGE_FULL},
                 {EDQUOT, ERROR_STORAGE_FULL},
                 {ENOMEM, ERROR_MEMORY},
                 {ENOENT, ERROR_IO}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        errno = cases[i].number;
        error_set_errno(&error, "open of %s", "data");
        ck_assert_int_eq(errno, cases[i].number);
        ck_assert_int_eq(error.code, cases[i].code);
        ck_assert_ptr_eq(strstr(error.message, "open of data: "), error.message);
        ck_assert_ptr_nonnull(strstr(error.message, strerror(cases[i].number)));
    }
}
END_TEST

START_TEST(message_is_printable_utf8)
{
    struct error error = {0};
    error_set(&error, ERROR_INVALID, "a\nb\x01\xff \xc3\xa9 \xed\xa0\x80\x7f");
    ck_assert_error(error, ERROR_INVALID, "a?b?? \xc3\xa9 ????");
}
END_TEST

START_TEST(long_message_is_cut_between_characters)
{
    struct error error = {0};
    char text[2000];
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa9", 3);
    error_set_at(&error, ERROR_INVALID, text, "%s", text);
    /* Of the half character at the end of an even number of bytes, a '?' is left. */
    ck_assert_uint_eq(strlen(error.path), sizeof(error.path) - 1);
    ck_assert_str_eq(error.path + sizeof(error.path) - 4, "\xc3\xa9?");
    ck_assert_uint_eq(strlen(error.message), sizeof(error.message) - 1);
}
END_TEST

START_TEST(every_code_has_a_name_of_its_own)
{
    for (int code = ERROR_NONE; code <= ERROR_INTERNAL; code++)
        ck_assert_int_eq(error_code_find(error_code_name((enum error_code)code)), code);
    ck_assert_int_eq(error_code_find("no such code"), ERROR_INTERNAL);
    ck_assert_str_eq(error_code_name((enum error_code)1000), "internal");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, first_error_wins);
    tcase_add_test(tests, null_error_is_allowed);
    tcase_add_test(tests, cleared_error_can_be_set_again);
    tcase_add_test(tests, message_begins_with_the_path);
    tcase_add_test(tests, errno_gives_the_code);
    tcase_add_test(tests, message_is_printable_utf8);
    tcase_add_test(tests, long_message_is_cut_between_characters);
    tcase_add_test(tests, every_code_has_a_name_of_its_own);
}

int main(void)
{
    return tests_run("error", add_tests);
}
