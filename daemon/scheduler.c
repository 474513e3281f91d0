/* Queue and running list under one mutex; a thread a running job. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/scheduler.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct scheduler {
    pthread_mutex_t mutex;
    pthread_cond_t ended;                /* a task has ended, or a request was refused */
    struct task *queue, *last, *running; /* last: of the queue, NULL where it is empty */
    struct scheduler_load load;
    int64_t next_order;
    bool stopping;
    task_run_fn *run;
    void *context;
};

struct scheduler *scheduler_create(int64_t cores, int64_t memory, task_run_fn *run, void *context,
                                   struct error *error)
{
    struct scheduler *scheduler = calloc(1, sizeof *scheduler);
    if (scheduler == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for the scheduler");
        return NULL;
    }
    pthread_mutex_init(&scheduler->mutex, NULL);
    pthread_cond_init(&scheduler->ended, NULL);
    scheduler->load = (struct scheduler_load){.cores = cores, .memory = memory};
    scheduler->run = run;
    scheduler->context = context;
    return scheduler;
}

static void task_free(struct task *task)
{
    free(task->status);
    free(task);
}

static struct task **task_find(struct task **list, const char *id)
{
    while (*list != NULL && strcmp((*list)->id, id) != 0)
        list = &(*list)->next;
    return list;
}

static void queue_insert(struct scheduler *scheduler, struct task *task)
{
    struct task **place = &scheduler->queue;
    if (scheduler->last != NULL && scheduler->last->priority >= task->priority)
        place = &scheduler->last->next;
    while (*place != NULL &&
           ((*place)->priority > task->priority ||
            ((*place)->priority == task->priority && (*place)->order < task->order)))
        place = &(*place)->next;
    task->next = *place;
    *place = task;
    if (task->next == NULL)
        scheduler->last = task;
    scheduler->load.queued++;
}

/* Takes the task at *place out of the queue. */
static struct task *queue_take(struct scheduler *scheduler, struct task **place)
{
    struct task *task = *place;
    *place = task->next;
    if (scheduler->last == task) {
        scheduler->last = scheduler->queue;
        while (scheduler->last != NULL && scheduler->last->next != NULL)
            scheduler->last = scheduler->last->next;
    }
    scheduler->load.queued--;
    return task;
}

static void task_start(struct scheduler *scheduler);

/* Takes an ended task from the running list and starts what fits now. */
static void task_end(struct scheduler *scheduler, struct task *task)
{
    pthread_mutex_lock(&scheduler->mutex);
    struct task **place = task_find(&scheduler->running, task->id);
    assert(*place == task);
    *place = task->next;
    scheduler->load.cores_used -= task->cores;
    scheduler->load.memory_used -= task->memory;
    scheduler->load.running--;
    task_start(scheduler);
    pthread_cond_broadcast(&scheduler->ended);
    task_free(task);
    pthread_mutex_unlock(&scheduler->mutex);
}

static void *task_thread(void *argument)
{
    struct task *task = argument;
    struct scheduler *scheduler = task->scheduler;
    scheduler->run(scheduler->context, task);
    task_end(scheduler, task);
    return NULL;
}

static bool thread_create(struct task *task)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attributes, task_thread, task);
    pthread_attr_destroy(&attributes);
    return failed == 0;
}

/* Whether the head of the queue may start: there is room for it, and no earlier task of the same
 * job is still about to leave its thread (a job that was resumed at once). */
static bool task_fits(struct scheduler *scheduler, const struct task *task)
{
    const struct scheduler_load *load = &scheduler->load;
    return load->cores_used + task->cores <= load->cores &&
           (load->running == 0 || load->memory_used + task->memory <= load->memory) &&
           *task_find(&scheduler->running, task->id) == NULL;
}

/* Starts jobs from the head of the queue as long as they fit. Where no thread can be made the job
 * stays queued until another one ends. Under the mutex. */
static void task_start(struct scheduler *scheduler)
{
    struct scheduler_load *load = &scheduler->load;
    while (!scheduler->stopping && scheduler->queue != NULL) {
        struct task *task = scheduler->queue;
        if (!task_fits(scheduler, task) || !thread_create(task))
            return;
        queue_take(scheduler, &scheduler->queue);
        task->next = scheduler->running;
        scheduler->running = task;
        load->running++;
        load->cores_used += task->cores;
        load->memory_used += task->memory;
    }
}

