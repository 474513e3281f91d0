/* Which epochs get histograms: few of many, the first and the last always, and within the time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/weight_log.h"
#include "daemon/job_state.h"
#include "engine/histograms.h"
#include "tests/daemon/fixture.h"

#include <string.h>

START_TEST(strides_keep_their_number)
{
    ck_assert_int_eq(weight_log_stride(1), 1);
    ck_assert_int_eq(weight_log_stride(WEIGHT_LOG_KEPT), 1);
    ck_assert_int_eq(weight_log_stride(WEIGHT_LOG_KEPT + 1), 2);
    ck_assert_int_eq(weight_log_stride(2 * WEIGHT_LOG_KEPT + 1), 4);
    for (int64_t epoch = 1; epoch < 10000000; epoch = epoch * 3 / 2 + 1)
        ck_assert_int_le((epoch - 1) / weight_log_stride(epoch) + 1, WEIGHT_LOG_KEPT);
}
END_TEST

static struct job_histogram *list_of(struct daemon *daemon, const char *id, size_t *count)
{
    struct job_histogram *list;
    ck_assert_done(store_histogram_list(daemon_store(daemon), id, 0, &list, count, &failure));
    return list;
}

START_TEST(a_run_of_many_epochs_keeps_few_and_its_last)
{
    char id[ID_SIZE];
    size_t count;
    struct daemon *daemon = start();
    free(iris_import(daemon, "iris"));
    submit(daemon, iris_job(2000), id);
    await(daemon, id, STATE_SUCCEEDED);
    struct job_histogram *list = list_of(daemon, id, &count);
    ck_assert_uint_ge(count, 2);
    ck_assert_uint_le(count, WEIGHT_LOG_KEPT + 1);
    ck_assert_int_eq(list[0].epoch, 1);
    ck_assert_int_eq(list[count - 1].epoch, 2000);
    for (size_t i = 0; i + 1 < count; i++)
        ck_assert_int_eq((list[i].epoch - 1) % weight_log_stride(list[count - 2].epoch), 0);
    json_auto_t *last =
        histograms_read(list[count - 1].body.data, list[count - 1].body.size, NULL, &failure);
    ck_assert_int_eq(json_integer_value(json_object_get(last, "epoch")), 2000);
    store_histograms_free(list, count);
    daemon_stop(daemon);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, strides_keep_their_number);
    tcase_add_test(tests, a_run_of_many_epochs_keeps_few_and_its_last);
}

int main(void)
{
    return fixture_run("weight_log", add_tests);
}
