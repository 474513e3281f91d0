/* The sliding window, and the way from bytes to UTF-8. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/text_input.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_FIRST = 1 << 18, RAW_SIZE = 1 << 16, UTF8_GROWTH = 3, ROOM_LEAST = 4096 };

const char *const text_encoding_names[] = {"utf-8", "utf-16le", "utf-16be", "windows-1252"};

/* 0x80 … 0x9f of Windows-1252; the five that it leaves open are control characters, as browsers
 * have it (WHATWG Encoding Standard). The rest is Latin-1. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};

static char *put_windows_1252(char *out, const uint8_t *raw, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bool special = raw[i] >= 0x80 && raw[i] < 0xa0;
        out += utf8_put(special ? windows_1252[raw[i] - 0x80] : raw[i], out);
    }
    return out;
}

static uint32_t unit_at(const struct text_input *text, size_t at)
{
    uint32_t first = text->raw[at], second = text->raw[at + 1];
    return text->encoding == TEXT_UTF16_LE ? first | second << 8 : first << 8 | second;
}

/* Whole characters of the raw bytes; the rest of a cut one stays in `raw`. NULL where a surrogate
 * stands alone. */
static char *put_utf16(struct text_input *text, char *out)
{
    size_t at = 0;
    while (at + 2 <= text->raw_filled) {
        uint32_t unit = unit_at(text, at);
        if (unit >= 0xd800 && unit < 0xe000) {
            if (unit >= 0xdc00)
                return NULL;
            if (at + 4 > text->raw_filled)
                break;
            uint32_t low = unit_at(text, at + 2);
            if (low < 0xdc00 || low >= 0xe000)
                return NULL;
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            at += 2;
        }
        at += 2;
        out += utf8_put(unit, out);
    }
    memmove(text->raw, text->raw + at, text->raw_filled - at);
    text->raw_filled -= at;
    return out;
}

/* Length of the well-formed UTF-8 character at `at` (Unicode, table 3-7), 0 for none, -1 where the
 * text ends within one. */
static int character_length(const uint8_t *at, size_t left)
{
    uint8_t first = at[0];
    int length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 0 || first > 0xf4)
        return 0;
    uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    for (int i = 1; i < length; i++) {
        if ((size_t)i == left)
            return -1;
        if (at[i] < least || at[i] > most)
            return 0;
        least = 0x80;
        most = 0xbf;
    }
    return length;
}

static size_t count_ascii(const uint8_t *data, size_t size)
{
    const uint64_t top = 0x8080808080808080u;
    enum { WORDS = 8 };
    size_t at = 0;
    uint64_t words[WORDS], word;
    for (; size - at >= sizeof(words); at += sizeof(words)) {
        uint64_t all = 0;
        memcpy(words, data + at, sizeof(words));
        for (int i = 0; i < WORDS; i++)
            all |= words[i];
        if ((all & top) != 0)
            break;
    }
    for (; size - at >= sizeof(word); at += sizeof(word)) {
        memcpy(&word, data + at, sizeof(word));
        if ((word & top) != 0)
            break;
    }
    return at;
}

/* Moves `end` over well-formed characters up to `filled`; false at the first that is none. */
static bool check_utf8(struct text_input *text)
{
    const uint8_t *data = (const uint8_t *)text->data;
    while (text->end < text->filled) {
        if (data[text->end] < 0x80)
            text->end += count_ascii(data + text->end, text->filled - text->end);
        if (text->end == text->filled)
            break;
        int length = character_length(data + text->end, text->filled - text->end);
        if (length < 0)
            return true;
        if (length == 0)
            return false;
        text->end += (size_t)length;
    }
    return true;
}

static int more_utf8(struct text_input *text, struct error *error)
{
    ssize_t got =
        input_read(text->input, text->data + text->filled, text->capacity - text->filled, error);
    if (got < 0)
        return -1;
    text->filled += (size_t)got;
    text->ended = text->filled < text->capacity;
    text->not_utf8 = !check_utf8(text) || (text->ended && text->end < text->filled);
    if (!text->not_utf8)
        return got > 0;
    return error_set(error, ERROR_INVALID, "%s is not UTF-8", text->input->name);
}

