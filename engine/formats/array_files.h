/* Arrays that lie in the import's own files: one, or features and labels, as a whole dataset. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARRAY_FILES_H
#define PROPD_ENGINE_FORMATS_ARRAY_FILES_H

#include "engine/formats/array.h"

/* An array in a file, behind a header, or as a part of each of its records. */
struct array_file {
    struct array array;
    struct input *input;
    uint64_t header_size;
    uint64_t record_size; /* 0: the elements follow each other */
    uint64_t part_offset, part_size;
};

/* The import's sources with the features first. */
struct array_pair {
    struct array_file files[IMPORT_SOURCES_MAX];
    int count; /* 1: no labels */
};

/* files[].input and array.name, in that order; the rest is zero. */
void array_pair_start(struct array_pair *pair, struct import *import);
/* Fills the column file with the arrays, which were added to the table. ERROR_INVALID unless there
 * are as many labels as features. `about_taken` is what the format says of itself. */
int array_pair_read(struct array_pair *pair, struct table_builder *table, json_t *about_taken,
                    struct error *error) MUST_CHECK;

#endif
