/* Every metric: its formula, from what was gathered. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/metrics_state.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static double mean_of_columns(const struct metrics *metrics,
                              double (*of_column)(const struct metrics *metrics, int64_t column))
{
    double sum = 0;
    for (int64_t column = 0; column < metrics->width; column++)
        sum += of_column(metrics, column);
    return ratio(sum, (double)metrics->width);
}

/* ---- classes, and targets of 0 and 1 */

double metric_accuracy(const struct metrics *metrics)
{
    double per_row = metrics->compares == COMPARES_BINARY ? (double)metrics->width : 1;
    return ratio(*metrics->correct, *metrics->rows * per_row);
}

double metric_top_k(const struct metrics *metrics, int64_t k)
{
    double sum = 0;
    for (int64_t rank = 0; rank < k && rank < metrics->rank_count; rank++)
        sum += metrics->ranks[rank];
    return ratio(sum, *metrics->rows);
}

double metric_class_precision(const struct metrics *metrics, int64_t class)
{
    return ratio(metrics->hits[class], metrics->predicted[class]);
}

double metric_class_recall(const struct metrics *metrics, int64_t class)
{
    return ratio(metrics->hits[class], metrics->support[class]);
}

double metric_class_f1(const struct metrics *metrics, int64_t class)
{
    return ratio(2 * metrics->hits[class], metrics->predicted[class] + metrics->support[class]);
}

/* The mean over the classes that occur, as truth or as prediction. */
static double macro(const struct metrics *metrics,
                    double (*of_class)(const struct metrics *metrics, int64_t class))
{
    double sum = 0, count = 0;
    for (int64_t c = 0; c < metrics->class_count; c++)
        if (metrics->support[c] + metrics->predicted[c] > 0) {
            sum += of_class(metrics, c);
            count++;
        }
    return ratio(sum, count);
}

double metric_precision(const struct metrics *metrics)
{
    return macro(metrics, metric_class_precision);
}

double metric_recall(const struct metrics *metrics)
{
    return macro(metrics, metric_class_recall);
}

double metric_f1(const struct metrics *metrics)
{
    return macro(metrics, metric_class_f1);
}

/* One column of 0 and 1. */
static double column_mcc(const struct metrics *metrics, int64_t column)
{
    double rows = *metrics->rows, hits = metrics->hits[column];
    double truth = metrics->support[column], found = metrics->predicted[column];
    return ratio(hits * rows - truth * found,
                 sqrt(truth * (rows - truth)) * sqrt(found * (rows - found)));
}

/* Gorodkin's for more than two classes ("Comparing two K-category assignments by a K-category
 * correlation coefficient", 2004). */
double metric_mcc(const struct metrics *metrics)
{
    double rows = *metrics->rows, product = 0, truth = 0, found = 0;
    if (metrics->compares == COMPARES_BINARY)
        return mean_of_columns(metrics, column_mcc);
    for (int64_t c = 0; c < metrics->class_count; c++) {
        product += metrics->predicted[c] * metrics->support[c];
        truth += metrics->support[c] * metrics->support[c];
        found += metrics->predicted[c] * metrics->predicted[c];
    }
    return ratio(*metrics->correct * rows - product,
                 sqrt(rows * rows - truth) * sqrt(rows * rows - found));
}

double metric_auc(const struct metrics *metrics)
{
    double sum = 0, count = 0;
    for (int64_t i = 0; i < metrics->curve_count; i++) {
        double area = metrics_curve(metrics, i)->area;
        if (!isnan(area)) {
            sum += area;
            count++;
        }
    }
    return count > 0 ? sum / count : 0.5;
}

/* ---- numbers */

double metric_column_mse(const struct metrics *metrics, int64_t column)
{
    double scale = preprocessing_target_scale(metrics->preprocessing, column);
    return ratio(metrics->sums[column].square * scale * scale, *metrics->rows);
}

double metric_column_mae(const struct metrics *metrics, int64_t column)
{
    double scale = preprocessing_target_scale(metrics->preprocessing, column);
    return ratio(metrics->sums[column].absolute * fabs(scale), *metrics->rows);
}

double metric_column_mape(const struct metrics *metrics, int64_t column)
{
    return ratio(metrics->sums[column].fraction, *metrics->rows);
}

/* The coefficient of determination; a constant target gives 1 where it is met exactly, else 0. */
double metric_column_r2(const struct metrics *metrics, int64_t column)
{
    const struct value_sums *sums = &metrics->sums[column];
    double spread = sums->target_square - sums->target * ratio(sums->target, *metrics->rows);
    if (spread > 0)
        return 1 - sums->square / spread;
    return sums->square > 0 ? 0 : 1;
}

double metric_mse(const struct metrics *metrics)
{
    return mean_of_columns(metrics, metric_column_mse);
}

