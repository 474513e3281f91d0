/* cutmix: a box out of another image of the batch, and its share of the target; the box is
 * sqrt(1 - λ) of the height and width, λ from Beta(alpha, alpha), its middle any pixel (Yun et al.:
 * "CutMix: regularization strategy to train strong classifiers with localizable features", ICCV
 * 2019). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"
#include "engine/augments/box.h"

#include <math.h>
#include <string.h>

struct cutmix {
    struct augment_options common;
    double alpha;
};

static const struct field cutmix_fields[] = {
    FIELD_NUMBER(struct cutmix, alpha, .min = 0, .max = 1e6, .number = 1, .flags = FIELD_ABOVE_MIN,
                 .help = "of Beta(alpha, alpha): 1 takes boxes of every area alike"),
    FIELD_END};

static double cutmix_mix(const void *options, const struct augment_row *row, const float *own,
                         const float *other)
{
    const struct cutmix *cutmix = options;
    struct augment_image image = augment_image(row->input);
    double side = sqrt(1 - augment_beta(row, cutmix->alpha));
    struct box box = box_draw(row, image, (int64_t)(side * (double)image.height),
                              (int64_t)(side * (double)image.width));
    memcpy(row->x, own, (size_t)row->input->elements * sizeof(float));
    for (int64_t y = box.top; y < box.bottom; y++) {
        int64_t begin = (y * image.width + box.left) * image.channels;
        memcpy(row->x + begin, other + begin,
               (size_t)((box.right - box.left) * image.channels) * sizeof(float));
    }
    int64_t pixels = (box.bottom - box.top) * (box.right - box.left);
    return 1 - (double)pixels / (double)(image.height * image.width);
}

const struct augment_type augment_cutmix = {
    .kind = {.name = "cutmix",
             .help = "puts a box of another image, and its share of the target, into an image",
             .size = sizeof(struct cutmix),
             .fields = cutmix_fields,
             .base = &augment_options_kind},
    .fits = AUGMENT_IMAGES,
    .example = "[{\"type\": \"cutmix\", \"alpha\": 1}]",
    .mix = cutmix_mix};
