/* A category as its rank among those of the training rows, scaled like any number; the unseen count
 * as missing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/categories.h"
#include "engine/encoders/scaled.h"

static void ordinal_parts(const struct encoder_source *source, uint32_t row, double *parts)
{
    uint32_t rank = categories_slot(source, row);
    parts[0] = rank == ENCODER_NO_SLOT ? (double)NAN : rank;
}

static int ordinal_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                         struct error *error)
{
    if (categories_learn(&encoder->labels, lesson, error))
        return -1;
    AUTO_FREE uint32_t *slots = categories_slots(encoder, lesson->column, error);
    if (!slots)
        return -1;
    struct encoder_source source = {.column = lesson->column, .slots = slots};
    return scaled_learn(encoder, lesson, &source, 1, ordinal_parts,
                        (enum scale_method)lesson->options.numeric, error);
}

static int64_t ordinal_width(const struct encoder *encoder)
{
    return 1 + encoder->has_indicator;
}

static void ordinal_encode(const struct encoder *encoder, const struct encoder_source *source,
                           const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    scaled_encode(encoder, source, rows, row_count, x, stride, 1, ordinal_parts);
}

static int ordinal_write(const struct encoder *encoder, json_t *object)
{
    if (json_object_set_new(object, "categories", labels_write(&encoder->labels)))
        return -1;
    return scaled_write(encoder, object, 1);
}

static int ordinal_read(struct encoder *encoder, const json_t *object, const char *path,
                        struct error *error)
{
    if (labels_read(&encoder->labels, json_object_get(object, "categories"), path, error))
        return -1;
    return scaled_read(encoder, object, 1, path, error);
}

const struct encoder_kind encoder_ordinal = {
    .kind = {.name = "ordinal", .help = "the rank of the category, scaled like a number"},
    .type = COLUMN_CATEGORY,
    .expected = "a string",
    .learn = ordinal_learn,
    .width = ordinal_width,
    .slot = categories_slot_of_label,
    .encode = ordinal_encode,
    .parse = categories_parse,
    .example = categories_example,
    .write = ordinal_write,
    .read = ordinal_read};
