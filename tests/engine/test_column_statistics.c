/* Statistics of several columns at once, in parts, beside those of one column by plain loops. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_statistics.h"
#include "base/rng.h"
#include "tests/check.h"

#include <math.h>
#include <string.h>

enum { ROWS = 5000 };

static double columns[STATISTICS_GROUP][ROWS];

/* Column 0 has no missing values, 1 some, 2 nothing else, 3 is whole numbers with zeros of both
 * signs. */
static void fill_columns(void)
{
    struct rng rng = {0};
    for (uint64_t i = 0; i < ROWS; i++) {
        columns[0][i] = rng_double(&rng, 4 * i) * 1e3 + 1e6;
        columns[1][i] = rng_below(&rng, 4 * i + 1, 5) == 0 ? (double)NAN : rng_normal(&rng, 4 * i);
        columns[2][i] = (double)NAN;
        columns[3][i] = (double)rng_below(&rng, 4 * i + 2, 100) * (i % 2 == 0 ? 1 : -0.0);
    }
}

/* One loop a statistic. */
static void plain(const double *values, struct column_statistics *expected)
{
    long double sum = 0, squares = 0;
    *expected = (struct column_statistics){
        .integers = true, .min = (double)INFINITY, .max = (double)-INFINITY};
    for (int i = 0; i < ROWS; i++) {
        if (isnan(values[i]))
            continue;
        expected->count++;
        sum += (long double)values[i];
        expected->integers = expected->integers && values[i] == rint(values[i]);
        expected->min = values[i] < expected->min ? values[i] : expected->min;
        expected->max = values[i] > expected->max ? values[i] : expected->max;
        bool seen = false;
        for (int j = 0; j < i && !seen; j++)
            seen = values[j] == values[i];
        expected->distinct += !seen;
    }
    expected->integers = expected->integers && expected->count > 0;
    expected->mean = expected->count == 0 ? 0 : (double)(sum / (long double)expected->count);
    for (int i = 0; i < ROWS; i++) {
        if (isnan(values[i]))
            continue;
        long double distance = (long double)values[i] - (long double)expected->mean;
        squares += distance * distance;
        double range = expected->max / 2 - expected->min / 2;
        int bin = (int)((values[i] / 2 - expected->min / 2) / range * HISTOGRAM_BINS);
        expected->histogram[bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1]++;
    }
    if (expected->count > 0)
        expected->deviation = (double)sqrtl(squares / (long double)expected->count);
}

static void same_bytes(const void *a, const void *b, size_t size)
{
    ck_assert_mem_eq(a, b, size);
}

static void same(const struct column_statistics *a, const struct column_statistics *b)
{
    ck_assert_int_eq(a->count, b->count);
    ck_assert_int_eq(a->integers, b->integers);
    ck_assert_int_eq(a->distinct, b->distinct);
    same_bytes(&a->min, &b->min, sizeof(double));
    same_bytes(&a->max, &b->max, sizeof(double));
    same_bytes(&a->mean, &b->mean, sizeof(double));
    same_bytes(&a->deviation, &b->deviation, sizeof(double));
    same_bytes(a->histogram, b->histogram, sizeof(a->histogram));
}

/* In parts of `part` rows, the first `count` columns at once. */
static void compute(int count, size_t part, struct column_statistics *statistics)
{
    struct column_range room[STATISTICS_GROUP];
    struct column_range *ranges[STATISTICS_GROUP];
    const struct column_range *done[STATISTICS_GROUP];
    const double *values[STATISTICS_GROUP];
    struct column_spreads spreads = {0};
    struct error error = {0};
    for (int c = 0; c < count; c++) {
        column_range_start(&room[c]);
        done[c] = ranges[c] = &room[c];
    }
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1)
            ck_assert_int_eq(column_spreads_start(&spreads, done, count, &error), 0);
        for (size_t at = 0; at < ROWS; at += part) {
            for (int c = 0; c < count; c++)
                values[c] = &columns[c][at];
            size_t left = ROWS - at < part ? ROWS - at : part;
            if (pass == 0)
                column_ranges_add(ranges, values, count, left);
            else
                column_spreads_add(&spreads, values, left);
        }
    }
    for (int c = 0; c < count; c++)
        column_spread_finish(&spreads.each[c], &statistics[c]);
    column_spreads_clear(&spreads);
}

START_TEST(columns_together_and_in_parts_are_as_if_alone)
{
    static const size_t parts[] = {1, 77, 512, 513, ROWS};
    struct column_statistics expected[STATISTICS_GROUP], got[STATISTICS_GROUP];
    fill_columns();
    for (int c = 0; c < STATISTICS_GROUP; c++)
        plain(columns[c], &expected[c]);
    ck_assert_int_eq(expected[2].count, 0);
    ck_assert(expected[3].integers && !expected[0].integers);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
        for (int count = 1; count <= STATISTICS_GROUP; count++) {
            compute(count, parts[i], got);
            for (int c = 0; c < count; c++) {
                if (expected[c].count == 0) /* min and max say nothing */
                    got[c].min = expected[c].min, got[c].max = expected[c].max;
                same(&got[c], &expected[c]);
            }
        }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, columns_together_and_in_parts_are_as_if_alone);
}

int main(void)
{
    return tests_run("column_statistics", add_tests);
}
