/* What running tasks are asked: to leave, or to take a change; and how they answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/daemon/task_fixture.h"

#include <unistd.h>

START_TEST(steered_job_answers_and_runs_on)
{
    struct task_fixture fixture;
    char answer[ID_SIZE] = "";
    struct steering steering = {.what = answer};
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    ck_assert_int_eq(scheduler_steer(scheduler, "a", &steering), REQUEST_NOT_RUNNING);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    ck_assert_int_eq(scheduler_steer(scheduler, "a", &steering), REQUEST_DONE);
    ck_assert_str_eq(answer, "a");
    ck_assert_int_eq(scheduler_load(scheduler).running, 1);
    pthread_mutex_lock(&fixture.mutex);
    fixture.refusals = 1;
    pthread_mutex_unlock(&fixture.mutex);
    ck_assert_int_eq(scheduler_steer(scheduler, "a", &steering), REQUEST_REFUSED);
    task_fixture_release(&fixture, "a");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

struct helmsman {
    struct scheduler *scheduler;
    _Atomic int answers;
};

/* Steers until there is nobody to steer. */
static void *steer(void *argument)
{
    struct helmsman *helmsman = argument;
    char answer[ID_SIZE];
    struct steering steering = {.what = answer};
    while (scheduler_steer(helmsman->scheduler, "a", &steering) == REQUEST_DONE)
        helmsman->answers++;
    return NULL;
}

START_TEST(many_steer_at_once_and_a_stop_gets_through)
{
    enum { THREADS = 4 };
    struct task_fixture fixture;
    pthread_t threads[THREADS];
    task_fixture_start(&fixture);
    struct helmsman helmsman = {.scheduler =
                                    scheduler_create(1, 100, task_fixture_run, &fixture, NULL)};
    task_fixture_add(helmsman.scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, steer, &helmsman);
    while (helmsman.answers < 20)
        usleep(500);
    ck_assert_int_eq(scheduler_request(helmsman.scheduler, "a", JOB_PAUSE), REQUEST_LEFT);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    scheduler_stop(helmsman.scheduler);
    scheduler_free(helmsman.scheduler);
}
END_TEST

START_TEST(request_returns_when_the_job_has_left)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_LEFT);
    ck_assert_int_eq(scheduler_load(scheduler).running, 0);
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_NOT_RUNNING);
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(refused_request_returns_while_the_job_runs_on)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    fixture.refusals = 1;
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_REFUSED);
    ck_assert_int_eq(scheduler_load(scheduler).running, 1);
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(job_queued_again_waits_for_its_own_end)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(2, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    task_fixture_add(scheduler, "a", 0, 1, 1);
    ck_assert_int_eq(scheduler_load(scheduler).running, 1);
    ck_assert_int_eq(scheduler_load(scheduler).queued, 1);
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_LEFT);
    task_fixture_expect(&fixture, "a a ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

static void *pause_a(void *scheduler)
{
    (void)scheduler_request(scheduler, "a", JOB_PAUSE);
    return NULL;
}

START_TEST(stop_is_not_lost_where_another_request_is_refused)
{
    struct task_fixture fixture;
    pthread_t thread;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    pthread_mutex_lock(&fixture.mutex); /* the job sees no request until this is released */
    fixture.refusals = 1;
    pthread_create(&thread, NULL, pause_a, scheduler);
    usleep(20000);
    scheduler_quiesce(scheduler);
    pthread_mutex_unlock(&fixture.mutex);
    scheduler_stop(scheduler);
    pthread_join(thread, NULL);
    scheduler_free(scheduler);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, steered_job_answers_and_runs_on);
    tcase_add_test(tests, many_steer_at_once_and_a_stop_gets_through);
    tcase_add_test(tests, request_returns_when_the_job_has_left);
    tcase_add_test(tests, refused_request_returns_while_the_job_runs_on);
    tcase_add_test(tests, job_queued_again_waits_for_its_own_end);
    tcase_add_test(tests, stop_is_not_lost_where_another_request_is_refused);
}

int main(void)
{
    return tests_run("scheduler_request", add_tests);
}
