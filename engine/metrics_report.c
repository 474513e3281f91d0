/* The report of a validation: confusion matrix and figures by class, or of numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/metrics.h"
#include "engine/metrics_state.h"

#include <math.h>

/* JSON has no infinities. */
static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

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

/* The label of a class, or the name of a 0/1 target column. */
static json_t *class_label(const struct metrics *metrics, int64_t class)
{
    const json_t *names = metrics->compares == COMPARES_CLASSES
                              ? preprocessing_classes(metrics->preprocessing)
                              : preprocessing_targets(metrics->preprocessing);
    json_t *label = json_array_get(names, (size_t) class);
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

json_t *metrics_report(const struct metrics *metrics)
{
    json_t *report = json_pack("{s:I}", "rows", (json_int_t)*metrics->rows);
    if (metrics->compares == COMPARES_VALUES) {
        json_object_set_new(report, "mse", number_or_null(metric_mse(metrics)));
        json_object_set_new(report, "rmse", number_or_null(metric_rmse(metrics)));
        json_object_set_new(report, "mae", number_or_null(metric_mae(metrics)));
        json_object_set_new(report, "r2", number_or_null(metric_r2(metrics)));
        return report;
    }
    json_t *classes = json_array();
    for (int64_t c = 0; c < metrics->class_count; c++)
        json_array_append_new(classes, class_label(metrics, c));
    json_object_set_new(report, "classes", classes);
    json_object_set_new(report, "accuracy", json_real(metric_accuracy(metrics)));
    if (metrics->confusion != NULL)
        json_object_set_new(report, "confusion_matrix", confusion_report(metrics));
    json_object_set_new(report, "per_class", per_class_report(metrics));
    return report;
}
