/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/daemon/task_fixture.h"
#include "tests/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void task_fixture_start(struct task_fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    pthread_mutex_init(&fixture->mutex, NULL);
    pthread_cond_init(&fixture->changed, NULL);
}

/* Does what is asked, which is read once, since the next may come at any time; true where it is to
 * leave. */
static bool obey(struct task_fixture *fixture, struct task *task)
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
void task_fixture_run(void *context, struct task *task)
{
    struct task_fixture *fixture = context;
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

void task_fixture_release(struct task_fixture *fixture, const char *id)
{
    pthread_mutex_lock(&fixture->mutex);
    strcat(strcat(fixture->released, id), " ");
    pthread_mutex_unlock(&fixture->mutex);
}

void task_fixture_expect(struct task_fixture *fixture, const char *ids)
{
    pthread_mutex_lock(&fixture->mutex);
    while (strlen(fixture->started) < strlen(ids))
        pthread_cond_wait(&fixture->changed, &fixture->mutex);
    ck_assert_str_eq(fixture->started, ids);
    pthread_mutex_unlock(&fixture->mutex);
}

void task_fixture_add(struct scheduler *scheduler, const char *id, int64_t priority, int64_t cores,
                      int64_t memory)
{
    const struct scheduler_job job = {
        .id = id, .priority = priority, .cores = cores, .memory = memory};
    ck_assert_int_eq(scheduler_add(scheduler, &job, NULL), 0);
}
