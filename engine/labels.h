/* A list of different texts with a quick way from a text to its place: the categories of a column,
 * the labels of a target. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LABELS_H
#define PROPD_ENGINE_LABELS_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum { LABELS_MAX = 65536 };

struct label {
    char *text; /* owned, NUL-terminated */
    size_t length;
};

/* All zero is an empty one. */
struct labels {
    uint32_t count, capacity;
    struct label *items;         /* [count], owned */
    const struct label **sorted; /* [count], owned: the items in the order of their bytes; NULL
                                    before labels_index() */
};

void labels_clear(struct labels *labels);

/* Appends a copy of `text`. More than LABELS_MAX are ERROR_INVALID. */
int labels_add(struct labels *labels, const char *text, size_t length, struct error *error);

/* After the last add: makes labels_find() work. A text that is there twice is ERROR_INVALID. */
int labels_index(struct labels *labels, struct error *error);

/* The place of a text, -1 where it is not in the list. */
int64_t labels_find(const struct labels *labels, const char *text, size_t length);

/* As a JSON array of strings (NULL when out of memory), and back; `path` is for messages. */
json_t *labels_write(const struct labels *labels);
int labels_read(struct labels *labels, const json_t *json, const char *path, struct error *error);

#endif
