/* A short list guarded by one mutex: caches hold some hundreds of entries at most. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cache.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct entry *next;
    char *key;
    void *value;
    uint64_t cost, used; /* used: the cache's turn when it was last held */
    int64_t holders;
    bool forgotten;
};

struct cache {
    pthread_mutex_t mutex;
    struct entry *entries;
    uint64_t budget, cost, turn;
    void (*free_value)(void *value);
    struct cache_count count;
};

struct cache *cache_create(uint64_t budget, void (*free_value)(void *value), struct error *error)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL) {
        error_set(error, ERROR_MEMORY, "no memory for a cache");
        return NULL;
    }
    pthread_mutex_init(&cache->mutex, NULL);
    cache->budget = budget;
    cache->free_value = free_value;
    return cache;
}

static void entry_remove(struct cache *cache, struct entry **place)
{
    struct entry *entry = *place;
    *place = entry->next;
    cache->cost -= entry->cost;
    cache->free_value(entry->value);
    free(entry->key);
    free(entry);
}

void cache_free(struct cache *cache)
{
    if (cache == NULL)
        return;
    while (cache->entries != NULL) {
        assert(cache->entries->holders == 0);
        entry_remove(cache, &cache->entries);
    }
    pthread_mutex_destroy(&cache->mutex);
    free(cache);
}

static struct entry *entry_find(struct cache *cache, const char *key)
{
    for (struct entry *entry = cache->entries; entry != NULL; entry = entry->next) {
        if (!entry->forgotten && strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

static void *entry_hold(struct cache *cache, struct entry *entry)
{
    entry->holders++;
    entry->used = ++cache->turn;
    return entry->value;
}

/* Drops what nobody holds, the least recently used first, until the budget is kept. */
static void cache_shrink(struct cache *cache)
{
    while (cache->cost > cache->budget) {
        struct entry **oldest = NULL;
        for (struct entry **place = &cache->entries; *place != NULL; place = &(*place)->next) {
            if ((*place)->holders == 0 && (oldest == NULL || (*place)->used < (*oldest)->used))
                oldest = place;
        }
        if (oldest == NULL)
            return;
        entry_remove(cache, oldest);
    }
}

void *cache_hold(struct cache *cache, const char *key)
{
    pthread_mutex_lock(&cache->mutex);
    struct entry *entry = entry_find(cache, key);
    void *value = entry != NULL ? entry_hold(cache, entry) : NULL;
    cache->count.hits += entry != NULL;
    cache->count.misses += entry == NULL;
    pthread_mutex_unlock(&cache->mutex);
    return value;
}

static struct entry *entry_create(const char *key, void *value, uint64_t cost)
{
    struct entry *entry = calloc(1, sizeof *entry);
    char *copy = strdup(key);
    if (entry == NULL || copy == NULL) {
        free(entry);
        free(copy);
        return NULL;
    }
    *entry = (struct entry){.key = copy, .value = value, .cost = cost};
    return entry;
}

static void *add_locked(struct cache *cache, const char *key, void *value_taken, uint64_t cost)
{
    struct entry *entry = entry_find(cache, key);
    if (entry != NULL) {
        cache->free_value(value_taken);
        return entry_hold(cache, entry);
    }
    entry = entry_create(key, value_taken, cost);
    if (entry == NULL) {
        cache->free_value(value_taken);
        return NULL;
    }
    entry->next = cache->entries;
    cache->entries = entry;
    cache->cost += cost;
    void *value = entry_hold(cache, entry);
    cache_shrink(cache);
    return value;
}

void *cache_add(struct cache *cache, const char *key, void *value_taken, uint64_t cost,
                struct error *error)
{
    pthread_mutex_lock(&cache->mutex);
    void *value = add_locked(cache, key, value_taken, cost);
    pthread_mutex_unlock(&cache->mutex);
    if (value == NULL)
        error_set(error, ERROR_MEMORY, "no memory to keep %s loaded", key);
    return value;
}

void cache_release(struct cache *cache, const void *value)
{
    if (value == NULL)
        return;
    pthread_mutex_lock(&cache->mutex);
    struct entry **place = &cache->entries;
    while ((*place)->value != value) {
        place = &(*place)->next;
        assert(*place != NULL);
    }
    (*place)->holders--;
    assert((*place)->holders >= 0);
    if ((*place)->holders == 0 && (*place)->forgotten)
        entry_remove(cache, place);
    cache_shrink(cache);
    pthread_mutex_unlock(&cache->mutex);
}

void cache_forget(struct cache *cache, const char *key)
{
    pthread_mutex_lock(&cache->mutex);
    for (struct entry **place = &cache->entries; *place != NULL; place = &(*place)->next) {
        if ((*place)->forgotten || strcmp((*place)->key, key) != 0)
            continue;
        (*place)->forgotten = true;
        if ((*place)->holders == 0)
            entry_remove(cache, place);
        break;
    }
    pthread_mutex_unlock(&cache->mutex);
}

struct cache_count cache_count(struct cache *cache)
{
    pthread_mutex_lock(&cache->mutex);
    struct cache_count count = cache->count;
    pthread_mutex_unlock(&cache->mutex);
    return count;
}
