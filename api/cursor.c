/* Cursors as bytes and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/cursor.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { FORM = 1, HEAD_SIZE = 9 };

/* FNV-1a (Fowler, Noll, Vo), 64 bits, of the text and its end. */
static uint64_t hash_add(uint64_t hash, const char *text)
{
    do
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    while (*text++ != '\0');
    return hash;
}

/* What tells a cursor of the query from any other, and from a damaged one. */
static void head_write(uint64_t query, const struct store_place *place, uint8_t head[HEAD_SIZE])
{
    uint64_t hash = hash_add(hash_add(query, place->key), place->id);
    head[0] = FORM;
    for (int i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)(hash >> 8 * i);
}

void cursor_write(const struct store_place *place, uint64_t query, char text[CURSOR_SIZE])
{
    uint8_t raw[CURSOR_RAW_SIZE];
    size_t key_size = strlen(place->key) + 1, id_size = strlen(place->id);
    assert(HEAD_SIZE + key_size + id_size <= sizeof raw);
    head_write(query, place, raw);
    memcpy(raw + HEAD_SIZE, place->key, key_size);
    memcpy(raw + HEAD_SIZE + key_size, place->id, id_size);
    base64url_write(raw, HEAD_SIZE + key_size + id_size, text);
}

static int refuse(struct error *error)
{
    return error_set_at(error, ERROR_INVALID, "cursor",
                        "must be the \"next\" of a page of this list with the same sort and "
                        "filters; leave it out to begin again");
}

static bool is_text(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isprint(bytes[i]))
            return false;
    return true;
}

/* "key", a NUL and "id". */
static int place_read(const uint8_t *bytes, size_t size, struct store_place *place)
{
    const uint8_t *end = memchr(bytes, '\0', size);
    if (end == NULL)
        return -1;
    size_t key_size = (size_t)(end - bytes), id_size = size - key_size - 1;
    if (key_size >= sizeof place->key || id_size == 0 || id_size >= sizeof place->id ||
        !is_text(bytes, key_size) || !is_text(end + 1, id_size))
        return -1;
    *place = (struct store_place){0};
    memcpy(place->key, bytes, key_size);
    memcpy(place->id, end + 1, id_size);
    return 0;
}

int cursor_read(const char *text, uint64_t query, struct store_place *place, struct error *error)
{
    uint8_t raw[CURSOR_RAW_SIZE + 3], head[HEAD_SIZE]; /* 3: what a length is rounded up by */
    struct store_place found;
    int size = base64url_read(text, raw, sizeof raw);
    if (size <= HEAD_SIZE || place_read(raw + HEAD_SIZE, (size_t)size - HEAD_SIZE, &found) != 0)
        return refuse(error);
    head_write(query, &found, head);
    if (memcmp(raw, head, HEAD_SIZE) != 0)
        return refuse(error);
    *place = found;
    return 0;
}
