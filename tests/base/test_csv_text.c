/* CSV as it is written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv_text.h"
#include "base/crc32c.h"
#include "tests/check.h"

static void check_field(const char *text, const char *expected)
{
    struct bytes csv = {0};
    csv_append_text(&csv, text);
    ck_assert_str_eq(bytes_text(&csv), expected);
    bytes_clear(&csv);
}

START_TEST(fields_are_quoted_where_they_must_be)
{
    check_field("plain text", "plain text");
    check_field("a,b", "\"a,b\"");
    check_field("say \"a\"", "\"say \"\"a\"\"\"");
    check_field("\"", "\"\"\"\"");
    check_field("two\nlines", "\"two\nlines\"");
    check_field(" blank", "\" blank\"");
    check_field("", "\"\"");
}
END_TEST

START_TEST(what_could_be_a_formula_gets_an_apostrophe)
{
    check_field("=1+1", "'=1+1");
    check_field("+49 30", "'+49 30");
    check_field("-5", "'-5");
    check_field("@a", "'@a");
    check_field("\tx", "'\tx");
    check_field("\rx", "\"'\rx\"");
    check_field("=\"a\"", "\"'=\"\"a\"\"\"");
    check_field("a=1", "a=1");
}
END_TEST

static void check_table(const char *json, const char *expected)
{
    struct bytes csv = {0};
    json_auto_t *objects = json_loads(json, 0, NULL);
    json_auto_t *columns = csv_flat_columns(objects);
    ck_assert_ptr_nonnull(columns);
    csv_append_table(&csv, columns, objects);
    ck_assert_str_eq(bytes_text(&csv), expected);
    bytes_clear(&csv);
}

START_TEST(numbers_stay_numbers_and_nothing_is_nothing)
{
    check_table("[{\"a\": -5, \"b\": 0.1, \"c\": true, \"d\": null, \"e\": \"\"}]",
                "a,b,c,d,e\r\n-5,0.1,true,,\"\"\r\n");
}
END_TEST

START_TEST(columns_are_the_members_that_are_flat_in_all_objects)
{
    check_table("[{\"a\": 1, \"b\": null, \"c\": [\"x\", \"y\"]}, {\"a\": 2, \"b\": {}, \"d\": 3},"
                " {\"e\": [[1]]}]",
                "a,c,d\r\n1,\"[\"\"x\"\",\"\"y\"\"]\",\r\n2,,3\r\n,,\r\n");
}
END_TEST

START_TEST(crc_32c_is_that_of_the_rfc)
{
    uint8_t zeros[32] = {0};
    ck_assert_uint_eq(crc32c("123456789", 9), 0xe3069283);
    ck_assert_uint_eq(crc32c(zeros, sizeof zeros), 0x8a9136aa); /* RFC 3720 appendix B.4 */
    ck_assert_uint_eq(crc32c("", 0), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, fields_are_quoted_where_they_must_be);
    tcase_add_test(tests, what_could_be_a_formula_gets_an_apostrophe);
    tcase_add_test(tests, numbers_stay_numbers_and_nothing_is_nothing);
    tcase_add_test(tests, columns_are_the_members_that_are_flat_in_all_objects);
    tcase_add_test(tests, crc_32c_is_that_of_the_rfc);
}

int main(void)
{
    return tests_run("csv_text", add_tests);
}
