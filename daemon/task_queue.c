/* A treap (R. Seidel, C. Aragon, "Randomized search trees", 1996) with the sizes of its branches,
 * and a table of chains. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/task_queue.h"
#include "base/fnv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 1024 };

/* ---- the order */

static bool is_before(const struct task *a, const struct task *b)
{
    return a->priority != b->priority ? a->priority > b->priority : a->order < b->order;
}

static int64_t size_of(const struct task *branch)
{
    return branch == NULL ? 0 : branch->size;
}

static void count_up(struct task *branch)
{
    branch->size = size_of(branch->left) + 1 + size_of(branch->right);
}

/* Cuts a branch into what is before `task` and what is behind it. */
static void branch_split(struct task *branch, const struct task *task, struct task **before,
                         struct task **behind)
{
    if (branch == NULL) {
        *before = *behind = NULL;
        return;
    }
    if (is_before(branch, task)) {
        *before = branch;
        branch_split(branch->right, task, &branch->right, behind);
    } else {
        *behind = branch;
        branch_split(branch->left, task, before, &branch->left);
    }
    count_up(branch);
}

/* All of `before` is before all of `behind`. */
static struct task *branch_merge(struct task *before, struct task *behind)
{
    if (before == NULL || behind == NULL)
        return before == NULL ? behind : before;
    if (before->weight > behind->weight) {
        before->right = branch_merge(before->right, behind);
        count_up(before);
        return before;
    }
    behind->left = branch_merge(before, behind->left);
    count_up(behind);
    return behind;
}

/* The finalizer of SplitMix64 (Steele, Lea, Flood 2014): weights without a pattern. */
static uint64_t mix(uint64_t number)
{
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

static void tree_add(struct task_queue *queue, struct task *task)
{
    struct task **place = &queue->root;
    task->weight = mix((uint64_t)task->order + 1);
    while (*place != NULL && (*place)->weight >= task->weight) {
        (*place)->size++;
        place = is_before(task, *place) ? &(*place)->left : &(*place)->right;
    }
    branch_split(*place, task, &task->left, &task->right);
    *place = task;
    count_up(task);
}

static void tree_remove(struct task_queue *queue, const struct task *task)
{
    struct task **place = &queue->root;
    while (*place != task) {
        assert(*place != NULL);
        (*place)->size--;
        place = is_before(task, *place) ? &(*place)->left : &(*place)->right;
    }
    *place = branch_merge(task->left, task->right);
}

struct task *task_queue_first(const struct task_queue *queue)
{
    struct task *first = queue->root;
    while (first != NULL && first->left != NULL)
        first = first->left;
    return first;
}

struct task *task_queue_next(const struct task_queue *queue, const struct task *task)
{
    struct task *next = NULL;
    for (struct task *at = queue->root; at != NULL;) {
        bool is_behind = is_before(task, at);
        if (is_behind)
            next = at;
        at = is_behind ? at->left : at->right;
    }
    return next;
}

int64_t task_queue_position(const struct task_queue *queue, const struct task *task)
{
    const struct task *at = queue->root;
    int64_t before = 0;
    while (at != NULL && at != task) {
        bool is_left = is_before(task, at);
        before += is_left ? 0 : size_of(at->left) + 1;
        at = is_left ? at->left : at->right;
    }
    return before + (at != NULL ? size_of(at->left) : 0) + 1;
}

int64_t task_queue_count(const struct task_queue *queue)
{
    return size_of(queue->root);
}

/* ---- the table */

static struct task **slot_of(struct task **slots, size_t slot_count, const char *id)
{
    return &slots[fnv_add(FNV_START, id, strlen(id)) & (slot_count - 1)];
}

static void slot_add(struct task **slots, size_t slot_count, struct task *task)
{
    struct task **slot = slot_of(slots, slot_count, task->id);
    task->next = *slot;
    *slot = task;
}

/* Without the memory for it the chains get longer, and that is all. */
static void table_grow(struct task_queue *queue)
{
    size_t slot_count = 2 * queue->slot_count;
    assert(slot_count > queue->slot_count);
    struct task **slots = calloc(slot_count, sizeof(struct task *));
    if (slots == NULL)
        return;
    for (size_t i = 0; i < queue->slot_count; i++)
        for (struct task *task = queue->slots[i], *next; task != NULL; task = next) {
            next = task->next;
            slot_add(slots, slot_count, task);
        }
    free(queue->slots);
    queue->slots = slots;
    queue->slot_count = slot_count;
}

struct task *task_queue_find(const struct task_queue *queue, const char *id)
{
    struct task *task = *slot_of(queue->slots, queue->slot_count, id);
    while (task != NULL && strcmp(task->id, id) != 0)
        task = task->next;
    return task;
}

/* ---- both */

int task_queue_open(struct task_queue *queue, struct error *error)
{
    *queue = (struct task_queue){.slot_count = SLOTS_FIRST};
    queue->slots = calloc(SLOTS_FIRST, sizeof(struct task *));
    return queue->slots != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a queue");
}

void task_queue_close(struct task_queue *queue)
{
    assert(queue->root == NULL);
    free(queue->slots);
}

void task_queue_add(struct task_queue *queue, struct task *task)
{
    assert(task_queue_find(queue, task->id) == NULL);
    tree_add(queue, task);
    if (queue->root->size > (int64_t)queue->slot_count)
        table_grow(queue);
    slot_add(queue->slots, queue->slot_count, task);
}

void task_queue_remove(struct task_queue *queue, struct task *task)
{
    struct task **place = slot_of(queue->slots, queue->slot_count, task->id);
    while (*place != task) {
        assert(*place != NULL);
        place = &(*place)->next;
    }
    *place = task->next;
    tree_remove(queue, task);
}
