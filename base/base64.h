/* Bytes as text: base64 with padding (RFC 4648, section 4; by nettle). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_BASE64_H
#define PROPD_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

void base64_append(struct bytes *text, const void *data, size_t size);
/* Appends what the text stands for; -1 where it is no base64 (blanks are passed over) or memory ran
 * out. */
int base64_append_decoded(struct bytes *data, const char *text, size_t size);

/* Characters that `size` bytes become, padding among them. */
size_t base64_length(size_t size);
/* The bytes of a text, written to data[size]: whether it holds exactly so many, padded, and no
 * other characters than those of the alphabet. */
bool base64_decode(const char *text, size_t length, void *data, size_t size);

#endif
