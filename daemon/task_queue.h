/* The tasks that wait, by priority (high first), then first come. Finding one by its job, its
 * position, and moving one take a time that hardly grows with their number. Not thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_TASK_QUEUE_H
#define PROPD_DAEMON_TASK_QUEUE_H

#include <stddef.h>

#include "daemon/scheduler.h"

struct task_queue {
    struct task *root;   /* a treap in the order of the queue */
    struct task **slots; /* owned: by a hash of the id, chained */
    size_t slot_count;   /* a power of two */
};

int task_queue_open(struct task_queue *queue, struct error *error);
/* Must be empty. */
void task_queue_close(struct task_queue *queue);

/* Its id, priority and order say where; its job has no other task here. */
void task_queue_add(struct task_queue *queue, struct task *task);
void task_queue_remove(struct task_queue *queue, struct task *task);
/* NULL where it is empty. */
struct task *task_queue_first(const struct task_queue *queue);
/* The one behind `task`, which is in the queue; NULL: none. */
struct task *task_queue_next(const struct task_queue *queue, const struct task *task);
/* NULL where the job does not wait. */
struct task *task_queue_find(const struct task_queue *queue, const char *id);
/* From 1; of a task that is not in it: where it would be. */
int64_t task_queue_position(const struct task_queue *queue, const struct task *task);
int64_t task_queue_count(const struct task_queue *queue);

#endif
