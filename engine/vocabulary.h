/* Counts the words of many texts and names the most frequent: what tokens are made of. Different
 * words are kept up to a bound; those that first come after it are not counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_VOCABULARY_H
#define PROPD_ENGINE_VOCABULARY_H

#include "base/bytes.h"
#include "base/error.h"
#include "engine/labels.h"
#include "engine/words.h"

#include <stddef.h>
#include <stdint.h>

enum { VOCABULARY_WORDS_MAX = 1 << 22 };

struct vocabulary_entry {
    size_t start; /* in text */
    uint32_t length;
    uint32_t hash;
    int64_t count;
};

/* All zero is an empty one. */
struct vocabulary {
    struct bytes text;
    struct vocabulary_entry *entries; /* owned; in the order of their first appearance */
    uint32_t *slots; /* owned; entry + 1 by hash, 0: free; slot_count is a power of two */
    uint32_t count, slot_count;
};

void vocabulary_clear(struct vocabulary *vocabulary);

/* Counts a word. ERROR_MEMORY. */
int vocabulary_add(struct vocabulary *vocabulary, const struct word *word,
                   struct error *error) MUST_CHECK;

/* Appends the `most` most frequent words to `labels`, the most frequent first, equal ones by their
 * bytes, and indexes them. */
int vocabulary_rank(struct vocabulary *vocabulary, int64_t most, struct labels *labels,
                    struct error *error) MUST_CHECK;

#endif
