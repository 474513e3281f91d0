/* Decimal numbers as text to double: exact, and free of the locale. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_NUMBER_TEXT_H
#define PROPD_ENGINE_NUMBER_TEXT_H

#include <stddef.h>
#include <stdint.h>

enum number_kind {
    NUMBER_NONE,    /* the text is no number */
    NUMBER_FINITE,  /* the double nearest to the decimal, as strtod gives it */
    NUMBER_INFINITE /* inf, infinity (any case), or a decimal beyond the largest double */
};

/* Reads all of text[0 … length): [+-] digits with at most one point, then e or E and a whole
 * exponent. Blanks, hexadecimal, nan and thousands separators are no numbers. `value` is set unless
 * NUMBER_NONE. */
enum number_kind number_text_read(const char *text, size_t length, double *value);
/* The same where NUMBER_TEXT_ROOM bytes can be read from `text` on, whatever they are: without a
 * branch for every digit. */
enum { NUMBER_TEXT_ROOM = 17 };
enum number_kind number_text_read_roomy(const char *text, size_t length, double *value);
/* Reads a column of such texts, each from behind stops[i * stride - 1] to stops[i * stride],
 * counted from `text`, until the first that is no finite number. Returns how many were read. */
int64_t number_text_read_column(const char *text, const uint32_t *stops, int64_t stride,
                                int64_t count, double *values);

#endif
