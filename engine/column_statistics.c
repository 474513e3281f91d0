/* Statistics of values in memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_statistics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 512, PREFETCHED = 24 };

/* So many values of each column that all of them stay in the first cache, without missing ones. */
struct piece {
    const double *values[STATISTICS_GROUP];
    size_t counts[STATISTICS_GROUP];
    size_t common; /* that every column of a full group has; 0 for other groups */
    double room[STATISTICS_GROUP][PIECE];
};

/* Whether any is not finite, by its exponent: for integers several are looked at together. */
static bool may_have_missing(const double *values, size_t count)
{
    enum { EXPONENT_BITS = 11, MANTISSA_BITS = 52 };
    const uint64_t exponent = (1 << EXPONENT_BITS) - 1;
    uint64_t carry = 0, bits;
    for (size_t i = 0; i < count; i++) {
        memcpy(&bits, &values[i], sizeof(bits));
        carry |= (bits >> MANTISSA_BITS & exponent) + 1;
    }
    return carry > exponent;
}

static size_t drop_missing(const double *values, size_t count, double *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        out[kept] = values[i];
        kept += !isnan(values[i]);
    }
    return kept;
}

static void take_piece(struct piece *piece, const double *const *values, int columns, size_t at,
                       size_t count)
{
    piece->common = columns == STATISTICS_GROUP ? count : 0;
    for (int c = 0; c < columns; c++) {
        piece->values[c] = values[c] + at;
        piece->counts[c] = count;
        if (!may_have_missing(piece->values[c], count))
            continue;
        piece->counts[c] = drop_missing(piece->values[c], count, piece->room[c]);
        piece->values[c] = piece->room[c];
        if (piece->counts[c] < piece->common)
            piece->common = piece->counts[c];
    }
}

/* ---- first pass */

void column_range_start(struct column_range *range)
{
    *range =
        (struct column_range){.integers = true, .min = (double)INFINITY, .max = (double)-INFINITY};
}

