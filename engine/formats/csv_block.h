/* The short cut for rows that are as most rows are: no quotes, one line each, and all of the same
 * width. Their separators and line ends are found sixty-four characters at a time; whatever is in
 * any way unusual is left to csv_scanner.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_CSV_BLOCK_H
#define PROPD_ENGINE_FORMATS_CSV_BLOCK_H

#include "engine/cell_block.h"

struct csv_block {
    uint32_t *places; /* of separators and line ends; owned */
    struct cell_block cells;
    size_t size; /* of the rows in the text */
};

int csv_block_start(struct csv_block *block, struct error *error) MUST_CHECK;
void csv_block_stop(struct csv_block *block);

/* Finds rows of `width` fields from text[begin] on, where a row begins, for some ten thousand
 * characters and at least one row; `end` is where the text ends, TEXT_ROOM bytes behind it can be
 * read. Returns how many there are before the first unusual one: one with a quote, a NUL byte, a
 * line end of another kind, another number of fields, nothing in it, or without its end. */
int64_t csv_block_find(struct csv_block *block, const char *text, size_t begin, size_t end,
                       char separator, int64_t width);

#endif
