/* A line of a LibSVM file taken apart: labels, query, and pairs of index and value (the README of
 * LIBSVM, and of SVM-light for qid and comments). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_LIBSVM_LINE_H
#define PROPD_ENGINE_FORMATS_LIBSVM_LINE_H

#include "engine/cell.h"
#include "engine/formats/lines.h"

struct libsvm_line {
    struct cell labels; /* "1", "+1", "4,9,18", or empty */
    bool has_query;
    double query;
    const char *at, *end; /* of what is left: pairs */
    int64_t last_index;   /* -1 before the first */
};

/* Begins a line. 1; 0: it is blank or a comment; -1 with ERROR_INVALID without its number. */
int libsvm_line_start(struct libsvm_line *line, const struct lines *lines,
                      struct error *error) MUST_CHECK;
/* The next pair: 1; 0 at the end; -1 for what is none, and for indices that do not ascend. */
int libsvm_line_next(struct libsvm_line *line, int64_t *index, double *value,
                     struct error *error) MUST_CHECK;
/* The next of the labels, which are cut from their front: 1; 0 at the end; -1 for one that is no
 * number. */
int libsvm_labels_next(struct cell *labels, struct cell *label, struct error *error) MUST_CHECK;
/* Whether there are several labels, or none. */
bool libsvm_labels_are_many(const struct cell *labels);

#endif
