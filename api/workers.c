/* A queue and the threads that take from it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct workers {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct work *first, **last;
    bool stopping;
    int count;
    pthread_t threads[];
};

static void *work(void *context)
{
    struct workers *workers = context;
    pthread_mutex_lock(&workers->mutex);
    for (;;) {
        struct work *next = workers->first;
        if (next == NULL && workers->stopping)
            break;
        if (next == NULL) {
            pthread_cond_wait(&workers->changed, &workers->mutex);
            continue;
        }
        workers->first = next->next;
        if (workers->first == NULL)
            workers->last = &workers->first;
        pthread_mutex_unlock(&workers->mutex);
        next->run(next);
        pthread_mutex_lock(&workers->mutex);
    }
    pthread_mutex_unlock(&workers->mutex);
    return NULL;
}

struct workers *workers_start(int count, struct error *error)
{
    struct workers *workers = calloc(1, sizeof *workers + (size_t)count * sizeof(pthread_t));
    if (workers == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the worker threads");
        return NULL;
    }
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->changed, NULL);
    workers->last = &workers->first;
    for (; workers->count < count; workers->count++)
        if (pthread_create(&workers->threads[workers->count], NULL, work, workers) != 0)
            break;
    if (workers->count == count)
        return workers;
    workers_stop(workers);
    (void)error_set(error, ERROR_MEMORY, "cannot start %d worker threads", count);
    return NULL;
}

void workers_stop(struct workers *workers)
{
    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->mutex);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->mutex);
    for (int i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->mutex);
    free(workers);
}

void workers_add(struct workers *workers, struct work *added)
{
    added->next = NULL;
    pthread_mutex_lock(&workers->mutex);
    *workers->last = added;
    workers->last = &added->next;
    pthread_cond_signal(&workers->changed);
    pthread_mutex_unlock(&workers->mutex);
}
