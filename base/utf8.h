/* UTF-8 (RFC 3629), one character at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_UTF8_H
#define PROPD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The size of the well-formed character that `text` (NUL-terminated) begins with: 1 to 4, or 0 at
 * the end and where the bytes are none: overlong, a surrogate, above U+10FFFF, cut short. */
size_t utf8_size(const char *text);
bool utf8_is_valid(const char *text);
/* How many characters; bytes that are none count as one each. */
size_t utf8_length(const char *text);

/* Writes a character below U+110000 that is no surrogate, without a NUL: its size, 1 to 4. */
size_t utf8_put(uint32_t character, char *out);

#endif
