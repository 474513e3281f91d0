/* One request for predictions, from its text to the text of the answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_PREDICTION_H
#define PROPD_ENGINE_PREDICTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/model.h"
#include "engine/tensor.h"

/* All zero but for the model is an empty one. */
struct prediction {
    const struct model *model; /* borrowed */
    int64_t rows;
    float *x;       /* owned; [rows][input elements] */
    float *y;       /* owned; [rows][output elements], after prediction_run() */
    bool by_inputs; /* the request said "inputs", so that the answer says "outputs" too */
};

/* Reads {"instances": […]} (or "inputs", the same column-wise: {"age": [..], …} or a list of rows)
 * for prediction->model. ERROR_MALFORMED where the text is no JSON, ERROR_INVALID where it is no
 * such request or a row none that the model takes, ERROR_TOO_LARGE. The first two end with a right
 * request. */
int prediction_read(struct prediction *prediction, const char *text, size_t size, int64_t max_rows,
                    struct error *error);

/* The same of other forms, with the same errors and, for equal values, the same floats.
 *
 * CSV with a header (a first row that names a column), columns in any order, or without one in the
 * order of the model's columns; empty cells and NA, null and the like are missing. NPY: [rows,
 * features], [rows, height, width, channels], or one row alone, of any numbers; NaN is missing. */
int prediction_read_csv(struct prediction *prediction, const char *text, size_t size,
                        int64_t max_rows, struct error *error);
int prediction_read_npy(struct prediction *prediction, const void *data, size_t size,
                        int64_t max_rows, struct error *error);

/* Named arrays (checked: tensor_check()): all numbers of a row side by side in one called
 * PREDICTION_INPUT, where the model takes only numbers, or one array a column. There may be 0 rows.
 */
#define PREDICTION_INPUT "input"
#define PREDICTION_OUTPUT "output" /* FP32 [rows, outputs] */
#define PREDICTION_LABELS "labels" /* BYTES [rows], of classes */
int prediction_read_tensors(struct prediction *prediction, const struct tensor *tensors,
                            size_t count, int64_t max_rows, struct error *error);
/* Whether a model takes PREDICTION_INPUT; and [{"name", "datatype", "shape"}] of what it takes and
 * gives, as the Open Inference Protocol has them; NULL only when out of memory. */
bool prediction_takes_numbers(const struct model *model);
json_t *prediction_inputs(const struct model *model);
json_t *prediction_outputs(const struct model *model);

/* Multiplications and additions that it takes. */
int64_t prediction_flops(const struct prediction *prediction);

/* Computes those that have the first one's model, in one run where they fit together, and moves
 * them to the front: how many they are, or -1. A row's outputs are the same bytes whatever is
 * computed beside it. Thread-safe. */
int64_t predictions_run(struct prediction **predictions, size_t count, struct error *error);

/* What a row gave, after predictions_run(): output `index` in original units (probabilities of
 * classes), and the label, NULL where the model has none (borrowed; text, a number or a boolean).
 */
float prediction_value(const struct prediction *prediction, int64_t row, int64_t index);
const json_t *prediction_label(const struct prediction *prediction, int64_t row);
/* Floats a row. */
int64_t prediction_width(const struct prediction *prediction);

/* The answer as members of a JSON object without its braces: "predictions":[…] (before
 * it the same as "outputs", where the request said "inputs", as TensorFlow Serving has it)
 * and, of classes, "labels":[…]. What is not finite is null, and "nonfinite":"nan", "inf" or "-inf"
 * says what the first such was. Classes: a list of probabilities a row; values: a number a row in
 * original units (a list for several targets). */
void prediction_append(const struct prediction *prediction, struct bytes *text);
/* One row of it as a JSON object: "prediction", and "label" of classes. */
void prediction_append_row(const struct prediction *prediction, int64_t row, struct bytes *text);

void prediction_clear(struct prediction *prediction);

#endif
