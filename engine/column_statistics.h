/* What the description of a dataset says about a column's values, in bounded memory and in two
 * passes (mean, then deviations from it), so that large means cost no digits. Values may come in
 * parts of any size; NaN is missing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_COLUMN_STATISTICS_H
#define PROPD_ENGINE_COLUMN_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/column_file.h"

enum { HISTOGRAM_BINS = 20, DISTINCT_MAX = 65536 };

enum section_values { SECTION_DOUBLES, SECTION_FLOATS, SECTION_DATES };

struct column_statistics {
    int64_t count;         /* of values that are not missing */
    bool integers;         /* all of them whole */
    double min, max, mean; /* meaningless where count is 0 */
    double deviation;      /* of the population: the root of the mean square distance to the mean */
    uint64_t histogram[HISTOGRAM_BINS]; /* equal parts of min … max */
    int64_t distinct; /* exact below DISTINCT_MAX; that, where there are so many or more */
};

enum { STATISTICS_GROUP = 4 };

/* Reads up to STATISTICS_GROUP sections of the same size back, side by side. NaN and INT64_MIN are
 * missing. */
int column_statistics_compute(const struct column_file *file,
                              const struct column_section *const *sections, int columns,
                              enum section_values values,
                              struct column_statistics *const *statistics,
                              struct error *error) MUST_CHECK;
/* The same of a section of bytes. */
int byte_statistics_compute(const struct column_file *file, const struct column_section *section,
                            struct column_statistics *statistics, struct error *error) MUST_CHECK;
/* The part of the histogram that a value is counted in, by the least and the greatest. */
int column_statistics_bin(const struct column_statistics *statistics, double value);

/* The same in the two passes for whoever has the values in memory anyway: of up to STATISTICS_GROUP
 * columns at a time, so that their sums need not wait for each other. `values` are those of each;
 * NaN is missing. */

struct column_range {
    int64_t count;
    bool integers;
    double min, max;
    long double sum;
};

void column_range_start(struct column_range *range);
void column_ranges_add(struct column_range *const *ranges, const double *const *values, int columns,
                       size_t count);

/* All zero is an empty one. */
struct column_spreads {
    int columns;
    struct column_spread {
        int64_t count;
        double min, max, mean;
        bool integers;
        long double squares;
        uint64_t histogram[HISTOGRAM_BINS];
        /* The different values, by their bits; 0 stands for a free slot, so that +0 is kept
         * apart. */
        uint64_t *slots;
        uint64_t mask; /* a power of two of slots, less one */
        int64_t distinct;
        bool has_zero;
    } each[STATISTICS_GROUP];
    uint64_t *slots; /* of all; owned */
    size_t slot_count;
};

/* Begins the second pass over columns that have gone through the first. ERROR_MEMORY. */
int column_spreads_start(struct column_spreads *spreads, const struct column_range *const *ranges,
                         int columns, struct error *error) MUST_CHECK;
void column_spreads_add(struct column_spreads *spreads, const double *const *values, size_t count);
void column_spread_finish(const struct column_spread *spread, struct column_statistics *statistics);
void column_spreads_clear(struct column_spreads *spreads);

#endif
