/* A float as JSON text, short and exact, without the C library's printer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_FLOAT_TEXT_H
#define PROPD_BASE_FLOAT_TEXT_H

#include <stddef.h>

enum { FLOAT_TEXT_SIZE = 32 };

/* The shortest of 6, 7, 8 or 9 significant digits (each the nearest decimal of its length, ties to
 * even) that reads back as the same float, written as json_append_number() writes such a decimal;
 * null where it is not finite. Returns the length without the NUL. */
size_t float_text(float value, char text[FLOAT_TEXT_SIZE]);

#endif
