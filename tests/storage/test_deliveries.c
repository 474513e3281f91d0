/* Deliveries come with a job's end, wait their turn and go with their job. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/deliveries.h"
#include "tests/storage/support.h"

#include <stdlib.h>
#include <string.h>

static int told;

static void note(void *context)
{
    (void)context;
    told++;
}

static void job_add(struct store *store, const char *url, char id[ID_SIZE])
{
    char dataset[ID_SIZE];
    dataset_make(store, "iris", "the bytes", dataset);
    ck_assert_ok(id_make("job", id, &failure));
    struct job_record record = {.id = id,
                                .name = (char[]){"job"},
                                .state = (char[]){"running"},
                                .dataset_id = dataset,
                                .spec = (char[]){"{}"},
                                .status = (char[]){"{}"},
                                .webhook_url = (char *)(uintptr_t)url,
                                .webhook_secret = url != NULL ? (char[]){"whsec_x"} : NULL,
                                .attempt = 1};
    ck_assert_ok(store_job_add(store, &record, "state", "{}", NULL, &failure));
}

static void job_end(struct store *store, const char *id, const char *state)
{
    const struct job_change change = {.id = id, .to = state, .finished_ms = 5};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
}

static size_t due_count(struct store *store, int64_t now_ms, int64_t *next_ms)
{
    struct delivery_record *records;
    size_t count;
    ck_assert_ok(store_delivery_due(store, now_ms, 100, &records, &count, next_ms, &failure));
    deliveries_free(records, count);
    return count;
}

START_TEST(an_end_is_to_be_told_once_to_everybody_who_wants_it)
{
    char silent[ID_SIZE], loud[ID_SIZE];
    struct store *store = store_reopen();
    struct delivery_record *records;
    size_t count;
    store_on_deliveries(store, note, NULL);
    job_add(store, NULL, silent);
    job_add(store, "http://example.org/", loud);
    job_end(store, silent, "succeeded");
    ck_assert_int_eq(told, 0);
    job_end(store, loud, "failed");
    ck_assert_int_eq(told, 1);
    ck_assert_ok(store_delivery_list(store, loud, &records, &count, &failure));
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(records[0].type, "job.failed");
    ck_assert_str_eq(records[0].url, "http://example.org/");
    ck_assert_str_eq(records[0].secret, "whsec_x");
    ck_assert_str_eq(records[0].state, DELIVERY_PENDING);
    ck_assert_ptr_null(records[0].body);
    deliveries_free(records, count);
    ck_assert_fails(store_delivery_list(store, "job_none", &records, &count, &failure),
                    ERROR_NOT_FOUND);
    store_announce_ends(store);
    job_end(store, silent, "succeeded");
    job_end(store, loud, "succeeded");
    int64_t next;
    ck_assert_uint_eq(due_count(store, INT64_MAX, &next), 4);
    ck_assert_int_eq(next, 0);
    store_on_deliveries(store, NULL, NULL);
    store_close(store);
}
END_TEST

START_TEST(an_end_that_is_refused_tells_nobody)
{
    char job[ID_SIZE];
    static const char *const from[] = {"queued", NULL};
    struct store *store = store_reopen();
    job_add(store, "http://example.org/", job);
    const struct job_change change = {.id = job, .from = from, .to = "succeeded", .finished_ms = 5};
    ck_assert_fails(store_job_change(store, &change, NULL, &failure), ERROR_CONFLICT);
    ck_assert_int_eq(database_number("SELECT count(*) FROM deliveries"), 0);
    store_close(store);
}
END_TEST

START_TEST(tries_are_counted_and_the_first_body_stays)
{
    char job[ID_SIZE];
    int64_t next;
    struct store *store = store_reopen();
    struct delivery_record *records, record;
    size_t count;
    job_add(store, "http://example.org/", job);
    job_end(store, job, "succeeded");
    ck_assert_ok(store_delivery_list(store, job, &records, &count, &failure));
    const char *id = records[0].id;
    struct delivery_change change = {.id = id, .body = "{}"};
    ck_assert_ok(store_delivery_change(store, &change, &failure));
    change = (struct delivery_change){
        .id = id, .failure = "no", .status = 500, .tried_ms = 7, .next_ms = INT64_MAX - 1};
    ck_assert_ok(store_delivery_change(store, &change, &failure));
    ck_assert_ok(store_delivery_get(store, id, &record, &failure));
    ck_assert_int_eq(record.tries, 1);
    ck_assert_int_eq(record.status, 500);
    ck_assert_str_eq(record.failure, "no");
    ck_assert_str_eq(record.body, "{}");
    delivery_record_clear(&record);
    ck_assert_uint_eq(due_count(store, INT64_MAX - 2, &next), 0);
    ck_assert_int_eq(next, INT64_MAX - 1);
    change = (struct delivery_change){
        .id = id, .state = DELIVERY_DELIVERED, .status = 204, .tried_ms = 8};
    ck_assert_ok(store_delivery_change(store, &change, &failure));
    ck_assert_ok(store_delivery_get(store, id, &record, &failure));
    ck_assert_int_eq(record.tries, 2);
    ck_assert_ptr_null(record.failure);
    delivery_record_clear(&record);
    ck_assert_uint_eq(due_count(store, INT64_MAX, &next), 0);
    change = (struct delivery_change){
        .id = id, .state = DELIVERY_PENDING, .next_ms = 9, .forget_tries = true};
    ck_assert_ok(store_delivery_change(store, &change, &failure));
    ck_assert_uint_eq(due_count(store, 9, &next), 1);
    deliveries_free(records, count);
    store_close(store);
}
END_TEST

START_TEST(deliveries_go_with_their_job)
{
    char job[ID_SIZE];
    struct store *store = store_reopen();
    job_add(store, "http://example.org/", job);
    job_end(store, job, "succeeded");
    ck_assert_ok(store_job_remove(store, job, NULL, NULL, &failure));
    ck_assert_int_eq(database_number("SELECT count(*) FROM deliveries"), 0);
    const struct delivery_change change = {.id = "dlv_gone", .status = 200, .tried_ms = 1};
    ck_assert_ok(store_delivery_change(store, &change, &failure));
    struct delivery_record record;
    ck_assert_fails(store_delivery_get(store, "dlv_gone", &record, &failure), ERROR_NOT_FOUND);
    store_close(store);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, an_end_is_to_be_told_once_to_everybody_who_wants_it);
    tcase_add_test(tests, an_end_that_is_refused_tells_nobody);
    tcase_add_test(tests, tries_are_counted_and_the_first_body_stays);
    tcase_add_test(tests, deliveries_go_with_their_job);
}

int main(void)
{
    return suite_run("deliveries", folder_setup, folder_teardown, add_tests);
}
