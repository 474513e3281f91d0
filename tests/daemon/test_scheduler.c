/* SPDX-License-Identifier: Apache-2.0 */
/* Order, budget and requests, with jobs that do nothing but wait for the test. */
#include "daemon/scheduler.h"
#include "tests/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char started[256]; /* ids in the order of their start, each followed by a space */
    char released[256];
    int refusals; /* requests to refuse before the first is obeyed */
    char giver;   /* the id of one that gives its cores away; 0: none */
    bool takes;   /* it is to take them back */
};

static void fixture_start(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    pthread_mutex_init(&fixture->mutex, NULL);
    pthread_cond_init(&fixture->changed, NULL);
}

/* Does what is asked, which is read once, since the next may come at any time; true where it is to
 * leave. */
static bool obey(struct fixture *fixture, struct task *task)
{
    int request = atomic_load(&task->request);
    if (request == JOB_GO_ON)
        return false;
    pthread_mutex_lock(&fixture->mutex);
    bool refuses = fixture->refusals-- > 0;
    pthread_mutex_unlock(&fixture->mutex);
    if (!refuses && request != JOB_STEER)
        return true;
    if (refuses) {
        scheduler_refuse(task);
    } else {
        strcpy(scheduler_steering(task)->what, task->id);
        scheduler_steered(task);
    }
    return false;
}

/* Runs until it is released or asked to leave. */
static void run(void *context, struct task *task)
{
    struct fixture *fixture = context;
    bool done = false;
    char status[ID_SIZE + 5];
    snprintf(status, sizeof status, "%s runs", task->id);
    scheduler_publish(task, strdup("starts"));
    scheduler_publish(task, strdup(status));
    pthread_mutex_lock(&fixture->mutex);
    strcat(strcat(fixture->started, task->id), " ");
    pthread_cond_broadcast(&fixture->changed);
    pthread_mutex_unlock(&fixture->mutex);
    if (task->id[0] == fixture->giver)
        scheduler_give_cores(task);
    while (!done) {
        pthread_mutex_lock(&fixture->mutex);
        done = strstr(fixture->released, task->id) != NULL;
        bool takes = fixture->takes;
        pthread_mutex_unlock(&fixture->mutex);
        if (takes)
            scheduler_take_cores(task); /* nothing to one that has them */
        done |= obey(fixture, task);
        usleep(500);
    }
}

static void release(struct fixture *fixture, const char *id)
{
    pthread_mutex_lock(&fixture->mutex);
    strcat(strcat(fixture->released, id), " ");
    pthread_mutex_unlock(&fixture->mutex);
}

static void expect_started(struct fixture *fixture, const char *ids)
{
    pthread_mutex_lock(&fixture->mutex);
    while (strlen(fixture->started) < strlen(ids))
        pthread_cond_wait(&fixture->changed, &fixture->mutex);
    ck_assert_str_eq(fixture->started, ids);
    pthread_mutex_unlock(&fixture->mutex);
}

static void add(struct scheduler *scheduler, const char *id, int64_t priority, int64_t cores,
                int64_t memory)
{
    const struct scheduler_job job = {
        .id = id, .priority = priority, .cores = cores, .memory = memory};
    ck_assert_int_eq(scheduler_add(scheduler, &job, NULL), 0);
}

