/* A category as one float for each category of the training rows, in the dictionary's order, and a
 * last one for the unseen and the missing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/categories.h"

#include <string.h>

static int one_hot_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                         struct error *error)
{
    return categories_learn(&encoder->labels, lesson, error);
}

static int64_t one_hot_width(const struct encoder *encoder)
{
    return (int64_t)encoder->labels.count + 1;
}

static void one_hot_encode(const struct encoder *encoder, const struct encoder_source *source,
                           const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    size_t size = (size_t)encoder->width * sizeof(*x);
    for (int64_t i = 0; i < row_count; i++, x += stride) {
        uint32_t slot = categories_slot(source, rows[i]);
        memset(x, 0, size);
        x[slot == ENCODER_NO_SLOT ? encoder->labels.count : slot] = 1;
    }
}

static int one_hot_write(const struct encoder *encoder, json_t *object)
{
    return json_object_set_new(object, "categories", labels_write(&encoder->labels));
}

static int one_hot_read(struct encoder *encoder, const json_t *object, const char *path,
                        struct error *error)
{
    return labels_read(&encoder->labels, json_object_get(object, "categories"), path, error);
}

const struct encoder_kind encoder_one_hot = {
    .kind = {.name = "one_hot", .help = "one input for each category, one for all others"},
    .type = COLUMN_CATEGORY,
    .expected = "a string",
    .learn = one_hot_learn,
    .width = one_hot_width,
    .slot = categories_slot_of_label,
    .encode = one_hot_encode,
    .parse = categories_parse,
    .example = categories_example,
    .write = one_hot_write,
    .read = one_hot_read};
