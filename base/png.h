/* Pictures as PNG files (by libpng). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_PNG_H
#define PROPD_BASE_PNG_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

enum { PNG_SIDE_MAX = 1 << 15 };

/* Whether a pixel may have so many bytes: 1 grey, 3 red, green, blue, 4 with opacity. */
static inline int png_takes_channels(int64_t channels)
{
    return channels == 1 || channels == 3 || channels == 4;
}

/* Appends the file of a picture of [height][width][channels] bytes, both sides 1 … PNG_SIDE_MAX.
 * ERROR_MEMORY. */
int png_append(struct bytes *file, int64_t height, int64_t width, int64_t channels,
               const uint8_t *pixels, struct error *error);

#endif
