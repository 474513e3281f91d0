/* Images in memory, PNG (libpng) and JPEG (libjpeg-turbo), to bytes of gray or of red, green and
 * blue, row by row from the top.
 *
 * What lies in the file counts: gamma and colour profiles are not applied, nor the turning that
 * cameras write beside a JPEG. 16 bits are reduced to 8; what is transparent shows white. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_IMAGE_H
#define PROPD_ENGINE_FORMATS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { IMAGE_SIDE_MAX = 16384, IMAGE_PIXELS_MAX = 1 << 25 };

struct image_info {
    int64_t width, height;
    bool has_colour; /* not of gray alone, by its kind and palette */
};

/* Looks at the head only. ERROR_INVALID for what is neither, for damaged heads and for images over
 * the limits above; messages are without a name: "is damaged: …". */
int image_probe(const uint8_t *data, size_t size, struct image_info *info,
                struct error *error) MUST_CHECK;
/* Fills width * height * channels bytes, as image_probe() says; channels are 1, of an image without
 * colour, or 3. ERROR_INVALID for a damaged or cut one. */
int image_decode(const uint8_t *data, size_t size, const struct image_info *info, int channels,
                 uint8_t *pixels, struct error *error) MUST_CHECK;

/* Brings `from` to another size: each new pixel is the mean of those around its place, weighted by
 * a triangle as wide as the step (bilinear where it grows, all pixels counted where it shrinks). */
int image_scale(const uint8_t *from, const struct image_info *info, int channels, uint8_t *to,
                int64_t width, int64_t height, struct error *error) MUST_CHECK;

#endif
