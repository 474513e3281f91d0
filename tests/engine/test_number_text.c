/* SPDX-License-Identifier: Apache-2.0 */
#include "base/rng.h"
#include "engine/number_text.h"
#include "tests/check.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Equal to strtod to the last bit. (Every assertion that holds costs a system call.) */
static void reads_as_strtod(const char *text)
{
    double value = 0, expected = strtod(text, NULL);
    enum number_kind kind = number_text_read(text, strlen(text), &value);
    if (kind != (isinf(expected) ? NUMBER_INFINITE : NUMBER_FINITE) ||
        memcmp(&value, &expected, sizeof(value)) != 0)
        ck_abort_msg("%s: %a, not %a", text, value, expected);
    /* With room behind, and any bytes in it. */
    char roomy[1300 + NUMBER_TEXT_ROOM];
    value = 0;
    memset(roomy, '7', sizeof(roomy));
    memcpy(roomy, text, strlen(text));
    if (number_text_read_roomy(roomy, strlen(text), &value) != kind ||
        memcmp(&value, &expected, sizeof(value)) != 0)
        ck_abort_msg("%s: %a, not %a", text, value, expected);
}

START_TEST(usual_forms_read)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "1",
                                        "+3",
                                        ".5",
                                        "-.28",
                                        "1.",
                                        "1e-3",
                                        "1E+3",
                                        "1.5e10",
                                        "007",
                                        "00.11",
                                        "5.1",
                                        "3.2",
                                        "0.1",
                                        "123456789.123456789",
                                        "-122.33200000000001",
                                        "000879.17",
                                        "9007199254740993",
                                        "9007199254740992.5",
                                        "18446744073709551615",
                                        "99999999999999999999",
                                        "18014398509481984.",
                                        "590295810358765105712.",
                                        "-65539.0000000000000000"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        reads_as_strtod(texts[i]);
}
END_TEST

