/* A model measured on the rows of a dataset, piece by piece and in memory for a batch; with a
 * column whose values are dealt out to other rows, if wanted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EVALUATION_H
#define PROPD_ENGINE_EVALUATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/fields.h"
#include "engine/dataset.h"
#include "engine/metrics.h"
#include "engine/model.h"

/* Everything is borrowed and must outlive the evaluation. */
struct evaluation_setup {
    const struct model *model;
    const struct dataset *dataset;
    const json_t *metrics;    /* as training.metrics; NULL: by the task */
    const char *metrics_path; /* for errors; NULL: "metrics" */
    const uint32_t *rows;     /* [row_count] indices into the dataset; NULL: all rows */
    int64_t row_count;
};

struct evaluation;

/* Rows without a target, with a label that the model does not know, or that its preprocessing drops
 * are passed over; ERROR_INVALID where no row is left, where columns are missing or have another
 * type, and for a model that came without preprocessing. */
struct evaluation *evaluation_create(const struct evaluation_setup *setup, struct error *error);
void evaluation_free(struct evaluation *evaluation);

/* Rows that are measured, and that were passed over. */
int64_t evaluation_rows(const struct evaluation *evaluation);
int64_t evaluation_skipped(const struct evaluation *evaluation);

/* Some thousand rows; true when all were measured. */
bool evaluation_step(struct evaluation *evaluation);

/* Starts again, row i of those that are measured getting the floats [offset, offset + width) of its
 * input from row order[i]; `order` (borrowed) NULL: every row its own. */
void evaluation_restart(struct evaluation *evaluation, const uint32_t *order, int64_t offset,
                        int64_t width);

/* Mean loss of the rows, without penalties; NAN where the model's loss is not known. */
double evaluation_loss(const struct evaluation *evaluation);
int evaluation_values(const struct evaluation *evaluation, struct metric_value values[METRICS_MAX]);
/* {"rows", "skipped", "loss", "metrics": {name: value}, "evaluation": metrics_report()}: values in
 * original units. NULL only when out of memory. */
json_t *evaluation_report(const struct evaluation *evaluation);

#endif
