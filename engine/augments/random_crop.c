/* random_crop: adds a border on every side and cuts the image's own size out of it anywhere, so
 * that it moves by up to `padding` pixels either way (torchvision's RandomCrop with padding). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/geometry.h"

struct random_crop {
    struct geometry_options common;
    int64_t padding;
};

static const struct field crop_fields[] = {
    FIELD_INTEGER(struct random_crop, padding, .min = 0, .max = 1 << 16, .number = 4,
                  .help = "pixels that are added on every side before the cut"),
    FIELD_END};

static void crop_run(const void *options, const struct augment_row *row)
{
    const struct random_crop *crop = options;
    int64_t down = augment_whole(row, 1, -crop->padding, crop->padding);
    int64_t right = augment_whole(row, 2, -crop->padding, crop->padding);
    geometry_shift(row, augment_image(row->input), down, right, crop->common.fill);
}

const struct augment_type augment_random_crop = {
    .kind = {.name = "random_crop",
             .help = "cuts an image of the same size out of a padded one",
             .size = sizeof(struct random_crop),
             .fields = crop_fields,
             .base = &geometry_options_kind},
    .fits = AUGMENT_IMAGES,
    .example = "[{\"type\": \"random_crop\", \"padding\": 4, \"fill\": \"zero\"}]",
    .run = crop_run};
