/* What the files of a model share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_MODEL_PARTS_H
#define PROPD_ENGINE_MODEL_PARTS_H

#include "engine/model.h"

/* A block of `count` floats, zeros, 64-byte aligned; freed with free(). */
float *model_parameters_new(int64_t count, struct error *error);

/* [28, 28, 1]; NULL when out of memory. */
json_t *shape_to_json(const struct shape *shape);

#endif