int scheduler_add(struct scheduler *scheduler, const char *id, int64_t priority, int64_t cores,
                  int64_t memory, struct error *error)
{
    struct task *task = calloc(1, sizeof *task);
    if (task == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to queue a job");
    assert(strlen(id) < sizeof task->id);
    strcpy(task->id, id);
    task->priority = priority;
    task->memory = memory;
    task->scheduler = scheduler;
    pthread_mutex_lock(&scheduler->mutex);
    task->cores = cores < scheduler->load.cores ? cores : scheduler->load.cores;
    task->order = scheduler->next_order++;
    queue_insert(scheduler, task);
    task_start(scheduler);
    pthread_mutex_unlock(&scheduler->mutex);
    return 0;
}

bool scheduler_remove(struct scheduler *scheduler, const char *id)
{
    pthread_mutex_lock(&scheduler->mutex);
    struct task **place = task_find(&scheduler->queue, id), *task = *place;
    if (task != NULL) {
        task_free(queue_take(scheduler, place));
        task_start(scheduler);
    }
    pthread_mutex_unlock(&scheduler->mutex);
    return task != NULL;
}

void scheduler_set_priority(struct scheduler *scheduler, const char *id, int64_t priority)
{
    pthread_mutex_lock(&scheduler->mutex);
    struct task **place = task_find(&scheduler->queue, id);
    if (*place != NULL) {
        struct task *task = queue_take(scheduler, place);
        task->priority = priority;
        queue_insert(scheduler, task);
        task_start(scheduler);
    }
    pthread_mutex_unlock(&scheduler->mutex);
}

/* Waits until a task has no request before it any more; `order` tells it from a later task of the
 * same job. */
static enum request_outcome request_wait(struct scheduler *scheduler, const char *id, int64_t order)
{
    for (;;) {
        struct task *task = *task_find(&scheduler->running, id);
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
        struct task *task = *task_find(&scheduler->running, id);
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
        task = *task_find(&scheduler->running, id);
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

void scheduler_quiesce(struct scheduler *scheduler)
{
    pthread_mutex_lock(&scheduler->mutex);
    scheduler->stopping = true;
    for (struct task *task = scheduler->running; task != NULL; task = task->next) {
        int none = JOB_GO_ON;
        atomic_compare_exchange_strong(&task->request, &none, JOB_STOP);
    }
    pthread_mutex_unlock(&scheduler->mutex);
}

void scheduler_stop(struct scheduler *scheduler)
{
    scheduler_quiesce(scheduler);
    pthread_mutex_lock(&scheduler->mutex);
    while (scheduler->running != NULL)
        pthread_cond_wait(&scheduler->ended, &scheduler->mutex);
    pthread_mutex_unlock(&scheduler->mutex);
}

void scheduler_free(struct scheduler *scheduler)
{
    if (scheduler == NULL)
        return;
    assert(scheduler->running == NULL);
    while (scheduler->queue != NULL) {
        struct task *task = scheduler->queue;
        scheduler->queue = task->next;
        task_free(task);
    }
    pthread_cond_destroy(&scheduler->ended);
    pthread_mutex_destroy(&scheduler->mutex);
    free(scheduler);
}

void scheduler_publish(struct task *task, char *status_taken)
{
    pthread_mutex_lock(&task->scheduler->mutex);
    char *old = task->status;
    task->status = status_taken;
    pthread_mutex_unlock(&task->scheduler->mutex);
    free(old);
}

char *scheduler_look(struct scheduler *scheduler, const char *id, int64_t *position)
{
    char *status = NULL;
    *position = 0;
    pthread_mutex_lock(&scheduler->mutex);
    struct task *running = *task_find(&scheduler->running, id);
    if (running != NULL && running->status != NULL)
        status = strdup(running->status);
    int64_t place = 1;
    for (struct task *task = scheduler->queue; running == NULL && task != NULL;
         task = task->next, place++) {
        if (strcmp(task->id, id) == 0) {
            *position = place;
            break;
        }
    }
    pthread_mutex_unlock(&scheduler->mutex);
    return status;
}

struct scheduler_load scheduler_load(struct scheduler *scheduler)
{
    pthread_mutex_lock(&scheduler->mutex);
    struct scheduler_load load = scheduler->load;
    pthread_mutex_unlock(&scheduler->mutex);
    return load;
}
