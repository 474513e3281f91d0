/* A category of a column that has very many: one of ENCODER_HASH_SLOTS floats, chosen by a hash of
 * its text, so that unseen ones have a place too. A missing one is all zeros. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/categories.h"
#include "base/fnv.h"

#include <string.h>

static int hashed_learn(struct encoder *encoder UNUSED, const struct encoder_lesson *lesson UNUSED,
                        struct error *error UNUSED)
{
    return 0;
}

static int64_t hashed_width(const struct encoder *encoder UNUSED)
{
    return ENCODER_HASH_SLOTS;
}

static uint32_t hashed_slot(const struct encoder *encoder UNUSED, const char *text, size_t length)
{
    return (uint32_t)(fnv_add(FNV_START, text, length) % ENCODER_HASH_SLOTS);
}

static void hashed_encode(const struct encoder *encoder UNUSED, const struct encoder_source *source,
                          const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    for (int64_t i = 0; i < row_count; i++, x += stride) {
        uint32_t slot = categories_slot(source, rows[i]);
        memset(x, 0, ENCODER_HASH_SLOTS * sizeof(*x));
        if (slot != ENCODER_NO_SLOT)
            x[slot] = 1;
    }
}

static int hashed_write(const struct encoder *encoder UNUSED, json_t *object)
{
    return json_object_set_new(object, "slots", json_integer(ENCODER_HASH_SLOTS));
}

static int hashed_read(struct encoder *encoder UNUSED, const json_t *object, const char *path,
                       struct error *error)
{
    const json_t *slots = json_object_get(object, "slots");
    if (!json_is_integer(slots) || json_integer_value(slots) != ENCODER_HASH_SLOTS)
        return error_set_at(error, ERROR_INVALID, path, "must have %d slots", ENCODER_HASH_SLOTS);
    return 0;
}

const struct encoder_kind encoder_hashed = {
    .kind = {.name = "hashed", .help = "one of 1024 inputs by the FNV-1a hash of the category"},
    .type = COLUMN_CATEGORY,
    .expected = "a string",
    .learn = hashed_learn,
    .width = hashed_width,
    .slot = hashed_slot,
    .encode = hashed_encode,
    .parse = categories_parse,
    .example = categories_example,
    .write = hashed_write,
    .read = hashed_read};
