/* Texts on the heap. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_TEXT_H
#define PROPD_STORAGE_TEXT_H

#include "base/compiler.h"
#include "base/error.h"

/* A new text as by printf, for the caller to free; NULL when out of memory. */
char *text_print(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Frees a text and puts a copy of another in its place. */
int text_replace(char **text, const char *other, struct error *error);

#endif
