/* Bytes as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <nettle/base64.h>
#include <string.h>

void base64_append(struct bytes *text, const void *data, size_t size)
{
    char *place = bytes_extend(text, BASE64_ENCODE_RAW_LENGTH(size));
    if (place != NULL)
        base64_encode_raw(place, size, data);
}

size_t base64_length(size_t size)
{
    return BASE64_ENCODE_RAW_LENGTH(size);
}

/* nettle passes over blanks, of which a text of the right length has no room. It is fed in blocks,
 * since it may write some bytes more than there are. */
bool base64_decode(const char *text, size_t length, void *data, size_t size)
{
    enum { BLOCK = 1024 };
    uint8_t block[BASE64_DECODE_LENGTH(BLOCK)], *to = data;
    struct base64_decode_ctx context;
    size_t done = 0;
    base64_decode_init(&context);
    if (length != base64_length(size))
        return false;
    for (size_t at = 0; at < length; at += BLOCK) {
        size_t got = 0;
        const size_t part = length - at < BLOCK ? length - at : BLOCK;
        if (!base64_decode_update(&context, &got, block, part, text + at) || got > size - done)
            return false;
        memcpy(to + done, block, got);
        done += got;
    }
    return done == size && base64_decode_final(&context);
}

int base64_append_decoded(struct bytes *data, const char *text, size_t size)
{
    struct base64_decode_ctx context;
    const size_t before = data->size;
    size_t length = BASE64_DECODE_LENGTH(size);
    uint8_t *place = bytes_extend(data, length);
    base64_decode_init(&context);
    if (place == NULL || !base64_decode_update(&context, &length, place, size, text) ||
        !base64_decode_final(&context)) {
        data->size = before;
        return -1;
    }
    data->size = before + length;
    return 0;
}
