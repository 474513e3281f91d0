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

double metric_accuracy(const struct metrics *metrics)
{
    double per_row = metrics->compares == COMPARES_BINARY ? (double)metrics->width : 1;
    return ratio(*metrics->correct, *metrics->rows * per_row);
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

static double precision_of(const struct metrics *metrics)
{
    return macro(metrics, metric_class_precision);
}

static double recall_of(const struct metrics *metrics)
{
    return macro(metrics, metric_class_recall);
}

static double f1_of(const struct metrics *metrics)
{
    return macro(metrics, metric_class_f1);
}

double metric_mse(const struct metrics *metrics)
{
    double sum = 0;
    for (int64_t j = 0; j < metrics->width; j++) {
        double scale = preprocessing_target_scale(metrics->preprocessing, j);
        sum += metrics->sums[j].square * scale * scale;
    }
    return ratio(sum, *metrics->rows * (double)metrics->width);
}

double metric_rmse(const struct metrics *metrics)
{
    return sqrt(metric_mse(metrics));
}

double metric_mae(const struct metrics *metrics)
{
    double sum = 0;
    for (int64_t j = 0; j < metrics->width; j++)
        sum +=
            metrics->sums[j].absolute * fabs(preprocessing_target_scale(metrics->preprocessing, j));
    return ratio(sum, *metrics->rows * (double)metrics->width);
}

static double mape_of(const struct metrics *metrics)
{
    double sum = 0;
    for (int64_t j = 0; j < metrics->width; j++)
        sum += metrics->sums[j].fraction;
    return ratio(sum, *metrics->rows * (double)metrics->width);
}

/* The coefficient of determination; a constant target gives 1 where it is met exactly, else 0. */
double metric_r2(const struct metrics *metrics)
{
    double sum = 0;
    for (int64_t j = 0; j < metrics->width; j++) {
        const struct value_sums *sums = &metrics->sums[j];
        double spread = sums->target_square - sums->target * ratio(sums->target, *metrics->rows);
        if (spread > 0)
            sum += 1 - sums->square / spread;
        else
            sum += sums->square > 0 ? 0 : 1;
    }
    return ratio(sum, (double)metrics->width);
}

const struct metric metric_table[] = {
    {"accuracy", COMPARES_CLASSES | COMPARES_BINARY, true, metric_accuracy},
    {"precision", COMPARES_CLASSES | COMPARES_BINARY, true, precision_of},
    {"recall", COMPARES_CLASSES | COMPARES_BINARY, true, recall_of},
    {"f1", COMPARES_CLASSES | COMPARES_BINARY, true, f1_of},
    {"confusion_matrix", COMPARES_CLASSES, true, NULL},
    {"mse", COMPARES_BINARY | COMPARES_VALUES, false, metric_mse},
    {"rmse", COMPARES_BINARY | COMPARES_VALUES, false, metric_rmse},
    {"mae", COMPARES_BINARY | COMPARES_VALUES, false, metric_mae},
    {"mape", COMPARES_VALUES, false, mape_of},
    {"r2", COMPARES_VALUES, true, metric_r2}};

const char *const metric_names[] = {"accuracy", "precision", "recall", "f1",   "confusion_matrix",
                                    "mse",      "rmse",      "mae",    "mape", "r2",
                                    NULL};
static_assert(ARRAY_COUNT(metric_names) == ARRAY_COUNT(metric_table) + 1, "one name a metric");

int metric_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(metric_table); i++)
        if (strcmp(metric_table[i].name, name) == 0)
            return (int)i;
    return -1;
}

bool metric_higher_is_better(const char *name)
{
    int index = metric_find(strncmp(name, "val_", 4) == 0 ? name + 4 : name);
    return index >= 0 && metric_table[index].higher_is_better;
}
static_assert(ARRAY_COUNT(metric_table) <= METRICS_MAX, "each metric once always fits");
