/* Bytes as text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <nettle/base64.h>

void base64_append(struct bytes *text, const void *data, size_t size)
{
    char *place = bytes_extend(text, BASE64_ENCODE_RAW_LENGTH(size));
    if (place != NULL)
        base64_encode_raw(place, size, data);
}
