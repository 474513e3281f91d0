/* brightness: multiplies every value of an image by one factor (torchvision's
 * ColorJitter(brightness)). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/color.h"

static void brightness_run(const void *options, const struct augment_row *row)
{
    color_scale(row->input->elements, color_factor(options, row), row->x);
    augment_clamp(row);
}

const struct augment_type augment_brightness = {
    .kind = {.name = "brightness",
             .help = "makes an image brighter or darker",
             .size = sizeof(struct color_options),
             .base = &color_options_kind},
    .fits = AUGMENT_IMAGES,
    .computes = true,
    .example = "[{\"type\": \"brightness\", \"range\": 0.2}]",
    .run = brightness_run};
