/* Words of texts in UTF-8, by the rules of engine/words.h; tests compare the two. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_C_PARTS_WORDS_H
#define PROPD_ENGINE_EXCHANGE_C_PARTS_WORDS_H

#include <math.h>
#include <string.h>

#include "engine/exchange/c_parts/columns.h"

/* part: word_tables */
/* First and last character, and what they are: 0 a blank, 2 a word by itself; all others are
 * letters. */
static const unsigned kinds_of_characters[31][3] = {
    {0x0000, 0x0020, 0}, {0x0021, 0x002f, 2},   {0x003a, 0x0040, 2},  {0x005b, 0x0060, 2},
    {0x007b, 0x007e, 2}, {0x007f, 0x00a0, 0},   {0x00a1, 0x00a9, 2},  {0x00ab, 0x00ac, 2},
    {0x00ad, 0x00ad, 0}, {0x00ae, 0x00b4, 2},   {0x00b6, 0x00b9, 2},  {0x00bb, 0x00bf, 2},
    {0x00d7, 0x00d7, 2}, {0x00f7, 0x00f7, 2},   {0x2000, 0x200f, 0},  {0x2010, 0x2027, 2},
    {0x2028, 0x202f, 0}, {0x2030, 0x205e, 2},   {0x205f, 0x206f, 0},  {0x2070, 0x2bff, 2},
    {0x2e00, 0x2fff, 2}, {0x3000, 0x3000, 0},   {0x3001, 0x312f, 2},  {0x3190, 0xa4cf, 2},
    {0xf900, 0xfaff, 2}, {0xfe00, 0xfe0f, 0},   {0xfe10, 0xfe6f, 2},  {0xfeff, 0xfeff, 0},
    {0xff01, 0xff0f, 2}, {0x1f000, 0x1faff, 2}, {0x20000, 0x323af, 2}};

/* First and last capital, and what makes a small letter of it; 0: they take turns. */
static const unsigned capitals[18][3] = {
    {0x0041, 0x005a, 32}, {0x00c0, 0x00d6, 32}, {0x00d8, 0x00de, 32}, {0x0100, 0x012e, 0},
    {0x0132, 0x0136, 0},  {0x0139, 0x0147, 0},  {0x014a, 0x0176, 0},  {0x0179, 0x017d, 0},
    {0x0388, 0x038a, 37}, {0x0391, 0x03a1, 32}, {0x03a3, 0x03ab, 32}, {0x0400, 0x040f, 80},
    {0x0410, 0x042f, 32}, {0x0460, 0x0480, 0},  {0x048a, 0x04be, 0},  {0x04d0, 0x052e, 0},
    {0x1e00, 0x1e94, 0},  {0x1ea0, 0x1efe, 0}};

/* part: characters */
struct character {
    unsigned code;
    int size, kind; /* 0 a blank, 1 a letter, 2 a word by itself */
};

static int kind_of_character(unsigned code)
{
    for (int i = 0; i < (int)(sizeof(kinds_of_characters) / sizeof(kinds_of_characters[0])); i++)
        if (code >= kinds_of_characters[i][0] && code <= kinds_of_characters[i][1])
            return (int)kinds_of_characters[i][2];
    return 1;
}

/* The character at a text that is not at its end; bytes that are no UTF-8 are blanks. */
static struct character character_at(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    const int size = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    struct character character = {' ', 1, 0};
    unsigned code = size == 1 ? b[0] : b[0] & (0xffU >> (size + 1));
    for (int i = 1; i < size; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return character;
        code = code << 6 | (b[i] & 0x3fU);
    }
    if (size == 0 || b[0] > 0xf4 || (size == 3 && code < 0x800) || (size == 4 && code < 0x10000) ||
        code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return character;
    character.code = code;
    character.size = size;
    character.kind = kind_of_character(code);
    return character;
}

static unsigned small_letter(unsigned code)
{
    for (int i = 0; i < (int)(sizeof(capitals) / sizeof(capitals[0])); i++)
        if (code >= capitals[i][0] && code <= capitals[i][1])
            return code + (capitals[i][2] > 0 ? capitals[i][2] : (code - capitals[i][0] + 1) % 2);
    return code;
}

/* part: words */
/* A word in small letters; of a long one the beginning. */
struct text_word {
    char text[65];
    int length;
};

static void word_add(struct text_word *word, unsigned code)
{
    char b[4];
    int size = 1;
    code = small_letter(code);
    if (code < 0x80) {
        b[0] = (char)code;
    } else {
        size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        for (int i = size - 1; i > 0; i--, code >>= 6)
            b[i] = (char)(0x80 | (code & 0x3f));
        b[0] = (char)((0xf00 >> size & 0xff) | code);
    }
    if (word->length + size < (int)sizeof(word->text)) {
        memcpy(word->text + word->length, b, (unsigned)size);
        word->length += size;
    }
}

/* Whether an apostrophe stands there with a letter behind it. */
static int is_inside(const char *text, struct character character)
{
    return (character.code == 0x27 || character.code == 0x2019) && character.kind == 2 &&
           text[character.size] && character_at(text + character.size).kind == 1;
}

/* Where the text goes on behind its next word; NULL where it has none. */
static const char *next_word(const char *text, struct text_word *word)
{
    struct character character = {' ', 0, 0};
    word->length = 0;
    while (text && *text && character.kind == 0) {
        character = character_at(text);
        text += character.size;
    }
    if (character.kind == 0)
        return NULL;
    word_add(word, character.code);
    while (character.kind == 1 && *text) {
        struct character next = character_at(text);
        const int apostrophe = is_inside(text, next);
        if (next.kind != 1 && !apostrophe)
            break;
        word_add(word, apostrophe ? 0x27 : next.code);
        text += next.size;
    }
    word->text[word->length] = '\0';
    return text;
}

/* part: text_hash */
/* The root of how often each word is there, by its hash; `pairs`: two words beside each other too.
 */
static void text_hash(const char *text, int slots, int pairs, float *x)
{
    struct text_word word;
    unsigned long long before = 0;
    int count = 0;
    for (int i = 0; i < slots; i++)
        x[i] = 0.0F;
    while ((text = next_word(text, &word)) != NULL) {
        const unsigned long long own = hash(0xcbf29ce484222325ULL, word.text, word.length);
        x[own % (unsigned)slots] += 1.0F;
        if (pairs && count++ > 0)
            x[hash(hash(before, " ", 1), word.text, word.length) % (unsigned)slots] += 1.0F;
        before = own;
    }
    for (int i = 0; i < slots; i++)
        x[i] = sqrtf(x[i]);
}

/* part: text_tokens */
/* The numbers of its first words: 1 for unknown ones, behind zeros where there are few. */
static void text_tokens(const char *text, const char *const *texts, const int *numbers, int count,
                        int length, float *x)
{
    struct text_word word;
    int found = 0;
    while (found < length && (text = next_word(text, &word)) != NULL) {
        const int place = find(word.text, texts, count);
        x[found++] = place < 0 ? 1.0F : (float)(2 + numbers[place]);
    }
    memmove(x + length - found, x, (unsigned)found * sizeof(*x));
    for (int i = 0; i < length - found; i++)
        x[i] = 0.0F;
}

/* parts end */

#endif
