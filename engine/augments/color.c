/* Brightness, contrast, saturation and hue of pixels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/color.h"

#include <math.h>

static const struct field color_fields[] = {
    FIELD_NUMBER(struct color_options, range, .min = 0, .max = 1, .number = 0.2,
                 .help = "the factor is between 1 - range and 1 + range"),
    FIELD_END};

const struct kind color_options_kind = {.name = "color",
                                        .help = "what all have that draw a factor",
                                        .size = sizeof(struct color_options),
                                        .fields = color_fields,
                                        .base = &augment_options_kind};

double color_factor(const struct color_options *options, const struct augment_row *row)
{
    return augment_uniform(row, 1, 1 - options->range, 1 + options->range);
}

int color_check_channels(const void *options UNUSED, const struct augment_input *input,
                         const char *path, struct error *error)
{
    char text[64];
    if (augment_image(input).channels == 3)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "needs images of red, green and blue, [height, width, 3], not %s",
                        shape_text(&input->shape, text, sizeof text));
}

void color_scale(int64_t count, double factor, float *x)
{
    for (int64_t i = 0; i < count; i++)
        x[i] *= (float)factor;
}

void color_contrast(int64_t pixels, int64_t channels, double factor, float *x)
{
    for (int64_t channel = 0; channel < channels && factor != 1; channel++) {
        double sum = 0;
        for (int64_t i = channel; i < pixels * channels; i += channels)
            sum += (double)x[i];
        float mean = (float)(sum / (double)pixels);
        for (int64_t i = channel; i < pixels * channels; i += channels)
            x[i] = mean + (float)factor * (x[i] - mean);
    }
}

void color_saturate(int64_t pixels, double factor, float *x)
{
    for (int64_t i = 0; i < pixels && factor != 1; i++, x += 3) {
        float grey = 0.299F * x[0] + 0.587F * x[1] + 0.114F * x[2];
        for (int channel = 0; channel < 3; channel++)
            x[channel] = grey + (float)factor * (x[channel] - grey);
    }
}

/* Where a colour stands on the circle, 0 … 6: red 0, green 2, blue 4. */
static double hue_of(const float x[3], float least, float most)
{
    double span = (double)(most - least);
    if (x[0] == most)
        return (double)(x[1] - x[2]) / span;
    if (x[1] == most)
        return 2 + (double)(x[2] - x[0]) / span;
    return 4 + (double)(x[0] - x[1]) / span;
}

/* How much there is of the primary colour at `place` in the pure colour at `hue`: all within a
 * sixth of the circle, none beyond a third. */
static double share_of(double hue, double place)
{
    double way = hue - place;
    way = fabs(way - 6 * floor(way / 6 + 0.5));
    return way <= 1 ? 1 : way >= 2 ? 0 : 2 - way;
}

void color_turn(int64_t pixels, double turn, float *x)
{
    for (int64_t i = 0; i < pixels && turn != 0; i++, x += 3) {
        float least = fminf(x[0], fminf(x[1], x[2])), most = fmaxf(x[0], fmaxf(x[1], x[2]));
        if (!(most > least))
            continue;
        double hue = hue_of(x, least, most) + 6 * turn;
        for (int channel = 0; channel < 3; channel++)
            x[channel] = least + (most - least) * (float)share_of(hue, 2 * channel);
    }
}