static int more_transcoded_once(struct text_input *text, struct error *error)
{
    size_t room = (text->capacity - text->filled) / UTF8_GROWTH;
    size_t size = room < RAW_SIZE ? room : RAW_SIZE;
    ssize_t got =
        input_read(text->input, text->raw + text->raw_filled, size - text->raw_filled, error);
    if (got < 0)
        return -1;
    text->raw_filled += (size_t)got;
    text->ended = text->raw_filled < size;
    char *out = text->data + text->filled;
    if (text->encoding == TEXT_WINDOWS_1252) {
        out = put_windows_1252(out, text->raw, text->raw_filled);
        text->raw_filled = 0;
    } else {
        out = put_utf16(text, out);
    }
    if (out == NULL || (text->ended && text->raw_filled > 1))
        return error_set(error, ERROR_INVALID, "%s begins like UTF-16 but is not: save it as UTF-8",
                         text->input->name);
    text->filled = text->end = (size_t)(out - text->data);
    return 0;
}

/* Until half of the room is used, so that a long row is not scanned again for every few bytes. */
static int more_transcoded(struct text_input *text, struct error *error)
{
    size_t before = text->filled;
    size_t enough = text->filled + (text->capacity - text->filled) / 2;
    while (!text->ended && text->filled < enough)
        if (more_transcoded_once(text, error) != 0)
            return -1;
    return text->filled > before;
}

static int grow(struct text_input *text, struct error *error)
{
    if (text->capacity >= TEXT_WINDOW_MAX)
        return text->capacity - text->filled >= ROOM_LEAST
                   ? 0
                   : error_set(
                         error, ERROR_INVALID,
                         "a row is longer than %d MiB: is there a quote that is never closed?",
                         TEXT_WINDOW_MAX >> 20);
    char *data = realloc(text->data, text->capacity * 2 + TEXT_ROOM);
    if (data == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a row");
    memset(data + text->capacity, 0, text->capacity + TEXT_ROOM);
    text->data = data;
    text->capacity *= 2;
    return 0;
}

int text_input_more(struct text_input *text, struct error *error)
{
    if (text->ended)
        return 0;
    size_t kept = text->filled - text->begin;
    if (kept > 0 && text->begin > 0)
        memmove(text->data, text->data + text->begin, kept);
    text->end -= text->begin;
    text->begin = 0;
    text->filled = kept;
    if (kept > text->capacity / 2 && grow(text, error) != 0)
        return -1;
    return text->raw == NULL ? more_utf8(text, error) : more_transcoded(text, error);
}

/* Finds the byte-order mark and leaves the source behind it. */
static int skip_mark(struct text_input *text, struct error *error)
{
    uint8_t mark[3];
    if (input_rewind(text->input, error) != 0)
        return -1;
    ssize_t got = input_read(text->input, mark, sizeof(mark), error);
    if (got < 0 || input_rewind(text->input, error) != 0)
        return -1;
    size_t size = 0;
    if (got == 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0) {
        text->encoding = text->encoding == TEXT_WINDOWS_1252 ? TEXT_WINDOWS_1252 : TEXT_UTF8;
        size = 3;
    } else if (got >= 2 && memcmp(mark, "\xff\xfe", 2) == 0) {
        text->encoding = TEXT_UTF16_LE;
        size = 2;
    } else if (got >= 2 && memcmp(mark, "\xfe\xff", 2) == 0) {
        text->encoding = TEXT_UTF16_BE;
        size = 2;
    }
    return input_read(text->input, mark, size, error) < 0 ? -1 : 0;
}

int text_input_open(struct text_input *text, struct input *input, enum text_encoding without_mark,
                    struct error *error)
{
    *text = (struct text_input){.input = input, .encoding = without_mark, .capacity = WINDOW_FIRST};
    if (skip_mark(text, error) != 0)
        return -1;
    text->data = calloc(1, text->capacity + TEXT_ROOM);
    if (text->encoding != TEXT_UTF8)
        text->raw = malloc(RAW_SIZE);
    if (text->data == NULL || (text->encoding != TEXT_UTF8 && text->raw == NULL)) {
        text_input_close(text);
        return error_set(error, ERROR_MEMORY, "out of memory for reading %s", input->name);
    }
    return 0;
}

void text_input_close(struct text_input *text)
{
    free(text->data);
    free(text->raw);
    *text = (struct text_input){0};
}
