/* cutout: sets a square of an image to 0; its middle is any pixel, so that it may reach over the
 * edge (DeVries, Taylor: "Improved regularization of convolutional neural networks with cutout",
 * 2017). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/box.h"

#include <string.h>

struct cutout {
    struct augment_options common;
    int64_t size;
};

static const struct field cutout_fields[] = {FIELD_INTEGER(struct cutout, size, .min = 1,
                                                           .max = 1 << 16, .number = 8,
                                                           .help = "pixels of the square's side"),
                                             FIELD_END};

static int cutout_check(const void *options, const struct augment_input *input, const char *path,
                        struct error *error)
{
    const struct cutout *cutout = options;
    struct augment_image image = augment_image(input);
    if (cutout->size <= image.height && cutout->size <= image.width)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "has a size of %lld, which is more than the %lld x %lld pixels of an image",
                        (long long)cutout->size, (long long)image.height, (long long)image.width);
}

static void cutout_run(const void *options, const struct augment_row *row)
{
    const struct cutout *cutout = options;
    struct augment_image image = augment_image(row->input);
    struct box box = box_draw(row, image, cutout->size, cutout->size);
    for (int64_t y = box.top; y < box.bottom; y++)
        memset(row->x + (y * image.width + box.left) * image.channels, 0,
               (size_t)((box.right - box.left) * image.channels) * sizeof(float));
}

const struct augment_type augment_cutout = {.kind = {.name = "cutout",
                                                     .help = "sets a square of an image to 0",
                                                     .size = sizeof(struct cutout),
                                                     .fields = cutout_fields,
                                                     .base = &augment_options_kind},
                                            .fits = AUGMENT_IMAGES,
                                            .example = "[{\"type\": \"cutout\", \"size\": 8}]",
                                            .check = cutout_check,
                                            .run = cutout_run};
