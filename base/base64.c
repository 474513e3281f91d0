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
