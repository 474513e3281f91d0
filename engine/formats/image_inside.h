/* The two kinds of images, for image.c alone: as the functions of image.h, without their checks. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_IMAGE_INSIDE_H
#define PROPD_ENGINE_FORMATS_IMAGE_INSIDE_H

#include "engine/formats/image.h"

int png_probe(const uint8_t *data, size_t size, struct image_info *info, struct error *error);
int png_decode(const uint8_t *data, size_t size, const struct image_info *info, int channels,
               uint8_t *pixels, struct error *error);
int jpeg_probe(const uint8_t *data, size_t size, struct image_info *info, struct error *error);
int jpeg_decode(const uint8_t *data, size_t size, const struct image_info *info, int channels,
                uint8_t *pixels, struct error *error);

#endif
