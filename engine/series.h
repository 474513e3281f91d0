/* Series: rows of a table that follow each other in time, cut into windows. A sample is `length`
 * rows in a row; what it predicts is the target of the row `horizon` rows behind the last of them.
 *
 * A sample goes by the row that it predicts: rows of a dataset stay the unit of everything else
 * (splits, weights, targets), and the index tells which rows the window before one has. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SERIES_H
#define PROPD_ENGINE_SERIES_H

#include "base/error.h"
#include "base/fields.h"
#include "engine/dataset.h"

#include <stdint.h>

/* job.window; kind: series_options_kind. */
struct series_options {
    int64_t length;  /* rows; 0: there are no windows */
    int64_t horizon; /* rows from the last one to the one that is predicted, at least 1 */
    char *by;        /* column that orders the rows; NULL: the dataset's order */
    char *group;     /* column whose values have windows of their own; NULL */
};
extern const struct kind series_options_kind;

/* The rows of a dataset group by group, in each by time, equal times as the dataset has them. Rows
 * without a time or a group are in no window. */
struct series_index {
    const struct series_options *options; /* borrowed */
    uint32_t *order;                      /* owned, as all: rows */
    uint32_t *places;                     /* [rows]: where a row is in `order` */
    uint32_t *ranks;                      /* [rows]: how many of its group are before it */
    double *times;                        /* [rows]: by what they are ordered */
};

/* Errors name window.by and window.group. Nothing is left to clear on failure. */
int series_index_make(struct series_index *index, const struct series_options *options,
                      const struct dataset *dataset, struct error *error);
void series_index_clear(struct series_index *index);

/* The `length` rows of the window that predicts `row`; NULL where there are not enough before it.
 * Borrowed. */
const uint32_t *series_window(const struct series_index *index, uint32_t row);

#endif
