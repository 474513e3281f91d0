/* Which job runs when: a queue of ids by priority, then first come, and a budget of cores and
 * memory. The head of the queue is never passed by, so that a large job is not starved by small
 * ones; but jobs of an owner who has all the cores that he may wait aside. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_SCHEDULER_H
#define PROPD_DAEMON_SCHEDULER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "storage/changes.h"
#include "base/timing.h"

struct scheduler;

/* What somebody wants of a running job; it looks between two steps. */
enum job_request { JOB_GO_ON, JOB_PAUSE, JOB_CANCEL_KEEP, JOB_CANCEL_DROP, JOB_STOP, JOB_STEER };

/* What became of a request. */
enum request_outcome {
    REQUEST_NOT_RUNNING, /* there is nobody to ask */
    REQUEST_LEFT,        /* the job has left its thread, for this reason or another */
    REQUEST_REFUSED,     /* it runs on */
    REQUEST_DONE         /* it did what was asked and runs on */
};

/* What a job is asked for that it does at once. */
enum steering_kind {
    STEER_CHANGE,  /* to train on by what a struct patch says */
    STEER_SNAPSHOT /* a struct snapshot of its weights */
};

/* A request that the job answers without leaving its thread. Belongs to the asking thread, which
 * waits; the job's thread has it between scheduler_steering() and scheduler_steered(). */
struct steering {
    void *what;                   /* for the job to know, as: */
    int kind;                     /* enum steering_kind */
    struct error error;           /* set by the job where it cannot */
    enum request_outcome outcome; /* the scheduler's */
};

enum { TASK_OWNER_SIZE = 72 };

/* A job in the queue or on its thread. */
struct task {
    struct task *next;         /* in a chain of the queue's table, or in the running list */
    struct task *next_started; /* running, but not on a thread yet */
    struct task *left, *right; /* in the queue: daemon/task_queue.h, as size and weight */
    int64_t size;
    uint64_t weight;
    char id[ID_SIZE];
    char owner[TASK_OWNER_SIZE]; /* "": nobody */
    int64_t priority, order;     /* order: first come */
    uint64_t queued_ns;          /* since when it waits */
    int64_t cores, memory;
    bool cores_given;          /* to others, while it waits for the disk */
    _Atomic int request;       /* enum job_request */
    struct steering *steering; /* with JOB_STEER; under the scheduler's lock */
    char *status;              /* live status of a running one, under the scheduler's lock; NULL */
    struct scheduler *scheduler;
};

/* Runs one job on a thread until it is finished, paused or stopped. */
typedef void task_run_fn(void *context, struct task *task);

struct scheduler *scheduler_create(int64_t cores, int64_t memory, task_run_fn *run, void *context,
                                   struct error *error);
/* Asks every running job to stop, lets nothing start any more, and returns at once. */
void scheduler_quiesce(struct scheduler *scheduler);
/* The same, and returns when all threads have ended. */
void scheduler_stop(struct scheduler *scheduler);
void scheduler_free(struct scheduler *scheduler);

struct scheduler_job {
    const char *id;
    const char *owner; /* NULL: nobody */
    int64_t priority, cores, memory;
};
/* How many cores an owner's running jobs may have, 0: all. What asks is called under the
 * scheduler's lock. An owner's job that asks for more than that runs alone among his. */
void scheduler_limit_owners(struct scheduler *scheduler,
                            int64_t (*cores_of)(void *context, const char *owner), void *context);
/* Where it notes that places in the queue have changed; before it is used by several threads. */
void scheduler_note_changes(struct scheduler *scheduler, struct changes *changes);

/* A task for a job, to be queued or freed. */
struct task *scheduler_task(const struct scheduler_job *job, struct error *error);
void scheduler_task_free(struct task *task);
/* More cores than there are count as all of them. */
void scheduler_queue(struct scheduler *scheduler, struct task *task_taken);
/* Both. */
int scheduler_add(struct scheduler *scheduler, const struct scheduler_job *job,
                  struct error *error);
/* The position that a job of this priority would have in the queue. */
int64_t scheduler_place(struct scheduler *scheduler, int64_t priority);
/* Takes a job out of the queue; false where it is not in it. */
bool scheduler_remove(struct scheduler *scheduler, const char *id);
/* Changes the place of a job in the queue, behind those of the same priority that came before; a
 * running one runs on. */
void scheduler_set_priority(struct scheduler *scheduler, const char *id, int64_t priority);
/* Leaves a request with a running job and returns when its thread is done with it. Where another
 * one is before it, that one is waited for. */
enum request_outcome scheduler_request(struct scheduler *scheduler, const char *id,
                                       enum job_request request);

/* Asks a running job for something that it does at once and runs on; returns when it has, with
 * steering->error where it could not. */
enum request_outcome scheduler_steer(struct scheduler *scheduler, const char *id,
                                     struct steering *steering);
/* For the job's thread: what JOB_STEER asks for, and that it is done. */
struct steering *scheduler_steering(struct task *task);
void scheduler_steered(struct task *task);

/* Called by a job's thread that cannot do what was asked (the disk is full) and goes on. A stop
 * cannot be refused. */
void scheduler_refuse(struct task *task);

/* Called by a job's thread that will only wait from here on: the next job may have its cores. And
 * back, at once, where it must run on after all; nothing where it has them. */
void scheduler_give_cores(struct task *task);
void scheduler_take_cores(struct task *task);

/* Gives a running job's status, JSON text, to whoever asks. */
void scheduler_publish(struct task *task, char *status_taken);
/* A copy of the live status, NULL where the job does not run or has none yet. *position: from 1 in
 * the queue, else 0. */
char *scheduler_look(struct scheduler *scheduler, const char *id, int64_t *position);

struct scheduler_load {
    int64_t cores, cores_used, memory, memory_used, running, queued;
};
struct scheduler_load scheduler_load(struct scheduler *scheduler);
/* How long jobs waited in the queue; lives as long as the scheduler. */
const struct timing *scheduler_waits(const struct scheduler *scheduler);

#endif
