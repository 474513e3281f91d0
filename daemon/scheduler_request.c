/* What running jobs are asked: to pause, cancel, stop or take a change; and how they answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/scheduler_inside.h"

/* Waits until a task has no request before it any more; `order` tells it from a later task of the
 * same job. */
static enum request_outcome request_wait(struct scheduler *scheduler, const char *id, int64_t order)
{
    for (;;) {
        struct task *task = *scheduler_running(scheduler, id);
        if (task == NULL || task->order != order)
            return REQUEST_LEFT;
        if (atomic_load(&task->request) == JOB_GO_ON)
            return REQUEST_REFUSED;
        pthread_cond_wait(&scheduler->ended, &scheduler->mutex);
    }
}

/* The running task of a job once it is not asked for one of `others` (or'ed, 1 << request); NULL
 * where it does not run. */
static struct task *task_wait(struct scheduler *scheduler, const char *id, unsigned others)
{
    for (;;) {
        struct task *task = *scheduler_running(scheduler, id);
        if (task == NULL || (1U << atomic_load(&task->request) & others) == 0)
            return task;
        pthread_cond_wait(&scheduler->ended, &scheduler->mutex);
    }
}

enum request_outcome scheduler_request(struct scheduler *scheduler, const char *id,
                                       enum job_request request)
{
    enum request_outcome outcome = REQUEST_NOT_RUNNING;
    pthread_mutex_lock(&scheduler->mutex);
    struct task *task = task_wait(scheduler, id, 1U << JOB_STEER);
    if (task != NULL) {
        int none = JOB_GO_ON;
        atomic_compare_exchange_strong(&task->request, &none, request);
        outcome = request_wait(scheduler, id, task->order);
    }
    pthread_mutex_unlock(&scheduler->mutex);
    return outcome;
}

enum request_outcome scheduler_steer(struct scheduler *scheduler, const char *id,
                                     struct steering *steering)
{
    steering->outcome = REQUEST_NOT_RUNNING;
    pthread_mutex_lock(&scheduler->mutex);
    struct task *task = task_wait(scheduler, id, ~(1U << JOB_GO_ON));
    int64_t order = task != NULL ? task->order : 0;
    if (task != NULL) {
        task->steering = steering;
        atomic_store(&task->request, JOB_STEER);
    }
    while (task != NULL && steering->outcome == REQUEST_NOT_RUNNING) {
        pthread_cond_wait(&scheduler->ended, &scheduler->mutex);
        task = *scheduler_running(scheduler, id);
        if ((task == NULL || task->order != order) && steering->outcome == REQUEST_NOT_RUNNING)
            steering->outcome = REQUEST_LEFT;
    }
    pthread_mutex_unlock(&scheduler->mutex);
    return steering->outcome;
}

struct steering *scheduler_steering(struct task *task)
{
    pthread_mutex_lock(&task->scheduler->mutex);
    struct steering *steering = task->steering;
    pthread_mutex_unlock(&task->scheduler->mutex);
    return steering;
}

/* Lets go of what was asked; a stop that could not be put stands now. */
static void request_end(struct task *task, enum request_outcome outcome)
{
    pthread_mutex_lock(&task->scheduler->mutex);
    if (task->steering != NULL)
        task->steering->outcome = outcome;
    task->steering = NULL;
    atomic_store(&task->request, task->scheduler->stopping ? JOB_STOP : JOB_GO_ON);
    pthread_cond_broadcast(&task->scheduler->ended);
    pthread_mutex_unlock(&task->scheduler->mutex);
}

void scheduler_steered(struct task *task)
{
    request_end(task, REQUEST_DONE);
}

void scheduler_refuse(struct task *task)
{
    request_end(task, REQUEST_REFUSED);
}
