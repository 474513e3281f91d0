/* random_shear: slides the lines of an image sideways, as far as they are from its middle
 * (torchvision's RandomAffine(shear)). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/geometry.h"

struct random_shear {
    struct geometry_options common;
    double degrees;
};

static const struct field shear_fields[] = {
    FIELD_NUMBER(struct random_shear, degrees, .min = 0, .max = 80, .number = 10,
                 .help = "largest angle by which upright lines lean, either way"),
    FIELD_END};

static void shear_run(const void *options, const struct augment_row *row)
{
    const struct random_shear *shear = options;
    double degrees = augment_uniform(row, 1, -shear->degrees, shear->degrees);
    const struct geometry_map map = geometry_shear(degrees);
    geometry_resample(row, &map, shear->common.fill);
}

const struct augment_type augment_random_shear = {
    .kind = {.name = "random_shear",
             .help = "lets an image lean to one side",
             .size = sizeof(struct random_shear),
             .fields = shear_fields,
             .base = &geometry_options_kind},
    .fits = AUGMENT_IMAGES,
    .computes = true,
    .example = "[{\"type\": \"random_shear\", \"degrees\": 10, \"fill\": \"zero\"}]",
    .run = shear_run};
