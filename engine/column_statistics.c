/* Statistics of one section. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 8192 };

static const size_t widths[] = {[SECTION_DOUBLES] = sizeof(double),
                                [SECTION_FLOATS] = sizeof(float),
                                [SECTION_BYTES] = 1,
                                [SECTION_DATES] = sizeof(int64_t)};

/* Walks a section as doubles without the missing ones. */
struct walk {
    const struct column_file *file;
    struct column_section section;
    enum section_values values;
    uint64_t at;
    union {
        double doubles[CHUNK];
        float floats[CHUNK];
        uint8_t bytes[CHUNK];
        int64_t dates[CHUNK];
    } raw;
    double out[CHUNK];
};

/* The different values, by their bits; 0 stands for a free slot, so that +0 is kept apart. */
struct distinct_set {
    uint64_t *slots;
    uint64_t mask; /* a power of two of slots, less one */
    int64_t count;
    bool has_zero;
};

static size_t convert(struct walk *walk, size_t count)
{
    double *out = walk->out;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        double value = 0;
        switch (walk->values) {
        case SECTION_DOUBLES:
            value = walk->raw.doubles[i];
            break;
        case SECTION_FLOATS:
            value = (double)walk->raw.floats[i];
            break;
        case SECTION_BYTES:
            value = walk->raw.bytes[i];
            break;
        case SECTION_DATES:
            value = walk->raw.dates[i] == INT64_MIN ? (double)NAN : (double)walk->raw.dates[i];
            break;
        }
        out[kept] = value;
        kept += !isnan(value);
    }
    return kept;
}

/* The next chunk's values in walk->out; -1, or how many, 0 only at the end (chunks of nothing but
 * missing values are passed over). */
static int64_t walk_next(struct walk *walk, struct error *error)
{
    size_t width = widths[walk->values];
    while (walk->at < walk->section.size) {
        uint64_t left = walk->section.size - walk->at;
        size_t size = left < CHUNK * width ? (size_t)left : CHUNK * width;
        if (column_file_read(walk->file, walk->section.offset + walk->at, &walk->raw, size,
                             error) != 0)
            return -1;
        walk->at += size;
        size_t kept = convert(walk, size / width);
        if (kept > 0)
            return (int64_t)kept;
    }
    return 0;
}

static int find_range(struct walk *walk, struct column_statistics *statistics, struct error *error)
{
    double min = (double)INFINITY, max = -min;
    bool integers = true;
    long double sum = 0;
    int64_t count = 0, got;
    walk->at = 0;
    while ((got = walk_next(walk, error)) > 0) {
        for (int64_t i = 0; i < got; i++) {
            double value = walk->out[i];
            min = value < min ? value : min;
            max = value > max ? value : max;
            integers = integers && value == rint(value);
            sum += (long double)value;
        }
        count += got;
    }
    statistics->count = count;
    statistics->integers = integers && count > 0;
    statistics->min = min;
    statistics->max = max;
    statistics->mean = count == 0 ? 0 : (double)(sum / (long double)count);
    return got < 0 ? -1 : 0;
}

static void count_distinct(struct distinct_set *set, double value)
{
    uint64_t bits;
    value += 0.0; /* -0 and 0 are one value */
    memcpy(&bits, &value, sizeof(bits));
    if (bits == 0) {
        set->count += !set->has_zero;
        set->has_zero = true;
        return;
    }
    uint64_t slot = (bits * 0x9e3779b97f4a7c15u >> 40) & set->mask;
    while (set->slots[slot] != 0 && set->slots[slot] != bits)
        slot = (slot + 1) & set->mask;
    set->count += set->slots[slot] == 0;
    set->slots[slot] = bits;
}

/* Halves keep the range of -1e308 … 1e308 finite. */
static size_t find_bin(const struct column_statistics *statistics, double value)
{
    double range = statistics->max / 2 - statistics->min / 2;
    if (!(range > 0))
        return 0;
    size_t bin = (size_t)((value / 2 - statistics->min / 2) / range * HISTOGRAM_BINS);
    return bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1;
}

static int find_spread(struct walk *walk, struct distinct_set *set,
                       struct column_statistics *statistics, struct error *error)
{
    long double squares = 0;
    int64_t got;
    walk->at = 0;
    while ((got = walk_next(walk, error)) > 0) {
        for (int64_t i = 0; i < got; i++) {
            long double distance = (long double)walk->out[i] - (long double)statistics->mean;
            squares += distance * distance;
            statistics->histogram[find_bin(statistics, walk->out[i])]++;
        }
        for (int64_t i = 0; i < got && set->count < DISTINCT_MAX; i++)
            count_distinct(set, walk->out[i]);
    }
    if (statistics->count > 0)
        statistics->deviation = (double)sqrtl(squares / (long double)statistics->count);
    statistics->distinct = set->count;
    return got < 0 ? -1 : 0;
}

int column_statistics_compute(const struct column_file *file, struct column_section section,
                              enum section_values values, struct column_statistics *statistics,
                              struct error *error)
{
    uint64_t slot_count = 64;
    while (slot_count / 2 < DISTINCT_MAX && slot_count / 2 < section.size / widths[values])
        slot_count *= 2;
    AUTO_FREE struct walk *walk = malloc(sizeof(*walk));
    AUTO_FREE uint64_t *slots = calloc(slot_count, sizeof(*slots));
    if (walk == NULL || slots == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the statistics of a column");
    walk->file = file;
    walk->section = section;
    walk->values = values;
    struct distinct_set set = {.slots = slots, .mask = slot_count - 1};
    *statistics = (struct column_statistics){0};
    if (find_range(walk, statistics, error) != 0)
        return -1;
    return find_spread(walk, &set, statistics, error);
}
