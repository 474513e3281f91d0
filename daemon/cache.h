/* Things that are costly to load and shared by threads, by key, within a budget: what is held
 * stays, of the rest the least recently used goes first. Thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_CACHE_H
#define PROPD_DAEMON_CACHE_H

#include <stdint.h>

#include "base/error.h"

struct cache;

/* `budget` in units of the costs given to cache_add(). */
struct cache *cache_create(uint64_t budget, void (*free_value)(void *value), struct error *error);
/* Nothing may be held any more. */
void cache_free(struct cache *cache);

/* Holds the value of `key`; NULL where there is none. */
void *cache_hold(struct cache *cache, const char *key);
/* Adds a value and holds it. When another thread was first, `value_taken` is freed and the other
 * one is held. NULL (and the value freed) only when out of memory. */
void *cache_add(struct cache *cache, const char *key, void *value_taken, uint64_t cost,
                struct error *error);
void cache_release(struct cache *cache, const void *value);
/* Forgets a key: the value is freed now or when its last holder releases it. */
void cache_forget(struct cache *cache, const char *key);

/* How often cache_hold() found what it looked for, and did not. */
struct cache_count {
    uint64_t hits, misses;
};
struct cache_count cache_count(struct cache *cache);

#endif
