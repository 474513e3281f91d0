/* contrast: moves every value of an image away from its channel's mean or towards it, by one factor
 * (Keras' RandomContrast). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/color.h"

static void contrast_run(const void *options, const struct augment_row *row)
{
    struct augment_image image = augment_image(row->input);
    color_contrast(image.height * image.width, image.channels, color_factor(options, row), row->x);
    augment_clamp(row);
}

const struct augment_type augment_contrast = {
    .kind = {.name = "contrast",
             .help = "moves values away from their mean or towards it",
             .size = sizeof(struct color_options),
             .base = &color_options_kind},
    .fits = AUGMENT_IMAGES,
    .computes = true,
    .example = "[{\"type\": \"contrast\", \"range\": 0.2}]",
    .run = contrast_run};
