/* A hash table with open addressing over entries in one run of text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dictionary.h"
#include "engine/number_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

/* FNV-1a over eight bytes at a time, with a last mix. Values of a training file only slow down
 * their own import by colliding, and the set is bounded, so that no secret key is needed. */
static uint32_t hash_text(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u ^ length;
    for (; length >= 8; text += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    for (; length > 0; text++, length--)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    hash ^= hash >> 32;
    return (uint32_t)(hash * 0x9e3779b1u >> 7);
}

static bool entry_is(const struct dictionary *dictionary, const struct dictionary_entry *entry,
                     uint32_t hash, const char *text, size_t length)
{
    return entry->hash == hash && entry->length == length &&
           memcmp(dictionary->text.data + entry->start, text, length) == 0;
}

/* The slot of a value, or the free one where it would go. There is always a free one. */
static uint32_t find_slot(const struct dictionary *dictionary, uint32_t hash, const char *text,
                          size_t length)
{
    uint32_t mask = dictionary->slot_count - 1;
    uint32_t slot = hash & mask;
    while (dictionary->slots[slot] != 0 &&
           !entry_is(dictionary, &dictionary->entries[dictionary->slots[slot] - 1], hash, text,
                     length))
        slot = (slot + 1) & mask;
    return slot;
}

/* At most half of the slots are taken, so that chains stay short. */
static int grow(struct dictionary *dictionary, struct error *error)
{
    uint32_t slot_count = dictionary->slot_count == 0 ? FIRST_SLOTS : dictionary->slot_count * 2;
    uint32_t *slots = calloc(slot_count, sizeof(*slots));
    struct dictionary_entry *entries =
        realloc(dictionary->entries, slot_count / 2 * sizeof(*entries));
    if (entries != NULL)
        dictionary->entries = entries;
    if (slots == NULL || entries == NULL) {
        free(slots);
        return error_set(error, ERROR_MEMORY, "out of memory for the categories of a column");
    }
    for (uint32_t i = 0; i < dictionary->count; i++) {
        uint32_t slot = entries[i].hash & (slot_count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = i + 1;
    }
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_count = slot_count;
    dictionary->capacity = slot_count / 2;
    return 0;
}

void dictionary_clear(struct dictionary *dictionary)
{
    bytes_clear(&dictionary->text);
    free(dictionary->entries);
    free(dictionary->slots);
    *dictionary = (struct dictionary){0};
}

int dictionary_add(struct dictionary *dictionary, const char *text, size_t length,
                   struct error *error)
{
    if (dictionary->full)
        return 0;
    if (dictionary->count == dictionary->capacity && grow(dictionary, error) != 0)
        return -1;
    uint32_t hash = hash_text(text, length);
    uint32_t slot = find_slot(dictionary, hash, text, length);
    if (dictionary->slots[slot] != 0)
        return 0;
    if (dictionary->count == DICTIONARY_ENTRIES_MAX ||
        length > DICTIONARY_TEXT_MAX - dictionary->text.size) {
        dictionary_clear(dictionary);
        dictionary->full = true;
        return 0;
    }
    dictionary->entries[dictionary->count] = (struct dictionary_entry){
        .start = (uint32_t)dictionary->text.size, .length = (uint32_t)length, .hash = hash};
    bytes_append(&dictionary->text, text, length);
    dictionary->slots[slot] = ++dictionary->count;
    return bytes_check(&dictionary->text, error);
}

/* What qsort_r compares by: bytes, or numbers read once. */
struct order_keys {
    const struct dictionary *dictionary;
    const double *numbers; /* NULL: by bytes */
};

static int compare_entries(const void *a, const void *b, void *context)
{
    const struct order_keys *keys = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    if (keys->numbers != NULL && keys->numbers[i] != keys->numbers[j])
        return keys->numbers[i] < keys->numbers[j] ? -1 : 1;
    const struct dictionary_entry *x = &keys->dictionary->entries[i];
    const struct dictionary_entry *y = &keys->dictionary->entries[j];
    const uint8_t *text = keys->dictionary->text.data;
    uint32_t shorter = x->length < y->length ? x->length : y->length;
    int difference = shorter == 0 ? 0 : memcmp(text + x->start, text + y->start, shorter);
    if (difference != 0)
        return difference;
    return (x->length > y->length) - (x->length < y->length);
}

static bool read_numbers(const struct dictionary *dictionary, double *numbers)
{
    for (uint32_t i = 0; i < dictionary->count; i++) {
        const struct dictionary_entry *entry = &dictionary->entries[i];
        const char *text = (const char *)dictionary->text.data + entry->start;
        if (number_text_read(text, entry->length, &numbers[i]) == NUMBER_NONE)
            return false;
    }
    return true;
}

int dictionary_sort(struct dictionary *dictionary, struct error *error)
{
    if (dictionary->count == 0)
        return 0;
    AUTO_FREE uint32_t *order = malloc(dictionary->count * sizeof(*order));
    AUTO_FREE double *numbers = malloc(dictionary->count * sizeof(*numbers));
    if (order == NULL || numbers == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the categories of a column");
    struct order_keys keys = {dictionary, read_numbers(dictionary, numbers) ? numbers : NULL};
    for (uint32_t i = 0; i < dictionary->count; i++)
        order[i] = i;
    qsort_r(order, dictionary->count, sizeof(*order), compare_entries, &keys);
    for (uint32_t code = 0; code < dictionary->count; code++)
        dictionary->entries[order[code]].code = code;
    return 0;
}

uint32_t dictionary_find(const struct dictionary *dictionary, const char *text, size_t length)
{
    if (dictionary->count == 0)
        return UINT32_MAX;
    uint32_t slot = dictionary->slots[find_slot(dictionary, hash_text(text, length), text, length)];
    return slot == 0 ? UINT32_MAX : dictionary->entries[slot - 1].code;
}

size_t dictionary_size(const struct dictionary *dictionary)
{
    return dictionary->text.capacity + dictionary->capacity * sizeof(*dictionary->entries) +
           dictionary->slot_count * sizeof(*dictionary->slots);
}
