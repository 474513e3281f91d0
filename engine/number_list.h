/* Lists of numbers in JSON text, read without a document. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_NUMBER_LIST_H
#define PROPD_ENGINE_NUMBER_LIST_H

#include <stddef.h>

/* Reads "[n, n, …]" of exactly `count` numbers (at least one) that begins at `at` into values[]:
 * the doubles that jansson makes of them (RFC 8259, section 6). Returns the place behind the
 * bracket; NULL for everything else, valid or not: more or fewer numbers, other values, and numbers
 * that jansson refuses because they are too large. */
const char *number_list_read(const char *at, const char *end, double *values, size_t count);

/* The place of the next character that is no blank; `end` where there is none. */
const char *number_list_skip_blanks(const char *at, const char *end);

#endif
