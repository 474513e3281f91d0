/* A text as the words that are in it, in whatever order: each word is one of a fixed number of
 * inputs, chosen by a hash (Weinberger et al., "Feature Hashing for Large Scale Multitask
 * Learning", ICML 2009), whose value is the root of how often it is there, so that a word that
 * comes ten times does not drown the others. A missing text is all zeros. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/text.h"
#include "base/fnv.h"

#include <math.h>
#include <string.h>

static int text_hash_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                           struct error *error UNUSED)
{
    encoder->text_slots = lesson->options.text_slots;
    encoder->text_bigrams = lesson->options.text_bigrams;
    return 0;
}

static int64_t text_hash_width(const struct encoder *encoder)
{
    return encoder->text_slots;
}

static void hash_words(struct words words, uint64_t slots, bool bigrams, float *x)
{
    struct word word;
    uint64_t before = 0;
    for (bool first = true; words_next(&words, &word); first = false) {
        uint64_t hash = fnv_add(FNV_START, word.text, word.length);
        x[hash % slots]++;
        if (bigrams && !first)
            x[fnv_add(fnv_add(before, " ", 1), word.text, word.length) % slots]++;
        before = hash;
    }
}

static void text_hash_encode(const struct encoder *encoder, const struct encoder_source *source,
                             const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    int64_t slots = encoder->text_slots;
    for (int64_t i = 0; i < row_count; i++, x += stride) {
        memset(x, 0, (size_t)slots * sizeof(*x));
        hash_words(text_words(source->column, rows[i]), (uint64_t)slots, encoder->text_bigrams, x);
        for (int64_t slot = 0; slot < slots; slot++)
            x[slot] = sqrtf(x[slot]);
    }
}

static int text_hash_write(const struct encoder *encoder, json_t *object)
{
    if (json_object_set_new(object, "slots", json_integer(encoder->text_slots)))
        return -1;
    return json_object_set_new(object, "bigrams", json_boolean(encoder->text_bigrams));
}

static int text_hash_read(struct encoder *encoder, const json_t *object, const char *path,
                          struct error *error)
{
    encoder->text_bigrams = json_is_true(json_object_get(object, "bigrams"));
    return text_read_integer(object, "slots", 1, ENCODER_WIDTH_MAX, &encoder->text_slots, path,
                             error);
}

const struct encoder_kind encoder_text_hash = {
    .kind = {.name = "text_hash", .help = "how often each word is there, by a hash of the word"},
    .type = COLUMN_TEXT,
    .expected = "a string",
    .learn = text_hash_learn,
    .width = text_hash_width,
    .encode = text_hash_encode,
    .parse = text_parse,
    .example = text_example,
    .write = text_hash_write,
    .read = text_hash_read};
