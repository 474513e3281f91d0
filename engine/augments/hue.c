/* hue: turns the colours of an image around the circle of hues (torchvision's ColorJitter(hue)). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/color.h"

struct hue {
    struct augment_options common;
    double range;
};

static const struct field hue_fields[] = {
    FIELD_NUMBER(struct hue, range, .min = 0, .max = 0.5, .number = 0.05,
                 .help = "largest turn either way, as a share of the full circle"),
    FIELD_END};

static void hue_run(const void *options, const struct augment_row *row)
{
    const struct hue *hue = options;
    struct augment_image image = augment_image(row->input);
    color_turn(image.height * image.width, augment_uniform(row, 1, -hue->range, hue->range),
               row->x);
}

const struct augment_type augment_hue = {.kind = {.name = "hue",
                                                  .help = "turns colours around the circle of hues",
                                                  .size = sizeof(struct hue),
                                                  .fields = hue_fields,
                                                  .base = &augment_options_kind},
                                         .fits = AUGMENT_IMAGES,
                                         .computes = true,
                                         .example = "[{\"type\": \"hue\", \"range\": 0.05}]",
                                         .check = color_check_channels,
                                         .run = hue_run};
