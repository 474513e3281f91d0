/* Durations in buckets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timing.h"
#include "tests/check.h"

START_TEST(a_limit_belongs_to_its_bucket)
{
    struct timing timing = {0};
    timing_add(&timing, 0, 1);
    timing_add(&timing, 100000, 1); /* 0.1 ms, the first limit */
    timing_add(&timing, 100001, 2);
    ck_assert_uint_eq(timing.counts[0], 2);
    ck_assert_uint_eq(timing.counts[1], 2);
    ck_assert_uint_eq(timing.sum_ns, 300002);
}
END_TEST

START_TEST(what_takes_longer_than_all_limits_is_in_the_last)
{
    struct timing timing = {0};
    timing_add(&timing, UINT64_C(3600000000000), 1);
    timing_add(&timing, UINT64_C(3600000000001), 3);
    ck_assert_uint_eq(timing.counts[TIMING_BUCKETS - 2], 1);
    ck_assert_uint_eq(timing.counts[TIMING_BUCKETS - 1], 3);
}
END_TEST

START_TEST(limits_rise)
{
    for (int i = 1; i < TIMING_BUCKETS - 1; i++)
        ck_assert_double_lt(timing_limits_s[i - 1], timing_limits_s[i]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, a_limit_belongs_to_its_bucket);
    tcase_add_test(tests, what_takes_longer_than_all_limits_is_in_the_last);
    tcase_add_test(tests, limits_rise);
}

int main(void)
{
    return tests_run("timing", add_tests);
}