double metric_rmse(const struct metrics *metrics)
{
    return sqrt(metric_mse(metrics));
}

double metric_mae(const struct metrics *metrics)
{
    return mean_of_columns(metrics, metric_column_mae);
}

double metric_mape(const struct metrics *metrics)
{
    return mean_of_columns(metrics, metric_column_mape);
}

double metric_r2(const struct metrics *metrics)
{
    return mean_of_columns(metrics, metric_column_r2);
}

/* ---- the table */

enum { COMPARES_LABELS = COMPARES_CLASSES | COMPARES_BINARY };

static const struct metric accuracy = {
    .kind = {.name = "accuracy", .help = "share of rows whose class is right"},
    .fits = COMPARES_LABELS,
    .higher_is_better = true,
    .value = metric_accuracy};

static const struct field top_k_fields[] = {
    FIELD_INTEGER(struct top_k_options, k, .min = 1, .max = TOP_K_MAX, .number = TOP_K_DEFAULT,
                  .help = "how many of the likeliest classes count"),
    FIELD_END};

static const struct metric top_k = {
    .kind = {.name = "top_k",
             .help = "share of rows whose class is among the k likeliest; top_3 for a k of 3",
             .size = sizeof(struct top_k_options),
             .fields = top_k_fields},
    .fits = COMPARES_CLASSES,
    .higher_is_better = true,
    .value_of_k = metric_top_k};

static const struct metric precision = {
    .kind = {.name = "precision", .help = "mean of the classes' precisions"},
    .fits = COMPARES_LABELS,
    .higher_is_better = true,
    .value = metric_precision};

static const struct metric recall = {
    .kind = {.name = "recall", .help = "mean of the classes' recalls"},
    .fits = COMPARES_LABELS,
    .higher_is_better = true,
    .value = metric_recall};

static const struct metric f1 = {
    .kind = {.name = "f1", .help = "mean of the classes' harmonic means of precision and recall"},
    .fits = COMPARES_LABELS,
    .higher_is_better = true,
    .value = metric_f1};

static const struct metric auc = {
    .kind = {.name = "auc",
             .help = "area under the ROC curve; of several classes the mean of each against the "
                     "rest"},
    .fits = COMPARES_LABELS,
    .higher_is_better = true,
    .value = metric_auc};

static const struct metric mcc = {
    .kind = {.name = "mcc", .help = "Matthews' correlation of classes and predictions"},
    .fits = COMPARES_LABELS,
    .higher_is_better = true,
    .value = metric_mcc};

static const struct metric confusion_matrix = {
    .kind = {.name = "confusion_matrix", .help = "rows by class and prediction; in the report"},
    .fits = COMPARES_CLASSES,
    .higher_is_better = true};

static const struct metric mse = {.kind = {.name = "mse", .help = "mean squared error"},
                                  .fits = COMPARES_BINARY | COMPARES_VALUES,
                                  .value = metric_mse};

static const struct metric rmse = {
    .kind = {.name = "rmse", .help = "root of the mean squared error"},
    .fits = COMPARES_BINARY | COMPARES_VALUES,
    .value = metric_rmse};

static const struct metric mae = {.kind = {.name = "mae", .help = "mean absolute error"},
                                  .fits = COMPARES_BINARY | COMPARES_VALUES,
                                  .value = metric_mae};

static const struct metric mape = {
    .kind = {.name = "mape", .help = "mean absolute error as a fraction of the target"},
    .fits = COMPARES_VALUES,
    .value = metric_mape};

static const struct metric r2 = {
    .kind = {.name = "r2", .help = "share of the target's variance that is explained"},
    .fits = COMPARES_VALUES,
    .higher_is_better = true,
    .value = metric_r2};

const struct metric *const metric_table[] = {
    &accuracy,         &top_k, &precision, &recall, &f1,   &auc, &mcc,
    &confusion_matrix, &mse,   &rmse,      &mae,    &mape, &r2,  NULL};

const struct kind *const metric_kinds[] = {
    &accuracy.kind, &top_k.kind, &precision.kind, &recall.kind,
    &f1.kind,       &auc.kind,   &mcc.kind,       &confusion_matrix.kind,
    &mse.kind,      &rmse.kind,  &mae.kind,       &mape.kind,
    &r2.kind,       NULL};
static_assert(ARRAY_COUNT(metric_kinds) == ARRAY_COUNT(metric_table), "one kind a metric");
static_assert(ARRAY_COUNT(metric_table) - 1 <= METRICS_MAX, "each metric once always fits");

bool metric_higher_is_better(const char *name)
{
    int index = metric_find(strncmp(name, "val_", 4) == 0 ? name + 4 : name);
    return index >= 0 && metric_table[index]->higher_is_better;
}
