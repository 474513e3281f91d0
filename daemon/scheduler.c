/* Queue and running list under one mutex; a thread a running job. Threads that have nothing to run
 * wait for the next job, a few of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/scheduler.h"
#include "daemon/scheduler_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDLE_MAX = 8 };

struct scheduler *scheduler_create(int64_t cores, int64_t memory, task_run_fn *run, void *context,
                                   struct error *error)
{
    struct scheduler *scheduler = calloc(1, sizeof *scheduler);
    if (scheduler == NULL || task_queue_open(&scheduler->queue, error) != 0) {
        free(scheduler);
        error_set(error, ERROR_MEMORY, "no memory for the scheduler");
        return NULL;
    }
    pthread_mutex_init(&scheduler->mutex, NULL);
    pthread_cond_init(&scheduler->ended, NULL);
    pthread_cond_init(&scheduler->work, NULL);
    scheduler->last_started = &scheduler->started;
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

struct task **scheduler_running(struct scheduler *scheduler, const char *id)
{
    struct task **place = &scheduler->running;
    while (*place != NULL && strcmp((*place)->id, id) != 0)
        place = &(*place)->next;
    return place;
}

/* Under the mutex, so that nobody has seen the change before it is noted. */
static void queue_changed(struct scheduler *scheduler)
{
    if (scheduler->changes == NULL)
        return;
    changes_begin(scheduler->changes, CHANGE_QUEUE);
    changes_end(scheduler->changes, CHANGE_QUEUE);
}

static void queue_add(struct scheduler *scheduler, struct task *task)
{
    task_queue_add(&scheduler->queue, task);
    scheduler->load.queued = task_queue_count(&scheduler->queue);
    queue_changed(scheduler);
}

static void queue_remove(struct scheduler *scheduler, struct task *task)
{
    task_queue_remove(&scheduler->queue, task);
    scheduler->load.queued = task_queue_count(&scheduler->queue);
    queue_changed(scheduler);
}

/* ---- threads */

static void task_start(struct scheduler *scheduler);

/* Takes an ended task from the running list and starts what fits now. Under the mutex. */
static void task_end(struct scheduler *scheduler, struct task *task)
{
    struct task **place = scheduler_running(scheduler, task->id);
    assert(*place == task);
    *place = task->next;
    scheduler->load.cores_used -= task->cores_given ? 0 : task->cores;
    scheduler->load.memory_used -= task->memory;
    scheduler->load.running--;
    queue_changed(scheduler);
    task_start(scheduler);
    pthread_cond_broadcast(&scheduler->ended);
    task_free(task);
}

static struct task *started_take(struct scheduler *scheduler)
{
    struct task *task = scheduler->started;
    scheduler->started = task->next_started;
    if (scheduler->started == NULL)
        scheduler->last_started = &scheduler->started;
    scheduler->started_count--;
    return task;
}

/* The next task for a thread, NULL where it is to end. Under the mutex. */
static struct task *thread_wait(struct scheduler *scheduler)
{
    while (scheduler->started == NULL && !scheduler->closing) {
        if (scheduler->idle_count == IDLE_MAX)
            return NULL;
        scheduler->idle_count++;
        pthread_cond_wait(&scheduler->work, &scheduler->mutex);
        scheduler->idle_count--;
    }
    return scheduler->started != NULL ? started_take(scheduler) : NULL;
}

static void *thread_main(void *argument)
{
    struct scheduler *scheduler = argument;
    struct task *task;
    pthread_mutex_lock(&scheduler->mutex);
    while ((task = thread_wait(scheduler)) != NULL) {
        pthread_mutex_unlock(&scheduler->mutex);
        scheduler->run(scheduler->context, task);
        pthread_mutex_lock(&scheduler->mutex);
        task_end(scheduler, task);
    }
    scheduler->thread_count--;
    pthread_cond_broadcast(&scheduler->ended);
    pthread_mutex_unlock(&scheduler->mutex);
    return NULL;
}

