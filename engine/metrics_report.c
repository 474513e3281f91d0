/* The report of a validation: confusion matrix, figures and curves by class, or residuals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/metrics.h"
#include "engine/metrics_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* JSON has no infinities. */
static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* For points of a drawing, of which there are many: seven digits say all that floats do. */
static json_t *short_number(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.7g", value);
    return number_or_null(strtod(text, NULL));
}

static void set_number(json_t *object, const char *name, double value)
{
    json_object_set_new(object, name, number_or_null(value));
}

/* ---- classes, and targets of 0 and 1 */

static json_t *confusion_report(const struct metrics *metrics)
{
    int64_t classes = metrics->class_count;
    json_t *matrix = json_array();
    for (int64_t truth = 0; truth < classes; truth++) {
        json_t *row = json_array();
        for (int64_t j = 0; j < classes; j++)
            json_array_append_new(
                row, json_integer((json_int_t)metrics->confusion[truth * classes + j]));
        json_array_append_new(matrix, row);
    }
    return matrix;
}

/* The name of a target column. */
static json_t *column_name(const struct metrics *metrics, int64_t column)
{
    json_t *name = json_array_get(preprocessing_targets(metrics->preprocessing), (size_t)column);
    return name != NULL ? json_copy(name) : json_integer(column);
}

/* The label of a class, or the name of a 0/1 target column. */
static json_t *class_label(const struct metrics *metrics, int64_t class)
{
    if (metrics->compares != COMPARES_CLASSES)
        return column_name(metrics, class);
    json_t *label = json_array_get(preprocessing_classes(metrics->preprocessing), (size_t) class);
    return label != NULL ? json_copy(label) : json_integer(class);
}

static json_t *per_class_report(const struct metrics *metrics)
{
    json_t *list = json_array();
    for (int64_t c = 0; c < metrics->class_count; c++)
        json_array_append_new(
            list, json_pack("{s:o, s:f, s:f, s:f, s:I}", "class", class_label(metrics, c),
                            "precision", metric_class_precision(metrics, c), "recall",
                            metric_class_recall(metrics, c), "f1", metric_class_f1(metrics, c),
                            "support", (json_int_t)metrics->support[c]));
    return list;
}

static json_t *top_k_report(const struct metrics *metrics)
{
    static const int ks[] = {1, 2, 3, 5, 10};
    json_t *list = json_array(), *values = json_array();
    for (size_t i = 0; i < ARRAY_COUNT(ks) && ks[i] < metrics->class_count; i++) {
        json_array_append_new(list, json_integer(ks[i]));
        json_array_append_new(values, json_real(metric_top_k(metrics, ks[i])));
    }
    return json_pack("{s:o, s:o}", "k", list, "accuracy", values);
}

static json_t *roc_report(const struct score_curve *curve, const struct score_point *points)
{
    json_t *wrong = json_array(), *right = json_array(), *threshold = json_array();
    for (int i = 0; i < (int)curve->point_count; i++) {
        json_array_append_new(wrong, short_number(points[i].false_positives / curve->negatives));
        json_array_append_new(right, short_number(points[i].true_positives / curve->positives));
        json_array_append_new(threshold, short_number(points[i].threshold));
    }
    return json_pack("{s:o, s:o, s:o}", "false_positive_rate", wrong, "true_positive_rate", right,
                     "threshold", threshold);
}

/* Where no row is found yet the precision counts as 1, as in scikit-learn. */
static json_t *recall_report(const struct score_curve *curve, const struct score_point *points)
{
    json_t *recall = json_array(), *precision = json_array(), *threshold = json_array();
    for (int i = 0; i < (int)curve->point_count; i++) {
        double right = points[i].true_positives, found = right + points[i].false_positives;
        json_array_append_new(recall, short_number(right / curve->positives));
        json_array_append_new(precision, short_number(found > 0 ? right / found : 1));
        json_array_append_new(threshold, short_number(points[i].threshold));
    }
    return json_pack("{s:o, s:o, s:o}", "recall", recall, "precision", precision, "threshold",
                     threshold);
}

static json_t *curves_report(const struct metrics *metrics)
{
    json_t *list = json_array();
    for (int64_t i = 0; i < metrics->curve_count && metrics->curve_points > 0; i++) {
        const struct score_curve *curve = metrics_curve(metrics, i);
        const struct score_point *points = metrics_curve_points(metrics, i);
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o, s:o}", "class",
                                        class_label(metrics, metrics_curve_class(metrics, i)),
                                        "auc", number_or_null(curve->area), "average_precision",
                                        number_or_null(curve->average_precision), "roc",
                                        roc_report(curve, points), "precision_recall",
                                        recall_report(curve, points)));
    }
    return list;
}