static void add_extremes(struct column_range *range, const double *values, size_t count)
{
    double min = range->min, max = range->max;
    for (size_t i = 0; i < count; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    range->min = min;
    range->max = max;
    for (size_t i = 0; i < count && range->integers; i++)
        range->integers = values[i] == rint(values[i]);
}

/* Each column's sum is one chain of additions, as if it were alone. */
static void add_sums(struct column_range *const *ranges, const struct piece *piece, int columns)
{
    if (piece->common > 0) {
        long double a = ranges[0]->sum, b = ranges[1]->sum, c = ranges[2]->sum, d = ranges[3]->sum;
        for (size_t i = 0; i < piece->common; i++) {
            a += (long double)piece->values[0][i];
            b += (long double)piece->values[1][i];
            c += (long double)piece->values[2][i];
            d += (long double)piece->values[3][i];
        }
        ranges[0]->sum = a;
        ranges[1]->sum = b;
        ranges[2]->sum = c;
        ranges[3]->sum = d;
    }
    for (int c = 0; c < columns; c++)
        for (size_t i = piece->common; i < piece->counts[c]; i++)
            ranges[c]->sum += (long double)piece->values[c][i];
}

void column_ranges_add(struct column_range *const *ranges, const double *const *values, int columns,
                       size_t count)
{
    struct piece piece;
    assert(columns >= 1 && columns <= STATISTICS_GROUP);
    for (size_t at = 0; at < count; at += PIECE) {
        take_piece(&piece, values, columns, at, count - at < PIECE ? count - at : PIECE);
        add_sums(ranges, &piece, columns);
        for (int c = 0; c < columns; c++) {
            add_extremes(ranges[c], piece.values[c], piece.counts[c]);
            ranges[c]->count += (int64_t)piece.counts[c];
        }
    }
}

/* ---- second pass */

static void start_spread(struct column_spread *spread, const struct column_range *range,
                         uint64_t *slots, size_t slot_count)
{
    *spread = (struct column_spread){
        .count = range->count,
        .min = range->min,
        .max = range->max,
        .mean = range->count == 0 ? 0 : (double)(range->sum / (long double)range->count),
        .integers = range->integers && range->count > 0,
        .slots = slots,
        .mask = slot_count - 1};
    memset(slots, 0, slot_count * sizeof(*slots));
}

/* Twice as many as there may be different values. */
static size_t count_slots(int64_t count)
{
    size_t slots = 64;
    while (slots / 2 < DISTINCT_MAX && slots / 2 < (size_t)count)
        slots *= 2;
    return slots;
}

int column_spreads_start(struct column_spreads *spreads, const struct column_range *const *ranges,
                         int columns, struct error *error)
{
    size_t needed = 0;
    assert(columns >= 1 && columns <= STATISTICS_GROUP);
    for (int c = 0; c < columns; c++)
        needed += count_slots(ranges[c]->count);
    if (needed > spreads->slot_count) {
        uint64_t *slots = malloc(needed * sizeof(*slots));
        if (slots == NULL)
            return error_set(error, ERROR_MEMORY, "out of memory for the statistics of a column");
        free(spreads->slots);
        spreads->slots = slots;
        spreads->slot_count = needed;
    }
    spreads->columns = columns;
    uint64_t *slots = spreads->slots;
    assert(slots != NULL);
    for (int c = 0; c < columns; c++) {
        size_t slot_count = count_slots(ranges[c]->count);
        start_spread(&spreads->each[c], ranges[c], slots, slot_count);
        slots += slot_count;
    }
    return 0;
}

static inline long double square(double value, long double mean)
{
    long double distance = (long double)value - mean;
    return distance * distance;
}

static void add_squares(struct column_spread *each, const struct piece *piece, int columns)
{
    if (piece->common > 0) {
        long double a = each[0].squares, b = each[1].squares, c = each[2].squares,
                    d = each[3].squares;
        for (size_t i = 0; i < piece->common; i++) {
            a += square(piece->values[0][i], (long double)each[0].mean);
            b += square(piece->values[1][i], (long double)each[1].mean);
            c += square(piece->values[2][i], (long double)each[2].mean);
            d += square(piece->values[3][i], (long double)each[3].mean);
        }
        each[0].squares = a;
        each[1].squares = b;
        each[2].squares = c;
        each[3].squares = d;
    }
    for (int c = 0; c < columns; c++)
        for (size_t i = piece->common; i < piece->counts[c]; i++)
            each[c].squares += square(piece->values[c][i], (long double)each[c].mean);
}

/* Halves keep the range of -1e308 … 1e308 finite; NaN is what infinite ones come to. */
static inline int32_t find_bin(double least, double range, double value)
{
    return (int32_t)((value / 2 - least) / range * HISTOGRAM_BINS);
}

int column_statistics_bin(const struct column_statistics *statistics, double value)
{
    double least = statistics->min / 2, range = statistics->max / 2 - least;
    int32_t bin = range > 0 ? find_bin(least, range, value) : 0;
    return (uint32_t)bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1;
}

static void add_to_bins(struct column_spread *spread, const double *values, size_t count)
{
    enum { LANES = 4 }; /* so that equal neighbours do not wait for each other */
    double least = spread->min / 2, range = spread->max / 2 - least;
    uint32_t counts[LANES][HISTOGRAM_BINS] = {{0}};
    int32_t bins[PIECE];
    if (!(range > 0)) {
        spread->histogram[0] += count;
        return;
    }
    for (size_t i = 0; i < count; i++)
        bins[i] = find_bin(least, range, values[i]);
    for (size_t i = 0; i < count; i++)
        counts[i % LANES][(uint32_t)bins[i] < HISTOGRAM_BINS ? bins[i] : HISTOGRAM_BINS - 1]++;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
        for (int lane = 0; lane < LANES; lane++)
            spread->histogram[bin] += counts[lane][bin];
}

static inline uint64_t bits_of(double value)
{
    uint64_t bits;
    value += 0.0; /* -0 and 0 are one value */
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static inline uint64_t slot_of(const struct column_spread *spread, uint64_t bits)
{
    return (bits * 0x9e3779b97f4a7c15u >> 40) & spread->mask;
}

static void add_distinct(struct column_spread *spread, double value)
{
    uint64_t bits = bits_of(value);
    if (bits == 0) {
        spread->distinct += !spread->has_zero;
        spread->has_zero = true;
        return;
    }
    uint64_t slot = slot_of(spread, bits);
    while (spread->slots[slot] != 0 && spread->slots[slot] != bits)
        slot = (slot + 1) & spread->mask;
    spread->distinct += spread->slots[slot] == 0;
    spread->slots[slot] = bits;
}

static void count_distinct(struct column_spread *spread, const double *values, size_t count)
{
    for (size_t i = 0; i < count && spread->distinct < DISTINCT_MAX; i++) {
        size_t ahead = i + PREFETCHED < count ? i + PREFETCHED : i;
        __builtin_prefetch(&spread->slots[slot_of(spread, bits_of(values[ahead]))], 1);
        add_distinct(spread, values[i]);
    }
}

void column_spreads_add(struct column_spreads *spreads, const double *const *values, size_t count)
{
    struct piece piece;
    const int columns = spreads->columns;
    for (size_t at = 0; at < count; at += PIECE) {
        take_piece(&piece, values, columns, at, count - at < PIECE ? count - at : PIECE);
        add_squares(spreads->each, &piece, columns);
        for (int c = 0; c < columns; c++) {
            add_to_bins(&spreads->each[c], piece.values[c], piece.counts[c]);
            count_distinct(&spreads->each[c], piece.values[c], piece.counts[c]);
        }
    }
}

void column_spread_finish(const struct column_spread *spread, struct column_statistics *statistics)
{
    *statistics = (struct column_statistics){.count = spread->count,
                                             .integers = spread->integers,
                                             .min = spread->min,
                                             .max = spread->max,
                                             .mean = spread->mean,
                                             .distinct = spread->distinct};
    memcpy(statistics->histogram, spread->histogram, sizeof(statistics->histogram));
    if (spread->count > 0)
        statistics->deviation = (double)sqrtl(spread->squares / (long double)spread->count);
}

void column_spreads_clear(struct column_spreads *spreads)
{
    free(spreads->slots);
    *spreads = (struct column_spreads){0};
}
