/* Tensors on their way into a model: what readers of other formats than safetensors gather. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_TENSOR_PILE_H
#define PROPD_ENGINE_EXCHANGE_TENSOR_PILE_H

#include "engine/exchange/safetensors.h"
#include "engine/model.h"

/* All zero is an empty one. */
struct tensor_pile {
    size_t count, capacity;
    struct safetensors_tensor *items; /* [count], owned, with their names and data */
};

void tensor_pile_clear(struct tensor_pile *pile);

/* Adds a float32 tensor "<layer>/<tensor>" with room for its values, which it returns for the
 * caller to fill; NULL with an error. */
float *tensor_pile_add(struct tensor_pile *pile, const char *name, const struct shape *shape,
                       struct error *error);

/* The model of these tensors and the texts by key that model_metadata() gives: by way of a
 * safetensors file, so that what makes a model is checked in one place. ERROR_INVALID for a name
 * that is there twice. */
struct model *tensor_pile_read(struct tensor_pile *pile, const json_t *metadata,
                               struct error *error);

#endif
