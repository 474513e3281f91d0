/* A cell of text in a row, and what it can be read as: missing, a number, a boolean, a date. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_CELL_H
#define PROPD_ENGINE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/fields.h"

/* UTF-8, without its quotes, and without blanks around it where it had none. NUMBER_TEXT_ROOM bytes
 * can be read from `text` on, however short it is. */
struct cell {
    const char *text;
    uint32_t length;
    bool quoted;
};

/* Words for "no value", apart from the empty cell. */
struct missing_words {
    struct strings words; /* owned */
    size_t longest;
    bool begins[256]; /* by a word's first byte */
    bool has_number;  /* one of them reads as a number: -999 */
};

/* ? NA N/A null NaN and how they are written; NULL-terminated. */
extern const char *const missing_words_usual[];

/* The words of a list and those of `more`, comma-separated or NULL. Clear it also after a failure.
 */
int missing_words_read(struct missing_words *missing, const char *const *words, const char *more,
                       struct error *error) MUST_CHECK;
void missing_words_clear(struct missing_words *missing);

enum cell_class {
    CELL_MISSING,        /* empty, or a word for missing */
    CELL_QUOTED_MISSING, /* the same in quotes: missing as a number, but a value as a string */
    CELL_VALUE
};
enum cell_class cell_classify(const struct cell *cell, const struct missing_words *missing);

/* Ways in which values can be read, or'ed. */
enum cell_reading {
    READS_NUMBER = 1 << 0,
    READS_BOOLEAN = 1 << 1,
    READS_DAY_FIRST = 1 << 2, /* a date; those that are no 03/04/2015 read in both orders */
    READS_MONTH_FIRST = 1 << 3,
    READS_ALL = 15
};

/* Which of the readings in `asked` a cell that is not missing has; 0: only that as a string. Sets
 * `ambiguous` where both orders of day and month are asked for and give dates, and different ones.
 */
unsigned cell_readings(const struct cell *cell, unsigned asked, bool *ambiguous);

/* true, yes, t and false, no, f, in any case. */
bool cell_read_boolean(const struct cell *cell, bool *value);

#endif
