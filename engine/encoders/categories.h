/* What the kinds for categories share (one_hot, hashed, ordinal). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_ENCODERS_CATEGORIES_H
#define PROPD_ENGINE_ENCODERS_CATEGORIES_H

#include "engine/encoder.h"

/* How many different categories the lesson's rows have; -1 when out of memory. */
int64_t categories_count(const struct encoder_lesson *lesson, struct error *error);

/* The categories that the lesson's rows have, in the dictionary's order. */
int categories_learn(struct labels *labels, const struct encoder_lesson *lesson,
                     struct error *error);

/* A slot of `encoder` for each entry of the column's dictionary; the caller frees. NULL when out of
 * memory. */
uint32_t *categories_slots(const struct encoder *encoder, const struct column *column,
                           struct error *error);

/* The slot of a row's category, ENCODER_NO_SLOT where it is missing. */
static inline uint32_t categories_slot(const struct encoder_source *source, uint32_t row)
{
    uint32_t category = source->column->categories[row];
    return category == CATEGORY_MISSING ? ENCODER_NO_SLOT : source->slots[category];
}

/* The parse and slot of the kinds; slot by labels is for those that keep labels. */
bool categories_parse(const struct encoder *encoder, const json_t *json, struct encoder_cell *cell);
uint32_t categories_slot_of_label(const struct encoder *encoder, const char *text, size_t length);
/* The first label as an example, or "text". */
void categories_example(const struct encoder *encoder, char text[ENCODER_EXAMPLE_SIZE]);

#endif
