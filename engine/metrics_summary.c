/* What a validation's rows say only together: curves of scores, and residuals. They are made once
 * from rows that were kept, where somebody asks: at most once an epoch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/float_sort.h"
#include "engine/metrics_state.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Floats of outputs that are kept at most: 64 MiB. */
static const int64_t KEPT_OUTPUTS_MAX = 1 << 24;

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- the plan */

static bool chooses_auc(const struct metrics *metrics)
{
    for (int i = 0; i < metrics->chosen_count; i++)
        if (metric_table[metrics->chosen[i].index]->value == metric_auc)
            return true;
    return false;
}

/* At least both ends of a curve, and no more points than rows could tell apart. */
static int points_of_curve(int64_t curves, int64_t rows)
{
    int64_t points = smaller(CURVE_POINTS_ALL / curves, SCORE_CURVE_POINTS_MAX);
    points = smaller(points, rows + 1);
    return points < 2 ? 2 : (int)points;
}

static void plan_curves(struct metrics *metrics, int64_t rows)
{
    /* Of two classes the scores of one say all. */
    int64_t curves = metrics->class_count;
    if (metrics->compares == COMPARES_CLASSES && curves == 2)
        curves = 1;
    if (curves > CURVES_MAX && !chooses_auc(metrics))
        return;
    metrics->curve_count = curves;
    metrics->curve_points = curves > CURVES_MAX ? 0 : points_of_curve(curves, rows);
    metrics->kept.columns = curves;
    metrics->kept.target_columns = metrics->compares == COMPARES_CLASSES ? 1 : curves;
}

static void plan_details(struct metrics *metrics, int64_t rows)
{
    metrics->detail_count = smaller(metrics->width, DETAIL_COLUMNS_MAX);
    metrics->pair_count =
        (int)smaller(smaller(PAIRS_ALL / metrics->detail_count, RESIDUAL_PAIRS_MAX), rows);
    metrics->kept.columns = metrics->kept.target_columns = metrics->detail_count;
}

void metrics_plan_kept(struct metrics *metrics, int64_t rows)
{
    struct kept_rows *kept = &metrics->kept;
    if (metrics->compares == COMPARES_VALUES)
        plan_details(metrics, rows);
    else
        plan_curves(metrics, rows);
    if (kept->columns == 0 || rows == 0)
        return;
    int64_t most = KEPT_OUTPUTS_MAX / kept->columns;
    kept->stride = most >= rows ? 1 : (rows + most - 1) / most;
    kept->capacity = (rows + kept->stride - 1) / kept->stride;
}

int64_t metrics_curve_size(const struct metrics *metrics)
{
    return (int64_t)(sizeof(struct score_curve) +
                     (size_t)metrics->curve_points * sizeof(struct score_point)) /
           (int64_t)sizeof(double);
}

int64_t metrics_detail_size(const struct metrics *metrics)
{
    return (int64_t)(sizeof(struct residuals) +
                     (size_t)metrics->pair_count * sizeof(struct residual_pair)) /
           (int64_t)sizeof(double);
}

/* ---- keeping */

/* The scores of a row: of two classes that of the second. */
static const float *scores_of(const struct metrics *metrics, const float *output)
{
    bool skips_first =
        metrics->kept.columns < metrics->width && metrics->compares == COMPARES_CLASSES;
    return skips_first ? output + 1 : output;
}

void metrics_keep(struct metrics *metrics, const float *output, const float *target)
{
    struct kept_rows *kept = &metrics->kept;
    int64_t row = (int64_t)*metrics->rows, part = kept->capacity > 0 ? row / kept->stride : 0;
    if (part >= kept->capacity)
        return;
    if (kept->stride > 1 &&
        residuals_chosen_row(part, kept->capacity, kept->capacity * kept->stride) != row)
        return;
    memcpy(kept->outputs + kept->count * kept->columns, scores_of(metrics, output),
           (size_t)kept->columns * sizeof(float));
    memcpy(kept->targets + kept->count * kept->target_columns, target,
           (size_t)kept->target_columns * sizeof(float));
    kept->count++;
}

/* ---- where it is */

