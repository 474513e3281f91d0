/* random_flip: mirrors an image, each of the named ways with a chance of a half (Keras'
 * RandomFlip). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"

#include <string.h>

enum direction { HORIZONTAL, VERTICAL, BOTH };
static const char *const directions[] = {"horizontal", "vertical", "both", NULL};

struct random_flip {
    struct augment_options common;
    int direction;
};

static const struct field flip_fields[] = {
    FIELD_CHOICE(struct random_flip, direction, .choices = directions,
                 .help = "horizontal: left and right change places; vertical: top and bottom"),
    FIELD_END};

static void flip_horizontal(float *x, struct augment_image image)
{
    for (int64_t line = 0; line < image.height; line++, x += image.width * image.channels)
        for (int64_t left = 0, right = image.width - 1; left < right; left++, right--)
            for (int64_t channel = 0; channel < image.channels; channel++) {
                float *a = x + left * image.channels + channel;
                float *b = x + right * image.channels + channel;
                float moved = *a;
                *a = *b;
                *b = moved;
            }
}

static void flip_vertical(const struct augment_row *row, struct augment_image image)
{
    int64_t line = image.width * image.channels;
    memcpy(row->scratch, row->x, (size_t)row->input->elements * sizeof(float));
    for (int64_t y = 0; y < image.height; y++)
        memcpy(row->x + y * line, row->scratch + (image.height - 1 - y) * line,
               (size_t)line * sizeof(float));
}

static void flip_run(const void *options, const struct augment_row *row)
{
    const struct random_flip *flip = options;
    struct augment_image image = augment_image(row->input);
    if (flip->direction != VERTICAL && augment_uniform(row, 1, 0, 1) < 0.5)
        flip_horizontal(row->x, image);
    if (flip->direction != HORIZONTAL && augment_uniform(row, 2, 0, 1) < 0.5)
        flip_vertical(row, image);
}

const struct augment_type augment_random_flip = {
    .kind = {.name = "random_flip",
             .help = "mirrors an image, each way with a chance of a half",
             .size = sizeof(struct random_flip),
             .fields = flip_fields,
             .base = &augment_options_kind},
    .fits = AUGMENT_IMAGES,
    .example = "[{\"type\": \"random_flip\", \"direction\": \"horizontal\"}]",
    .run = flip_run};