START_TEST(higher_priority_then_first_come)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
    add(scheduler, "b", 0, 1, 1);
    add(scheduler, "c", 5, 1, 1);
    add(scheduler, "d", 5, 1, 1);
    add(scheduler, "e", -1, 1, 1);
    int64_t position;
    ck_assert_ptr_null(scheduler_look(scheduler, "b", &position));
    ck_assert_int_eq(position, 3);
    release(&fixture, "a b c d e");
    expect_started(&fixture, "a c d b e ");
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
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(8, 100, run, &fixture, NULL);
    scheduler_limit_owners(scheduler, cores_of, NULL);
    add_of(scheduler, "ada", "a", 1);
    expect_started(&fixture, "a ");
    add_of(scheduler, "ada", "b", 1);
    expect_started(&fixture, "a b ");
    add_of(scheduler, "ada", "c", 1);
    add_of(scheduler, "ada", "d", 3); /* more than she may: alone among hers */
    add_of(scheduler, "bob", "e", 3);
    expect_started(&fixture, "a b e ");
    ck_assert_int_eq(scheduler_load(scheduler).queued, 2);
    release(&fixture, "a");
    expect_started(&fixture, "a b e c ");
    release(&fixture, "a b c");
    expect_started(&fixture, "a b e c d ");
    release(&fixture, "a b c d e");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(new_priority_is_a_new_place_in_the_queue)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
    add(scheduler, "b", 0, 1, 1);
    add(scheduler, "c", 0, 1, 1);
    add(scheduler, "d", 5, 1, 1);
    add(scheduler, "e", 0, 1, 1);
    scheduler_set_priority(scheduler, "e", 5);
    scheduler_set_priority(scheduler, "d", 0);  /* came before e, after c */
    scheduler_set_priority(scheduler, "b", -1); /* now the last */
    scheduler_set_priority(scheduler, "a", -9); /* runs on */
    scheduler_set_priority(scheduler, "nobody", 9);
    add(scheduler, "f", -1, 1, 1);
    release(&fixture, "a b c d e f");
    expect_started(&fixture, "a e c d b f ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(steered_job_answers_and_runs_on)
{
    struct fixture fixture;
    char answer[ID_SIZE] = "";
    struct steering steering = {.what = answer};
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    ck_assert_int_eq(scheduler_steer(scheduler, "a", &steering), REQUEST_NOT_RUNNING);
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
    ck_assert_int_eq(scheduler_steer(scheduler, "a", &steering), REQUEST_DONE);
    ck_assert_str_eq(answer, "a");
    ck_assert_int_eq(scheduler_load(scheduler).running, 1);
    pthread_mutex_lock(&fixture.mutex);
    fixture.refusals = 1;
    pthread_mutex_unlock(&fixture.mutex);
    ck_assert_int_eq(scheduler_steer(scheduler, "a", &steering), REQUEST_REFUSED);
    release(&fixture, "a");
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
    struct fixture fixture;
    pthread_t threads[THREADS];
    fixture_start(&fixture);
    struct helmsman helmsman = {.scheduler = scheduler_create(1, 100, run, &fixture, NULL)};
    add(helmsman.scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
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

START_TEST(large_job_is_not_passed_by)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(4, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 2, 1);
    add(scheduler, "large", 0, 99, 1); /* as many as there are */
    add(scheduler, "small", 0, 1, 1);
    expect_started(&fixture, "a ");
    ck_assert_int_eq(scheduler_load(scheduler).queued, 2);
    release(&fixture, "a");
    expect_started(&fixture, "a large ");
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 4);
    release(&fixture, "large small");
    expect_started(&fixture, "a large small ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(given_cores_go_to_the_next_while_the_giver_stays)
{
    struct fixture fixture;
    fixture_start(&fixture);
    fixture.giver = 'a';
    struct scheduler *scheduler = scheduler_create(2, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 2, 1);
    add(scheduler, "b", 0, 1, 1);
    add(scheduler, "c", 0, 2, 1);
    expect_started(&fixture, "a b ");
    struct scheduler_load load = scheduler_load(scheduler);
    ck_assert_int_eq(load.running, 2);
    ck_assert_int_eq(load.cores_used, 1);
    ck_assert_int_eq(load.queued, 1);
    release(&fixture, "a b");
    expect_started(&fixture, "a b c ");
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 2);
    release(&fixture, "c");
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
    struct fixture fixture;
    fixture_start(&fixture);
    fixture.giver = 'a';
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    add(scheduler, "b", 0, 1, 1);
    add(scheduler, "c", 0, 1, 1);
    expect_started(&fixture, "a b ");
    pthread_mutex_lock(&fixture.mutex);
    fixture.takes = true;
    pthread_mutex_unlock(&fixture.mutex);
    await_load(scheduler, 2, 2);
    release(&fixture, "b");
    await_load(scheduler, 1, 1);
    ck_assert_int_eq(scheduler_load(scheduler).queued, 1);
    release(&fixture, "a c");
    expect_started(&fixture, "a b c ");
    scheduler_stop(scheduler);
    ck_assert_int_eq(scheduler_load(scheduler).cores_used, 0);
    scheduler_free(scheduler);
}
END_TEST

/* More than threads are kept, so that both old and new ones run them. */
START_TEST(many_jobs_all_run)
{
    enum { MANY = 40 };
    struct fixture fixture;
    char ids[3 * MANY + 1] = "";
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(12, 1000, run, &fixture, NULL);
    for (int i = 0; i < MANY; i++) {
        char id[] = {(char)('a' + i % 26), (char)('A' + i / 26), 0};
        strcat(strcat(ids, id), " ");
        release(&fixture, id);
        add(scheduler, id, 0, 1, 1);
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
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(4, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 60);
    add(scheduler, "b", 0, 1, 60);
    expect_started(&fixture, "a ");
    ck_assert_int_eq(scheduler_load(scheduler).memory_used, 60);
    release(&fixture, "a b");
    expect_started(&fixture, "a b ");
    scheduler_stop(scheduler);
    ck_assert_int_eq(scheduler_load(scheduler).memory_used, 0);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(request_returns_when_the_job_has_left)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_LEFT);
    ck_assert_int_eq(scheduler_load(scheduler).running, 0);
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_NOT_RUNNING);
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(refused_request_returns_while_the_job_runs_on)
{
    struct fixture fixture;
    fixture_start(&fixture);
    fixture.refusals = 1;
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_REFUSED);
    ck_assert_int_eq(scheduler_load(scheduler).running, 1);
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(job_queued_again_waits_for_its_own_end)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(2, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
    add(scheduler, "a", 0, 1, 1);
    ck_assert_int_eq(scheduler_load(scheduler).running, 1);
    ck_assert_int_eq(scheduler_load(scheduler).queued, 1);
    ck_assert_int_eq(scheduler_request(scheduler, "a", JOB_PAUSE), REQUEST_LEFT);
    expect_started(&fixture, "a a ");
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
    struct fixture fixture;
    pthread_t thread;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
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

START_TEST(removed_job_never_starts)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    add(scheduler, "b", 0, 1, 1);
    add(scheduler, "c", 0, 1, 1);
    ck_assert(scheduler_remove(scheduler, "c"));
    ck_assert(!scheduler_remove(scheduler, "c"));
    add(scheduler, "d", 0, 1, 1);
    release(&fixture, "a b c d");
    expect_started(&fixture, "a b d ");
    scheduler_stop(scheduler);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(stopped_scheduler_starts_nothing)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    add(scheduler, "a", 0, 1, 1);
    add(scheduler, "b", 0, 1, 1);
    expect_started(&fixture, "a ");
    scheduler_stop(scheduler);
    ck_assert_str_eq(fixture.started, "a ");
    ck_assert_int_eq(scheduler_load(scheduler).queued, 1);
    scheduler_free(scheduler);
}
END_TEST

START_TEST(live_status_can_be_looked_at)
{
    struct fixture fixture;
    fixture_start(&fixture);
    struct scheduler *scheduler = scheduler_create(1, 100, run, &fixture, NULL);
    int64_t position;
    add(scheduler, "a", 0, 1, 1);
    expect_started(&fixture, "a ");
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
    tcase_add_test(tests, steered_job_answers_and_runs_on);
    tcase_add_test(tests, many_steer_at_once_and_a_stop_gets_through);
    tcase_add_test(tests, large_job_is_not_passed_by);
    tcase_add_test(tests, given_cores_go_to_the_next_while_the_giver_stays);
    tcase_add_test(tests, cores_that_are_taken_back_are_nobody_elses);
    tcase_add_test(tests, many_jobs_all_run);
    tcase_add_test(tests, memory_is_a_budget);
    tcase_add_test(tests, request_returns_when_the_job_has_left);
    tcase_add_test(tests, refused_request_returns_while_the_job_runs_on);
    tcase_add_test(tests, job_queued_again_waits_for_its_own_end);
    tcase_add_test(tests, stop_is_not_lost_where_another_request_is_refused);
    tcase_add_test(tests, removed_job_never_starts);
    tcase_add_test(tests, stopped_scheduler_starts_nothing);
    tcase_add_test(tests, live_status_can_be_looked_at);
}

int main(void)
{
    return tests_run("scheduler", add_tests);
}
