/* ROC and precision-recall curves from sorted scores. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/score_curve.h"
#include "engine/float_sort.h"

#include <math.h>

/* A walk down the thresholds: all rows of one score at a time. */
struct walk {
    const uint32_t *positive, *negative;
    int64_t positive_left, negative_left;
    uint32_t key;                         /* of the last step */
    int64_t positive_step, negative_step; /* rows of it */
};

static int64_t take_equal(const uint32_t *keys, int64_t *left, uint32_t key)
{
    int64_t before = *left;
    while (*left > 0 && keys[*left - 1] == key)
        --*left;
    return before - *left;
}

/* 0 at the end. */
static int walk_on(struct walk *walk)
{
    if (walk->positive_left == 0 && walk->negative_left == 0)
        return 0;
    walk->key = walk->positive_left > 0 ? walk->positive[walk->positive_left - 1] : 0;
    if (walk->negative_left > 0 && walk->negative[walk->negative_left - 1] > walk->key)
        walk->key = walk->negative[walk->negative_left - 1];
    walk->positive_step = take_equal(walk->positive, &walk->positive_left, walk->key);
    walk->negative_step = take_equal(walk->negative, &walk->negative_left, walk->key);
    return 1;
}

static int64_t count_steps(struct walk walk)
{
    int64_t steps = 0;
    while (walk_on(&walk))
        steps++;
    return steps;
}

/* Chooses points: all of them, or one whenever the way along the curve, which is 2 long, has passed
 * the next of points_max even parts. */
struct choice {
    struct score_point *points;
    int count, max, part;
    int takes_all;
};

static void choose(struct choice *choice, const struct score_curve *curve, struct score_point point)
{
    double way = point.true_positives / curve->positives + point.false_positives / curve->negatives;
    if (choice->max == 0 || (!choice->takes_all && way < 2.0 * choice->part / (choice->max - 1)))
        return;
    choice->points[choice->count++] = point;
    while (2.0 * choice->part / (choice->max - 1) <= way)
        choice->part++;
}

/* There are rows of both kinds. */
static void measure_areas(struct walk walk, struct choice *choice, struct score_curve *curve)
{
    struct score_point point = {.threshold = (double)INFINITY};
    double pairs = 0, precision = 0;
    choose(choice, curve, point);
    while (walk_on(&walk)) {
        double right = (double)walk.positive_step, wrong = (double)walk.negative_step;
        pairs += wrong * (point.true_positives + right / 2);
        point.true_positives += right;
        point.false_positives += wrong;
        precision += right * point.true_positives / (point.true_positives + point.false_positives);
        point.threshold = (double)float_of_key(walk.key);
        choose(choice, curve, point);
    }
    curve->area = pairs / (curve->positives * curve->negatives);
    curve->average_precision = precision / curve->positives;
    curve->point_count = choice->count;
}

void score_curve_measure(const uint32_t *positive, int64_t positive_count, const uint32_t *negative,
                         int64_t negative_count, struct score_curve *curve,
                         struct score_point *points, int points_max)
{
    const struct walk walk = {.positive = positive,
                              .negative = negative,
                              .positive_left = positive_count,
                              .negative_left = negative_count};
    struct choice choice = {
        .points = points, .max = points_max, .takes_all = count_steps(walk) < points_max};
    *curve = (struct score_curve){.area = (double)NAN,
                                  .average_precision = (double)NAN,
                                  .positives = (double)positive_count,
                                  .negatives = (double)negative_count};
    if (positive_count > 0 && negative_count > 0)
        measure_areas(walk, &choice, curve);
}
