/* One request for predictions, from its text to the text of the answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_PREDICTION_H
#define PROPD_ENGINE_PREDICTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/model.h"

/* All zero but for the model is an empty one. */
struct prediction {
    const struct model *model; /* borrowed */
    int64_t rows;
    float *x; /* owned; [rows][input elements] */
    float *y; /* owned; [rows][output elements], after prediction_run() */
};

/* Reads {"instances": […]} (or "inputs", the same column-wise: {"age": [..], …} or a list of rows)
 * for prediction->model. ERROR_MALFORMED where the text is no JSON, ERROR_INVALID where it is no
 * such request or a row none that the model takes, ERROR_TOO_LARGE. */
int prediction_read(struct prediction *prediction, const char *text, size_t size, int64_t max_rows,
                    struct error *error);

/* Multiplications and additions that it takes. */
int64_t prediction_flops(const struct prediction *prediction);

/* Computes those that have the first one's model, in one run where they fit together, and moves
 * them to the front: how many they are, or -1. A row's outputs are the same bytes whatever is
 * computed beside it. Thread-safe. */
int64_t predictions_run(struct prediction **predictions, size_t count, struct error *error);

/* The answer as members of a JSON object without its braces: "predictions":[…] and, of classes,
 * "labels":[…]. Classes: a list of probabilities a row; values: a number a row in original units (a
 * list for several targets). */
void prediction_append(const struct prediction *prediction, struct bytes *text);

void prediction_clear(struct prediction *prediction);

#endif
