/* What metrics.c gathers, metric_table.c computes from it and metrics_report.c writes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_METRICS_STATE_H
#define PROPD_ENGINE_METRICS_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/metrics.h"

/* What is compared: class indices, 0/1 numbers, or numbers. */
enum { COMPARES_CLASSES = 1, COMPARES_BINARY = 2, COMPARES_VALUES = 4 };

/* A confusion matrix grows with the square of the classes. */
enum { CONFUSION_CLASSES_MAX = 512 };

/* Gathered for each output of numbers, in scaled units. */
struct value_sums {
    double square, absolute, fraction; /* of the errors; the fraction by the original target */
    double origin;                     /* the first target: the sums below are from there */
    double target, target_square;
};
enum { VALUE_SUMS = sizeof(struct value_sums) / sizeof(double) };

struct metrics {
    const struct preprocessing *preprocessing;
    int compares;
    int64_t width, class_count; /* class_count: outputs where 0/1 numbers are compared */
    int chosen_count;
    int chosen[METRICS_MAX]; /* indices into metric_table */

    int64_t state_count;
    double *state; /* owned; all the following point into it */
    double *rows, *correct;
    double *hits, *predicted, *support; /* [class_count] */
    double *confusion;                  /* [class_count][class_count], or NULL */
    struct value_sums *sums;            /* [width], or NULL */
};

struct metric {
    const char *name;
    int fits; /* COMPARES_…, or'ed */
    bool higher_is_better;
    double (*value)(const struct metrics *metrics); /* NULL: in the report alone */
};
extern const struct metric metric_table[];
/* Index into metric_table, -1 where there is none of that name. */
int metric_find(const char *name);

double metric_accuracy(const struct metrics *metrics);
double metric_class_precision(const struct metrics *metrics, int64_t class);
double metric_class_recall(const struct metrics *metrics, int64_t class);
double metric_class_f1(const struct metrics *metrics, int64_t class);
double metric_mse(const struct metrics *metrics);
double metric_rmse(const struct metrics *metrics);
double metric_mae(const struct metrics *metrics);
double metric_r2(const struct metrics *metrics);

#endif
