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

enum { METRICS_MAX = 16 };

struct metric_value {
    const char *name; /* "accuracy"; static */
    double value;
};

/* Names that are built: accuracy precision recall f1 (macro averages over the classes that occur)
 * confusion_matrix (in the report alone) / mse rmse mae mape (a fraction, not percent) r2 (means
 * over the outputs). NULL-terminated. */
extern const char *const metric_names[];

struct metrics;

/* `names` empty: accuracy for classes and for 0/1 targets, mse, mae and r2 for values. Values are
 * compared in original units. A name that does not fit the task, or is specified and not built, is
 * refused naming `path`. */
struct metrics *metrics_create(const struct preprocessing *preprocessing, int64_t width,
                               const struct strings *names, bool binary_values, const char *path,
                               struct error *error);
void metrics_free(struct metrics *metrics);
void metrics_reset(struct metrics *metrics);
/* What `from` has gathered; both were created alike. */
void metrics_copy(struct metrics *to, const struct metrics *from);
/* What was gathered, for a checkpoint: metrics_size() bytes; and back, where the reader has them.
 */
size_t metrics_size(const struct metrics *metrics);
void metrics_save(const struct metrics *metrics, struct bytes *bytes);
void metrics_restore(struct metrics *metrics, struct bytes_reader *reader);
/* Rows of outputs (after the output activation, scaled) and their targets as encoded. */
void metrics_add(struct metrics *metrics, const float *outputs, const int32_t *classes,
                 const float *values, int64_t row_count);
/* Fills at most METRICS_MAX values, returns their number. */
int metrics_values(const struct metrics *metrics, struct metric_value values[METRICS_MAX]);
/* {"classes": [...], "confusion_matrix": [[...]], "per_class": [{"class", "precision", "recall",
 * "f1", "support"}]} for classes (rows: truth, columns: prediction); {"r2": …} for values. The
 * caller owns it. */
json_t *metrics_report(const struct metrics *metrics);
/* Whether a higher value of this metric ("val_accuracy", "val_loss") is better. */
bool metric_higher_is_better(const char *name);

#endif
