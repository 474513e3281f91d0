/* Answers for idempotency keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/support.h"

#include <stdlib.h>
#include <string.h>

static struct store *store;

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

static void answer_make(const char *key, const char *body)
{
    char sha256[] = "digest", location[] = "/v1/jobs/job_1";
    char *text = strdup(body);
    struct answer_record record = {
        .request_sha256 = sha256, .status = 202, .location = location, .body = text};
    ck_assert_ok(store_answer_put(store, "", key, &record, &failure));
    free(text);
}

START_TEST(an_unknown_key_has_no_answer)
{
    struct answer_record record = {.status = 7};
    ck_assert_ok(store_answer_get(store, "", "key", &record, &failure));
    ck_assert_ptr_null(record.request_sha256);
    ck_assert_ptr_null(record.location);
    ck_assert_ptr_null(record.body);
}
END_TEST

START_TEST(the_first_answer_is_kept)
{
    struct answer_record record;
    answer_make("key", "first");
    answer_make("key", "second");
    answer_make("other", "third");
    ck_assert_ok(store_answer_get(store, "", "key", &record, &failure));
    ck_assert_str_eq(record.request_sha256, "digest");
    ck_assert_str_eq(record.location, "/v1/jobs/job_1");
    ck_assert_str_eq(record.body, "first");
    ck_assert_int_eq(record.status, 202);
    answer_record_clear(&record);
    ck_assert_ptr_null(record.body);
}
END_TEST

START_TEST(an_answer_is_forgotten_after_a_day)
{
    struct answer_record record;
    answer_make("old", "first");
    answer_make("young", "first");
    database_execute("UPDATE answers SET created_ms = created_ms - 86400001 WHERE key = 'old'");
    answer_make("other", "second");
    ck_assert_ok(store_answer_get(store, "", "old", &record, &failure));
    ck_assert_ptr_null(record.body);
    ck_assert_ok(store_answer_get(store, "", "young", &record, &failure));
    ck_assert_str_eq(record.body, "first");
    answer_record_clear(&record);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, an_unknown_key_has_no_answer);
    tcase_add_test(tests, the_first_answer_is_kept);
    tcase_add_test(tests, an_answer_is_forgotten_after_a_day);
}

int main(void)
{
    return suite_run("answers", store_setup, store_teardown, tests_add);
}
