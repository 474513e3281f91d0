/* What the kinds for texts share (text_hash, text_tokens): the text of a row, and of a client's
 * value. A column of categories gives texts too, so that a table that is too small for its texts to
 * be told from categories can be used beside a larger one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_ENCODERS_TEXT_H
#define PROPD_ENGINE_ENCODERS_TEXT_H

#include "engine/encoder.h"
#include "engine/words.h"

/* The words of a row's text; none where it is missing. */
static inline struct words text_words(const struct column *column, uint32_t row)
{
    const uint64_t *offsets = column->text_offsets + row;
    const char *text = column->text;
    if (column->type == COLUMN_CATEGORY) {
        uint32_t category = column->categories[row];
        if (category == CATEGORY_MISSING)
            return (struct words){.size = 0};
        offsets = column->category_offsets + category;
        text = column->category_text;
    }
    return (struct words){.text = text + offsets[0], .size = (size_t)(offsets[1] - offsets[0])};
}

/* The parse and example of the kinds. */
bool text_parse(const struct encoder *encoder, const json_t *json, struct encoder_cell *cell);
void text_example(const struct encoder *encoder, char text[ENCODER_EXAMPLE_SIZE]);

/* A whole number between `least` and `most` out of what was learned. */
int text_read_integer(const json_t *object, const char *name, int64_t least, int64_t most,
                      int64_t *integer, const char *path, struct error *error);

#endif
