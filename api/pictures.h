/* Rows of values as pictures: a PNG file each, and all of them on one sheet. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_PICTURES_H
#define PROPD_API_PICTURES_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/augment_preview.h"

/* Whether rows of this shape are pictures: [height, width, channels] of 1, 3 or 4 channels. */
bool pictures_can_show(const struct shape *shape);

/* The PNG file of one row. Values of bytes go from 0 to 255; others so that the least and the
 * greatest value of the row before its augmentation do, and what is beyond is cut off. */
int picture_append(struct bytes *file, const struct augment_preview *preview, int64_t row,
                   const float *values, struct error *error);

/* One PNG file with two lines of pictures, each above what became of it; small ones are magnified
 * by a whole number. */
int picture_sheet_append(struct bytes *file, const struct augment_preview *preview,
                         struct error *error);

#endif
