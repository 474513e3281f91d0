/* Changes of a job that are begun and ended apart, and those that wait for another's commit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "tests/storage/support.h"

#include <unistd.h>

static uint64_t commit_count(struct store *store)
{
    struct store_statistics statistics;
    ck_assert_ok(store_statistics(store, &statistics, &failure));
    return statistics.commits;
}

static struct store_write *begin_patiently(struct store *store, const struct job_change *change)
{
    struct store_write *write = store_job_change_begin_patiently(store, change, &failure);
    ck_assert_ptr_nonnull(write);
    return write;
}

/* At least once: a machine that is busy may let more than 20 ms pass in between. */
START_TEST(a_patient_change_shares_the_commit_of_the_next)
{
    struct store *store = store_reopen();
    char dataset[ID_SIZE], job[ID_SIZE];
    bool shared = false;
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    const struct job_change first = {.id = job, .status = "{\"first\":1}"};
    const struct job_change next = {.id = job, .status = "{\"next\":1}"};
    for (int i = 0; i < 100 && !shared; i++) {
        uint64_t before = commit_count(store);
        struct store_write *write = begin_patiently(store, &first);
        ck_assert_ok(store_job_change(store, &next, NULL, &failure));
        ck_assert(store_job_change_is_done(store, write));
        ck_assert_ok(store_job_change_end(store, write, NULL, &failure));
        shared = commit_count(store) == before + 1;
    }
    ck_assert(shared);
    struct job_record record;
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_str_eq(record.status, next.status);
    job_record_clear(&record);
    store_close(store);
}
END_TEST

START_TEST(a_patient_change_comes_by_itself)
{
    struct store *store = store_reopen();
    char dataset[ID_SIZE], job[ID_SIZE];
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    const struct job_change change = {.id = job, .status = "{\"alone\":1}"};
    uint64_t before = commit_count(store);
    struct store_write *write = begin_patiently(store, &change);
    for (int i = 0; i < 10000 && !store_job_change_is_done(store, write); i++)
        usleep(1000);
    ck_assert(store_job_change_is_done(store, write));
    ck_assert_ok(store_job_change_end(store, write, NULL, &failure));
    ck_assert_uint_eq(commit_count(store), before + 1);
    store_close(store);
}
END_TEST

START_TEST(a_patient_change_that_is_waited_for_comes_at_once)
{
    struct store *store = store_reopen();
    char dataset[ID_SIZE], job[ID_SIZE];
    double best = 1;
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    const struct job_change change = {.id = job, .status = "{\"now\":1}"};
    for (int i = 0; i < 100 && best > 0.01; i++) {
        uint64_t start = clock_now_ns();
        struct store_write *write = begin_patiently(store, &change);
        ck_assert_ok(store_job_change_end(store, write, NULL, &failure));
        double seconds = clock_since_s(start);
        best = seconds < best ? seconds : best;
    }
    ck_assert_double_lt(best, 0.01);
    store_close(store);
}
END_TEST

START_TEST(a_change_that_is_refused_says_so_at_its_end)
{
    static const char *const nowhere[] = {"nowhere", NULL};
    struct store *store = store_reopen();
    char dataset[ID_SIZE], job[ID_SIZE];
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    const struct job_change change = {.id = job, .from = nowhere};
    struct store_write *write = store_job_change_begin(store, &change, &failure);
    ck_assert_ptr_nonnull(write);
    ck_assert_fails(store_job_change_end(store, write, NULL, &failure), ERROR_CONFLICT);
    store_close(store);
}
END_TEST

START_TEST(changes_of_a_status_leave_the_rest_of_it)
{
    struct store *store = store_reopen();
    char dataset[ID_SIZE], job[ID_SIZE];
    struct job_record record;
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
    const struct job_change whole = {.id = job, .status = "{\"epoch\":3,\"epochs\":9,\"eta_s\":1}"};
    const struct job_change part = {.id = job, .status_changes = "{\"epochs\":7,\"eta_s\":null}"};
    ck_assert_ok(store_job_change(store, &whole, NULL, &failure));
    ck_assert_ok(store_job_change(store, &part, NULL, &failure));
    ck_assert_ok(store_job_get(store, job, &record, &failure));
    ck_assert_str_eq(record.status, "{\"epoch\":3,\"epochs\":7}");
    job_record_clear(&record);
    store_close(store);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_patient_change_shares_the_commit_of_the_next);
    tcase_add_test(tests, a_patient_change_comes_by_itself);
    tcase_add_test(tests, a_patient_change_that_is_waited_for_comes_at_once);
    tcase_add_test(tests, changes_of_a_status_leave_the_rest_of_it);
    tcase_add_test(tests, a_change_that_is_refused_says_so_at_its_end);
}

int main(void)
{
    return suite_run("job_change", folder_setup, folder_teardown, tests_add);
}
