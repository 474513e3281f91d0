/* A text as the numbers of its words in their order, for an embedding layer: 0 stands in front of a
 * text that is short, so that a recurrent layer ends with the last word; 1 is a word that is not
 * one of the most frequent of the training rows; those follow from 2, the most frequent first. Of a
 * text that is long the beginning is taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/encoders/text.h"
#include "engine/vocabulary.h"

#include <string.h>

enum { TOKEN_PADDING, TOKEN_UNKNOWN, TOKEN_FIRST_WORD };

/* text_length "auto" is the length that this share of the training rows does not pass. */
enum { LENGTH_PERCENT = 95, LENGTH_AUTO_MAX = 256 };

/* ---- learning */

static int64_t choose_length(const int64_t counts[LENGTH_AUTO_MAX + 1], int64_t row_count)
{
    int64_t rows = 0;
    for (int64_t length = 0; length < LENGTH_AUTO_MAX; length++) {
        rows += counts[length];
        if (rows * 100 >= row_count * LENGTH_PERCENT)
            return length > 0 ? length : 1;
    }
    return LENGTH_AUTO_MAX;
}

static int count_words(struct vocabulary *vocabulary, struct words words, int64_t *length,
                       struct error *error)
{
    struct word word;
    for (*length = 0; words_next(&words, &word); ++*length)
        if (vocabulary_add(vocabulary, &word, error))
            return -1;
    return 0;
}

static int text_tokens_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                             struct error *error)
{
    AUTO_CLEAR(vocabulary_clear) struct vocabulary vocabulary = {.count = 0};
    int64_t counts[LENGTH_AUTO_MAX + 1] = {0};
    for (int64_t i = 0; i < lesson->row_count; i++) {
        int64_t length;
        if (count_words(&vocabulary, text_words(lesson->column, lesson->rows[i]), &length, error))
            return -1;
        counts[length < LENGTH_AUTO_MAX ? length : LENGTH_AUTO_MAX]++;
    }
    encoder->text_length = lesson->options.text_length;
    if (encoder->text_length == 0)
        encoder->text_length = choose_length(counts, lesson->row_count);
    return vocabulary_rank(&vocabulary, lesson->options.text_vocabulary, &encoder->labels, error);
}

/* ---- encoding */

static int64_t text_tokens_width(const struct encoder *encoder)
{
    return encoder->text_length;
}

static void text_tokens_encode(const struct encoder *encoder, const struct encoder_source *source,
                               const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    for (int64_t i = 0; i < row_count; i++, x += stride) {
        struct words words = text_words(source->column, rows[i]);
        struct word word;
        int64_t count = 0;
        while (count < encoder->text_length && words_next(&words, &word)) {
            int64_t place = labels_find(&encoder->labels, word.text, word.length);
            x[count++] = (float)(place < 0 ? TOKEN_UNKNOWN : TOKEN_FIRST_WORD + place);
        }
        int64_t padding = encoder->text_length - count;
        memmove(x + padding, x, (size_t)count * sizeof(*x));
        for (int64_t k = 0; k < padding; k++)
            x[k] = TOKEN_PADDING;
    }
}

static int64_t text_tokens_vocabulary(const struct encoder *encoder)
{
    return TOKEN_FIRST_WORD + (int64_t)encoder->labels.count;
}

/* ---- JSON */

static int text_tokens_write(const struct encoder *encoder, json_t *object)
{
    if (json_object_set_new(object, "words", labels_write(&encoder->labels)))
        return -1;
    return json_object_set_new(object, "length", json_integer(encoder->text_length));
}

static int text_tokens_read(struct encoder *encoder, const json_t *object, const char *path,
                            struct error *error)
{
    if (labels_read(&encoder->labels, json_object_get(object, "words"), path, error))
        return -1;
    return text_read_integer(object, "length", 1, ENCODER_WIDTH_MAX, &encoder->text_length, path,
                             error);
}

const struct encoder_kind encoder_text_tokens = {
    .kind = {.name = "text_tokens", .help = "the numbers of its words, for an embedding layer"},
    .type = COLUMN_TEXT,
    .expected = "a string",
    .learn = text_tokens_learn,
    .width = text_tokens_width,
    .vocabulary = text_tokens_vocabulary,
    .encode = text_tokens_encode,
    .parse = text_parse,
    .example = text_example,
    .write = text_tokens_write,
    .read = text_tokens_read};
