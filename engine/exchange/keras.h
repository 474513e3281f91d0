/* A model as the JSON of a Keras Sequential model, which keras.models.model_from_json() reads.
 *
 * Keras keeps weights and architecture apart; here the weights stand beside the architecture, in a
 * member that Keras passes over: "propd": {"weights": {"<layer>": [{"shape": [4, 8], "data":
 * "<base64 of little-endian float32>"}, …]}, "metadata": {…}}, each layer's in the order and layout
 * of its get_weights(). "metadata" are the texts of a safetensors file; without them (a model out
 * of Keras) the network is read out of the layers.
 *
 * Format: https://keras.io/api/models/model_saving_apis/model_config_serialization/, version 3. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_KERAS_H
#define PROPD_ENGINE_EXCHANGE_KERAS_H

#include "engine/exchange/exchange.h"

extern const struct model_format keras_model_format;

/* keras_read.c */
struct model *keras_read_model(const void *file, size_t size, struct error *error);

/* ---- keras_layer_write.c, keras_layer_read.c: layers in both languages */

/* The Keras layers, appended to `layers`, that compute what `layer` does; `options` as the
 * network's document has them. ERROR_INVALID naming the layer where Keras has none such. */
int keras_layers_write(const struct layer *layer, const json_t *options, json_t *layers,
                       struct error *error);
/* A Keras layer as a layer of a network document, new; NULL with ERROR_INVALID at `path`. */
json_t *keras_layer_read(const json_t *keras, const char *path, struct error *error);

/* ---- keras_weights.c: a layer's tensors in Keras's order and layout */

/* One of a layer's arrays: of one tensor, or of two stacked. */
struct keras_weight {
    const struct layer_tensor *tensors[2]; /* the second NULL where it is one */
    struct shape shape;
    bool swaps; /* a GRU's gates: r, z, n here, z, r, h there, side by side in the last axis */
};
enum { KERAS_WEIGHTS_MAX = LAYER_TENSORS_MAX };
/* How many there are. */
int keras_weights_of(const struct layer *layer, struct keras_weight weights[KERAS_WEIGHTS_MAX]);
/* Copies one tensor between the two layouts, which is the same both ways. */
void keras_weight_copy(const struct keras_weight *weight, const float *from, float *to);

#endif