struct score_curve *metrics_curve(const struct metrics *metrics, int64_t index)
{
    assert(index < metrics->curve_count);
    return (struct score_curve *)(void *)(metrics->curves + index * metrics_curve_size(metrics));
}

struct score_point *metrics_curve_points(const struct metrics *metrics, int64_t index)
{
    return (struct score_point *)(void *)(metrics_curve(metrics, index) + 1);
}

int64_t metrics_curve_class(const struct metrics *metrics, int64_t index)
{
    return metrics->compares == COMPARES_CLASSES && metrics->class_count == 2 ? 1 : index;
}

struct residuals *metrics_residuals(const struct metrics *metrics, int64_t column)
{
    assert(column < metrics->detail_count);
    return (struct residuals *)(void *)(metrics->details + column * metrics_detail_size(metrics));
}

struct residual_pair *metrics_pairs(const struct metrics *metrics, int64_t column)
{
    return (struct residual_pair *)(void *)(metrics_residuals(metrics, column) + 1);
}

/* ---- making it */

static bool is_positive(const struct metrics *metrics, int64_t row, int64_t curve)
{
    const struct kept_rows *kept = &metrics->kept;
    const float *target = kept->targets + row * kept->target_columns;
    if (metrics->compares == COMPARES_BINARY)
        return target[curve] > 0.5F;
    return (int64_t)target[0] == metrics_curve_class(metrics, curve);
}

/* Rows of the class go to the front of the keys, the others behind them. */
static void make_curve(struct metrics *metrics, int64_t index)
{
    const struct kept_rows *kept = &metrics->kept;
    uint32_t *keys = kept->keys, *scratch = kept->keys + kept->capacity;
    int64_t positive = 0, negative = 0;
    for (int64_t row = 0; row < kept->count; row++) {
        uint32_t key = float_key(kept->outputs[row * kept->columns + index]);
        if (is_positive(metrics, row, index))
            keys[positive++] = key;
        else
            keys[kept->count - ++negative] = key;
    }
    float_keys_sort(keys, positive, scratch);
    float_keys_sort(keys + positive, negative, scratch);
    score_curve_measure(keys, positive, keys + positive, negative, metrics_curve(metrics, index),
                        metrics_curve_points(metrics, index), metrics->curve_points);
}

static void make_residuals(struct metrics *metrics, int64_t column)
{
    const struct kept_rows *kept = &metrics->kept;
    const struct preprocessing *preprocessing = metrics->preprocessing;
    const float *outputs = kept->outputs + column, *targets = kept->targets + column;
    double scale = preprocessing_target_scale(preprocessing, column);
    struct residuals *residuals = metrics_residuals(metrics, column);
    struct residual_pair *pairs = metrics_pairs(metrics, column);
    int64_t step = kept->columns, pair_count = smaller(metrics->pair_count, kept->count);
    for (int64_t row = 0; row < kept->count; row++) {
        double difference = (double)targets[row * step] - (double)outputs[row * step];
        kept->keys[row] = float_key((float)(difference * scale));
    }
    residuals_measure(kept->keys, kept->count, kept->keys + kept->capacity, residuals);
    for (int64_t i = 0; i < pair_count; i++) {
        int64_t row = residuals_chosen_row(i, pair_count, kept->count);
        pairs[i].actual =
            preprocessing_decode_value(preprocessing, column, (double)targets[row * step]);
        pairs[i].predicted =
            preprocessing_decode_value(preprocessing, column, (double)outputs[row * step]);
    }
    residuals->pair_count = (double)pair_count;
}

void metrics_summarize(struct metrics *metrics)
{
    double *end = metrics->state + metrics->state_count;
    if (*metrics->summarized != 0)
        return;
    /* Also what stays unused, since all of it goes into checkpoints. */
    memset(metrics->summarized, 0, (size_t)(end - metrics->summarized) * sizeof(double));
    for (int64_t i = 0; i < metrics->curve_count; i++)
        make_curve(metrics, i);
    for (int64_t i = 0; i < metrics->detail_count; i++)
        make_residuals(metrics, i);
    *metrics->summarized = 1;
}
