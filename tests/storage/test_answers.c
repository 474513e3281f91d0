/* Answers for idempotency keys. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/support.h"

#include <stdio.h>
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

static int answer_put(const char *owner, const char *key, const char *body)
{
    char *text = strdup(body), location[] = "/v1/jobs/job_1";
    const struct store_answer answer = {.owner = owner, .key = key, .request_sha256 = "digest"};
    const struct answer_record record = {.status = 202, .location = location, .body = text};
    int result = store_answer_put(store, &answer, &record, &failure);
    free(text);
    return result;
}

static void answer_make(const char *key, const char *body)
{
    ck_assert_ok(answer_put("", key, body));
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
    ck_assert_fails(answer_put("", "key", "second"), ERROR_CONFLICT);
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

START_TEST(a_key_is_its_owners)
{
    struct answer_record record;
    ck_assert_ok(answer_put("ann", "key", "hers"));
    ck_assert_ok(answer_put("bob", "key", "his"));
    ck_assert_ok(store_answer_get(store, "ann", "key", &record, &failure));
    ck_assert_str_eq(record.body, "hers");
    answer_record_clear(&record);
}
END_TEST

/* ---- with what they are for */

static int fill(void *context, const void *made, bool is_new, struct answer_record *answer,
                struct error *error)
{
    const struct job_record *job = made;
    char text[64];
    (void)is_new;
    if (context != NULL)
        return error_set(error, ERROR_MEMORY, "no memory to keep the answer");
    (void)snprintf(text, sizeof text, "%s at %lld", job->id, (long long)job->seq);
    *answer = (struct answer_record){.status = 202, .body = strdup(text)};
    return 0;
}

static int job_add_with(const char *key, void *context, char *dataset, char id[ID_SIZE])
{
    char name[] = "job", state[] = "queued", none[] = "{}";
    const struct store_answer answer = {
        .owner = "", .key = key, .request_sha256 = "digest", .fill = fill, .context = context};
    const struct store_terms terms = {.answer = &answer};
    ck_assert_ok(id_make("job", id, &failure));
    struct job_record record = {.id = id,
                                .name = name,
                                .state = state,
                                .dataset_id = dataset,
                                .spec = none,
                                .status = none,
                                .attempt = 1};
    return store_job_add(store, &record, "state", "{}", &terms, &failure);
}

START_TEST(an_answer_is_kept_with_what_it_is_for)
{
    char dataset[ID_SIZE], id[ID_SIZE], expected[64];
    struct answer_record answer;
    struct job_record job;
    dataset_make(store, "iris", "1,2", dataset);
    ck_assert_ok(job_add_with("key", NULL, dataset, id));
    ck_assert_ok(store_answer_get(store, "", "key", &answer, &failure));
    ck_assert_ok(store_job_get(store, id, &job, &failure));
    (void)snprintf(expected, sizeof expected, "%s at %lld", id, (long long)job.seq);
    ck_assert_str_eq(answer.body, expected);
    answer_record_clear(&answer);
    job_record_clear(&job);
}
END_TEST

START_TEST(nothing_is_made_whose_answer_cannot_be_kept)
{
    char dataset[ID_SIZE], id[ID_SIZE];
    struct answer_record answer;
    dataset_make(store, "iris", "1,2", dataset);
    ck_assert_fails(job_add_with("key", &failure, dataset, id), ERROR_MEMORY);
    answer_make("taken", "first");
    ck_assert_fails(job_add_with("taken", NULL, dataset, id), ERROR_CONFLICT);
    ck_assert_int_eq(database_number("SELECT count(*) FROM jobs"), 0);
    ck_assert_int_eq(database_number("SELECT count(*) FROM events"), 0);
    ck_assert_ok(store_answer_get(store, "", "key", &answer, &failure));
    ck_assert_ptr_null(answer.body);
}
END_TEST

START_TEST(no_answer_stays_of_what_was_not_made)
{
    char id[ID_SIZE], none[] = "ds_none";
    struct answer_record answer;
    ck_assert_fails(job_add_with("key", NULL, none, id), ERROR_NOT_FOUND);
    ck_assert_ok(store_answer_get(store, "", "key", &answer, &failure));
    ck_assert_ptr_null(answer.body);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, an_unknown_key_has_no_answer);
    tcase_add_test(tests, the_first_answer_is_kept);
    tcase_add_test(tests, an_answer_is_forgotten_after_a_day);
    tcase_add_test(tests, a_key_is_its_owners);
    tcase_add_test(tests, an_answer_is_kept_with_what_it_is_for);
    tcase_add_test(tests, nothing_is_made_whose_answer_cannot_be_kept);
    tcase_add_test(tests, no_answer_stays_of_what_was_not_made);
}

int main(void)
{
    return suite_run("answers", store_setup, store_teardown, tests_add);
}
