/* Cursors: back to what they were made of, and nothing else is one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/cursor.h"
#include "tests/check.h"

#include <string.h>

static const struct store_place place = {.key = "iris.2", .id = "job_01J0"};

static int read_text(const char *text, uint64_t query)
{
    struct store_place found;
    struct error error = {0};
    int result = cursor_read(text, query, &found, &error);
    ck_assert_int_eq(result == 0, error.code == ERROR_NONE);
    if (result != 0)
        ck_assert_int_eq(error.code, ERROR_INVALID);
    return result;
}

START_TEST(a_cursor_says_where_it_was_made)
{
    static const char *const keys[] = {"", "a", "-1.5e300", "a name of some length"};
    char text[CURSOR_SIZE];
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct store_place made = place, found;
        struct error error = {0};
        strcpy(made.key, keys[i]);
        cursor_write(&made, 7 + i, text);
        ck_assert_uint_eq(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_"),
                          strlen(text));
        ck_assert_int_eq(cursor_read(text, 7 + i, &found, &error), 0);
        ck_assert_str_eq(found.key, keys[i]);
        ck_assert_str_eq(found.id, place.id);
    }
}
END_TEST

START_TEST(the_longest_place_has_room)
{
    struct store_place longest = {0}, found;
    struct error error = {0};
    char text[CURSOR_SIZE];
    memset(longest.key, 'k', sizeof longest.key - 1);
    memset(longest.id, 'i', sizeof longest.id - 1);
    cursor_write(&longest, 1, text);
    ck_assert_int_eq(cursor_read(text, 1, &found, &error), 0);
    ck_assert_str_eq(found.key, longest.key);
}
END_TEST

START_TEST(nothing_else_is_a_cursor)
{
    char text[CURSOR_SIZE], damaged[CURSOR_SIZE + 1];
    cursor_write(&place, 7, text);
    ck_assert_int_eq(read_text(text, 7), 0);
    ck_assert_int_eq(read_text(text, 8), -1);
    size_t size = strlen(text);
    for (size_t i = 0; i < size; i++) {
        memcpy(damaged, text, size + 1);
        damaged[i] = '\0';
        ck_assert_int_eq(read_text(damaged, 7), -1);
        for (const char *byte = "A_-9 =%\x7f\xff"; *byte != '\0'; byte++) {
            memcpy(damaged, text, size + 1);
            damaged[i] = *byte;
            if (strcmp(damaged, text) != 0)
                ck_assert_int_eq(read_text(damaged, 7), -1);
        }
    }
    char endless[4096];
    memset(endless, 'A', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    ck_assert_int_eq(read_text(endless, 7), -1);
    ck_assert_int_eq(read_text("", 7), -1);
    ck_assert_int_eq(read_text("job_01J0", 7), -1);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_cursor_says_where_it_was_made);
    tcase_add_test(tests, the_longest_place_has_room);
    tcase_add_test(tests, nothing_else_is_a_cursor);
}

int main(void)
{
    return tests_run("cursor", add_tests);
}
