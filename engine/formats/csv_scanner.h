/* Text to rows of cells: separators, quotes, line ends of every kind, and the line's number for
 * messages. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_CSV_SCANNER_H
#define PROPD_ENGINE_FORMATS_CSV_SCANNER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/formats/csv_block.h"
#include "engine/formats/text_input.h"

struct csv_scanner {
    struct text_input *text; /* borrowed */
    char separator;          /* ' ': any number of blanks */
    int64_t columns_max;
    int64_t line; /* of the row's first character, from 1 */
    int64_t next_line;
    struct cell *cells; /* of the row; their texts hold until the next row */
    int64_t count, capacity;
    uint8_t classes[256];
    int64_t unclean; /* quoted cells of the row with doubled quotes or NUL bytes in them */
    struct csv_block block;
    int64_t unusual;  /* rows to be scanned before blocks are looked for again */
    int64_t patience; /* how many they will be the next time */
};

/* Reads from where `text` is. */
int csv_scanner_start(struct csv_scanner *scanner, struct text_input *text, char separator,
                      int64_t columns_max, struct error *error) MUST_CHECK;
void csv_scanner_stop(struct csv_scanner *scanner);
/* The next row that is not blank: 1, 0 at the end, or -1 (ERROR_INVALID begins with the line). */
int csv_scanner_next(struct csv_scanner *scanner, struct error *error) MUST_CHECK;
/* Several rows at once, where the next ones are plain and have `width` fields: how many they are,
 * and they in scanner->block.cells, until the next call. `line` is the first one's. 0: not so. */
int64_t csv_scanner_next_block(struct csv_scanner *scanner, int64_t width);
/* Adds empty cells up to `count`. */
int csv_scanner_pad(struct csv_scanner *scanner, int64_t count, struct error *error) MUST_CHECK;

#endif
