/* gzip and deflate, of bodies that come and answers that go. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/coding.h"
#include "tests/api/support.h"

#include <string.h>

enum { PLAIN_SIZE = 300000 };
static uint8_t plain[PLAIN_SIZE];
static struct error error;

static void set_up(void)
{
    uint32_t state = 1;
    error = (struct error){0};
    for (int i = 0; i < PLAIN_SIZE; i++) {
        state = state * 1664525 + 1013904223;
        plain[i] = (uint8_t)(i % 3 == 0 ? state >> 24 : 'a');
    }
}

/* Keeps what is inflated, up to a limit. */
struct sink {
    struct bytes bytes;
    size_t limit, largest;
};

static int take(void *context, const void *data, size_t size, struct error *taken_error)
{
    struct sink *sink = context;
    if (size > sink->largest)
        sink->largest = size;
    if (sink->bytes.size + size > sink->limit)
        return error_set(taken_error, ERROR_TOO_LARGE, "too much");
    bytes_append(&sink->bytes, data, size);
    return 0;
}

/* Inflates in pieces of `step` bytes. */
static int inflate_all(enum coding coding, const struct bytes *coded, size_t step,
                       struct sink *sink)
{
    struct inflation *inflation = inflation_create(coding, &error);
    int result = inflation != NULL ? 0 : -1;
    for (size_t at = 0; result == 0 && at < coded->size; at += step)
        result =
            inflation_add(inflation, coded->data + at,
                          coded->size - at < step ? coded->size - at : step, take, sink, &error);
    if (result == 0)
        result = inflation_finish(inflation, &error);
    inflation_free(inflation);
    return result;
}

static const enum coding codings[] = {CODING_GZIP, CODING_DEFLATE};

START_TEST(what_was_deflated_inflates_whatever_pieces_it_comes_in)
{
    static const size_t steps[] = {1, 7, 4096, SIZE_MAX / 2};
    for (size_t i = 0; i < ARRAY_COUNT(codings) * ARRAY_COUNT(steps); i++) {
        struct bytes coded = {0};
        struct sink sink = {.limit = PLAIN_SIZE};
        enum coding coding = codings[i % ARRAY_COUNT(codings)];
        ck_assert_int_eq(coding_deflate(coding, 6, plain, PLAIN_SIZE, &coded, &error), 0);
        ck_assert_uint_lt(coded.size, PLAIN_SIZE);
        ck_assert_int_eq(inflate_all(coding, &coded, steps[i / ARRAY_COUNT(codings)], &sink), 0);
        ck_assert_uint_eq(sink.bytes.size, PLAIN_SIZE);
        ck_assert_mem_eq(sink.bytes.data, plain, PLAIN_SIZE);
        bytes_clear(&coded);
        bytes_clear(&sink.bytes);
    }
}
END_TEST

START_TEST(gzip_may_have_members_and_zlib_has_no_bytes_behind)
{
    for (size_t i = 0; i < ARRAY_COUNT(codings); i++) {
        struct bytes coded = {0};
        struct sink sink = {.limit = 100};
        ck_assert_int_eq(coding_deflate(codings[i], 1, "ab", 2, &coded, &error), 0);
        ck_assert_int_eq(coding_deflate(codings[i], 1, "cd", 2, &coded, &error), 0);
        int result = inflate_all(codings[i], &coded, 5, &sink);
        ck_assert_int_eq(result, codings[i] == CODING_GZIP ? 0 : -1);
        ck_assert_uint_eq(sink.bytes.size, codings[i] == CODING_GZIP ? 4 : 2);
        bytes_clear(&coded);
        bytes_clear(&sink.bytes);
    }
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
}
END_TEST

