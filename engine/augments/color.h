/* Colours of an image, by factors and turns that the types of augmentation draw. All work on any
 * numbers; values of bytes are brought back to [0, 1] afterwards. A factor of 1 and a turn of 0
 * leave every bit as it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_AUGMENTS_COLOR_H
#define PROPD_ENGINE_AUGMENTS_COLOR_H

#include "engine/augment.h"

/* Begins the options of those that draw a factor between 1 - range and 1 + range. */
struct color_options {
    struct augment_options common;
    double range;
};
extern const struct kind color_options_kind;

/* The factor, from the row's first draw. */
double color_factor(const struct color_options *options, const struct augment_row *row);

/* x = factor x. */
void color_scale(int64_t count, double factor, float *x);
/* Each channel of `pixels` pixels away from its mean: x = mean + factor (x - mean). */
void color_contrast(int64_t pixels, int64_t channels, double factor, float *x);
/* Red, green and blue away from the pixel's grey, 0.299 r + 0.587 g + 0.114 b (ITU-R BT.601). */
void color_saturate(int64_t pixels, double factor, float *x);
/* The hue of hue, saturation and value by a share of the full circle (1: all around). The greatest
 * and the smallest of a pixel's three values stay, so any range of numbers does. */
void color_turn(int64_t pixels, double turn, float *x);

/* check() of those that need red, green and blue. */
int color_check_channels(const void *options, const struct augment_input *input, const char *path,
                         struct error *error);

#endif
