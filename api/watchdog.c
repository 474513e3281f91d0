/* A thread that looks at all connections' deadlines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/watchdog.h"
#include "base/clock.h"
#include "base/log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { LOOK_EVERY_MS = 250 };

struct watched {
    struct watched *next, *previous; /* in the watchdog's list, under its mutex */
    int socket;
    pthread_mutex_t mutex; /* of what follows: its connection's, and never waited for long */
    uint64_t deadline_ns;  /* 0: none */
    uint64_t window_ns;    /* 0: the deadline is final */
    int64_t least, moved;  /* bytes a window */
};

struct watchdog {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
    bool stopping;
    struct watched *first;
};

static uint64_t seconds_ns(double seconds)
{
    return (uint64_t)(seconds * 1e9);
}

/* Whether the time is over. */
static bool is_due(struct watched *watched, uint64_t now)
{
    if (watched->deadline_ns == 0 || now < watched->deadline_ns)
        return false;
    if (watched->window_ns != 0 && watched->moved >= watched->least) {
        watched->deadline_ns = now + watched->window_ns;
        watched->moved = 0;
        return false;
    }
    watched->deadline_ns = 0;
    return true;
}

static void look_at(struct watched *watched, uint64_t now)
{
    pthread_mutex_lock(&watched->mutex);
    bool due = is_due(watched, now);
    pthread_mutex_unlock(&watched->mutex);
    if (!due)
        return;
    (void)shutdown(watched->socket, SHUT_RDWR);
    log_write(LOG_LEVEL_DEBUG, "slow_client_cut", "socket", LOG_INTEGER(watched->socket), NULL);
}

static void *watch(void *context)
{
    struct watchdog *watchdog = context;
    pthread_mutex_lock(&watchdog->mutex);
    while (!watchdog->stopping) {
        uint64_t now = clock_now_ns();
        for (struct watched *at = watchdog->first; at != NULL; at = at->next)
            look_at(at, now);
        uint64_t until = now + LOOK_EVERY_MS * UINT64_C(1000000);
        struct timespec wake = {.tv_sec = (time_t)(until / 1000000000),
                                .tv_nsec = (long)(until % 1000000000)};
        (void)pthread_cond_timedwait(&watchdog->stop, &watchdog->mutex, &wake);
    }
    pthread_mutex_unlock(&watchdog->mutex);
    return NULL;
}

struct watchdog *watchdog_start(struct error *error)
{
    struct watchdog *watchdog = calloc(1, sizeof *watchdog);
    pthread_condattr_t steady;
    if (watchdog == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the watchdog");
        return NULL;
    }
    pthread_mutex_init(&watchdog->mutex, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog->stop, &steady);
    pthread_condattr_destroy(&steady);
    if (pthread_create(&watchdog->thread, NULL, watch, watchdog) == 0)
        return watchdog;
    (void)error_set(error, ERROR_MEMORY, "cannot start the watchdog thread");
    pthread_cond_destroy(&watchdog->stop);
    pthread_mutex_destroy(&watchdog->mutex);
    free(watchdog);
    return NULL;
}

void watchdog_stop(struct watchdog *watchdog)
{
    if (watchdog == NULL)
        return;
    pthread_mutex_lock(&watchdog->mutex);
    watchdog->stopping = true;
    pthread_cond_signal(&watchdog->stop);
    pthread_mutex_unlock(&watchdog->mutex);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->stop);
    pthread_mutex_destroy(&watchdog->mutex);
    free(watchdog);
}

struct watched *watchdog_add(struct watchdog *watchdog, int socket)
{
    struct watched *watched = calloc(1, sizeof *watched);
    if (watched == NULL)
        return NULL;
    watched->socket = socket;
    pthread_mutex_init(&watched->mutex, NULL);
    pthread_mutex_lock(&watchdog->mutex);
    watched->next = watchdog->first;
    if (watched->next != NULL)
        watched->next->previous = watched;
    watchdog->first = watched;
    pthread_mutex_unlock(&watchdog->mutex);
    return watched;
}

void watchdog_remove(struct watchdog *watchdog, struct watched *watched)
{
    if (watched == NULL)
        return;
    pthread_mutex_lock(&watchdog->mutex);
    if (watched->next != NULL)
        watched->next->previous = watched->previous;
    if (watched->previous != NULL)
        watched->previous->next = watched->next;
    else
        watchdog->first = watched->next;
    pthread_mutex_unlock(&watchdog->mutex);
    pthread_mutex_destroy(&watched->mutex);
    free(watched);
}

void watchdog_expect_flow(struct watched *watched, double seconds, int64_t bytes)
{
    uint64_t window = seconds_ns(seconds);
    pthread_mutex_lock(&watched->mutex);
    watched->deadline_ns = window != 0 ? clock_now_ns() + window : 0;
    watched->window_ns = bytes > 0 ? window : 0;
    watched->least = bytes;
    watched->moved = 0;
    pthread_mutex_unlock(&watched->mutex);
}

void watchdog_expect(struct watched *watched, double seconds)
{
    watchdog_expect_flow(watched, seconds, 0);
}

void watchdog_moved(struct watched *watched, int64_t bytes)
{
    pthread_mutex_lock(&watched->mutex);
    watched->moved += bytes;
    pthread_mutex_unlock(&watched->mutex);
}

void watchdog_cut_all(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->mutex);
    for (struct watched *at = watchdog->first; at != NULL; at = at->next)
        (void)shutdown(at->socket, SHUT_RDWR);
    pthread_mutex_unlock(&watchdog->mutex);
}
