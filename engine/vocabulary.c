/* A hash table with open addressing over entries in one run of text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/vocabulary.h"
#include "base/fnv.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024 };

void vocabulary_clear(struct vocabulary *vocabulary)
{
    bytes_clear(&vocabulary->text);
    free(vocabulary->entries);
    free(vocabulary->slots);
    *vocabulary = (struct vocabulary){0};
}

static const char *entry_text(const struct vocabulary *vocabulary,
                              const struct vocabulary_entry *entry)
{
    return (const char *)vocabulary->text.data + entry->start;
}

static bool entry_is(const struct vocabulary *vocabulary, const struct vocabulary_entry *entry,
                     uint32_t hash, const struct word *word)
{
    return entry->hash == hash && entry->length == word->length &&
           memcmp(entry_text(vocabulary, entry), word->text, word->length) == 0;
}

/* At most half of the slots are taken, so that chains stay short. */
static int grow(struct vocabulary *vocabulary, struct error *error)
{
    uint32_t slot_count = vocabulary->slot_count ? 2 * vocabulary->slot_count : FIRST_SLOTS;
    uint32_t *slots = calloc(slot_count, sizeof(*slots));
    struct vocabulary_entry *entries =
        realloc(vocabulary->entries, slot_count / 2 * sizeof(*entries));
    if (entries)
        vocabulary->entries = entries;
    if (!slots || !entries) {
        free(slots);
        return error_set(error, ERROR_MEMORY, "out of memory for the words of a column");
    }
    for (uint32_t i = 0; i < vocabulary->count; i++) {
        uint32_t slot = entries[i].hash & (slot_count - 1);
        while (slots[slot])
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = i + 1;
    }
    free(vocabulary->slots);
    vocabulary->slots = slots;
    vocabulary->slot_count = slot_count;
    return 0;
}

int vocabulary_add(struct vocabulary *vocabulary, const struct word *word, struct error *error)
{
    uint64_t wide = fnv_add(FNV_START, word->text, word->length);
    uint32_t hash = (uint32_t)(wide ^ wide >> 32);
    if (vocabulary->count >= vocabulary->slot_count / 2 && grow(vocabulary, error))
        return -1;
    uint32_t mask = vocabulary->slot_count - 1;
    uint32_t slot = hash & mask;
    for (; vocabulary->slots[slot]; slot = (slot + 1) & mask) {
        struct vocabulary_entry *entry = &vocabulary->entries[vocabulary->slots[slot] - 1];
        if (entry_is(vocabulary, entry, hash, word)) {
            entry->count++;
            return 0;
        }
    }
    if (vocabulary->count >= VOCABULARY_WORDS_MAX)
        return 0;
    vocabulary->entries[vocabulary->count] = (struct vocabulary_entry){
        .start = vocabulary->text.size, .length = (uint32_t)word->length, .hash = hash, .count = 1};
    bytes_append(&vocabulary->text, word->text, word->length);
    vocabulary->slots[slot] = ++vocabulary->count;
    return bytes_check(&vocabulary->text, error);
}

static int entry_compare(const void *a, const void *b, void *context)
{
    const struct vocabulary_entry *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    int order = memcmp(entry_text(context, x), entry_text(context, y),
                       x->length < y->length ? x->length : y->length);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

int vocabulary_rank(struct vocabulary *vocabulary, int64_t most, struct labels *labels,
                    struct error *error)
{
    /* The slots no longer find their entries: nothing is added from here on. */
    if (vocabulary->count > 0)
        qsort_r(vocabulary->entries, vocabulary->count, sizeof(*vocabulary->entries), entry_compare,
                vocabulary);
    for (uint32_t i = 0; i < vocabulary->count && i < most; i++) {
        const struct vocabulary_entry *entry = &vocabulary->entries[i];
        if (labels_add(labels, entry_text(vocabulary, entry), entry->length, error))
            return -1;
    }
    return labels_index(labels, error);
}
