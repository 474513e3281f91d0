/* random_zoom: makes an image larger or smaller around its middle by a factor within `range` of 1
 * (Keras' RandomZoom, but that a factor above 1 magnifies). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/geometry.h"

struct random_zoom {
    struct geometry_options common;
    double range;
};

static const struct field zoom_fields[] = {
    FIELD_NUMBER(struct random_zoom, range, .min = 0, .max = 0.9, .number = 0.1,
                 .help = "the factor is between 1 - range and 1 + range"),
    FIELD_END};

static void zoom_run(const void *options, const struct augment_row *row)
{
    const struct random_zoom *zoom = options;
    double factor = augment_uniform(row, 1, 1 - zoom->range, 1 + zoom->range);
    const struct geometry_map map = geometry_zoom(factor);
    geometry_resample(row, &map, zoom->common.fill);
}

const struct augment_type augment_random_zoom = {
    .kind = {.name = "random_zoom",
             .help = "makes an image larger or smaller",
             .size = sizeof(struct random_zoom),
             .fields = zoom_fields,
             .base = &geometry_options_kind},
    .fits = AUGMENT_IMAGES,
    .computes = true,
    .example = "[{\"type\": \"random_zoom\", \"range\": 0.1, \"fill\": \"zero\"}]",
    .run = zoom_run};
