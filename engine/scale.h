/* One number's way into the network: shifted and scaled by what the training rows showed, with a
 * stand-in for a missing one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SCALE_H
#define PROPD_ENGINE_SCALE_H

#include "base/error.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum scale_method { SCALE_STANDARDIZE, SCALE_MIN_MAX, SCALE_NONE };

/* encoded = (value - shift) / scale; a scale of 0 encodes everything as 0. */
struct scale {
    double shift, scale;
    double fill; /* what stands for a missing value, in the column's own units */
};

/* What is gathered from the training rows, in two passes: the mean first, then the deviation around
 * it. Values are taken relative to the first one, so that a constant column has a deviation of
 * exactly 0. NaN is missing. */
struct scale_statistics {
    int64_t count, missing;
    double first, min, max;
    double sum, squares; /* of value - first; of value - mean */
};
static inline void scale_gather(struct scale_statistics *statistics, double value)
{
    if (isnan(value)) {
        statistics->missing++;
        return;
    }
    if (statistics->count++ == 0)
        statistics->first = statistics->min = statistics->max = value;
    statistics->min = value < statistics->min ? value : statistics->min;
    statistics->max = value > statistics->max ? value : statistics->max;
    statistics->sum += value - statistics->first;
}
/* Mean relative to the first value: what the second pass subtracts. */
double scale_relative_mean(const struct scale_statistics *statistics);
static inline void scale_gather_square(struct scale_statistics *statistics, double relative_mean,
                                       double value)
{
    if (!isnan(value)) {
        double distance = (value - statistics->first) - relative_mean;
        statistics->squares += distance * distance;
    }
}

/* What was learned; `fill_zero` as preprocessing.missing says. ERROR_INVALID where the values are
 * too large for their deviation to be a double; `column` is for the message. */
int scale_learn(const struct scale_statistics *statistics, enum scale_method method, bool fill_zero,
                const char *column, struct scale *scale, struct error *error);

/* What encoding multiplies with; always finite. */
double scale_factor(const struct scale *scale);
/* The nearest finite float: no input of a network is infinite or NaN. */
static inline float scale_narrow(double value)
{
    const double most = (double)FLT_MAX;
    value = value < most ? value : most;
    return (float)(value > -most ? value : -most);
}
static inline float scale_encode(const struct scale *scale, double factor, double value)
{
    return scale_narrow((value - scale->shift) * factor);
}

/* {"shift", "scale", "fill"}; NULL when out of memory. Back: every number must be there and finite.
 */
json_t *scale_write(const struct scale *scale);
int scale_read(struct scale *scale, const json_t *json, const char *path, struct error *error);

#endif
