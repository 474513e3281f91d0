/* A category as its index among those of the training rows, from 1, the unseen and the missing as
 * 0, for the layer column_embeddings, which makes a learned vector of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/categories.h"

enum { UNITS_MAX = 50 };

static int embedded_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                          struct error *error)
{
    return categories_learn(&encoder->labels, lesson, error);
}

static int64_t embedded_width(const struct encoder *encoder UNUSED)
{
    return 1;
}

static void embedded_encode(const struct encoder *encoder UNUSED,
                            const struct encoder_source *source, const uint32_t *rows,
                            int64_t row_count, float *x, int64_t stride)
{
    for (int64_t i = 0; i < row_count; i++, x += stride) {
        uint32_t slot = categories_slot(source, rows[i]);
        *x = slot == ENCODER_NO_SLOT ? 0.0F : (float)slot + 1;
    }
}

static int64_t embedded_vocabulary(const struct encoder *encoder)
{
    return (int64_t)encoder->labels.count + 1;
}

int64_t embedded_units(const struct encoder *encoder)
{
    int64_t units = 1;
    while (units < UNITS_MAX && units * units < (int64_t)encoder->labels.count)
        units++;
    return units;
}

static int embedded_write(const struct encoder *encoder, json_t *object)
{
    return json_object_set_new(object, "categories", labels_write(&encoder->labels));
}

static int embedded_read(struct encoder *encoder, const json_t *object, const char *path,
                         struct error *error)
{
    return labels_read(&encoder->labels, json_object_get(object, "categories"), path, error);
}

const struct encoder_kind encoder_embedded = {
    .kind = {.name = "embedded", .help = "the index of the category, for a learned vector"},
    .type = COLUMN_CATEGORY,
    .expected = "a string",
    .learn = embedded_learn,
    .width = embedded_width,
    .vocabulary = embedded_vocabulary,
    .slot = categories_slot_of_label,
    .encode = embedded_encode,
    .parse = categories_parse,
    .example = categories_example,
    .write = embedded_write,
    .read = embedded_read};
