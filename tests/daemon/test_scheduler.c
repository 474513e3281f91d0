/* SPDX-License-Identifier: Apache-2.0 */
/* Order, budget and requests, with jobs that do nothing but wait for the test. */
#include "daemon/scheduler.h"
#include "tests/check.h"
#include "tests/daemon/task_fixture.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(higher_priority_then_first_come)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    task_fixture_add(scheduler, "b", 0, 1, 1);
    task_fixture_add(scheduler, "c", 5, 1, 1);
    task_fixture_add(scheduler, "d", 5, 1, 1);
    task_fixture_add(scheduler, "e", -1, 1, 1);
    int64_t position;
    ck_assert_ptr_null(scheduler_look(scheduler, "b", &position));
    ck_assert_int_eq(position, 3);
    task_fixture_release(&fixture, "a b c d e");
    task_fixture_expect(&fixture, "a c d b e ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

/* Of the owners, ada may have two cores. */
static int64_t cores_of(void *context, const char *owner)
{
    (void)context;
    return strcmp(owner, "ada") == 0 ? 2 : 0;
}

static void add_of(struct scheduler *scheduler, const char *owner, const char *id, int64_t cores)
{
    const struct scheduler_job job = {.id = id, .owner = owner, .cores = cores, .memory = 1};
    ck_assert_int_eq(scheduler_add(scheduler, &job, NULL), 0);
}

START_TEST(owner_with_all_his_cores_waits_and_others_pass)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(8, 100, task_fixture_run, &fixture, NULL);
    scheduler_limit_owners(scheduler, cores_of, NULL);
    add_of(scheduler, "ada", "a", 1);
    task_fixture_expect(&fixture, "a ");
    add_of(scheduler, "ada", "b", 1);
    task_fixture_expect(&fixture, "a b ");
    add_of(scheduler, "ada", "c", 1);
    add_of(scheduler, "ada", "d", 3); /* more than she may: alone among hers */
    add_of(scheduler, "bob", "e", 3);
    task_fixture_expect(&fixture, "a b e ");
    ck_assert_int_eq(scheduler_load(scheduler).queued, 2);
    task_fixture_release(&fixture, "a");
    task_fixture_expect(&fixture, "a b e c ");
    task_fixture_release(&fixture, "a b c");
    task_fixture_expect(&fixture, "a b e c d ");
    task_fixture_release(&fixture, "a b c d e");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(new_priority_is_a_new_place_in_the_queue)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    task_fixture_add(scheduler, "b", 0, 1, 1);
    task_fixture_add(scheduler, "c", 0, 1, 1);
    task_fixture_add(scheduler, "d", 5, 1, 1);
    task_fixture_add(scheduler, "e", 0, 1, 1);
    scheduler_set_priority(scheduler, "e", 5);
    scheduler_set_priority(scheduler, "d", 0);  /* came before e, after c */
    scheduler_set_priority(scheduler, "b", -1); /* now the last */
    scheduler_set_priority(scheduler, "a", -9); /* runs on */
    scheduler_set_priority(scheduler, "nobody", 9);
    task_fixture_add(scheduler, "f", -1, 1, 1);
    task_fixture_release(&fixture, "a b c d e f");
    task_fixture_expect(&fixture, "a e c d b f ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(large_job_is_not_passed_by)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(4, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 2, 1);
    task_fixture_add(scheduler, "large", 0, 99, 1); /* as many as there are */
    task_fixture_add(scheduler, "small", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    ck_assert_int_eq(scheduler_load(scheduler).queued, 2);
    task_fixture_release(&fixture, "a");
    task_fixture_expect(&fixture, "a large ");
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 4);
    task_fixture_release(&fixture, "large small");
    task_fixture_expect(&fixture, "a large small ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(given_cores_go_to_the_next_while_the_giver_stays)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    fixture.giver = 'a';
    struct scheduler *scheduler = scheduler_create(2, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 2, 1);
    task_fixture_add(scheduler, "b", 0, 1, 1);
    task_fixture_add(scheduler, "c", 0, 2, 1);
    task_fixture_expect(&fixture, "a b ");
    struct scheduler_load load = scheduler_load(scheduler);
    ck_assert_int_eq(load.running, 2);
    ck_assert_int_eq(load.cores_used, 1);
    ck_assert_int_eq(load.queued, 1);
    task_fixture_release(&fixture, "a b");
    task_fixture_expect(&fixture, "a b c ");
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 2);
    task_fixture_release(&fixture, "c");
    scheduler_stop(scheduler);
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 0);
    scheduler_free(scheduler);
}
END_TEST

