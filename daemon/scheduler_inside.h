/* What the scheduler is made of, for its own files: daemon/scheduler.c has the queue and the
 * threads, daemon/scheduler_request.c what running jobs are asked. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_SCHEDULER_INSIDE_H
#define PROPD_DAEMON_SCHEDULER_INSIDE_H

#include <pthread.h>

#include "daemon/scheduler.h"
#include "daemon/task_queue.h"

struct scheduler {
    pthread_mutex_t mutex;
    pthread_cond_t ended; /* a task or thread has ended, or a request was refused */
    pthread_cond_t work;  /* there is a started task without a thread, or all threads are to end */
    struct task_queue queue;
    struct task *running;
    struct task *started, **last_started; /* of the running, those that no thread has taken yet */
    int started_count, thread_count, idle_count;
    struct scheduler_load load;
    struct timing waits;
    int64_t next_order;
    bool stopping, closing;
    struct changes *changes; /* NULL: nobody wants to know */
    task_run_fn *run;
    void *context;
    int64_t (*cores_of)(void *context, const char *owner); /* NULL: owners have no limits */
    void *cores_context;
};

/* Where the running list has a job's task: *place is NULL where it does not run. Under the mutex.
 */
struct task **scheduler_running(struct scheduler *scheduler, const char *id);

#endif
