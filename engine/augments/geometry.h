/* Moving the pixels of an image: whole pixels by copying, everything else by one affine map with
 * bilinear interpolation. What comes from outside of the image is 0 (as torchvision's default) or
 * the nearest pixel. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_AUGMENTS_GEOMETRY_H
#define PROPD_ENGINE_AUGMENTS_GEOMETRY_H

#include "engine/augment.h"

enum geometry_fill { FILL_ZERO, FILL_NEAREST };

/* Begins the options of those that move pixels. */
struct geometry_options {
    struct augment_options common;
    int fill; /* enum geometry_fill */
};
extern const struct kind geometry_options_kind;

/* The image `down` and `right` pixels further (negative: up, left). */
void geometry_shift(const struct augment_row *row, struct augment_image image, int64_t down,
                    int64_t right, enum geometry_fill fill);

/* From a place in the result to the one in the source that it shows, both measured from the middle
 * of the image: source x = xx x + xy y, source y = yx x + yy y; y grows downwards. */
struct geometry_map {
    double xx, xy, yx, yy;
};

/* The result turned by an angle in degrees, counter-clockwise. */
struct geometry_map geometry_rotation(double degrees);
/* The result `factor` times as large as the source. */
struct geometry_map geometry_zoom(double factor);
/* The rows of the source slid sideways, each by its distance from the middle times the angle's
 * tangent: the upper half to the left for a positive one. */
struct geometry_map geometry_shear(double degrees);

void geometry_resample(const struct augment_row *row, const struct geometry_map *map,
                       enum geometry_fill fill);

#endif
