/* A team: each run gives every member one block of items.
 *
 * A run is a generation. Block m is member m's, but whoever is first may claim it: a caller that
 * has finished its own block takes those of members that have not woken up, so that a team larger
 * than the machine is slow but never waits for a thread that is not running. A claim moves the
 * block's generation by compare-and-set; a member that comes late finds it moved and goes back to
 * waiting.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine/team.h"
#include "base/clock.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How long a member looks for the next run, or the caller for the end of one, before it sleeps:
 * several times what the work between two runs of a step takes. */
enum { SPIN_NS = 30000, LOOKS_PER_CLOCK = 32 };

struct member {
    _Alignas(64) atomic_uint_least64_t claimed; /* generation of the last claim of its block */
    pthread_t thread;
    struct team *team;
    int number;
};

struct team {
    int size;
    bool spins; /* every member can have a core of its own */
    void (*start)(void);

    /* The run; written only between runs. */
    team_task_fn *task;
    void *context;
    int64_t items, grain;
    int blocks;

    _Alignas(64) atomic_uint_least64_t generation;
    atomic_int done; /* blocks of this generation */
    atomic_int sleepers;
    atomic_bool caller_sleeps, stopping;
    pthread_mutex_t lock; /* for sleeping only */
    pthread_cond_t wake, finished;
    struct member members[];
};

static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

/* Runs of `grain` items that block `block` begins at, in items. */
static int64_t block_begin(const struct team *team, int block)
{
    int64_t groups = (team->items + team->grain - 1) / team->grain;
    int64_t at = groups * block / team->blocks * team->grain;
    return at < team->items ? at : team->items;
}

static void block_finished(struct team *team)
{
    /* After the last block is counted the caller may begin the next run. */
    const int blocks = team->blocks;
    if (atomic_fetch_add(&team->done, 1) + 1 < blocks || !atomic_load(&team->caller_sleeps))
        return;
    pthread_mutex_lock(&team->lock);
    pthread_cond_signal(&team->finished);
    pthread_mutex_unlock(&team->lock);
}

/* Runs block `block` of `generation` unless somebody else has claimed it. */
static void block_try(struct team *team, int block, uint64_t generation, int member)
{
    uint64_t before = generation - 1;
    if (!atomic_compare_exchange_strong(&team->members[block].claimed, &before, generation))
        return;
    team->task(team->context, block_begin(team, block), block_begin(team, block + 1), member);
    if (member != 0)
        block_finished(team);
    else
        atomic_fetch_add(&team->done, 1);
}

static bool run_differs(struct team *team, uint64_t seen)
{
    return atomic_load(&team->generation) != seen || atomic_load(&team->stopping);
}

static bool run_finished(struct team *team, uint64_t unused)
{
    (void)unused;
    return atomic_load(&team->done) == team->blocks;
}

static bool spin_until(struct team *team, bool (*holds)(struct team *team, uint64_t seen),
                       uint64_t seen)
{
    if (!team->spins)
        return holds(team, seen);
    for (uint64_t end = clock_now_ns() + SPIN_NS; clock_now_ns() < end;)
        for (int look = 0; look < LOOKS_PER_CLOCK; look++) {
            if (holds(team, seen))
                return true;
            pause_briefly();
        }
    return false;
}

static void sleep_until_run(struct team *team, uint64_t seen)
{
    pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->sleepers, 1);
    while (!run_differs(team, seen))
        pthread_cond_wait(&team->wake, &team->lock);
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->lock);
}

static void *member_run(void *argument)
{
    struct member *member = argument;
    struct team *team = member->team;
    uint64_t seen = 0;
    if (team->start)
        team->start();
    for (;;) {
        if (!spin_until(team, run_differs, seen))
            sleep_until_run(team, seen);
        if (atomic_load(&team->stopping))
            return NULL;
        seen = atomic_load(&team->generation);
        block_try(team, member->number, seen, member->number);
    }
}

static void wake_members(struct team *team)
{
    if (atomic_load(&team->sleepers) == 0)
        return;
    pthread_mutex_lock(&team->lock);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->lock);
}

static void wait_for_members(struct team *team)
{
    if (spin_until(team, run_finished, 0))
        return;
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->caller_sleeps, true);
    while (!run_finished(team, 0))
        pthread_cond_wait(&team->finished, &team->lock);
    atomic_store(&team->caller_sleeps, false);
    pthread_mutex_unlock(&team->lock);
}

static bool fits_cores(int size)
{
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof(cores), &cores) == 0 && size <= CPU_COUNT(&cores);
}

/* Ends the threads of members 1 … count - 1 and frees everything. */
static void team_end(struct team *team, int count)
{
    atomic_store(&team->stopping, true);
    wake_members(team);
    for (int i = 1; i < count; i++)
        pthread_join(team->members[i].thread, NULL);
    pthread_cond_destroy(&team->finished);
    pthread_cond_destroy(&team->wake);
    pthread_mutex_destroy(&team->lock);
    free(team);
}

struct team *team_create(int size, void (*start)(void), struct error *error)
{
    assert(size >= 1);
    size_t bytes = sizeof(struct team) + (size_t)size * sizeof(struct member);
    struct team *team = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!team) {
        error_set(error, ERROR_MEMORY, "out of memory for a team of %d threads", size);
        return NULL;
    }
    memset(team, 0, bytes);
    team->size = size;
    team->spins = fits_cores(size);
    team->start = start;
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->wake, NULL);
    pthread_cond_init(&team->finished, NULL);
    for (int i = 1; i < size; i++) {
        struct member *member = &team->members[i];
        member->team = team;
        member->number = i;
        int failure = pthread_create(&member->thread, NULL, member_run, member);
        if (failure) {
            error_set(error, ERROR_MEMORY, "cannot start thread %d of %d: %s", i + 1, size,
                      strerror(failure));
            team_end(team, i);
            return NULL;
        }
    }
    return team;
}

void team_free(struct team *team)
{
    if (team)
        team_end(team, team->size);
}

int team_size(const struct team *team)
{
    return team ? team->size : 1;
}

void team_run(struct team *team, int64_t items, int64_t grain, team_task_fn *task, void *context)
{
    assert(grain > 0);
    if (items <= 0)
        return;
    const int64_t groups = (items - 1) / grain + 1;
    if (!team || team->size == 1 || groups == 1) {
        task(context, 0, items, 0);
        return;
    }
    const uint64_t generation = atomic_load(&team->generation) + 1;
    team->task = task;
    team->context = context;
    team->items = items;
    team->grain = grain;
    team->blocks = groups < team->size ? (int)groups : team->size;
    atomic_store(&team->done, 0);
    for (int i = team->blocks; i < team->size; i++)
        atomic_store(&team->members[i].claimed, generation);
    atomic_store(&team->generation, generation);
    wake_members(team);
    for (int block = 0; block < team->blocks; block++)
        block_try(team, block, generation, 0);
    wait_for_members(team);
}
