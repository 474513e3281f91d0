/* Bytes as text: base64 with padding (RFC 4648, section 4; by nettle). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_BASE64_H
#define PROPD_BASE_BASE64_H

#include <stddef.h>

#include "base/bytes.h"

void base64_append(struct bytes *text, const void *data, size_t size);

#endif
