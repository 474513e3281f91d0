/* What the files of a model share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_MODEL_PARTS_H
#define PROPD_ENGINE_MODEL_PARTS_H

#include "engine/model.h"

/* A block of `count` floats, zeros, 64-byte aligned; freed with free(). */
float *model_parameters_new(int64_t count, struct error *error);

/* The predictions of outputs y [rows][width], as model_predict_json() answers them; NULL when out
 * of memory. */
json_t *model_answer(const struct model *model, const float *y, int64_t rows, int64_t width);

#endif
