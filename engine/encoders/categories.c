/* Categories: which there are, and their slots. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoders/categories.h"

#include <stdio.h>
#include <stdlib.h>

/* One flag for each entry of the dictionary: whether a row of the lesson has it. */
static bool *categories_present(const struct encoder_lesson *lesson, struct error *error)
{
    const struct column *column = lesson->column;
    bool *present = calloc((size_t)column->category_count + 1, sizeof(*present));
    if (!present) {
        error_set(error, ERROR_MEMORY, "out of memory for the categories of \"%s\"", column->name);
        return NULL;
    }
    for (int64_t i = 0; i < lesson->row_count; i++) {
        uint32_t category = column->categories[lesson->rows[i]];
        if (category != CATEGORY_MISSING)
            present[category] = true;
    }
    return present;
}

int64_t categories_count(const struct encoder_lesson *lesson, struct error *error)
{
    AUTO_FREE bool *present = categories_present(lesson, error);
    int64_t count = 0;
    if (!present)
        return -1;
    for (uint32_t i = 0; i < lesson->column->category_count; i++)
        count += present[i];
    return count;
}

static int categories_add(struct labels *labels, const struct column *column, const bool *present,
                          struct error *error)
{
    const uint64_t *offsets = column->category_offsets;
    for (uint32_t i = 0; i < column->category_count; i++)
        if (present[i] && labels_add(labels, column->category_text + offsets[i],
                                     offsets[i + 1] - offsets[i], error))
            return -1;
    return labels_index(labels, error);
}

int categories_learn(struct labels *labels, const struct encoder_lesson *lesson,
                     struct error *error)
{
    bool *present = categories_present(lesson, error);
    if (!present)
        return -1;
    int result = categories_add(labels, lesson->column, present, error);
    free(present);
    return result;
}

uint32_t *categories_slots(const struct encoder *encoder, const struct column *column,
                           struct error *error)
{
    const uint64_t *offsets = column->category_offsets;
    uint32_t *slots = malloc(((size_t)column->category_count + 1) * sizeof(*slots));
    if (!slots) {
        error_set(error, ERROR_MEMORY, "out of memory for the categories of \"%s\"", column->name);
        return NULL;
    }
    for (uint32_t i = 0; i < column->category_count; i++)
        slots[i] = encoder->kind->slot(encoder, column->category_text + offsets[i],
                                       offsets[i + 1] - offsets[i]);
    return slots;
}

uint32_t categories_slot_of_label(const struct encoder *encoder, const char *text, size_t length)
{
    int64_t place = labels_find(&encoder->labels, text, length);
    return place < 0 ? ENCODER_NO_SLOT : (uint32_t)place;
}

bool categories_parse(const struct encoder *encoder, const json_t *json, struct encoder_cell *cell)
{
    cell->column.categories = &cell->category;
    cell->category = json ? 0 : CATEGORY_MISSING;
    if (json_is_string(json))
        cell->slot =
            encoder->kind->slot(encoder, json_string_value(json), json_string_length(json));
    if (json_is_integer(json)) {
        char text[24];
        int length = snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json));
        cell->slot = encoder->kind->slot(encoder, text, (size_t)length);
    }
    return !json || json_is_string(json) || json_is_integer(json);
}

void categories_example(const struct encoder *encoder, char text[ENCODER_EXAMPLE_SIZE])
{
    const char *label = encoder->labels.count ? encoder->labels.items[0].text : "text";
    snprintf(text, ENCODER_EXAMPLE_SIZE, "\"%.40s\"", label);
}
