/* Events: one sequence over all jobs, read in order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/support.h"

#include <stdlib.h>
#include <string.h>

static struct store *store;
static char dataset[ID_SIZE];

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

static int64_t event_make(const char *job, const char *type, const char *body)
{
    int64_t seq;
    struct job_change change = {.id = job, .events = {{type, body}}};
    ck_assert_ok(store_job_change(store, &change, &seq, &failure));
    return seq;
}

static void events_free(struct event_record *events, size_t count)
{
    for (size_t i = 0; i < count; i++)
        event_record_clear(&events[i]);
    free(events);
}

START_TEST(events_of_a_job_ascend_from_after_a_seq)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct event_record *events;
    size_t count;
    job_make(store, "first", dataset, first);
    job_make(store, "second", dataset, second);
    int64_t one = event_make(first, "metrics", "{\"epoch\": 1}");
    int64_t other = event_make(second, "metrics", "{\"epoch\": 9}");
    int64_t two = event_make(first, "metrics", "{\"epoch\": 2}");
    int64_t three = event_make(first, "end", "{}");
    ck_assert_int_lt(one, other);
    ck_assert_int_lt(other, two);
    ck_assert_ok(store_event_list(store, first, one, 100, &events, &count, &failure));
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(events[0].seq, two);
    ck_assert_str_eq(events[0].job_id, first);
    ck_assert_str_eq(events[0].type, "metrics");
    ck_assert_str_eq(events[0].body, "{\"epoch\": 2}");
    ck_assert_int_gt(events[0].at_ms, 0);
    ck_assert_int_eq(events[1].seq, three);
    events_free(events, count);
    ck_assert_ok(store_event_list(store, first, 0, 2, &events, &count, &failure));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(events[0].type, "state");
    ck_assert_int_eq(events[1].seq, one);
    events_free(events, count);
    ck_assert_ok(store_event_list(store, first, three, 2, &events, &count, &failure));
    ck_assert_uint_eq(count, 0);
    events_free(events, count);
    ck_assert_fails(store_event_list(store, "job_none", 0, 2, &events, &count, &failure),
                    ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_seq_is_never_given_twice)
{
    static const char *const queued[] = {"queued", NULL};
    char job[ID_SIZE];
    job_make(store, "job", dataset, job);
    int64_t seq = event_make(job, "log", "{}");
    ck_assert_ok(store_job_remove(store, job, queued, NULL, &failure));
    store_close(store);
    store = store_reopen();
    job_make(store, "job", dataset, job);
    ck_assert_int_gt(event_make(job, "log", "{}"), seq + 1);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, events_of_a_job_ascend_from_after_a_seq);
    tcase_add_test(tests, a_seq_is_never_given_twice);
}

int main(void)
{
    return suite_run("events", store_setup, store_teardown, tests_add);
}
