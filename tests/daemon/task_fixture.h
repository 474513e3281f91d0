/* Tasks for the tests of the scheduler: each runs until it is released or asked to leave. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_DAEMON_TASK_FIXTURE_H
#define PROPD_TESTS_DAEMON_TASK_FIXTURE_H

#include <pthread.h>

#include "daemon/scheduler.h"

struct task_fixture {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    char started[256]; /* ids in the order of their start, each followed by a space */
    char released[256];
    int refusals; /* requests to refuse before the first is obeyed */
    char giver;   /* the id of one that gives its cores away; 0: none */
    bool takes;   /* it is to take them back */
};

void task_fixture_start(struct task_fixture *fixture);
/* What a scheduler is to run, with the fixture as its context. A job that is steered answers with
 * its id. */
void task_fixture_run(void *context, struct task *task);
void task_fixture_add(struct scheduler *scheduler, const char *id, int64_t priority, int64_t cores,
                      int64_t memory);
void task_fixture_release(struct task_fixture *fixture, const char *id);
/* Waits until as many have started, and fails the test where they are others. */
void task_fixture_expect(struct task_fixture *fixture, const char *ids);

#endif