START_TEST(a_small_body_that_stands_for_a_large_one_ends_at_the_limit)
{
    static const uint8_t zeros[16 << 20];
    struct bytes coded = {0};
    struct sink sink = {.limit = 1 << 20};
    ck_assert_int_eq(coding_deflate(CODING_GZIP, 9, zeros, sizeof zeros, &coded, &error), 0);
    ck_assert_uint_lt(coded.size, 20000);
    ck_assert_int_eq(inflate_all(CODING_GZIP, &coded, SIZE_MAX / 2, &sink), -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    ck_assert_uint_le(sink.largest, 64 << 10);
    ck_assert_uint_le(sink.bytes.size, 1 << 20);
    bytes_clear(&coded);
    bytes_clear(&sink.bytes);
}
END_TEST

START_TEST(what_is_cut_short_or_broken_is_refused)
{
    for (size_t i = 0; i < ARRAY_COUNT(codings); i++) {
        struct bytes coded = {0};
        ck_assert_int_eq(coding_deflate(codings[i], 6, "hello, hello", 12, &coded, &error), 0);
        const size_t whole = coded.size;
        for (size_t size = 0; size < whole; size++) {
            struct sink sink = {.limit = 100};
            coded.size = size;
            error = (struct error){0};
            ck_assert_int_eq(inflate_all(codings[i], &coded, 3, &sink), -1);
            ck_assert_int_eq(error.code, ERROR_MALFORMED);
            bytes_clear(&sink.bytes);
        }
        coded.size = whole;
        coded.data[whole - 1] ^= 1; /* of the sum that both formats end with */
        struct sink sink = {.limit = 100};
        error = (struct error){0};
        ck_assert_int_eq(inflate_all(codings[i], &coded, 3, &sink), -1);
        bytes_clear(&sink.bytes);
        bytes_clear(&coded);
        error = (struct error){0};
    }
}
END_TEST

START_TEST(an_answer_is_in_the_coding_that_weighs_most)
{
    static const struct {
        const char *header;
        enum coding coding;
    } cases[] = {
        {NULL, CODING_IDENTITY},
        {"", CODING_IDENTITY},
        {"identity", CODING_IDENTITY},
        {"br", CODING_IDENTITY},
        {"gzip", CODING_GZIP},
        {"GZIP", CODING_GZIP},
        {"deflate", CODING_DEFLATE},
        {"deflate, gzip, br, zstd", CODING_GZIP},
        {"gzip;q=0", CODING_IDENTITY},
        {"gzip;q=0.000, deflate;q=0.001", CODING_DEFLATE},
        {"gzip;q=0.5, deflate", CODING_DEFLATE},
        {"gzip; q=0.8, deflate; q=0.7", CODING_GZIP},
        {"*", CODING_GZIP},
        {"*;q=0", CODING_IDENTITY},
        {"gzip;q=0, *", CODING_DEFLATE},
        {", ,gzip", CODING_GZIP},
        {"gzipped", CODING_IDENTITY},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        ck_assert_msg(coding_accepted(cases[i].header) == cases[i].coding, "%s: %s",
                      cases[i].header, coding_name(coding_accepted(cases[i].header)));
}
END_TEST

START_TEST(unknown_codings_of_bodies_are_unsupported)
{
    enum coding coding;
    ck_assert_int_eq(coding_find("x-gzip", &coding, &error), 0);
    ck_assert_int_eq(coding, CODING_GZIP);
    ck_assert_int_eq(coding_find("Deflate", &coding, &error), 0);
    ck_assert_int_eq(coding, CODING_DEFLATE);
    ck_assert_int_eq(coding_find("gzip, gzip", &coding, &error), -1);
    ck_assert_int_eq(error.code, ERROR_UNSUPPORTED);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, what_was_deflated_inflates_whatever_pieces_it_comes_in);
    tcase_add_test(tests, gzip_may_have_members_and_zlib_has_no_bytes_behind);
    tcase_add_test(tests, a_small_body_that_stands_for_a_large_one_ends_at_the_limit);
    tcase_add_test(tests, what_is_cut_short_or_broken_is_refused);
    tcase_add_test(tests, an_answer_is_in_the_coding_that_weighs_most);
    tcase_add_test(tests, unknown_codings_of_bodies_are_unsupported);
}

int main(void)
{
    return tests_run("coding", add_tests);
}
