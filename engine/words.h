/* The words of a text: what text columns are made of, whether hashed or as tokens.
 *
 * A word is a run of letters and digits in lower case, with apostrophes inside ("don't"). Any other
 * character that can be seen is a word by itself: punctuation and signs of money tell much, and the
 * scripts that write no spaces (Chinese, Japanese) give a word a character. Letters are lowered by
 * the rules of Latin, Greek and Cyrillic that do not depend on a language; bytes that are no UTF-8
 * part words. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_WORDS_H
#define PROPD_ENGINE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a word; what is longer counts by its beginning. */
enum { WORD_SIZE = 64 };

struct word {
    char text[WORD_SIZE]; /* no NUL behind it */
    size_t length;        /* 1 … WORD_SIZE */
};

/* What is left of a text, which is borrowed. */
struct words {
    const char *text;
    size_t size;
};

/* Takes the next word off; false at the end. */
bool words_next(struct words *words, struct word *word);

#endif
