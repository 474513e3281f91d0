/* A source as lines of UTF-8 text, with their numbers for messages. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_LINES_H
#define PROPD_ENGINE_FORMATS_LINES_H

#include "engine/formats/text_input.h"

struct lines {
    struct text_input text;
    const char
        *line; /* without its end; until the next line; TEXT_ROOM bytes behind it can be read */
    size_t length;
    int64_t number; /* from 1 */
};

/* From the source's first byte. */
int lines_open(struct lines *lines, struct input *input, enum text_encoding without_mark,
               struct error *error) MUST_CHECK;
void lines_close(struct lines *lines);
/* The next line, ended by \n, \r\n, \r or the source: 1, 0 at the end, -1; ERROR_INVALID for a line
 * with a NUL byte, for one longer than TEXT_WINDOW_MAX, and for what is not text in the encoding
 * (then text.not_utf8 is set). */
int lines_next(struct lines *lines, struct error *error) MUST_CHECK;
/* Puts "line 3" before what is said about it. Always -1. */
int lines_refuse(const struct lines *lines, const struct error *inner, struct error *error);

#endif
