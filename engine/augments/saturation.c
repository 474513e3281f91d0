/* saturation: moves the colours of an image away from grey or towards it, by one factor
 * (torchvision's ColorJitter(saturation)). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/color.h"

static void saturation_run(const void *options, const struct augment_row *row)
{
    struct augment_image image = augment_image(row->input);
    color_saturate(image.height * image.width, color_factor(options, row), row->x);
    augment_clamp(row);
}

const struct augment_type augment_saturation = {
    .kind = {.name = "saturation",
             .help = "moves colours away from grey or towards it",
             .size = sizeof(struct color_options),
             .base = &color_options_kind},
    .fits = AUGMENT_IMAGES,
    .computes = true,
    .example = "[{\"type\": \"saturation\", \"range\": 0.2}]",
    .check = color_check_channels,
    .run = saturation_run};
