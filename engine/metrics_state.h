/* What metrics.c gathers, metrics_summary.c condenses, metric_table.c computes and metrics_report.c
 * writes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_METRICS_STATE_H
#define PROPD_ENGINE_METRICS_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/metrics.h"
#include "engine/residuals.h"
#include "engine/score_curve.h"

/* What is compared: class indices, 0/1 numbers, or numbers. */
enum { COMPARES_CLASSES = 1, COMPARES_BINARY = 2, COMPARES_VALUES = 4 };

/* A confusion matrix grows with the square of the classes. */
enum { CONFUSION_CLASSES_MAX = 512 };
/* Curves of more classes than this are left out, though not their areas; all curves together have
 * no more points than CURVE_POINTS_ALL. */
enum { CURVES_MAX = 512, CURVE_POINTS_ALL = 64 * SCORE_CURVE_POINTS_MAX };
/* Columns of numbers that are looked at closely, and pairs that are kept of all of them. */
enum { DETAIL_COLUMNS_MAX = 16, PAIRS_ALL = 4 * RESIDUAL_PAIRS_MAX };
enum { TOP_K_DEFAULT = 5, TOP_K_MAX = 100 };
struct top_k_options {
    int64_t k;
};

/* Gathered for each output of numbers, in scaled units. */
struct value_sums {
    double square, absolute, fraction; /* of the errors; the fraction by the original target */
    double origin;                     /* the first target: the sums below are from there */
    double target, target_square;
};
enum { VALUE_SUMS = sizeof(struct value_sums) / sizeof(double) };

/* Rows as they were added, for what needs all of them at once: the scores of classes or of 0/1
 * numbers, or the first columns of numbers. Of more rows than fit, one of each `stride`. Not saved:
 * a checkpoint has the summary. */
struct kept_rows {
    int64_t columns, target_columns;
    int64_t capacity, stride; /* rows that fit; rows that one of them stands for */
    int64_t count;
    float *outputs; /* owned: [capacity][columns] */
    float *targets; /* owned: [capacity][target_columns]; a class is a number */
    uint32_t *keys; /* owned: [2 * capacity], to sort */
};

/* A metric that is measured. */
struct chosen_metric {
    int index;     /* into metric_table */
    int64_t k;     /* of top_k */
    char name[16]; /* "accuracy", "top_k", "top_3" */
};

struct metrics {
    const struct preprocessing *preprocessing;
    int compares;
    int64_t width, class_count; /* class_count: outputs where 0/1 numbers are compared */
    int chosen_count;
    struct chosen_metric chosen[METRICS_MAX];
    struct kept_rows kept;
    int64_t curve_count, detail_count; /* one of them 0 */
    int64_t rank_count;
    int curve_points, pair_count; /* room for each curve, and for each column's pairs */

    int64_t state_count;
    double *state; /* owned; all the following point into it */
    double *rows, *correct;
    double *hits, *predicted, *support; /* [class_count] */
    double *ranks;                      /* [rank_count]: rows whose class has the rank, 0 best */
    double *confusion;                  /* [class_count][class_count], or NULL */
    struct value_sums *sums;            /* [width], or NULL */
    double *summarized; /* 1: what follows is of all rows; 0: it is to be made from the kept */
    double *curves;     /* [curve_count]: a struct score_curve and its points each */
    double *details;    /* [detail_count]: a struct residuals and its pairs each */
};

struct metric {
    struct kind kind;
    int fits; /* COMPARES_…, or'ed */
    bool higher_is_better;
    /* One of them; both NULL: in the report alone. The summary is there. */
    double (*value)(const struct metrics *metrics);
    double (*value_of_k)(const struct metrics *metrics, int64_t k);
};
extern const struct metric *const metric_table[];
/* Index into metric_table, -1 where there is none of that name; "top_3" is top_k. */
int metric_find(const char *name);

/* metric_choice.c: fills chosen[] by what the document names. */
int metrics_choose(struct metrics *metrics, const json_t *names, const char *path,
                   struct error *error);

/* metrics_summary.c: room for the kept rows, of `rows` that will be added at most. */
void metrics_plan_kept(struct metrics *metrics, int64_t rows);
/* Doubles of one curve, and of one column's residuals, in the state. */
int64_t metrics_curve_size(const struct metrics *metrics);
int64_t metrics_detail_size(const struct metrics *metrics);
/* Keeps a row; its number is the count of rows before it. */
void metrics_keep(struct metrics *metrics, const float *output, const float *target);
/* Makes the curves and residuals where they are not there yet. */
void metrics_summarize(struct metrics *metrics);
struct score_curve *metrics_curve(const struct metrics *metrics, int64_t index);
struct score_point *metrics_curve_points(const struct metrics *metrics, int64_t index);
/* The class that a curve is of. */
int64_t metrics_curve_class(const struct metrics *metrics, int64_t index);
struct residuals *metrics_residuals(const struct metrics *metrics, int64_t column);
struct residual_pair *metrics_pairs(const struct metrics *metrics, int64_t column);

double metric_accuracy(const struct metrics *metrics);
double metric_top_k(const struct metrics *metrics, int64_t k);
double metric_precision(const struct metrics *metrics);
double metric_recall(const struct metrics *metrics);
double metric_f1(const struct metrics *metrics);
double metric_auc(const struct metrics *metrics);
double metric_mcc(const struct metrics *metrics);
double metric_mse(const struct metrics *metrics);
double metric_rmse(const struct metrics *metrics);
double metric_mae(const struct metrics *metrics);
double metric_mape(const struct metrics *metrics);
double metric_r2(const struct metrics *metrics);
double metric_class_precision(const struct metrics *metrics, int64_t class);
double metric_class_recall(const struct metrics *metrics, int64_t class);
double metric_class_f1(const struct metrics *metrics, int64_t class);
/* Of one column, in original units. */
double metric_column_mse(const struct metrics *metrics, int64_t column);
double metric_column_mae(const struct metrics *metrics, int64_t column);
double metric_column_mape(const struct metrics *metrics, int64_t column);
double metric_column_r2(const struct metrics *metrics, int64_t column);
#endif
