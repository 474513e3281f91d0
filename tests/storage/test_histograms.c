/* Histograms of jobs: one an epoch, thinned, cut and removed with the job. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/storage/support.h"

#include <stdio.h>
#include <string.h>

static struct store *store;
static char dataset[ID_SIZE], job[ID_SIZE];

static void store_setup(void)
{
    folder_setup();
    store = store_reopen();
    dataset_make(store, "iris", "bytes", dataset);
    job_make(store, "job", dataset, job);
}

static void store_teardown(void)
{
    store_close(store);
    folder_teardown();
}

static void histogram_make(int64_t epoch, int64_t stride, const char *text)
{
    struct job_histogram histogram = {.epoch = epoch, .stride = stride};
    bytes_append(&histogram.body, text, strlen(text));
    const struct job_change change = {.id = job, .histograms = &histogram, .histogram_count = 1};
    ck_assert_ok(store_job_change(store, &change, NULL, &failure));
    bytes_clear(&histogram.body);
}

/* "1 3 5" */
static const char *epochs(void)
{
    static char text[4096];
    struct job_histogram *list;
    size_t count, size = 0;
    ck_assert_ok(store_histogram_list(store, job, 0, &list, &count, &failure));
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s%lld", i ? " " : "",
                                 (long long)list[i].epoch);
    store_histograms_free(list, count);
    return text;
}

START_TEST(a_histogram_comes_back_as_it_was)
{
    struct job_histogram *list;
    size_t count;
    histogram_make(3, 1, "three");
    histogram_make(1, 1, "one");
    ck_assert_ok(store_histogram_list(store, job, 3, &list, &count, &failure));
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(list[0].body.size, 5);
    ck_assert_int_eq(memcmp(list[0].body.data, "three", 5), 0);
    store_histograms_free(list, count);
    ck_assert_str_eq(epochs(), "1 3");
}
END_TEST

START_TEST(the_same_epoch_again_takes_its_place)
{
    struct job_histogram *list;
    size_t count;
    histogram_make(2, 1, "first");
    histogram_make(2, 1, "again");
    ck_assert_ok(store_histogram_list(store, job, 0, &list, &count, &failure));
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(memcmp(list[0].body.data, "again", 5), 0);
    store_histograms_free(list, count);
}
END_TEST

START_TEST(a_longer_stride_thins_those_before)
{
    for (int64_t epoch = 1; epoch <= 8; epoch++)
        histogram_make(epoch, 1, "x");
    histogram_make(9, 2, "x");
    ck_assert_str_eq(epochs(), "1 3 5 7 9");
    /* The last of a run stays, wherever it is. */
    histogram_make(12, 4, "x");
    ck_assert_str_eq(epochs(), "1 5 9 12");
}
END_TEST

START_TEST(a_run_that_goes_back_forgets_what_comes_after)
{
    for (int64_t epoch = 1; epoch <= 4; epoch++)
        histogram_make(epoch, 1, "x");
    ck_assert_ok(store_histogram_truncate(store, job, 2, &failure));
    ck_assert_str_eq(epochs(), "1 2");
    ck_assert_fails(store_histogram_truncate(store, "job_none", 0, &failure), ERROR_NOT_FOUND);
}
END_TEST

START_TEST(they_go_with_their_job)
{
    struct job_histogram *list;
    size_t count;
    histogram_make(1, 1, "x");
    ck_assert_ok(store_job_remove(store, job, NULL, NULL, &failure));
    ck_assert_fails(store_histogram_list(store, job, 0, &list, &count, &failure), ERROR_NOT_FOUND);
    ck_assert_int_eq(database_number("SELECT count(*) FROM histograms"), 0);
}
END_TEST

static void tests_add(TCase *tests)
{
    tcase_add_test(tests, a_histogram_comes_back_as_it_was);
    tcase_add_test(tests, the_same_epoch_again_takes_its_place);
    tcase_add_test(tests, a_longer_stride_thins_those_before);
    tcase_add_test(tests, a_run_that_goes_back_forgets_what_comes_after);
    tcase_add_test(tests, they_go_with_their_job);
}

int main(void)
{
    return suite_run("histograms", store_setup, store_teardown, tests_add);
}
