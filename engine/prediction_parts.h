/* What the files of a prediction share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_PREDICTION_PARTS_H
#define PROPD_ENGINE_PREDICTION_PARTS_H

#include <jansson.h>
#include <stdbool.h>

#include "engine/prediction.h"

/* Room for `rows` rows of x; those that are there stay. */
int prediction_make_room(struct prediction *prediction, int64_t rows, struct error *error);

/* prediction_request.c: prediction_read() of any document. */
int prediction_read_json(struct prediction *prediction, const json_t *json, int64_t max_rows,
                         struct error *error);

/* prediction_numbers.c: the plain form alone, {"instances": [[numbers], …]}, of a model that takes
 * numbers. False for everything else, valid or not: a document must tell. */
bool prediction_read_numbers(struct prediction *prediction, const char *text, size_t size,
                             int64_t max_rows);

#endif
