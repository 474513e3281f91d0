/* A source as UTF-8 text through a window that slides over it: byte-order marks removed, UTF-16 and
 * Windows-1252 transcoded, UTF-8 checked. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_TEXT_INPUT_H
#define PROPD_ENGINE_FORMATS_TEXT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/input.h"

enum text_encoding { TEXT_UTF8, TEXT_UTF16_LE, TEXT_UTF16_BE, TEXT_WINDOWS_1252 };
extern const char *const text_encoding_names[];

struct text_input {
    struct input *input; /* borrowed */
    enum text_encoding encoding;
    char *data;        /* owned; TEXT_ROOM bytes behind its capacity can be read too */
    size_t begin, end; /* the window: what was not yet consumed, whole characters */
    size_t filled;     /* bytes in data; past `end` only a character cut in two */
    size_t capacity;
    uint8_t *raw; /* bytes before transcoding; NULL for UTF-8; owned */
    size_t raw_filled;
    bool ended;    /* nothing comes behind the window */
    bool not_utf8; /* why text_input_more failed: start again with TEXT_WINDOWS_1252 */
};

/* Starts at the source's first byte, whose byte-order mark gives the encoding; else `without_mark`
 * is taken. */
int text_input_open(struct text_input *text, struct input *input, enum text_encoding without_mark,
                    struct error *error) MUST_CHECK;
void text_input_close(struct text_input *text);

/* Moves what was not consumed to the front of the buffer and reads more behind it; pointers into
 * the window move. 1, 0 at the end of the source, -1 for bytes that are not text in the encoding,
 * and where a window of TEXT_WINDOW_MAX is full (ERROR_INVALID without a place, which the caller
 * knows).
 */
int text_input_more(struct text_input *text, struct error *error) MUST_CHECK;

enum { TEXT_WINDOW_MAX = 16 << 20, TEXT_ROOM = 32 };

#endif
