/* What is left between actual and predicted numbers: its spread, and some of the pairs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_RESIDUALS_H
#define PROPD_ENGINE_RESIDUALS_H

#include <stdint.h>

enum { RESIDUAL_BINS = 40, RESIDUAL_QUANTILES = 11, RESIDUAL_PAIRS_MAX = 500 };

extern const double residual_quantiles[RESIDUAL_QUANTILES]; /* 0 … 1 */

/* Of actual - predicted. All are doubles, so that it can be kept in one block of them. */
struct residuals {
    double count;
    double mean, deviation;               /* the population's */
    double quantiles[RESIDUAL_QUANTILES]; /* between two rows along a line, as numpy.quantile */
    double low, high;                     /* ends of the histogram: the least and the greatest */
    double bins[RESIDUAL_BINS];           /* rows, each bin without its upper end but the last */
    double pair_count;
};

struct residual_pair {
    double actual, predicted;
};

/* Sets all but the pairs. `keys` are float_key() of `count` residuals, and are sorted; `scratch`
 * has room for as many. */
void residuals_measure(uint32_t *keys, int64_t count, uint32_t *scratch,
                       struct residuals *residuals);

/* Row `index` of `wanted` that stand for `count` of them (wanted <= count): one of each even part,
 * drawn, so that no period in the rows shows. The same for the same arguments. */
int64_t residuals_chosen_row(int64_t index, int64_t wanted, int64_t count);

#endif
