/* What the files of a prediction share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_PREDICTION_PARTS_H
#define PROPD_ENGINE_PREDICTION_PARTS_H

#include <jansson.h>
#include <stdbool.h>

#include "engine/prediction.h"

/* Room for `rows` rows of x; those that are there stay. */
int prediction_make_room(struct prediction *prediction, int64_t rows, struct error *error);

/* prediction_tensors.c: values of a row side by side. */
int64_t prediction_row_size(const struct model *model);

/* prediction_example.c: what a row is, in words: "[x, y]; for example [1.5, 2]". */
const char *prediction_row_text(const struct model *model, struct bytes *text);
/* A body that would be taken, made from the model's own columns. */
const char *prediction_body_text(const struct model *model, struct bytes *text);

/* prediction_request.c: prediction_read() of any document. */
int prediction_read_json(struct prediction *prediction, const json_t *json, int64_t max_rows,
                         struct error *error);

/* prediction_numbers.c: the plain form alone, {"instances": [[numbers], …]}, of a model that takes
 * numbers. False for everything else, valid or not: a document must tell. */
bool prediction_read_numbers(struct prediction *prediction, const char *text, size_t size,
                             int64_t max_rows);

#endif