/* Sees to a thread for one more started task: one that waits, or a new one. Under the mutex. */
static bool thread_get(struct scheduler *scheduler)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (scheduler->idle_count > scheduler->started_count) {
        pthread_cond_signal(&scheduler->work);
        return true;
    }
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attributes, thread_main, scheduler);
    pthread_attr_destroy(&attributes);
    scheduler->thread_count += failed == 0;
    return failed == 0;
}

/* Whether the owner may have the task's cores too. */
static bool owner_fits(const struct scheduler *scheduler, const struct task *task)
{
    int64_t most = scheduler->cores_of != NULL && task->owner[0] != '\0'
                       ? scheduler->cores_of(scheduler->cores_context, task->owner)
                       : 0;
    int64_t used = 0;
    for (const struct task *other = scheduler->running; other != NULL; other = other->next)
        if (!other->cores_given && strcmp(other->owner, task->owner) == 0)
            used += other->cores;
    return most == 0 || used == 0 || used + task->cores <= most;
}

/* The first of the queue but for those whose owner must wait; of one who waits, all do. */
static struct task *task_next(const struct scheduler *scheduler)
{
    const struct task *waits = NULL;
    struct task *task = task_queue_first(&scheduler->queue);
    for (; task != NULL; task = task_queue_next(&scheduler->queue, task)) {
        if (waits != NULL && strcmp(waits->owner, task->owner) == 0)
            continue;
        if (owner_fits(scheduler, task))
            break;
        waits = task;
    }
    return task;
}

/* Whether the head of the queue may start: there is room for it, and no earlier task of the same
 * job is still about to leave its thread (a job that was resumed at once). */
static bool task_fits(struct scheduler *scheduler, const struct task *task)
{
    const struct scheduler_load *load = &scheduler->load;
    return load->cores_used + task->cores <= load->cores &&
           (load->running == 0 || load->memory_used + task->memory <= load->memory) &&
           *scheduler_running(scheduler, task->id) == NULL;
}

/* Starts jobs from the head of the queue as long as they fit. Where no thread can be made the job
 * stays queued until another one ends. Under the mutex. */
static void task_start(struct scheduler *scheduler)
{
    struct scheduler_load *load = &scheduler->load;
    struct task *task;
    while (!scheduler->stopping && (task = task_next(scheduler)) != NULL) {
        if (!task_fits(scheduler, task) || !thread_get(scheduler))
            return;
        queue_remove(scheduler, task);
        timing_add(&scheduler->waits, clock_now_ns() - task->queued_ns, 1);
        task->next = scheduler->running;
        scheduler->running = task;
        *scheduler->last_started = task;
        scheduler->last_started = &task->next_started;
        scheduler->started_count++;
        load->running++;
        load->cores_used += task->cores;
        load->memory_used += task->memory;
    }
}

void scheduler_give_cores(struct task *task)
{
    struct scheduler *scheduler = task->scheduler;
    pthread_mutex_lock(&scheduler->mutex);
    assert(!task->cores_given);
    task->cores_given = true;
    scheduler->load.cores_used -= task->cores;
    task_start(scheduler);
    pthread_mutex_unlock(&scheduler->mutex);
}

void scheduler_take_cores(struct task *task)
{
    struct scheduler *scheduler = task->scheduler;
    if (!task->cores_given)
        return;
    pthread_mutex_lock(&scheduler->mutex);
    task->cores_given = false;
    scheduler->load.cores_used += task->cores;
    pthread_mutex_unlock(&scheduler->mutex);
}

/* ---- the queue */

void scheduler_note_changes(struct scheduler *scheduler, struct changes *changes)
{
    scheduler->changes = changes;
}