static void report_classes(const struct metrics *metrics, json_t *report)
{
    json_t *classes = json_array();
    for (int64_t c = 0; c < metrics->class_count; c++)
        json_array_append_new(classes, class_label(metrics, c));
    json_object_set_new(report, "classes", classes);
    set_number(report, "accuracy", metric_accuracy(metrics));
    set_number(report, "precision", metric_precision(metrics));
    set_number(report, "recall", metric_recall(metrics));
    set_number(report, "f1", metric_f1(metrics));
    set_number(report, "mcc", metric_mcc(metrics));
    if (metrics->curve_count > 0)
        set_number(report, "auc", metric_auc(metrics));
    if (metrics->rank_count > 2)
        json_object_set_new(report, "top_k", top_k_report(metrics));
    if (metrics->confusion != NULL)
        json_object_set_new(report, "confusion_matrix", confusion_report(metrics));
    json_object_set_new(report, "per_class", per_class_report(metrics));
    json_object_set_new(report, "curves", curves_report(metrics));
}

/* ---- numbers */

static json_t *quantiles_report(const struct residuals *residuals)
{
    json_t *shares = json_array(), *values = json_array();
    for (int i = 0; i < RESIDUAL_QUANTILES; i++) {
        json_array_append_new(shares, json_real(residual_quantiles[i]));
        json_array_append_new(values, number_or_null(residuals->quantiles[i]));
    }
    return json_pack("{s:o, s:o}", "share", shares, "value", values);
}

static json_t *histogram_report(const struct residuals *residuals)
{
    json_t *edges = json_array(), *counts = json_array();
    double width = (residuals->high - residuals->low) / RESIDUAL_BINS;
    for (int i = 0; i < RESIDUAL_BINS; i++) {
        json_array_append_new(edges, short_number(residuals->low + width * i));
        json_array_append_new(counts, json_integer((json_int_t)residuals->bins[i]));
    }
    json_array_append_new(edges, short_number(residuals->high));
    return json_pack("{s:o, s:o}", "edges", edges, "counts", counts);
}

static void report_residuals(const struct metrics *metrics, int64_t column, json_t *report)
{
    const struct residuals *residuals = metrics_residuals(metrics, column);
    const struct residual_pair *pairs = metrics_pairs(metrics, column);
    json_t *actual = json_array(), *predicted = json_array();
    for (int i = 0; i < (int)residuals->pair_count; i++) {
        json_array_append_new(actual, short_number(pairs[i].actual));
        json_array_append_new(predicted, short_number(pairs[i].predicted));
    }
    json_object_set_new(report, "residuals",
                        json_pack("{s:o, s:o, s:o, s:o}", "mean", number_or_null(residuals->mean),
                                  "deviation", number_or_null(residuals->deviation), "quantiles",
                                  quantiles_report(residuals), "histogram",
                                  histogram_report(residuals)));
    json_object_set_new(report, "pairs",
                        json_pack("{s:o, s:o}", "actual", actual, "predicted", predicted));
}

static json_t *column_report(const struct metrics *metrics, int64_t column)
{
    json_t *report = json_pack("{s:o}", "column", column_name(metrics, column));
    set_number(report, "mse", metric_column_mse(metrics, column));
    set_number(report, "rmse", sqrt(metric_column_mse(metrics, column)));
    set_number(report, "mae", metric_column_mae(metrics, column));
    set_number(report, "mape", metric_column_mape(metrics, column));
    set_number(report, "r2", metric_column_r2(metrics, column));
    if (column < metrics->detail_count)
        report_residuals(metrics, column, report);
    return report;
}

static void report_values(const struct metrics *metrics, json_t *report)
{
    json_t *columns = json_array();
    set_number(report, "mse", metric_mse(metrics));
    set_number(report, "rmse", metric_rmse(metrics));
    set_number(report, "mae", metric_mae(metrics));
    set_number(report, "mape", metric_mape(metrics));
    set_number(report, "r2", metric_r2(metrics));
    for (int64_t column = 0; column < metrics->width; column++)
        json_array_append_new(columns, column_report(metrics, column));
    json_object_set_new(report, "columns", columns);
}

json_t *metrics_report(struct metrics *metrics)
{
    metrics_summarize(metrics);
    json_t *report = json_pack("{s:I}", "rows", (json_int_t)*metrics->rows);
    if (metrics->compares == COMPARES_VALUES)
        report_values(metrics, report);
    else
        report_classes(metrics, report);
    return report;
}
