/* Waiting connections are woken once, for a reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/waits.h"
#include "base/clock.h"
#include "tests/check.h"

#include <stdatomic.h>
#include <unistd.h>

static struct waits *waits;
static atomic_int woken;

static void count(struct wait *wait)
{
    (void)wait;
    woken++;
}

static uint64_t in_ms(uint64_t ms)
{
    return clock_now_ns() + ms * 1000000;
}

static void expect_woken(int number)
{
    for (int i = 0; i < 2000 && woken < number; i++)
        usleep(1000);
    ck_assert_int_eq(woken, number);
}

static void set_up(void)
{
    struct error error = {0};
    woken = 0;
    waits = waits_start(&error);
    ck_assert_ptr_nonnull(waits);
}

static void tear_down(void)
{
    waits_end(waits);
    waits_stop(waits);
}

START_TEST(an_event_wakes_all)
{
    struct wait sleepers[3] = {{.wake = count}, {.wake = count}, {.wake = count}};
    for (int i = 0; i < 3; i++)
        waits_add(waits, &sleepers[i], waits_happened(waits), in_ms(60000));
    usleep(50000);
    ck_assert_int_eq(woken, 0);
    waits_notify(waits, 1);
    expect_woken(3);
    waits_notify(waits, 2);
    usleep(50000);
    ck_assert_int_eq(woken, 3);
}
END_TEST

/* What happened before, when nobody waited, does not put it off. */
START_TEST(one_that_waits_is_woken_within_milliseconds)
{
    double best = 1;
    for (int i = 0; i < 20; i++) {
        struct wait sleeper = {.wake = count};
        waits_notify(waits, 1);
        usleep(4000);
        waits_add(waits, &sleeper, waits_happened(waits), in_ms(60000));
        uint64_t start = clock_now_ns();
        waits_notify(waits, 2);
        while (woken <= i)
            usleep(100);
        double seconds = clock_since_s(start);
        best = seconds < best ? seconds : best;
    }
    ck_assert_double_lt(best, 0.01); /* the others are up to the machine */
}
END_TEST

START_TEST(time_wakes_the_one_that_it_was_for)
{
    struct wait early = {.wake = count}, late = {.wake = count};
    waits_add(waits, &late, waits_happened(waits), in_ms(60000));
    waits_add(waits, &early, waits_happened(waits), in_ms(30));
    expect_woken(1);
    usleep(30000);
    ck_assert_int_eq(woken, 1);
    waits_end(waits);
    expect_woken(2);
}
END_TEST

START_TEST(what_happens_between_looking_and_waiting_is_not_slept_through)
{
    struct wait wait = {.wake = count}, other = {.wake = count};
    uint64_t looked = waits_happened(waits);
    waits_add(waits, &other, looked, in_ms(60000));
    waits_notify(waits, 1);
    expect_woken(1); /* the event was told to all that waited then */
    waits_add(waits, &wait, looked, in_ms(60000));
    expect_woken(2);
}
END_TEST

START_TEST(after_the_end_nobody_waits)
{
    struct wait wait = {.wake = count};
    waits_end(waits);
    waits_add(waits, &wait, waits_happened(waits), in_ms(60000));
    expect_woken(1);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_event_wakes_all);
    tcase_add_test(tests, one_that_waits_is_woken_within_milliseconds);
    tcase_add_test(tests, time_wakes_the_one_that_it_was_for);
    tcase_add_test(tests, what_happens_between_looking_and_waiting_is_not_slept_through);
    tcase_add_test(tests, after_the_end_nobody_waits);
}

int main(void)
{
    return tests_run("waits", add_tests);
}
