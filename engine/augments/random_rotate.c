/* random_rotate: turns an image around its middle by up to `degrees` either way (torchvision's
 * RandomRotation). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/geometry.h"

struct random_rotate {
    struct geometry_options common;
    double degrees;
};

static const struct field rotate_fields[] = {FIELD_NUMBER(struct random_rotate, degrees, .min = 0,
                                                          .max = 180, .number = 15,
                                                          .help = "largest angle, either way"),
                                             FIELD_END};

static void rotate_run(const void *options, const struct augment_row *row)
{
    const struct random_rotate *rotate = options;
    double degrees = augment_uniform(row, 1, -rotate->degrees, rotate->degrees);
    const struct geometry_map map = geometry_rotation(degrees);
    geometry_resample(row, &map, rotate->common.fill);
}

const struct augment_type augment_random_rotate = {
    .kind = {.name = "random_rotate",
             .help = "turns an image around its middle",
             .size = sizeof(struct random_rotate),
             .fields = rotate_fields,
             .base = &geometry_options_kind},
    .fits = AUGMENT_IMAGES,
    .computes = true,
    .example = "[{\"type\": \"random_rotate\", \"degrees\": 15, \"fill\": \"zero\"}]",
    .run = rotate_run};
