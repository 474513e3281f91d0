/* Teams: every item once, by one member at a time, at any number of members. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/team.h"
#include "tests/check.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { ITEMS_MAX = 1000 };

struct visits {
    int counts[ITEMS_MAX]; /* plain: the thread sanitizer sees whoever else touches an item */
    int64_t grain, items;
    int members;
    bool misplaced; /* a run that does not begin at a multiple of the grain */
    atomic_int calls;
};

static void visit(void *context, int64_t begin, int64_t end, int member)
{
    struct visits *visits = context;
    atomic_fetch_add(&visits->calls, 1);
    if (begin % visits->grain || (end % visits->grain && end != visits->items) || member < 0 ||
        member >= visits->members)
        visits->misplaced = true;
    for (int64_t i = begin; i < end; i++)
        visits->counts[i]++;
}

static void check_run(struct team *team, int64_t items, int64_t grain)
{
    static struct visits visits;
    visits = (struct visits){.grain = grain, .items = items, .members = team_size(team)};
    team_run(team, items, grain, visit, &visits);
    for (int64_t i = 0; i < ITEMS_MAX; i++)
        ck_assert_int_eq(visits.counts[i], i < items ? 1 : 0);
    ck_assert(!visits.misplaced);
    ck_assert_int_le(atomic_load(&visits.calls), team_size(team));
}

static void check_runs(struct team *team)
{
    static const int64_t items[] = {0, 1, 2, 7, 64, 999, ITEMS_MAX}, grains[] = {1, 3, 16, 2000};
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
        for (size_t j = 0; j < sizeof(grains) / sizeof(grains[0]); j++)
            check_run(team, items[i], grains[j]);
}

START_TEST(every_item_is_run_once)
{
    struct error error = {0};
    struct team *team = team_create(_i, NULL, &error);
    ck_assert_ptr_nonnull(team);
    ck_assert_int_eq(team_size(team), _i);
    for (int round = 0; round < 4; round++)
        check_runs(team);
    team_free(team);
}
END_TEST

START_TEST(no_team_is_the_caller_alone)
{
    ck_assert_int_eq(team_size(NULL), 1);
    check_runs(NULL);
    team_free(NULL);
}
END_TEST

static void note_caller(void *context, int64_t begin, int64_t end, int member)
{
    (void)begin;
    (void)end;
    *(int *)context = member == 0;
}

START_TEST(one_run_of_grain_is_a_plain_call)
{
    struct error error = {0};
    struct team *team = team_create(3, NULL, &error);
    for (int i = 0; i < 20; i++) {
        int by_caller = 0;
        team_run(team, 10, 10, note_caller, &by_caller);
        ck_assert_int_eq(by_caller, 1);
    }
    team_free(team);
}
END_TEST

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* Members that fell asleep are woken, also when they sleep in the middle of a series. */
START_TEST(runs_after_a_sleep_are_whole)
{
    struct error error = {0};
    struct team *team = team_create(3, NULL, &error);
    for (int i = 0; i < 30; i++) {
        sleep_ms(i % 3);
        check_run(team, 100, 1);
    }
    team_free(team);
}
END_TEST

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

START_TEST(an_idle_team_sleeps)
{
    struct error error = {0};
    struct team *team = team_create(2, NULL, &error);
    check_run(team, 100, 1);
    double before = cpu_seconds();
    sleep_ms(300);
    ck_assert_double_lt(cpu_seconds() - before, 0.1);
    team_free(team);
}
END_TEST

static atomic_int starts;
static void count_start(void)
{
    atomic_fetch_add(&starts, 1);
}

START_TEST(start_runs_once_in_every_other_thread)
{
    struct error error = {0};
    atomic_store(&starts, 0);
    struct team *team = team_create(4, count_start, &error);
    team_free(team);
    ck_assert_int_eq(atomic_load(&starts), 3);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, every_item_is_run_once, 1, 6);
    tcase_add_test(tests, no_team_is_the_caller_alone);
    tcase_add_test(tests, one_run_of_grain_is_a_plain_call);
    tcase_add_test(tests, runs_after_a_sleep_are_whole);
    tcase_add_test(tests, an_idle_team_sleeps);
    tcase_add_test(tests, start_runs_once_in_every_other_thread);
}

int main(void)
{
    return tests_run("team", add_tests);
}
