/* Rows of cells as they lie in a text, one separator between any two: where they end is all that is
 * known of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_CELL_BLOCK_H
#define PROPD_ENGINE_CELL_BLOCK_H

#include "engine/cell.h"

struct cell_block {
    const char *text;      /* NUMBER_TEXT_ROOM bytes behind it can be read too */
    const uint32_t *stops; /* of row r and column c at r * stride + c: the place of the separator
                              behind the cell; stops[-1] is that before the first */
    int64_t stride;
    int64_t rows;
    char separator;
};

/* The cell without blanks around it. */
static inline struct cell cell_block_cell(const struct cell_block *block, int64_t row,
                                          int64_t column)
{
    const uint32_t *stop = block->stops + row * block->stride + column;
    const char *start = block->text + (uint32_t)(stop[-1] + 1), *end = block->text + stop[0];
    while (start < end && (*start == ' ' || (*start == '\t' && block->separator != '\t')))
        start++;
    while (end > start && (end[-1] == ' ' || (end[-1] == '\t' && block->separator != '\t')))
        end--;
    return (struct cell){.text = start, .length = (uint32_t)(end - start)};
}

#endif
