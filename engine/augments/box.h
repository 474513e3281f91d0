/* A box of an image whose middle is drawn, cut off at the edges: cutout's and cutmix'. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_AUGMENTS_BOX_H
#define PROPD_ENGINE_AUGMENTS_BOX_H

#include "engine/augment.h"

/* Lines [top, bottom), columns [left, right). */
struct box {
    int64_t top, bottom, left, right;
};

static inline struct box box_draw(const struct augment_row *row, struct augment_image image,
                                  int64_t height, int64_t width)
{
    int64_t top = augment_whole(row, 1, 0, image.height - 1) - height / 2;
    int64_t left = augment_whole(row, 2, 0, image.width - 1) - width / 2;
    int64_t bottom = top + height, right = left + width;
    return (struct box){.top = top > 0 ? top : 0,
                        .bottom = bottom < image.height ? bottom : image.height,
                        .left = left > 0 ? left : 0,
                        .right = right < image.width ? right : image.width};
}

#endif
