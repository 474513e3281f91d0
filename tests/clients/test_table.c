/* Tables, and the texts that they are made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/table.h"
#include "tests/run.h"

#include <locale.h>
#include <string.h>

/* The lines of a table of `count` cells that is `width` wide. */
static void expect_lines(const char *titles, const char *const *cells, size_t count, int width,
                         const char *expected)
{
    struct terminal terminal = {.width = width, .is_utf8 = true};
    struct table table TABLE_AUTO = {0};
    struct text out TEXT_AUTO = {0};
    table_start(&table, titles);
    for (size_t i = 0; i < count; i++)
        table_cell(&table, cells[i]);
    table_write(&table, &terminal, &out);
    ck_assert_str_eq(out.data, expected);
}

static void expect_table(int width, const char *expected)
{
    static const char *const cells[] = {"iris", "150", "flowers of three kinds", "日本", "7", "x"};
    expect_lines("name|>rows|about", cells, ARRAY_COUNT(cells), width, expected);
}

START_TEST(numbers_stand_to_the_right)
{
    expect_table(100, "name  rows  about\n"
                      "iris   150  flowers of three kinds\n"
                      "日本     7  x\n");
}
END_TEST

START_TEST(the_widest_text_is_cut_with_an_ellipsis)
{
    expect_table(24, "name  rows  about\n"
                     "iris   150  flowers of …\n"
                     "日本     7  x\n");
}
END_TEST

START_TEST(extra_columns_go_first_where_there_is_no_room)
{
    static const struct {
        int width;
        const char *expected;
    } cases[] = {{18, "name  n  rows  id\niris  1   150  a7\n"},
                 {17, "name  n  rows  id\niris  1   150  a7\n"},
                 {16, "name  n  rows\niris  1   150\n"},
                 {12, "name  n\niris  1\n"}};
    static const char *const cells[] = {"iris", "1", "150", "a7"};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        expect_lines("name|n|?>rows|?id", cells, ARRAY_COUNT(cells), cases[i].width,
                     cases[i].expected);
}
END_TEST

START_TEST(numbers_are_left_out_rather_than_cut)
{
    static const char *const cells[] = {"a-rather-long-name", "succeeded", "59541/10000000",
                                        "0.00787", "12"};
    expect_lines("name|state|>epoch|>best|>n", cells, ARRAY_COUNT(cells), 40,
                 "name           state               epoch\n"
                 "a-rather-lon…  succeeded  59541/10000000\n");
    expect_lines("name|state|>epoch|>best|>n", cells, ARRAY_COUNT(cells), 30,
                 "name                state\n"
                 "a-rather-long-name  succeeded\n");
}
END_TEST

START_TEST(no_line_is_wider_than_the_terminal)
{
    for (int width = 1; width < 40; width++) {
        struct terminal terminal = {.width = width, .is_utf8 = true};
        struct table table TABLE_AUTO = {0};
        struct text out TEXT_AUTO = {0};
        table_start(&table, ">a|name of something|>c");
        table_cell(&table, "123456");
        table_cell(&table, "日本語日本語日本語");
        table_cell(&table, "98.6");
        table_write(&table, &terminal, &out);
        char *rest = out.data, *line;
        while ((line = strsep(&rest, "\n")) != NULL)
            ck_assert_int_le(text_columns(line), width);
    }
}
END_TEST

static void expect_safe(const char *given, const char *expected)
{
    struct text safe TEXT_AUTO = {0};
    text_append_safe(&safe, given);
    ck_assert_str_eq(text_string(&safe), expected);
}

START_TEST(control_characters_are_made_harmless)
{
    expect_safe("a\033[31mb\nc\td\x7F", "a?[31mb?c?d?");
    expect_safe("\xC2\x9B"
                "2J",
                "?2J"); /* CSI as a C1 character */
    expect_safe("\xE2\x80\xAE"
                "abc\xE2\x81\xA6",
                "?abc?"); /* turned around */
    expect_safe("é 日本 ✓ \xF0\x9F\x8C\xB1", "é 日本 ✓ \xF0\x9F\x8C\xB1");
}
END_TEST

START_TEST(ends_of_lines_are_kept)
{
    struct text safe TEXT_AUTO = {0};
    const char lines[] = "a\r\nb\rc\n\033\r";
    text_append_safe_lines(&safe, lines, sizeof lines - 1);
    ck_assert_str_eq(text_string(&safe), "a\r\nb?c\n??");
}
END_TEST

START_TEST(broken_utf8_is_made_harmless)
{
    expect_safe("a\xFF"
                "b\xC3",
                "a?b?");
    expect_safe("\xC0\x9B", "??");           /* overlong */
    expect_safe("\xED\xA0\x80", "???");      /* half of a surrogate pair */
    expect_safe("\xF4\x90\x80\x80", "????"); /* past the last character */
}
END_TEST

START_TEST(without_utf8_only_ascii_is_shown)
{
    ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C"));
    expect_safe("é x", "? x");
    struct text cut TEXT_AUTO = {0};
    text_append_cut(&cut, "flowers", 4);
    ck_assert_str_eq(cut.data, "flo~");
}
END_TEST

START_TEST(texts_are_cut_by_columns)
{
    static const struct {
        const char *text;
        int columns;
        const char *expected;
    } cases[] = {{"abc", 3, "abc"},      {"abcd", 3, "ab…"},   {"日本語", 6, "日本語"},
                 {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"abc", 1, "…"},
                 {"abc", 0, ""}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct text cut TEXT_AUTO = {0};
        text_append_cut(&cut, cases[i].text, cases[i].columns);
        ck_assert_str_eq(text_string(&cut), cases[i].expected);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, numbers_stand_to_the_right);
    tcase_add_test(tests, the_widest_text_is_cut_with_an_ellipsis);
    tcase_add_test(tests, extra_columns_go_first_where_there_is_no_room);
    tcase_add_test(tests, numbers_are_left_out_rather_than_cut);
    tcase_add_test(tests, no_line_is_wider_than_the_terminal);
    tcase_add_test(tests, control_characters_are_made_harmless);
    tcase_add_test(tests, ends_of_lines_are_kept);
    tcase_add_test(tests, broken_utf8_is_made_harmless);
    tcase_add_test(tests, without_utf8_only_ascii_is_shown);
    tcase_add_test(tests, texts_are_cut_by_columns);
}

int main(void)
{
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    return tests_run("table", add_tests);
}
