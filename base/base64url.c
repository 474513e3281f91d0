/* Bytes as text that may stand in a URL. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64url.h"

#include <nettle/base64.h>
#include <string.h>

void base64url_write(const void *data, size_t size, char *text)
{
    struct base64_encode_ctx encoder;
    base64url_encode_init(&encoder);
    size_t length = base64_encode_update(&encoder, text, size, data);
    char rest[BASE64_ENCODE_FINAL_LENGTH];
    size_t rest_size = base64_encode_final(&encoder, rest);
    while (rest_size > 0 && rest[rest_size - 1] == '=')
        rest_size--;
    memcpy(text + length, rest, rest_size);
    text[length + rest_size] = '\0';
}

int base64url_read(const char *text, uint8_t *data, size_t room)
{
    static const char padding[] = "==";
    size_t size = strlen(text), length = room, rest_length = BASE64_DECODE_LENGTH(2);
    struct base64_decode_ctx decoder;
    uint8_t rest[BASE64_DECODE_LENGTH(2)];
    size_t padding_size = (4 - size % 4) % 4;
    if (padding_size == 3 || strchr(text, '=') != NULL || BASE64_DECODE_LENGTH(size) > room)
        return -1;
    base64url_decode_init(&decoder);
    if (!base64_decode_update(&decoder, &length, data, size, text) ||
        !base64_decode_update(&decoder, &rest_length, rest, padding_size, padding) ||
        !base64_decode_final(&decoder))
        return -1;
    return (int)length;
}
