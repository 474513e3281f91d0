/* The different values of a category column while it is imported: a bounded set of strings, then
 * sorted, then a lookup from string to index. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_DICTIONARY_H
#define PROPD_ENGINE_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

enum { DICTIONARY_ENTRIES_MAX = 65536, DICTIONARY_TEXT_MAX = 8 << 20 };

struct dictionary_entry {
    uint32_t start, length; /* in text */
    uint32_t hash;
    uint32_t code; /* place in the sorted order, once sorted */
};

/* All zero is an empty one. */
struct dictionary {
    struct bytes text;
    struct dictionary_entry *entries; /* in the order of their first appearance */
    uint32_t count, capacity;
    uint32_t *slots; /* entry + 1 by hash, 0: free; slot_count is a power of two */
    uint32_t slot_count;
    bool full; /* one more value would have gone over a bound: no more are taken */
};

void dictionary_clear(struct dictionary *dictionary);
/* Adds a value if it is new; sets `full` and drops all where it would go over
 * DICTIONARY_ENTRIES_MAX or DICTIONARY_TEXT_MAX. A full one takes no more. ERROR_MEMORY. */
int dictionary_add(struct dictionary *dictionary, const char *text, size_t length,
                   struct error *error) MUST_CHECK;
/* Gives every entry its code: its place by value where every entry is a number, else by bytes.
 * ERROR_MEMORY. */
int dictionary_sort(struct dictionary *dictionary, struct error *error) MUST_CHECK;
/* Code of a value in the sorted order; UINT32_MAX where it is not in. */
uint32_t dictionary_find(const struct dictionary *dictionary, const char *text, size_t length);
/* Bytes on the heap. */
size_t dictionary_size(const struct dictionary *dictionary);

#endif
