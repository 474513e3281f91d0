/* Bodies on their way into memory and files. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/coding.h"
#include "tests/api/support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct body body;
static struct error error;

static void start(enum body_kind kind, int64_t limit)
{
    body_clear(&body);
    error = (struct error){0};
    body = (struct body){.kind = kind, .limit = limit, .store = daemon_store(test_service.daemon)};
}

START_TEST(a_document_stays_in_memory)
{
    start(BODY_JSON, 4);
    body_add(&body, "{", 1);
    body_add(&body, "}", 1);
    ck_assert_int_eq(body_finish(&body, &error), 0);
    ck_assert_str_eq(bytes_text(&body.text), "{}");
}
END_TEST

START_TEST(a_body_over_its_limit_is_refused_when_it_ends)
{
    start(BODY_JSON, 4);
    body_add(&body, "12345", 5);
    ck_assert(!body_is_hopeless(&body));
    ck_assert_int_eq(body_finish(&body, &error), -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    ck_assert_uint_eq(body.text.size, 0);
}
END_TEST

START_TEST(bodies_in_memory_have_a_budget_together)
{
    struct body_budget budget = {.used = 90, .most = 100};
    start(BODY_JSON, 1000);
    body.budget = &budget;
    body_add(&body, "0123456789", 10);
    ck_assert_int_eq(body_finish(&body, &error), 0);
    ck_assert_int_eq(budget.used, 100);
    body_add(&body, "x", 1);
    ck_assert_int_eq(body_finish(&body, &error), -1);
    ck_assert_int_eq(error.code, ERROR_BUSY);
    ck_assert_int_eq(budget.used, 90);
    body_clear(&body);
    ck_assert_int_eq(budget.used, 90);
}
END_TEST

/* A body of `plain_size` zeros in gzip, which is some bytes. */
static void add_zeros(size_t plain_size)
{
    struct bytes coded = {0};
    AUTO_FREE uint8_t *zeros = calloc(1, plain_size);
    ck_assert_int_eq(coding_deflate(CODING_GZIP, 9, zeros, plain_size, &coded, &error), 0);
    body.inflation = inflation_create(CODING_GZIP, &error);
    body_add(&body, coded.data, coded.size);
    bytes_clear(&coded);
}

START_TEST(a_coded_body_inflates_under_its_limit_and_budget)
{
    struct body_budget budget = {.used = 0, .most = 500000};
    start(BODY_JSON, 1000000);
    body.budget = &budget;
    add_zeros(400000);
    ck_assert_int_eq(body_finish(&body, &error), 0);
    ck_assert_uint_eq(body.text.size, 400000);
    ck_assert_int_eq(budget.used, 400000);
    start(BODY_JSON, 1000000);
    body.budget = &budget;
    add_zeros(600000);
    ck_assert_int_eq(body_finish(&body, &error), -1);
    ck_assert_int_eq(error.code, ERROR_BUSY);
    ck_assert_int_eq(budget.used, 0);
    start(BODY_JSON, 100000);
    add_zeros(1000000);
    ck_assert_int_eq(body_finish(&body, &error), -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    ck_assert_uint_eq(body.text.capacity, 0);
}
END_TEST

START_TEST(a_body_without_end_is_hopeless)
{
    static char block[1 << 20];
    start(BODY_JSON, 4);
    int count = 0;
    for (; !body_is_hopeless(&body); count++)
        body_add(&body, block, sizeof block);
    ck_assert_int_gt(count, 10);
    ck_assert_uint_eq(body.text.capacity, 0);
}
END_TEST

START_TEST(sizes_are_checked_before_the_body_comes)
{
    start(BODY_UPLOAD, 100);
    ck_assert_int_eq(body_check_size(&body, 100, &error), 0);
    ck_assert_int_eq(body_check_size(&body, -1, &error), 0);
    ck_assert_int_eq(body_check_size(&body, 101, &error), -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    start(BODY_UPLOAD, INT64_MAX);
    ck_assert_int_eq(body_check_size(&body, INT64_MAX, &error), -1);
    ck_assert_int_eq(error.code, ERROR_STORAGE_FULL);
}
END_TEST

START_TEST(an_upload_is_a_file_with_its_digest)
{
    char digest[DIGEST_TEXT_SIZE], whole[DIGEST_TEXT_SIZE];
    start(BODY_UPLOAD, 100);
    body_add(&body, "ab", 2);
    body_add(&body, "c", 1);
    ck_assert_int_eq(body_finish(&body, &error), 0);
    digest_bytes("abc", 3, digest);
    ck_assert_str_eq(body.uploads[0].sha256, digest);
    ck_assert_int_eq(body_digest(&body, whole, &error), 0);
    ck_assert_str_eq(whole, digest);
    ck_assert_int_eq(body.uploads[0].bytes, 3);
    AUTO_FREE char *path = strdup(body.uploads[0].path);
    ck_assert_int_eq(access(path, R_OK), 0);
    body_clear(&body);
    ck_assert_int_eq(access(path, R_OK), -1);
}
END_TEST

START_TEST(a_pair_has_one_digest_in_any_order)
{
    char expected[DIGEST_TEXT_SIZE], digest[DIGEST_TEXT_SIZE];
    digest_bytes("abcde", 5, expected);
    for (int order = 0; order < 2; order++) {
        start(BODY_UPLOAD, 100);
        body_add_field(&body, order ? "labels" : "features", order ? "de" : "abc", order ? 2 : 3);
        body_add_field(&body, order ? "features" : "labels", order ? "abc" : "de", order ? 3 : 2);
        ck_assert_int_eq(body_finish(&body, &error), 0);
        ck_assert_int_eq(body_digest(&body, digest, &error), 0);
        ck_assert_str_eq(digest, expected);
        ck_assert_int_eq(body_upload(&body, "labels")->bytes, 2);
    }
}
END_TEST

START_TEST(unknown_form_fields_are_refused)
{
    start(BODY_UPLOAD, 100);
    body_add_field(&body, "feature", "a", 1);
    ck_assert_int_eq(body_finish(&body, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    start(BODY_UPLOAD, 100);
    body_add_field(&body, "features", "a", 1);
    body_add_field(&body, "labels", "a", 1);
    body_add_field(&body, "file", "a", 1);
    ck_assert_int_eq(body_finish(&body, &error), -1);
}
END_TEST

START_TEST(no_body_means_no_byte)
{
    start(BODY_NONE, 100);
    ck_assert_int_eq(body_check_size(&body, 0, &error), 0);
    body_add(&body, "a", 1);
    ck_assert_int_eq(body_finish(&body, &error), -1);
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
}
END_TEST

static void tear_down(void)
{
    body_clear(&body);
    test_close();
}

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_open, tear_down);
    tcase_add_test(tests, a_document_stays_in_memory);
    tcase_add_test(tests, a_body_over_its_limit_is_refused_when_it_ends);
    tcase_add_test(tests, bodies_in_memory_have_a_budget_together);
    tcase_add_test(tests, a_coded_body_inflates_under_its_limit_and_budget);
    tcase_add_test(tests, a_body_without_end_is_hopeless);
    tcase_add_test(tests, sizes_are_checked_before_the_body_comes);
    tcase_add_test(tests, an_upload_is_a_file_with_its_digest);
    tcase_add_test(tests, a_pair_has_one_digest_in_any_order);
    tcase_add_test(tests, unknown_form_fields_are_refused);
    tcase_add_test(tests, no_body_means_no_byte);
}

int main(void)
{
    return tests_run("body", add_tests);
}
