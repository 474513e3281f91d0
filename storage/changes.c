/* One clock for all changes: each thing remembers when it changed last. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/changes.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct slot {
    uint64_t last;
    int under_way;
};

struct changes {
    pthread_mutex_t mutex;
    uint64_t now;
    struct slot slots[CHANGE_COUNT];
};

void change_set_add(struct change_set *set, int what)
{
    for (int i = 0; i < set->count; i++)
        if (set->items[i] == what)
            return;
    assert(set->count < CHANGE_SET_MAX);
    set->items[set->count++] = what;
}

struct changes *changes_create(struct error *error)
{
    struct changes *changes = calloc(1, sizeof(*changes));
    if (!changes) {
        error_set(error, ERROR_MEMORY, "no memory to note what changes");
        return NULL;
    }
    pthread_mutex_init(&changes->mutex, NULL);
    return changes;
}

void changes_free(struct changes *changes)
{
    if (!changes)
        return;
    pthread_mutex_destroy(&changes->mutex);
    free(changes);
}

void changes_begin(struct changes *changes, int what)
{
    pthread_mutex_lock(&changes->mutex);
    changes->slots[what].under_way++;
    pthread_mutex_unlock(&changes->mutex);
}

void changes_end(struct changes *changes, int what)
{
    struct slot *slot = &changes->slots[what];
    pthread_mutex_lock(&changes->mutex);
    assert(slot->under_way > 0);
    slot->under_way--;
    slot->last = ++changes->now;
    pthread_mutex_unlock(&changes->mutex);
}

uint64_t changes_now(struct changes *changes)
{
    pthread_mutex_lock(&changes->mutex);
    uint64_t now = changes->now;
    pthread_mutex_unlock(&changes->mutex);
    return now;
}

bool changes_any(struct changes *changes, const struct change_set *set, uint64_t since)
{
    bool any = false;
    pthread_mutex_lock(&changes->mutex);
    for (int i = 0; i < set->count && !any; i++) {
        const struct slot *slot = &changes->slots[set->items[i]];
        any = slot->under_way > 0 || slot->last > since;
    }
    pthread_mutex_unlock(&changes->mutex);
    return any;
}