START_TEST(extremes_read_as_strtod)
{
    static const char *const texts[] = {"4.9406564584124654e-324",
                                        "2.4703282292062327e-324",
                                        "2.4703282292062328e-324",
                                        "2.2250738585072011e-308",
                                        "2.2250738585072014e-308",
                                        "1.7976931348623157e308",
                                        "1.7976931348623159e308",
                                        "1e309",
                                        "-1e400",
                                        "1e-400",
                                        "0e999999999999",
                                        "1e22",
                                        "1e23",
                                        "123456789012345678e-19",
                                        "1e-19",
                                        "9999999999999999999e-19",
                                        "8.5e-20",
                                        "0.000001",
                                        "1e99999999999999999999",
                                        "1e-99999999999999999999",
                                        "3.4028234664e38",
                                        "0.500000000000000166533453693773481063544750213623046875"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        reads_as_strtod(texts[i]);
}
END_TEST

/* Exactly between 1 and the next double, and a digit far behind that says up. */
START_TEST(far_digits_decide_ties)
{
    char text[1200] = "1.00000000000000011102230246251565404236316680908203125";
    reads_as_strtod(text);
    memset(text + strlen(text), '0', 1000 - strlen(text));
    reads_as_strtod(text);
    text[999] = '1';
    reads_as_strtod(text);
    text[0] = '0';
    reads_as_strtod(text);
}
END_TEST

START_TEST(zeros_and_exponents_balance)
{
    char text[600] = "0.";
    memset(text + 2, '0', 400);
    strcpy(text + 402, "123e402");
    reads_as_strtod(text);
    memset(text, '0', 400);
    strcpy(text, "1");
    memset(text + 1, '0', 400);
    strcpy(text + 401, "e-400");
    reads_as_strtod(text);
}
END_TEST

START_TEST(random_decimals_read_as_strtod)
{
    struct rng rng = {0};
    for (uint64_t i = 0; i < 300000; i++) {
        char text[64];
        uint64_t shape = rng_below(&rng, 4 * i, 5), bits = rng_below(&rng, 4 * i + 1, UINT64_MAX);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        int digits = (int)rng_below(&rng, 4 * i + 2, 19);
        double small = ((double)bits / 1e19 - 0.9) * 100;
        if (shape == 0)
            snprintf(text, sizeof(text), "%.17g", value);
        else if (shape == 1)
            snprintf(text, sizeof(text), "%.*f", digits, small);
        else if (shape == 2)
            snprintf(text, sizeof(text), "%llu", (unsigned long long)bits >> (digits * 3));
        else if (shape == 3)
            snprintf(text, sizeof(text), "%.*g", digits + 1, small);
        else
            snprintf(text, sizeof(text), "%llu.%llue%d", (unsigned long long)bits % 1000000,
                     (unsigned long long)bits >> 30, digits * 4 - 36);
        reads_as_strtod(text);
    }
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
    static const char *const texts[] = {
        "",     " ",   "-",          "+",     ".",     "-.",    "e5",   ".e5",
        "1e",   "1e+", "1 ",         " 1",    "1,5",   "1,000", "0x10", "1.2.3",
        "--1",  "+-1", "1e5.5",      "1_000", "12a",   "nan",   "NaN",  "infinit",
        "infx", "1-2", "2015-03-16", "12:30", "1e5e5", "1f",    "٣"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        double value;
        char roomy[64 + NUMBER_TEXT_ROOM] = "";
        strcpy(roomy, texts[i]);
        ck_assert_msg(number_text_read(texts[i], strlen(texts[i]), &value) == NUMBER_NONE, "%s",
                      texts[i]);
        ck_assert_msg(number_text_read_roomy(roomy, strlen(texts[i]), &value) == NUMBER_NONE, "%s",
                      texts[i]);
    }
}
END_TEST

START_TEST(infinities_are_told_apart)
{
    static const char *const texts[] = {"inf", "-inf", "+INF", "Infinity", "-infinity"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        reads_as_strtod(texts[i]);
}
END_TEST

/* A table of two columns of such texts, behind each other; room on both sides. */
struct table_text {
    char text[1 << 16];
    uint32_t stops[1 + 2 * 512];
    int64_t rows;
};

static void add_row(struct table_text *table, const char *a, const char *b)
{
    uint32_t *stops = table->stops + 1 + 2 * table->rows++;
    stops[0] =
        stops[-1] + 1 + (uint32_t)sprintf(table->text + (uint32_t)(stops[-1] + 1), "%s,", a) - 1;
    stops[1] = stops[0] + 1 + (uint32_t)sprintf(table->text + stops[0] + 1, "%s\n", b) - 1;
}

/* Every value as number_text_read() gives it, up to the first that it does not take. */
static void column_reads_as_texts(const struct table_text *table, int64_t column)
{
    double values[512], expected = 0;
    const uint32_t *stops = table->stops + 1 + column;
    int64_t got = number_text_read_column(table->text, stops, 2, table->rows, values);
    for (int64_t i = 0; i < table->rows; i++) {
        const char *start = table->text + (uint32_t)(stops[2 * i - 1] + 1);
        int length = (int)(table->text + stops[2 * i] - start);
        bool is_number = number_text_read(start, (size_t)length, &expected) == NUMBER_FINITE;
        if (is_number != (i < got))
            ck_abort_msg("%.*s", length, start);
        if (i == got)
            return;
        if (memcmp(&values[i], &expected, sizeof(expected)) != 0)
            ck_abort_msg("%.*s: %a, not %a", length, start, values[i], expected);
    }
}

/* Up to `digits_most` digits with the point at any place or none, with or without a sign. */
static void draw_number(const struct rng *rng, uint64_t draw, uint64_t digits_most, char text[32])
{
    int digits = 1 + (int)rng_below(rng, draw, digits_most);
    int point = (int)rng_below(rng, draw + 1, (uint64_t)digits + 3);
    uint64_t value = rng_below(rng, draw + 3, UINT64_MAX);
    if (rng_below(rng, draw + 2, 2) == 1)
        *text++ = '-';
    for (int i = 0; i < digits; i++, value = value / 10 + value * 7919) {
        if (i == point)
            *text++ = '.';
        *text++ = (char)('0' + value % 10);
    }
    if (point == digits)
        *text++ = '.';
    *text = 0;
}

START_TEST(columns_read_as_their_texts)
{
    struct rng rng = {0};
    for (uint64_t i = 0; i < 1500; i++) {
        static struct table_text table;
        table.rows = 0;
        table.stops[0] = UINT32_MAX;
        for (uint64_t row = 0; row < 40; row++) {
            char texts[2][32];
            for (uint64_t c = 0; c < 2; c++)
                draw_number(&rng, 8 * (i * 40 + row) + 4 * c, i % 8 == 0 ? 18 : 8, texts[c]);
            add_row(&table, texts[0], texts[1]);
        }
        column_reads_as_texts(&table, 0);
        column_reads_as_texts(&table, 1);
    }
}
END_TEST

START_TEST(columns_end_where_a_text_is_no_number)
{
    static const char *const texts[] = {
        "",      ".",   "-",   "-.",   "1.2.3", "1..2", "12a4", "inf",       "x",
        "--1",   "1 2", "+-1", "/123", ":123",  "1:23", "é",    "1e",        "nan",
        "1e999", "..",  "-.-", "1-2",  "0x10",  " 1",   "1.5 ", "12345678a", "1234567890123456x"};
    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        for (int place = 0; place < 6; place++) {
            static struct table_text table;
            table.rows = 0;
            table.stops[0] = UINT32_MAX;
            for (int row = 0; row < 8; row++)
                add_row(&table, row == place ? texts[i] : "12.5",
                        row == place + 1 ? texts[i] : "-7");
            column_reads_as_texts(&table, 0);
            column_reads_as_texts(&table, 1);
        }
}
END_TEST

START_TEST(length_ends_the_text)
{
    double value;
    ck_assert_int_eq(number_text_read("12345", 2, &value), NUMBER_FINITE);
    ck_assert_double_eq(value, 12);
    ck_assert_int_eq(number_text_read("1.5e7", 4, &value), NUMBER_NONE);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, usual_forms_read);
    tcase_add_test(tests, extremes_read_as_strtod);
    tcase_add_test(tests, far_digits_decide_ties);
    tcase_add_test(tests, zeros_and_exponents_balance);
    tcase_add_test(tests, random_decimals_read_as_strtod);
    tcase_add_test(tests, what_is_no_number_is_refused);
    tcase_add_test(tests, infinities_are_told_apart);
    tcase_add_test(tests, columns_read_as_their_texts);
    tcase_add_test(tests, columns_end_where_a_text_is_no_number);
    tcase_add_test(tests, length_ends_the_text);
}

int main(void)
{
    return tests_run("number_text", add_tests);
}