struct task *scheduler_task(const struct scheduler_job *job, struct error *error)
{
    struct task *task = calloc(1, sizeof *task);
    if (task == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory to queue a job");
        return NULL;
    }
    assert(strlen(job->id) < sizeof task->id);
    strcpy(task->id, job->id);
    (void)snprintf(task->owner, sizeof task->owner, "%s", job->owner != NULL ? job->owner : "");
    task->priority = job->priority;
    task->cores = job->cores;
    task->memory = job->memory;
    return task;
}

void scheduler_task_free(struct task *task)
{
    if (task != NULL)
        task_free(task);
}

void scheduler_queue(struct scheduler *scheduler, struct task *task_taken)
{
    struct task *task = task_taken;
    task->scheduler = scheduler;
    task->queued_ns = clock_now_ns();
    pthread_mutex_lock(&scheduler->mutex);
    if (task->cores > scheduler->load.cores)
        task->cores = scheduler->load.cores;
    task->order = scheduler->next_order++;
    queue_add(scheduler, task);
    task_start(scheduler);
    pthread_mutex_unlock(&scheduler->mutex);
}

int scheduler_add(struct scheduler *scheduler, const struct scheduler_job *job, struct error *error)
{
    struct task *task = scheduler_task(job, error);
    if (task == NULL)
        return -1;
    scheduler_queue(scheduler, task);
    return 0;
}

void scheduler_limit_owners(struct scheduler *scheduler,
                            int64_t (*cores_of)(void *context, const char *owner), void *context)
{
    pthread_mutex_lock(&scheduler->mutex);
    scheduler->cores_of = cores_of;
    scheduler->cores_context = context;
    pthread_mutex_unlock(&scheduler->mutex);
}

int64_t scheduler_place(struct scheduler *scheduler, int64_t priority)
{
    pthread_mutex_lock(&scheduler->mutex);
    const struct task task = {.priority = priority, .order = scheduler->next_order};
    int64_t place = task_queue_position(&scheduler->queue, &task);
    pthread_mutex_unlock(&scheduler->mutex);
    return place;
}

bool scheduler_remove(struct scheduler *scheduler, const char *id)
{
    pthread_mutex_lock(&scheduler->mutex);
    struct task *task = task_queue_find(&scheduler->queue, id);
    if (task != NULL) {
        queue_remove(scheduler, task);
        task_free(task);
        task_start(scheduler);
    }
    pthread_mutex_unlock(&scheduler->mutex);
    return task != NULL;
}

void scheduler_set_priority(struct scheduler *scheduler, const char *id, int64_t priority)
{
    pthread_mutex_lock(&scheduler->mutex);
    struct task *task = task_queue_find(&scheduler->queue, id);
    if (task != NULL) {
        queue_remove(scheduler, task);
        task->priority = priority;
        queue_add(scheduler, task);
        task_start(scheduler);
    }
    pthread_mutex_unlock(&scheduler->mutex);
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
    pthread_mutex_lock(&scheduler->mutex);
    assert(scheduler->running == NULL);
    scheduler->closing = true;
    pthread_cond_broadcast(&scheduler->work);
    while (scheduler->thread_count > 0)
        pthread_cond_wait(&scheduler->ended, &scheduler->mutex);
    pthread_mutex_unlock(&scheduler->mutex);
    for (struct task *task; (task = task_queue_first(&scheduler->queue)) != NULL;) {
        task_queue_remove(&scheduler->queue, task);
        task_free(task);
    }
    task_queue_close(&scheduler->queue);
    pthread_cond_destroy(&scheduler->work);
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
    struct task *running = *scheduler_running(scheduler, id);
    if (running != NULL && running->status != NULL)
        status = strdup(running->status);
    const struct task *queued = running == NULL ? task_queue_find(&scheduler->queue, id) : NULL;
    if (queued != NULL)
        *position = task_queue_position(&scheduler->queue, queued);
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

const struct timing *scheduler_waits(const struct scheduler *scheduler)
{
    return &scheduler->waits;
}
