/* Bytes as text that may stand in a URL: base64url without padding (RFC 4648, section 5; by
 * nettle). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_BASE64URL_H
#define PROPD_BASE_BASE64URL_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the text with its end, for `size` bytes. */
#define BASE64URL_SIZE(size) (((size) + 2) / 3 * 4 + 1)

/* `text` has room for BASE64URL_SIZE(size). */
void base64url_write(const void *data, size_t size, char *text);
/* At most `room` bytes into `data`; their count, or -1 where `text` is not such a text or is
 * longer. */
int base64url_read(const char *text, uint8_t *data, size_t room);

#endif
