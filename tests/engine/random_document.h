/* Random documents for tests. Layer types and augmentations (by their examples), losses, optimizers
 * and schedules come from the tables of the engine, options from the tables of their fields: what
 * is added there is drawn here. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_TESTS_ENGINE_RANDOM_DOCUMENT_H
#define PROPD_TESTS_ENGINE_RANDOM_DOCUMENT_H

#include <jansson.h>

#include "engine/shape.h"

/* The numbers that are drawn from here on depend on the part alone. */
void draw_start(uint64_t part);
/* From low to high, both included. */
int64_t draw(int64_t low, int64_t high);

struct document {
    json_t *network, *training;
    struct shape shape; /* of a row's features */
    int target;
    bool whole_numbers; /* features that are token ids too */
};

/* Of the entries that come to the number; what fits together badly is refused by whoever reads it.
 */
struct document draw_document(int number);
void document_clear(struct document *document);
/* The column to learn: "kind", "flag", "y" or "count". */
const char *document_target(const struct document *document);
/* "lstm, adam, cosine": the entries that come to the number; until the next call. */
const char *document_entries(int number);
/* So many numbers meet every layer type, and every optimizer with every schedule. */
size_t document_count(void);

#endif
