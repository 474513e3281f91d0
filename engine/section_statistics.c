/* Statistics of sections of a column file, which are read back through views of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_view.h"
#include "engine/column_statistics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 15 };

static const size_t widths[] = {[SECTION_DOUBLES] = sizeof(double),
                                [SECTION_FLOATS] = sizeof(float),
                                [SECTION_DATES] = sizeof(int64_t)};

/* Walks sections as doubles. */
struct walk {
    const struct column_file *file;
    const struct column_section *const *sections;
    enum section_values values;
    uint64_t at;
    struct file_view views[STATISTICS_GROUP];
    double out[STATISTICS_GROUP][CHUNK];
};

/* What lies in a view as doubles. */
static const double *convert(struct walk *walk, int column, size_t count)
{
    const void *raw = walk->views[column].data;
    const float *floats = raw;
    const int64_t *dates = raw;
    double *out = walk->out[column];
    if (walk->values == SECTION_DOUBLES)
        return raw;
    for (size_t i = 0; i < count && walk->values == SECTION_FLOATS; i++)
        out[i] = (double)floats[i];
    for (size_t i = 0; i < count && walk->values == SECTION_DATES; i++)
        out[i] = dates[i] == INT64_MIN ? (double)NAN : (double)dates[i];
    return out;
}

static void close_views(struct walk *walk)
{
    for (int c = 0; c < STATISTICS_GROUP; c++)
        file_view_close(&walk->views[c]);
}

/* The next chunk's values, until the next call; returns how many, 0 at the end, -1. */
static int64_t walk_next(struct walk *walk, int columns, const double **values, struct error *error)
{
    size_t width = widths[walk->values];
    uint64_t left = walk->sections[0]->size - walk->at;
    size_t size = left < CHUNK * width ? (size_t)left : CHUNK * width;
    close_views(walk);
    for (int c = 0; c < columns && size > 0; c++) {
        assert(walk->sections[c]->size == walk->sections[0]->size);
        if (file_view_open(&walk->views[c], walk->file->file, walk->sections[c]->offset + walk->at,
                           size) != 0)
            return error_set_errno(error, "cannot read the column file");
        values[c] = convert(walk, c, size / width);
    }
    walk->at += size;
    return (int64_t)(size / width);
}

static int walk_ranges(struct walk *walk, struct column_range *const *ranges, int columns,
                       struct error *error)
{
    const double *values[STATISTICS_GROUP] = {NULL};
    int64_t got;
    walk->at = 0;
    while ((got = walk_next(walk, columns, values, error)) > 0)
        column_ranges_add(ranges, values, columns, (size_t)got);
    return got < 0 ? -1 : 0;
}

static int walk_spreads(struct walk *walk, struct column_spreads *spreads, struct error *error)
{
    const double *values[STATISTICS_GROUP] = {NULL};
    const int columns = spreads->columns;
    int64_t got;
    walk->at = 0;
    while ((got = walk_next(walk, columns, values, error)) > 0)
        column_spreads_add(spreads, values, (size_t)got);
    return got < 0 ? -1 : 0;
}

int column_statistics_compute(const struct column_file *file,
                              const struct column_section *const *sections, int columns,
                              enum section_values values,
                              struct column_statistics *const *statistics, struct error *error)
{
    AUTO_FREE struct walk *walk = malloc(sizeof(*walk));
    struct column_range room[STATISTICS_GROUP], *ranges[STATISTICS_GROUP];
    const struct column_range *done[STATISTICS_GROUP];
    struct column_spreads spreads = {0};
    assert(columns >= 1 && columns <= STATISTICS_GROUP);
    if (walk == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the statistics of a column");
    walk->file = file;
    walk->sections = sections;
    walk->values = values;
    memset(walk->views, 0, sizeof(walk->views));
    for (int c = 0; c < columns; c++) {
        column_range_start(&room[c]);
        done[c] = ranges[c] = &room[c];
    }
    int status = walk_ranges(walk, ranges, columns, error);
    if (status == 0)
        status = column_spreads_start(&spreads, done, columns, error);
    if (status == 0)
        status = walk_spreads(walk, &spreads, error);
    for (int c = 0; c < columns && status == 0; c++)
        column_spread_finish(&spreads.each[c], statistics[c]);
    column_spreads_clear(&spreads);
    close_views(walk);
    return status;
}
