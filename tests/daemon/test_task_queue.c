/* SPDX-License-Identifier: Apache-2.0 */
/* The queue beside a sorted list that is searched from its start. */
#include "daemon/task_queue.h"
#include "base/rng.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS_MAX = 3000 };

struct list {
    struct task *tasks[TASKS_MAX];
    int count;
};

static bool is_before(const struct task *a, const struct task *b)
{
    return a->priority > b->priority || (a->priority == b->priority && a->order < b->order);
}

static void list_add(struct list *list, struct task *task)
{
    int at = list->count++;
    for (; at > 0 && is_before(task, list->tasks[at - 1]); at--)
        list->tasks[at] = list->tasks[at - 1];
    list->tasks[at] = task;
}

static struct task *list_take(struct list *list, int at)
{
    struct task *task = list->tasks[at];
    list->count--;
    memmove(&list->tasks[at], &list->tasks[at + 1],
            (size_t)(list->count - at) * sizeof(struct task *));
    return task;
}

static struct task *task_make(int number, int64_t priority)
{
    struct task *task = calloc(1, sizeof *task);
    ck_assert_ptr_nonnull(task);
    snprintf(task->id, sizeof task->id, "job_%d", number);
    task->priority = priority;
    task->order = number;
    return task;
}

static void check(const struct task_queue *queue, const struct list *list)
{
    ck_assert_int_eq(task_queue_count(queue), list->count);
    ck_assert_ptr_eq(task_queue_first(queue), list->count > 0 ? list->tasks[0] : NULL);
    for (int i = 0; i < list->count; i++) {
        ck_assert_int_eq(task_queue_position(queue, list->tasks[i]), i + 1);
        ck_assert_ptr_eq(task_queue_find(queue, list->tasks[i]->id), list->tasks[i]);
        ck_assert_ptr_eq(task_queue_next(queue, list->tasks[i]),
                         i + 1 < list->count ? list->tasks[i + 1] : NULL);
    }
}

START_TEST(queue_is_a_sorted_list)
{
    static struct list list;
    struct task_queue queue;
    const struct rng rng = rng_stream(1, "queue", "", 0);
    uint64_t draw = 0;
    ck_assert_int_eq(task_queue_open(&queue, NULL), 0);
    for (int number = 0; number < TASKS_MAX; number++) {
        struct task *task = task_make(number, (int64_t)rng_below(&rng, draw++, 5) - 2);
        task_queue_add(&queue, task);
        list_add(&list, task);
        if (rng_below(&rng, draw++, 3) == 0) {
            int at = (int)rng_below(&rng, draw++, (uint64_t)list.count);
            struct task *gone = list_take(&list, at);
            task_queue_remove(&queue, gone);
            ck_assert_ptr_null(task_queue_find(&queue, gone->id));
            free(gone);
        }
        if (number % 500 == 0)
            check(&queue, &list);
    }
    check(&queue, &list);
    while (list.count > 0) {
        struct task *first = task_queue_first(&queue);
        ck_assert_ptr_eq(first, list_take(&list, 0));
        task_queue_remove(&queue, first);
        free(first);
    }
    check(&queue, &list);
    task_queue_close(&queue);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, queue_is_a_sorted_list);
}

int main(void)
{
    return tests_run("task_queue", add_tests);
}
