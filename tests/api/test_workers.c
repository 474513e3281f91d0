/* Work is done once, by several threads, and all of it before the stop. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/workers.h"
#include "tests/check.h"

#include <stdatomic.h>
#include <unistd.h>

static atomic_int done, together, most;

static void run(struct work *work)
{
    (void)work;
    int now = ++together, seen = most;
    while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
        ;
    usleep(20000);
    together--;
    done++;
}

START_TEST(all_that_was_added_is_done_before_the_stop_returns)
{
    struct error error = {0};
    struct work works[20];
    struct workers *workers = workers_start(4, &error);
    ck_assert_ptr_nonnull(workers);
    for (int i = 0; i < 20; i++) {
        works[i] = (struct work){.run = run};
        workers_add(workers, &works[i]);
    }
    workers_stop(workers);
    ck_assert_int_eq(done, 20);
    ck_assert_int_gt(most, 1);
    ck_assert_int_le(most, 4);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, all_that_was_added_is_done_before_the_stop_returns);
}

int main(void)
{
    return tests_run("workers", add_tests);
}