static void await_load(struct scheduler *scheduler, int64_t running, int64_t cores_used)
{
    struct scheduler_load load = scheduler_load(scheduler);
    for (int i = 0; i < 10000 && (load.running != running || load.cores_used != cores_used); i++) {
        usleep(500);
        load = scheduler_load(scheduler);
    }
    ck_assert_int_eq(load.running, running);
    ck_assert_int_eq(load.cores_used, cores_used);
}

START_TEST(cores_that_are_taken_back_are_nobody_elses)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    fixture.giver = 'a';
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_add(scheduler, "b", 0, 1, 1);
    task_fixture_add(scheduler, "c", 0, 1, 1);
    task_fixture_expect(&fixture, "a b ");
    pthread_mutex_lock(&fixture.mutex);
    fixture.takes = true;
    pthread_mutex_unlock(&fixture.mutex);
    await_load(scheduler, 2, 2);
    task_fixture_release(&fixture, "b");
    await_load(scheduler, 1, 1);
    ck_assert_int_eq(scheduler_load(scheduler).queued, 1);
    task_fixture_release(&fixture, "a c");
    task_fixture_expect(&fixture, "a b c ");
    scheduler_stop(scheduler);
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 0);
    scheduler_free(scheduler);
}
END_TEST

/* More than threads are kept, so that both old and new ones run them. */
START_TEST(many_jobs_all_run)
{
    enum { MANY = 40 };
    struct task_fixture fixture;
    char ids[3 * MANY + 1] = "";
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(12, 1000, task_fixture_run, &fixture, NULL);
    for (int i = 0; i < MANY; i++) {
        char id[] = {(char)('a' + i % 26), (char)('A' + i / 26), 0};
        strcat(strcat(ids, id), " ");
        task_fixture_release(&fixture, id);
        task_fixture_add(scheduler, id, 0, 1, 1);
    }
    pthread_mutex_lock(&fixture.mutex);
    while (strlen(fixture.started) < strlen(ids))
        pthread_cond_wait(&fixture.changed, &fixture.mutex);
    pthread_mutex_unlock(&fixture.mutex);
    while (scheduler_load(scheduler).running > 0)
        usleep(500);
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 0);
    ck_assert_int_eq(scheduler_load(scheduler).memory_used, 0);
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(memory_is_a_budget)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(4, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 60);
    task_fixture_add(scheduler, "b", 0, 1, 60);
    task_fixture_expect(&fixture, "a ");
    ck_assert_int_eq(scheduler_load(scheduler).memory_used, 60);
    task_fixture_release(&fixture, "a b");
    task_fixture_expect(&fixture, "a b ");
    scheduler_stop(scheduler);
    ck_assert_int_eq(scheduler_load(scheduler).memory_used, 0);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(removed_job_never_starts)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_add(scheduler, "b", 0, 1, 1);
    task_fixture_add(scheduler, "c", 0, 1, 1);
    ck_assert(scheduler_remove(scheduler, "c"));
    ck_assert(!scheduler_remove(scheduler, "c"));
    task_fixture_add(scheduler, "d", 0, 1, 1);
    task_fixture_release(&fixture, "a b c d");
    task_fixture_expect(&fixture, "a b d ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(stopped_scheduler_starts_nothing)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_add(scheduler, "b", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    scheduler_stop(scheduler);
    ck_assert_str_eq(fixture.started, "a ");
    ck_assert_int_eq(scheduler_load(scheduler).queued, 1);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(live_status_can_be_looked_at)
{
    struct task_fixture fixture;
    task_fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, task_fixture_run, &fixture, NULL);
    int64_t position;
    task_fixture_add(scheduler, "a", 0, 1, 1);
    task_fixture_expect(&fixture, "a ");
    char *status = scheduler_look(scheduler, "a", &position);
    ck_assert_str_eq(status, "a runs");
    ck_assert_int_eq(position, 0);
    ck_assert_ptr_null(scheduler_look(scheduler, "b", &position));
    free(status);
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, higher_priority_then_first_come);
    tcase_add_test(tests, owner_with_all_his_cores_waits_and_others_pass);
    tcase_add_test(tests, new_priority_is_a_new_place_in_the_queue);
    tcase_add_test(tests, large_job_is_not_passed_by);
    tcase_add_test(tests, given_cores_go_to_the_next_while_the_giver_stays);
    tcase_add_test(tests, cores_that_are_taken_back_are_nobody_elses);
    tcase_add_test(tests, many_jobs_all_run);
    tcase_add_test(tests, memory_is_a_budget);
    tcase_add_test(tests, removed_job_never_starts);
    tcase_add_test(tests, stopped_scheduler_starts_nothing);
    tcase_add_test(tests, live_status_can_be_looked_at);
}

int main(void)
{
    return tests_run("scheduler", add_tests);
}
