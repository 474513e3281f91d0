/* What the description of a dataset says about a column's values, computed from its section after
 * it is written: chunk by chunk, so that memory does not grow with the column, and in two passes
 * (mean, then deviations from it), so that large means cost no digits. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_COLUMN_STATISTICS_H
#define PROPD_ENGINE_COLUMN_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/column_file.h"

enum { HISTOGRAM_BINS = 20, DISTINCT_MAX = 65536 };

enum section_values { SECTION_DOUBLES, SECTION_FLOATS, SECTION_BYTES, SECTION_DATES };

struct column_statistics {
    int64_t count;         /* of values that are not missing */
    bool integers;         /* all of them whole */
    double min, max, mean; /* meaningless where count is 0 */
    double deviation;      /* of the population: the root of the mean square distance to the mean */
    uint64_t histogram[HISTOGRAM_BINS]; /* equal parts of min … max */
    int64_t distinct; /* exact below DISTINCT_MAX; that, where there are so many or more */
};

/* Reads a section of `values` back. NaN and INT64_MIN are missing. */
int column_statistics_compute(const struct column_file *file, struct column_section section,
                              enum section_values values, struct column_statistics *statistics,
                              struct error *error) MUST_CHECK;

#endif
