/* The words of an ARFF line: names, types and values, quoted or not (waikato.github.io/weka-wiki/
 * formats_and_processing/arff_stable). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARFF_TOKENS_H
#define PROPD_ENGINE_FORMATS_ARFF_TOKENS_H

#include <stdbool.h>

#include "engine/cell.h"
#include "engine/formats/lines.h"

struct arff_cursor {
    char *at, *end;
    bool in_braces; /* words end at } too */
};

/* The line, whose escapes are replaced where they stand. */
struct arff_cursor arff_cursor_of(const struct lines *lines);
void arff_skip_blanks(struct arff_cursor *cursor);
/* Behind blanks: whether nothing is left but a comment, %. */
bool arff_at_end(struct arff_cursor *cursor);
/* Behind blanks: whether `wanted` stands there, which is then passed. */
bool arff_take(struct arff_cursor *cursor, char wanted);
/* A word in ' or ", with \n, \t, \r, \', \", \\, \% and \uXXXX in it; or one that ends at a blank
 * or a comma, within braces also at }. ERROR_INVALID for quotes that are not closed, and for text
 * behind closing ones. */
int arff_take_word(struct arff_cursor *cursor, struct cell *word, struct error *error) MUST_CHECK;
/* "{" or a name's end before it: a word that ends there too. */
int arff_take_name(struct arff_cursor *cursor, struct cell *name, struct error *error) MUST_CHECK;
/* Whether the word is this one, in any case. */
bool arff_word_is(const struct cell *word, const char *text);

#endif
