/* How well scores tell rows of one class from all others, at every threshold: the ROC curve and the
 * precision-recall curve, the areas under them exact, the curves themselves in so many points. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_SCORE_CURVE_H
#define PROPD_ENGINE_SCORE_CURVE_H

#include <stdint.h>

enum { SCORE_CURVE_POINTS_MAX = 200 };

/* Rows whose score is `threshold` or more, by their truth. */
struct score_point {
    double threshold; /* of the first point, without any rows: infinity */
    double true_positives, false_positives;
};

/* All are doubles, so that a curve and its points can be kept in one block of them. */
struct score_curve {
    /* The area under the ROC curve: the share of pairs of a row of the class and another row in
     * which the former has the greater score, equal scores counting half (Hanley and McNeil, 1982).
     * NaN where there are no such pairs. */
    double area;
    /* Σ (recall step) · precision over falling thresholds, without interpolation; NaN likewise. */
    double average_precision;
    double positives, negatives; /* rows */
    double point_count;          /* 0 where there are no pairs */
};

/* `positive` and `negative`: the keys (float_key) of the rows' scores, ascending. `points` has room
 * for `points_max` of them (0: none are wanted, else at least 2): from the one without rows to the
 * one with all, every one where there are no more, else evenly along the ROC curve. */
void score_curve_measure(const uint32_t *positive, int64_t positive_count, const uint32_t *negative,
                         int64_t negative_count, struct score_curve *curve,
                         struct score_point *points, int points_max);

#endif
