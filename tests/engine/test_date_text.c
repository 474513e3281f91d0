/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/date_text.h"
#include "tests/check.h"

#include <string.h>

static void reads_as(const char *text, enum date_order order, const char *expected)
{
    int64_t seconds = 0;
    char written[DATE_TEXT_SIZE];
    ck_assert_msg(date_text_read(text, strlen(text), order, &seconds), "%s", text);
    date_text_write(seconds, written);
    ck_assert_str_eq(written, expected);
}

START_TEST(unambiguous_forms_read_in_either_order)
{
    static const char *const forms[][2] = {
        {"2015-03-16", "2015-03-16"},
        {"2015-3-6", "2015-03-06"},
        {"2015/03/16", "2015-03-16"},
        {"2015.03.16", "2015-03-16"},
        {"1949-01", "1949-01-01"},
        {"16.03.2015", "2015-03-16"},
        {"3-Jan-2006", "2006-01-03"},
        {"16 March 2015", "2015-03-16"},
        {"Mar 16, 2015", "2015-03-16"},
        {"september 5 2011", "2011-09-05"},
        {"2015-03-16T12:30:59Z", "2015-03-16T12:30:59Z"},
        {"2015-03-16T12:30:59+02:00", "2015-03-16T10:30:59Z"},
        {"2015-03-16 00:30-0130", "2015-03-16T02:00:00Z"},
        {"2015-03-16 12:30:59.188283795", "2015-03-16T12:30:59Z"},
        {"2013/08/29 12:06:01", "2013-08-29T12:06:01Z"},
        {"2013/08/29 12:06:01 AM", "2013-08-29T00:06:01Z"},
        {"2013/08/29 1:06 pm", "2013-08-29T13:06:00Z"},
        {"2000-02-29", "2000-02-29"},
        {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
        {"0001-01-01", "0001-01-01"},
        {"9999-12-31", "9999-12-31"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        reads_as(forms[i][0], DATE_DAY_FIRST, forms[i][1]);
        reads_as(forms[i][0], DATE_MONTH_FIRST, forms[i][1]);
    }
}
END_TEST

START_TEST(order_decides_slashes)
{
    int64_t seconds;
    reads_as("03/04/2015", DATE_DAY_FIRST, "2015-04-03");
    reads_as("03/04/2015", DATE_MONTH_FIRST, "2015-03-04");
    reads_as("4/23/2019 7:11:11 AM", DATE_MONTH_FIRST, "2019-04-23T07:11:11Z");
    ck_assert(!date_text_read("31/12/2012", 10, DATE_MONTH_FIRST, &seconds));
    ck_assert(!date_text_read("12/31/2012", 10, DATE_DAY_FIRST, &seconds));
}
END_TEST

START_TEST(what_is_no_date_is_refused)
{
    static const char *const texts[] = {"",
                                        "2015",
                                        "20150316",
                                        "2015-13-01",
                                        "2015-02-29",
                                        "1900-02-29",
                                        "2015-00-10",
                                        "0000-01-01",
                                        "2015-03-16T",
                                        "2015-03-16 25:00",
                                        "2015-03-16 12:60",
                                        "2015-03-16x",
                                        "2015-03-16 12",
                                        "2015/03",
                                        "1.2.3",
                                        "12.5",
                                        "3-Jan-06",
                                        "1/3/68",
                                        "16 Foo 2015",
                                        "16/Mar",
                                        "12:30:00",
                                        "2015-03-16 12:30 +1",
                                        "2015-03-16 13:00 PM",
                                        "2015-03-16T12:30:00.Z",
                                        "555-1234-2015",
                                        "1970_1_2",
                                        "-2015-03-16",
                                        "2015-03/16"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        int64_t seconds;
        ck_assert_msg(!date_text_read(texts[i], strlen(texts[i]), DATE_DAY_FIRST, &seconds), "%s",
                      texts[i]);
    }
}
END_TEST

START_TEST(every_day_reads_back)
{
    for (int64_t day = -719162; day < 2932897; day += 17) {
        char text[DATE_TEXT_SIZE];
        int64_t seconds = 0;
        date_text_write(day * 86400, text);
        ck_assert_msg(date_text_read(text, strlen(text), DATE_DAY_FIRST, &seconds), "%s", text);
        ck_assert_int_eq(seconds, day * 86400);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, unambiguous_forms_read_in_either_order);
    tcase_add_test(tests, order_decides_slashes);
    tcase_add_test(tests, what_is_no_date_is_refused);
    tcase_add_test(tests, every_day_reads_back);
}

int main(void)
{
    return tests_run("date_text", add_tests);
}
