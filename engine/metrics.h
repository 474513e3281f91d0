/* Metrics over a validation set, gathered batch by batch, in double, in row order. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_METRICS_H
#define PROPD_ENGINE_METRICS_H

#include <jansson.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/fields.h"
#include "engine/preprocessing.h"

enum { METRICS_MAX = 24 };

struct metric_value {
    const char *name; /* "accuracy"; the metrics' own */
    double value;
};

/* What is built, as kinds, NULL-terminated. Classes, and targets of 0 and 1: accuracy, precision,
 * recall and f1 (means over the classes that occur), auc (the area under the ROC curve: of two
 * classes that of the second, else the mean of each class against the rest; 0.5 where no class can
 * be told from others), mcc (Matthews' correlation coefficient; for several 0/1 columns their
 * mean). Classes alone: top_k (k 5), confusion_matrix (in the report alone). Values: mse rmse mae
 * mape (a fraction, not percent) r2 (means over the outputs; rmse the root of that mean). */
extern const struct kind *const metric_kinds[];

/* Checks what a document names, without knowing the target: a list of names and objects, or one of
 * them; NULL is fine. "top_3" is {"type": "top_k", "k": 3}. */
int metrics_check_names(const json_t *names, const char *path, struct error *error);
/* Whether it names any, so that the task does not decide. */
bool metrics_are_named(const json_t *names);

struct metrics;

/* `names` as in metrics_check_names(); NULL or empty: accuracy for classes and for 0/1 targets,
 * mse, mae and r2 for values. Values are compared in original units. `rows`: that will be added
 * between two resets at most; of further ones curves and residuals know nothing. A name that does
 * not fit the task is refused naming `path`. */
struct metrics *metrics_create(const struct preprocessing *preprocessing, int64_t width,
                               const json_t *names, bool binary_values, int64_t rows,
                               const char *path, struct error *error);
void metrics_free(struct metrics *metrics);
/* Bytes that it takes. */
size_t metrics_memory(const struct metrics *metrics);
void metrics_reset(struct metrics *metrics);
/* What `from` has gathered; both were created alike. */
void metrics_copy(struct metrics *to, const struct metrics *from);
/* What was gathered, for a checkpoint: metrics_size() bytes; and back, where the reader has them.
 * Rows cannot be added to what was restored. */
size_t metrics_size(const struct metrics *metrics);
void metrics_save(struct metrics *metrics, struct bytes *bytes);
void metrics_restore(struct metrics *metrics, struct bytes_reader *reader);
/* Rows of outputs (after the output activation, scaled) and their targets as encoded. */
void metrics_add(struct metrics *metrics, const float *outputs, const int32_t *classes,
                 const float *values, int64_t row_count);
/* Fills at most METRICS_MAX values, returns their number. Names: "top_k" is that of 5, "top_3" of
 * another k. */
int metrics_values(struct metrics *metrics, struct metric_value values[METRICS_MAX]);
/* Their names alone, in the same order. */
int metrics_names(const struct metrics *metrics, const char *names[METRICS_MAX]);

/* All that was measured, chosen or not; the caller owns it.
 *
 * Classes, and targets of 0 and 1:
 * {"rows", "classes": [labels, or columns], "accuracy", "precision", "recall", "f1", "mcc", "auc",
 *  "top_k": {"k": [1, 2, 3, 5, 10], "accuracy": […]} (classes; k below their number),
 *  "confusion_matrix": [[…]] (rows: truth, columns: prediction; classes, at most 512),
 *  "per_class": [{"class", "precision", "recall", "f1", "support"}],
 *  "curves": [{"class", "auc", "average_precision",
 *              "roc": {"false_positive_rate": […], "true_positive_rate": […], "threshold": […]},
 *              "precision_recall": {"recall": […], "precision": […], "threshold": […]}}]}
 * A curve is one class against the rest (of two classes: the second), its lists of one length, at
 * most 200, from the threshold above all scores (null) to the one below all. auc and
 * average_precision are exact; null where validation has no row of the class, or none of another.
 * Of more than 16,777,216 scores, curves are those of a sample of rows, drawn evenly.
 *
 * Values, in original units:
 * {"rows", "mse", "rmse", "mae", "mape", "r2",
 *  "columns": [{"column", "mse", "rmse", "mae", "mape", "r2",
 *               "residuals": {"mean", "deviation", "quantiles": {"share": […], "value": […]},
 *                             "histogram": {"edges": [41 numbers], "counts": [40]}},
 *               "pairs": {"actual": […], "predicted": […]}}]}
 * Residuals are actual - predicted; they and the pairs (at most 500, drawn evenly) are of the first
 * 16 columns. */
json_t *metrics_report(struct metrics *metrics);

/* Whether a higher value of this metric ("val_accuracy", "val_loss") is better. */
bool metric_higher_is_better(const char *name);

#endif
