/* The spread of residuals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/residuals.h"
#include "base/rng.h"
#include "engine/float_sort.h"

#include <math.h>

const double residual_quantiles[RESIDUAL_QUANTILES] = {0,    0.01, 0.05, 0.1,  0.25, 0.5,
                                                       0.75, 0.9,  0.95, 0.99, 1};

static double value_at(const uint32_t *keys, int64_t index)
{
    return (double)float_of_key(keys[index]);
}

static double quantile(const uint32_t *keys, int64_t count, double share)
{
    double place = share * (double)(count - 1);
    int64_t below = (int64_t)place;
    int64_t above = below + 1 < count ? below + 1 : below;
    double low = value_at(keys, below), high = value_at(keys, above);
    return low + (high - low) * (place - (double)below);
}

static void measure_moments(const uint32_t *keys, int64_t count, struct residuals *residuals)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++)
        sum += value_at(keys, i);
    residuals->mean = sum / (double)count;
    for (int64_t i = 0; i < count; i++) {
        double off = value_at(keys, i) - residuals->mean;
        squares += off * off;
    }
    residuals->deviation = sqrt(squares / (double)count);
}

/* Where all are one number it gets the middle of a bin's width of 1. */
static void fill_bins(const uint32_t *keys, int64_t count, struct residuals *residuals)
{
    residuals->low = value_at(keys, 0);
    residuals->high = value_at(keys, count - 1);
    if (!(residuals->high > residuals->low)) {
        residuals->low -= 0.5;
        residuals->high += 0.5;
    }
    double scale = RESIDUAL_BINS / (residuals->high - residuals->low);
    for (int64_t i = 0; i < count; i++) {
        double place = (value_at(keys, i) - residuals->low) * scale;
        int bin = place >= 0 && place < RESIDUAL_BINS ? (int)place : RESIDUAL_BINS - 1;
        residuals->bins[bin]++;
    }
}

void residuals_measure(uint32_t *keys, int64_t count, uint32_t *scratch,
                       struct residuals *residuals)
{
    *residuals = (struct residuals){.count = (double)count};
    if (count == 0)
        return;
    float_keys_sort(keys, count, scratch);
    measure_moments(keys, count, residuals);
    for (int i = 0; i < RESIDUAL_QUANTILES; i++)
        residuals->quantiles[i] = quantile(keys, count, residual_quantiles[i]);
    fill_bins(keys, count, residuals);
}

int64_t residuals_chosen_row(int64_t index, int64_t wanted, int64_t count)
{
    const struct rng rng = rng_stream(0, "metrics", "rows", (uint64_t)count);
    int64_t begin = index * count / wanted, end = (index + 1) * count / wanted;
    return begin + (int64_t)rng_below(&rng, (uint64_t)index, (uint64_t)(end - begin));
}
