/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "tests/check.h"

START_TEST(characters_have_their_size)
{
    ck_assert_uint_eq(utf8_size(""), 0);
    ck_assert_uint_eq(utf8_size("a"), 1);
    ck_assert_uint_eq(utf8_size("\xc2\x80"), 2);
    ck_assert_uint_eq(utf8_size("\xe0\xa0\x80"), 3);
    ck_assert_uint_eq(utf8_size("\xed\x9f\xbf"), 3);
    ck_assert_uint_eq(utf8_size("\xee\x80\x80"), 3);
    ck_assert_uint_eq(utf8_size("\xf0\x90\x80\x80"), 4);
    ck_assert_uint_eq(utf8_size("\xf4\x8f\xbf\xbf"), 4);
}
END_TEST

START_TEST(what_is_no_character_is_refused)
{
    static const char *const broken[] = {
        "\x80",             /* continuation alone */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* surrogate */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc3",
        "\xe2\x82",
        "\xe2\x82z",
        "\xf0\x9f\x98",
    };
    for (size_t i = 0; i < ARRAY_COUNT(broken); i++) {
        ck_assert_uint_eq(utf8_size(broken[i]), 0);
        ck_assert(!utf8_is_valid(broken[i]));
    }
    ck_assert(utf8_is_valid("") && utf8_is_valid("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    ck_assert(!utf8_is_valid("fine until \xff"));
}
END_TEST

START_TEST(length_counts_characters)
{
    ck_assert_uint_eq(utf8_length(""), 0);
    ck_assert_uint_eq(utf8_length("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 4);
    ck_assert_uint_eq(utf8_length("\xff\xff"
                                  "a"),
                      3);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, characters_have_their_size);
    tcase_add_test(tests, what_is_no_character_is_refused);
    tcase_add_test(tests, length_counts_characters);
}

int main(void)
{
    return tests_run("utf8", add_tests);
}
