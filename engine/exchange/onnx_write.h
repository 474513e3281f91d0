/* What writing a model as ONNX is made of: the columns on the way in, the layers, the answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_ONNX_WRITE_H
#define PROPD_ENGINE_EXCHANGE_ONNX_WRITE_H

#include "engine/exchange/onnx_graph.h"
#include "engine/model.h"

/* Names of the graph's outputs. */
#define ONNX_PREDICTIONS "predictions"
#define ONNX_LABELS "labels"

/* Adds the graph's inputs, a column each or one tensor, and what makes the network's input of them,
 * whose name is *input. ERROR_INVALID naming the column that ONNX cannot say. */
int onnx_write_inputs(struct onnx_graph *graph, const struct preprocessing *preprocessing,
                      const char **input, struct error *error);

/* Adds the layers over `input`; *output is the last one's, its activation done. ERROR_INVALID
 * naming the layer that ONNX cannot say. */
int onnx_write_layers(struct onnx_graph *graph, const struct model *model, const char *input,
                      const char **output, struct error *error);

/* Adds the graph's outputs: predictions in original units and, of classes, their labels. */
int onnx_write_outputs(struct onnx_graph *graph, const struct model *model, const char *output,
                       struct error *error);

/* ---- one layer */

/* A layer's result in one or both of two orders of its axes, each made when it is first asked for:
 * [N, …, channels] as here, and [N, channels, …] as ONNX's operators on images and sequences want
 * it. NULL: not made. */
struct onnx_value {
    const char *last, *first;
    struct shape shape; /* of a row, channels last */
};

struct onnx_layer {
    struct onnx_graph *graph;
    const struct layer *layer;
    const json_t *document; /* its options, with all defaults */
    struct onnx_value *inputs[LAYER_INPUTS_MAX];
    const char *tensors[LAYER_TENSORS_MAX]; /* their names */
    struct onnx_value *result;              /* shape is set; the writer sets one of the names */
};

const char *onnx_channels_last(struct onnx_graph *graph, struct onnx_value *value);
const char *onnx_channels_first(struct onnx_graph *graph, struct onnx_value *value);
/* An input in whichever order there is, and where the same order's result goes. */
const char *onnx_either(const struct onnx_layer *step, const char ***result);

/* The name of `x` under [N, dims …] of `shape`. */
const char *onnx_reshape(struct onnx_graph *graph, const char *x, const struct shape *shape);
/* Axes in the order of `order`, `rank` of them with the batch's. */
const char *onnx_transpose(struct onnx_graph *graph, const char *x, const int64_t *order, int rank);
/* The activation of `x`; softmax is along the last axis. */
const char *onnx_activation(struct onnx_graph *graph, const char *x, enum activation_code code,
                            float alpha);
/* The layer's own activation, of its field "activation". */
const char *onnx_activate(const struct onnx_layer *step, const char *x);

/* Writers of the types that have a file of their own. */
void onnx_write_attention(const struct onnx_layer *step);
void onnx_write_column_embeddings(const struct onnx_layer *step);
void onnx_write_conv(const struct onnx_layer *step);
void onnx_write_conv_transpose(const struct onnx_layer *step);
void onnx_write_gru(const struct onnx_layer *step);
void onnx_write_lstm(const struct onnx_layer *step);
void onnx_write_max_pool(const struct onnx_layer *step);
void onnx_write_average_pool(const struct onnx_layer *step);

/* The axes of a layer's tensor in its ONNX initializer, for onnx_tensor(); NULL: as they are. The
 * tensor's name there is "/" and its name in the network. */
const int *onnx_tensor_order(const struct layer *layer, const struct layer_tensor *tensor);

#endif
