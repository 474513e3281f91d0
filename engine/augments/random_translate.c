/* random_translate: moves an image by whole pixels, up to a share of its height and width
 * (torchvision's RandomAffine(translate), Keras' RandomTranslation). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/geometry.h"

#include <math.h>

struct random_translate {
    struct geometry_options common;
    double height, width;
};

static const struct field translate_fields[] = {
    FIELD_NUMBER(struct random_translate, height, .min = 0, .max = 1, .number = 0.1,
                 .help = "largest way up or down, as a share of the height"),
    FIELD_NUMBER(struct random_translate, width, .min = 0, .max = 1, .number = 0.1,
                 .help = "largest way left or right, as a share of the width"),
    FIELD_END};

/* Whole pixels of a way between -share and share of `size`. */
static int64_t draw_way(const struct augment_row *row, uint32_t index, double share, int64_t size)
{
    double most = share * (double)size;
    return (int64_t)round(augment_uniform(row, index, -most, most));
}

static void translate_run(const void *options, const struct augment_row *row)
{
    const struct random_translate *translate = options;
    struct augment_image image = augment_image(row->input);
    int64_t down = draw_way(row, 1, translate->height, image.height);
    int64_t right = draw_way(row, 2, translate->width, image.width);
    geometry_shift(row, image, down, right, translate->common.fill);
}

const struct augment_type augment_random_translate = {
    .kind = {.name = "random_translate",
             .help = "moves an image by whole pixels",
             .size = sizeof(struct random_translate),
             .fields = translate_fields,
             .base = &geometry_options_kind},
    .fits = AUGMENT_IMAGES,
    .example = "[{\"type\": \"random_translate\", \"height\": 0.1, \"width\": 0.1, "
               "\"fill\": \"zero\"}]",
    .run = translate_run};
