/* A source of JSON objects, one a line, or all in one JSON array, taken apart into their texts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_JSON_RECORDS_H
#define PROPD_ENGINE_FORMATS_JSON_RECORDS_H

#include <jansson.h>

#include "engine/formats/text_input.h"

struct json_records {
    struct text_input text;
    int64_t line;      /* of the object that was given last, from 1 */
    int64_t next_line; /* of what comes behind it */
    bool in_array;     /* all objects stand in one [ … ] */
    bool has_begun;    /* the first thing was seen */
    bool has_ended;    /* the array is closed */
};

/* How deep in brackets a text is, and whether in a string, where brackets do not count. All zero at
 * its start. */
struct json_brackets {
    int64_t depth;
    bool is_in_string, is_escaped;
};
/* Follows one character; true where it closes a bracket. */
bool json_brackets_close(struct json_brackets *brackets, char c);

/* From the source's first byte. */
int json_records_open(struct json_records *records, struct input *input,
                      struct error *error) MUST_CHECK;
void json_records_close(struct json_records *records);
/* The next object: 1, the caller owns *object; 0 at the end; -1 with ERROR_INVALID, which begins
 * with the line. */
int json_records_next(struct json_records *records, json_t **object,
                      struct error *error) MUST_CHECK;
/* Puts the line of the last object before what is said about it. Always -1. */
int json_records_refuse(const struct json_records *records, const struct error *inner,
                        struct error *error);

#endif
