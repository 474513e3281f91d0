/* The type of an array's elements, as NumPy names it, and elements to numbers and text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARRAY_TYPE_H
#define PROPD_ENGINE_FORMATS_ARRAY_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum array_kind {
    ARRAY_BOOLEAN,
    ARRAY_SIGNED,
    ARRAY_UNSIGNED,
    ARRAY_FLOAT,  /* IEEE 754 of 2, 4 or 8 bytes */
    ARRAY_BYTES,  /* text in UTF-8, padded with NULs */
    ARRAY_UNICODE /* text in UCS-4, padded with zeros */
};

struct array_type {
    enum array_kind kind;
    bool big_endian;
    size_t size; /* bytes of an element */
};

enum { ARRAY_TEXT_MAX = 1 << 20 /* bytes of an element of text */ };

/* "<f4", ">i8", "|u1", "u1", "|b1", "|S16", "<U8"; little-endian where nothing is said. Whether it
 * is one that can be read. */
bool array_type_parse(const char *text, size_t length, struct array_type *type);
bool array_type_is_text(const struct array_type *type);
/* `count` elements as numbers; whole ones beyond 2^53 as the nearest double. */
void array_to_doubles(const struct array_type *type, const uint8_t *raw, size_t count, double *out);
/* Room for array_to_text(). */
size_t array_text_room(const struct array_type *type);
/* An element of text as UTF-8 without its padding: its length, or -1 with ERROR_INVALID, which the
 * caller puts a place before: "is not UTF-8". */
ssize_t array_to_text(const struct array_type *type, const uint8_t *raw, char *out,
                      struct error *error) MUST_CHECK;

#endif
