/* Predictions as JSON, CSV or NPY, as the request's Accept says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HANDLERS_PREDICT_ANSWER_H
#define PROPD_API_HANDLERS_PREDICT_ANSWER_H

#include "api/handlers/inference.h"

/* JSON: "predictions" (or "outputs"), of classes "labels", and "model" and "version"; of a live one
 * "job" and "step". CSV: a column for each class or value, and of classes "label". NPY: float32
 * [rows, outputs]. */
int predict_answer(const struct inference *inference, const struct request *request,
                   struct reply *reply, struct error *error);

#endif
