/* Floats as text: the same as the C library's digits, found one by one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/float_text.h"
#include "base/json_text.h"
#include "tests/check.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The slow reference. */
static void reference(float value, char text[FLOAT_TEXT_SIZE])
{
    char digits[FLOAT_TEXT_SIZE];
    for (int count = 6; count <= 9; count++) {
        (void)snprintf(digits, sizeof(digits), "%.*g", count, (double)value);
        if (strtof(digits, NULL) == value)
            break;
    }
    json_format_number(isfinite(value) ? strtod(digits, NULL) : (double)value, text);
}

static void check(float value)
{
    char expected[FLOAT_TEXT_SIZE], text[FLOAT_TEXT_SIZE];
    reference(value, expected);
    size_t size = float_text(value, text);
    ck_assert_msg(strcmp(text, expected) == 0, "%a: %s, not %s", (double)value, text, expected);
    ck_assert_uint_eq(size, strlen(text));
}

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

START_TEST(known_floats_are_written_like_this)
{
    static const struct {
        float value;
        const char *text;
    } known[] = {{0.0F, "0.0"},       {-0.0F, "-0.0"},          {1.0F, "1.0"},
                 {0.1F, "0.1"},       {-0.5F, "-0.5"},          {0.0001F, "0.0001"},
                 {1e-5F, "1e-05"},    {1.5e-7F, "1.5e-07"},     {123456.7F, "123456.7"},
                 {1e6F, "1000000.0"}, {16777216, "16777216.0"}, {1e15F, "1e+15"},
                 {1e20F, "1e+20"},    {3e-39F, "3e-39"},        {0.096480705F, "0.096480705"},
                 {NAN, "null"},       {INFINITY, "null"}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        char text[FLOAT_TEXT_SIZE];
        (void)float_text(known[i].value, text);
        ck_assert_str_eq(text, known[i].text);
    }
}
END_TEST

START_TEST(any_bits_are_written_as_the_library_does)
{
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        uint32_t bits = (uint32_t)(next(&state) >> 16);
        float value;
        memcpy(&value, &bits, sizeof(value));
        check(value);
        check((float)bits / 4294967296.0F);
    }
}
END_TEST

/* Where digits change their number, and where two decimals are equally near. */
START_TEST(neighbours_of_round_numbers_are_written_as_the_library_does)
{
    for (int power = -44; power <= 38; power++)
        for (int digit = 1; digit <= 9; digit++) {
            float value = (float)(digit * pow(10, power));
            for (int i = 0; i < 8; i++, value = nextafterf(value, INFINITY))
                check(value);
        }
    for (int i = 0; i < 100000; i++) {
        check((float)i / 8.0F);
        check((float)(i + 900000) + 0.5F);
        check((float)i * 1e-3F);
    }
    check(FLT_MAX);
    check(FLT_MIN);
    check(FLT_TRUE_MIN);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, known_floats_are_written_like_this);
    tcase_add_test(tests, any_bits_are_written_as_the_library_does);
    tcase_add_test(tests, neighbours_of_round_numbers_are_written_as_the_library_does);
}

int main(void)
{
    return tests_run("float_text", add_tests);
}
