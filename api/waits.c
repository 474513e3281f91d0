/* One thread wakes all that wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/waits.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

/* Events of many jobs in a row wake everybody once, the later the more there are to wake. */
static const uint64_t gather_ns_min = 2000000, gather_ns_each = 200000, gather_ns_max = 20000000;
static const uint64_t never_ns = UINT64_C(3600000000000);

struct waits {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t happened; /* counts up */
    uint64_t seen;     /* of those, what everybody was woken for */
    uint64_t woken_ns; /* when */
    bool ended, stopping;
    struct wait *first;
};

/* Takes those whose time is over, or all, out of the list. */
static struct wait *take(struct waits *waits, uint64_t now, bool all)
{
    struct wait *taken = NULL;
    for (struct wait **at = &waits->first; *at != NULL;) {
        struct wait *wait = *at;
        if (!all && now < wait->until_ns) {
            at = &wait->next;
            continue;
        }
        *at = wait->next;
        wait->next = taken;
        taken = wait;
    }
    return taken;
}

/* When everybody may be woken again. */
static uint64_t next_wake(const struct waits *waits)
{
    uint64_t gather = gather_ns_min;
    for (const struct wait *wait = waits->first; wait != NULL && gather < gather_ns_max;
         wait = wait->next)
        gather += gather_ns_each;
    return waits->woken_ns + gather;
}

static uint64_t next_look(const struct waits *waits, uint64_t now)
{
    uint64_t next = now + never_ns;
    for (const struct wait *wait = waits->first; wait != NULL; wait = wait->next)
        if (wait->until_ns < next)
            next = wait->until_ns;
    if (waits->happened != waits->seen && next_wake(waits) < next)
        next = next_wake(waits);
    return next;
}

static void sleep_until(struct waits *waits, uint64_t until)
{
    struct timespec wake = {.tv_sec = (time_t)(until / 1000000000),
                            .tv_nsec = (long)(until % 1000000000)};
    (void)pthread_cond_timedwait(&waits->changed, &waits->mutex, &wake);
}

static struct wait *take_due(struct waits *waits)
{
    uint64_t now = clock_now_ns();
    bool news = waits->happened != waits->seen && now >= next_wake(waits);
    if (news)
        waits->seen = waits->happened;
    struct wait *due = take(waits, now, news || waits->ended);
    if (news && due != NULL)
        waits->woken_ns = now;
    if (due == NULL && !waits->stopping)
        sleep_until(waits, next_look(waits, now));
    return due;
}

static void *wake_all(void *context)
{
    struct waits *waits = context;
    pthread_mutex_lock(&waits->mutex);
    while (!waits->stopping) {
        struct wait *due = take_due(waits);
        pthread_mutex_unlock(&waits->mutex);
        while (due != NULL) {
            struct wait *wait = due;
            due = due->next; /* before wake(): the wait may be added again at once */
            wait->wake(wait);
        }
        pthread_mutex_lock(&waits->mutex);
    }
    pthread_mutex_unlock(&waits->mutex);
    return NULL;
}

struct waits *waits_start(struct error *error)
{
    struct waits *waits = calloc(1, sizeof *waits);
    pthread_condattr_t steady;
    if (waits == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the waiting connections");
        return NULL;
    }
    pthread_mutex_init(&waits->mutex, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&waits->changed, &steady);
    pthread_condattr_destroy(&steady);
    if (pthread_create(&waits->thread, NULL, wake_all, waits) == 0)
        return waits;
    (void)error_set(error, ERROR_MEMORY, "cannot start the thread that wakes connections");
    pthread_cond_destroy(&waits->changed);
    pthread_mutex_destroy(&waits->mutex);
    free(waits);
    return NULL;
}

static void set(struct waits *waits, bool *flag)
{
    pthread_mutex_lock(&waits->mutex);
    *flag = true;
    pthread_cond_signal(&waits->changed);
    pthread_mutex_unlock(&waits->mutex);
}

void waits_end(struct waits *waits)
{
    set(waits, &waits->ended);
}

void waits_stop(struct waits *waits)
{
    if (waits == NULL)
        return;
    set(waits, &waits->stopping);
    pthread_join(waits->thread, NULL);
    pthread_cond_destroy(&waits->changed);
    pthread_mutex_destroy(&waits->mutex);
    free(waits);
}

uint64_t waits_happened(struct waits *waits)
{
    pthread_mutex_lock(&waits->mutex);
    uint64_t happened = waits->happened;
    pthread_mutex_unlock(&waits->mutex);
    return happened;
}

void waits_add(struct waits *waits, struct wait *wait, uint64_t happened, uint64_t until_ns)
{
    pthread_mutex_lock(&waits->mutex);
    wait->until_ns = happened < waits->seen ? 0 : until_ns;
    wait->next = waits->first;
    waits->first = wait;
    pthread_cond_signal(&waits->changed);
    pthread_mutex_unlock(&waits->mutex);
}

void waits_notify(void *context, int64_t seq)
{
    struct waits *waits = context;
    (void)seq; /* whoever is woken asks the store */
    pthread_mutex_lock(&waits->mutex);
    waits->happened++;
    pthread_cond_signal(&waits->changed);
    pthread_mutex_unlock(&waits->mutex);
}
