/* Slow sockets are cut, others are not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/watchdog.h"
#include "tests/check.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct watchdog *watchdog;
static int pair[2];
static struct watched *watched;

static void set_up(void)
{
    struct error error = {0};
    watchdog = watchdog_start(&error);
    ck_assert_ptr_nonnull(watchdog);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    watched = watchdog_add(watchdog, pair[0]);
    ck_assert_ptr_nonnull(watched);
}

static void tear_down(void)
{
    watchdog_remove(watchdog, watched);
    watchdog_stop(watchdog);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

/* Whether the other end sees the socket shut down within `ms`. */
static bool is_cut(int ms)
{
    struct pollfd other = {.fd = pair[1], .events = POLLIN};
    return poll(&other, 1, ms) == 1;
}

START_TEST(without_a_deadline_nothing_is_cut)
{
    ck_assert(!is_cut(400));
    watchdog_expect(watched, 0.01);
    watchdog_expect(watched, 0);
    ck_assert(!is_cut(400));
}
END_TEST

START_TEST(a_missed_deadline_cuts)
{
    watchdog_expect(watched, 0.1);
    ck_assert(is_cut(2000));
}
END_TEST

START_TEST(bytes_that_move_give_more_time)
{
    watchdog_expect_flow(watched, 0.3, 100);
    for (int i = 0; i < 6; i++) {
        watchdog_moved(watched, 200);
        ck_assert(!is_cut(150));
    }
    for (int i = 0; i < 40; i++) {
        watchdog_moved(watched, 1); /* a trickle is not enough */
        if (is_cut(100))
            return;
    }
    ck_abort_msg("the trickle was not cut");
}
END_TEST

START_TEST(all_can_be_cut)
{
    watchdog_cut_all(watchdog);
    ck_assert(is_cut(0));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, without_a_deadline_nothing_is_cut);
    tcase_add_test(tests, a_missed_deadline_cuts);
    tcase_add_test(tests, bytes_that_move_give_more_time);
    tcase_add_test(tests, all_can_be_cut);
}

int main(void)
{
    return tests_run("watchdog", add_tests);
}
