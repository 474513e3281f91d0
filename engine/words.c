/* Words: characters one by one, by what kind they are of. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/words.h"
#include "base/compiler.h"
#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* LETTER: letters, digits and marks. SIGN: a word by itself. */
enum class { CLASS_SPACE, CLASS_LETTER, CLASS_SIGN };

struct character {
    uint32_t code;
    size_t size; /* bytes in the text */
    enum class class;
};

enum { APOSTROPHE = 0x27, TYPOGRAPHIC_APOSTROPHE = 0x2019 };

struct range {
    uint32_t first, last;
    enum class class;
};

/* By the blocks of Unicode 15; all that is in none of them is a letter. */
static const struct range ranges[] = {
    {0x0000, 0x0020, CLASS_SPACE},  {0x0021, 0x002f, CLASS_SIGN},  {0x003a, 0x0040, CLASS_SIGN},
    {0x005b, 0x0060, CLASS_SIGN},   {0x007b, 0x007e, CLASS_SIGN},  {0x007f, 0x00a0, CLASS_SPACE},
    {0x00a1, 0x00a9, CLASS_SIGN},   {0x00ab, 0x00ac, CLASS_SIGN},  {0x00ad, 0x00ad, CLASS_SPACE},
    {0x00ae, 0x00b4, CLASS_SIGN},   {0x00b6, 0x00b9, CLASS_SIGN},  {0x00bb, 0x00bf, CLASS_SIGN},
    {0x00d7, 0x00d7, CLASS_SIGN},   {0x00f7, 0x00f7, CLASS_SIGN},  {0x2000, 0x200f, CLASS_SPACE},
    {0x2010, 0x2027, CLASS_SIGN},   {0x2028, 0x202f, CLASS_SPACE}, {0x2030, 0x205e, CLASS_SIGN},
    {0x205f, 0x206f, CLASS_SPACE},  {0x2070, 0x2bff, CLASS_SIGN},  {0x2e00, 0x2fff, CLASS_SIGN},
    {0x3000, 0x3000, CLASS_SPACE},  {0x3001, 0x312f, CLASS_SIGN},  {0x3190, 0xa4cf, CLASS_SIGN},
    {0xf900, 0xfaff, CLASS_SIGN},   {0xfe00, 0xfe0f, CLASS_SPACE}, {0xfe10, 0xfe6f, CLASS_SIGN},
    {0xfeff, 0xfeff, CLASS_SPACE},  {0xff01, 0xff0f, CLASS_SIGN},  {0x1f000, 0x1faff, CLASS_SIGN},
    {0x20000, 0x323af, CLASS_SIGN},
};

static enum class class_of(uint32_t code) {
    for (size_t i = 0; i < ARRAY_COUNT(ranges) && code >= ranges[i].first;
         i++) if (code <= ranges[i].last) return ranges[i]
        .class;
    return CLASS_LETTER;
}

/* Capitals [first, last] and what is added to them; 0: capitals and small letters take turns, the
 * capitals at the parity of `first`. */
struct capitals {
    uint32_t first, last;
    uint32_t offset;
};

/* Unicode's simple case mappings of Latin, Greek and Cyrillic (UnicodeData.txt). */
static const struct capitals capitals[] = {
    {0x0041, 0x005a, 32}, {0x00c0, 0x00d6, 32}, {0x00d8, 0x00de, 32}, {0x0100, 0x012e, 0},
    {0x0132, 0x0136, 0},  {0x0139, 0x0147, 0},  {0x014a, 0x0176, 0},  {0x0179, 0x017d, 0},
    {0x0388, 0x038a, 37}, {0x0391, 0x03a1, 32}, {0x03a3, 0x03ab, 32}, {0x0400, 0x040f, 80},
    {0x0410, 0x042f, 32}, {0x0460, 0x0480, 0},  {0x048a, 0x04be, 0},  {0x04d0, 0x052e, 0},
    {0x1e00, 0x1e94, 0},  {0x1ea0, 0x1efe, 0},
};

static uint32_t lower(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_COUNT(capitals) && code >= capitals[i].first; i++) {
        if (code > capitals[i].last)
            continue;
        if (capitals[i].offset > 0)
            return code + capitals[i].offset;
        return code + ((code - capitals[i].first) % 2 == 0);
    }
    return code;
}

/* ---- characters */

static uint32_t decode(const char *bytes, size_t size)
{
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = (uint8_t)bytes[0] & masks[size];
    for (size_t i = 1; i < size; i++)
        code = code << 6 | ((uint8_t)bytes[i] & 0x3f);
    return code;
}

/* The character that a text which is not empty begins with. */
static struct character character_at(const char *text, size_t size)
{
    char bytes[5] = {0}; /* a NUL ends what is cut short */
    memcpy(bytes, text, size < 4 ? size : 4);
    size_t length = utf8_size(bytes);
    if (length == 0)
        return (struct character){.size = 1, .class = CLASS_SPACE};
    uint32_t code = decode(bytes, length);
    return (struct character){.code = code, .size = length, .class = class_of(code)};
}

static size_t encode(uint32_t code, char bytes[4])
{
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3f));
    bytes[0] = (char)(leads[size] | code);
    return size;
}

/* ---- words */

static void word_add(struct word *word, uint32_t code)
{
    char bytes[4];
    size_t size = encode(lower(code), bytes);
    if (word->length + size > WORD_SIZE)
        return;
    memcpy(word->text + word->length, bytes, size);
    word->length += size;
}

static void words_skip(struct words *words, size_t size)
{
    words->text += size;
    words->size -= size;
}

/* Whether a word goes on: with a letter, or an apostrophe before one. */
static bool word_goes_on(const struct words *words, struct character *character)
{
    if (words->size == 0)
        return false;
    *character = character_at(words->text, words->size);
    if (character->class == CLASS_LETTER)
        return true;
    if ((character->code != APOSTROPHE && character->code != TYPOGRAPHIC_APOSTROPHE) ||
        words->size == character->size)
        return false;
    return character_at(words->text + character->size, words->size - character->size).class ==
           CLASS_LETTER;
}

bool words_next(struct words *words, struct word *word)
{
    struct character character = {.class = CLASS_SPACE};
    word->length = 0;
    while (words->size > 0 && character.class == CLASS_SPACE) {
        character = character_at(words->text, words->size);
        words_skip(words, character.size);
    }
    if (character.class == CLASS_SPACE)
        return false;
    word_add(word, character.code);
    while (character.class != CLASS_SIGN && word_goes_on(words, &character)) {
        bool is_apostrophe = character.class == CLASS_SIGN;
        word_add(word, is_apostrophe ? APOSTROPHE : character.code);
        words_skip(words, character.size);
        character.class = CLASS_LETTER;
    }
    return true;
}
