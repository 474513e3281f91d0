/* UTF-8 by the table of well-formed byte sequences of RFC 3629, section 4. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

struct lead {
    uint8_t first, last; /* range of the first byte */
    uint8_t low, high;   /* range of the second; all further ones are 80 to BF */
    uint8_t size;
};

static const struct lead leads[] = {
    {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static const struct lead *lead_find(uint8_t byte)
{
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    }
    return NULL;
}

size_t utf8_size(const char *text)
{
    const struct lead *lead = lead_find((uint8_t)text[0]);
    if (lead == NULL)
        return 0;
    /* A NUL is in no range, so this stops at the end of the text. */
    for (size_t i = 1; i < lead->size; i++) {
        uint8_t byte = (uint8_t)text[i];
        uint8_t low = i == 1 ? lead->low : 0x80, high = i == 1 ? lead->high : 0xbf;
        if (byte < low || byte > high)
            return 0;
    }
    return lead->size;
}

bool utf8_is_valid(const char *text)
{
    size_t size = utf8_size(text);
    while (size > 0) {
        text += size;
        size = utf8_size(text);
    }
    return *text == '\0';
}

size_t utf8_length(const char *text)
{
    size_t length = 0;
    while (*text != '\0') {
        size_t size = utf8_size(text);
        text += size > 0 ? size : 1;
        length++;
    }
    return length;
}

size_t utf8_put(uint32_t character, char *out)
{
    static const uint32_t ends[] = {0x80, 0x800, 0x10000};
    static const uint8_t firsts[] = {0, 0xc0, 0xe0, 0xf0};
    size_t size = 1;
    while (size < 4 && character >= ends[size - 1])
        size++;
    for (size_t i = size - 1; i > 0; i--, character >>= 6)
        out[i] = (char)(0x80 | (character & 0x3f));
    out[0] = (char)(firsts[size - 1] | character);
    return size;
}
