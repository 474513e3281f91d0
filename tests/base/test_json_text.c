/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/json_text.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

START_TEST(numbers_have_their_shortest_form)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0.1, "0.1"},
        {1.0 / 3.0, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {3, "3.0"},
        {-0.0, "-0.0"},
        {1e22, "1e+22"},
        {123456789012345678.0, "1.2345678901234568e+17"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {(double)NAN, "null"},
        {-(double)INFINITY, "null"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        char text[JSON_NUMBER_SIZE];
        json_format_number(cases[i].number, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

START_TEST(every_double_reads_back_the_same)
{
    uint64_t bits = 1;
    for (int i = 0; i < 20000; i++) {
        bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double number = 0;
        memcpy(&number, &bits, sizeof(number));
        if (!isfinite(number))
            continue;
        char text[JSON_NUMBER_SIZE];
        json_format_number(number, text);
        ck_assert_double_eq(strtod(text, NULL), number);
    }
}
END_TEST

START_TEST(document_prints_as_it_was)
{
    static const char text[] = "{\"a\":[1,-2.5,\"x\\\"\\\\\\u0001\\u000a/"
                               "\xc3\xa9\"],\"b\":{},\"c\":[],\"d\":true,\"e\":false,"
                               "\"f\":null,\"g\":9223372036854775807}";
    struct error error = {0};
    json_t *json = fields_parse(text, sizeof(text) - 1, &error);
    ck_assert_ok(error);
    char *printed = fields_print(json);
    ck_assert_str_eq(printed, text);
    free(printed);
    json_decref(json);
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_replaced)
{
    struct bytes bytes = {0};
    json_append_string(&bytes, "a\xff\tb");
    ck_assert_str_eq(bytes_text(&bytes), "\"a\xef\xbf\xbd\\u0009b\"");
    bytes_clear(&bytes);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, numbers_have_their_shortest_form);
    tcase_add_test(tests, every_double_reads_back_the_same);
    tcase_add_test(tests, document_prints_as_it_was);
    tcase_add_test(tests, bytes_that_are_not_utf8_are_replaced);
}

int main(void)
{
    return tests_run("json_text", add_tests);
}
