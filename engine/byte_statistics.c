/* Statistics of a section of bytes: how often each of the 256 values is there says nearly all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_view.h"
#include "engine/column_statistics.h"

#include <assert.h>
#include <math.h>

enum { VALUES = 256, VIEW_SIZE = 1 << 20 };

struct byte_counts {
    uint64_t of[VALUES];
};

/* Four counters a value, so that equal neighbours do not wait for each other. */
static void count_bytes(struct byte_counts *counts, const uint8_t *bytes, size_t size)
{
    enum { LANES = 4 };
    uint32_t lanes[LANES][VALUES] = {{0}};
    assert(size <= UINT32_MAX);
    for (size_t i = 0; i < size; i++)
        lanes[i % LANES][bytes[i]]++;
    for (int value = 0; value < VALUES; value++)
        for (int lane = 0; lane < LANES; lane++)
            counts->of[value] += lanes[lane][value];
}

/* What is asked of every piece of the section. */
typedef void (*piece_fn)(void *context, const uint8_t *bytes, size_t size);

static int walk(const struct column_file *file, const struct column_section *section, piece_fn each,
                void *context, struct error *error)
{
    for (uint64_t at = 0; at < section->size; at += VIEW_SIZE) {
        struct file_view view;
        uint64_t left = section->size - at;
        if (file_view_open(&view, file->file, section->offset + at,
                           left < VIEW_SIZE ? (size_t)left : VIEW_SIZE) != 0)
            return error_set_errno(error, "cannot read the column file");
        each(context, view.data, view.size);
        file_view_close(&view);
    }
    return 0;
}

static void count_piece(void *context, const uint8_t *bytes, size_t size)
{
    count_bytes(context, bytes, size);
}

struct squares {
    long double of[VALUES]; /* of each value's distance to the mean */
    long double sum;
};

/* Added up one by one, as those of other columns are, for the same last bit. */
static void add_squares(void *context, const uint8_t *bytes, size_t size)
{
    struct squares *squares = context;
    long double sum = squares->sum;
    for (size_t i = 0; i < size; i++)
        sum += squares->of[bytes[i]];
    squares->sum = sum;
}

static void describe(const struct byte_counts *counts, struct column_statistics *statistics)
{
    uint64_t sum = 0;
    *statistics = (struct column_statistics){.min = VALUES};
    for (int value = 0; value < VALUES; value++) {
        if (counts->of[value] == 0)
            continue;
        statistics->min = value < statistics->min ? value : statistics->min;
        statistics->max = value;
        statistics->distinct++;
        statistics->count += (int64_t)counts->of[value];
        sum += counts->of[value] * (uint64_t)value;
    }
    statistics->integers = statistics->count > 0;
    if (statistics->count > 0)
        statistics->mean = (double)((long double)sum / (long double)statistics->count);
    for (int value = 0; value < VALUES; value++)
        if (counts->of[value] > 0)
            statistics->histogram[column_statistics_bin(statistics, value)] += counts->of[value];
}

int byte_statistics_compute(const struct column_file *file, const struct column_section *section,
                            struct column_statistics *statistics, struct error *error)
{
    struct byte_counts counts = {{0}};
    struct squares squares = {.sum = 0};
    if (walk(file, section, count_piece, &counts, error) != 0)
        return -1;
    describe(&counts, statistics);
    for (int value = 0; value < VALUES; value++) {
        long double distance = (long double)value - (long double)statistics->mean;
        squares.of[value] = distance * distance;
    }
    if (walk(file, section, add_squares, &squares, error) != 0)
        return -1;
    if (statistics->count > 0)
        statistics->deviation = (double)sqrtl(squares.sum / (long double)statistics->count);
    return 0;
}
