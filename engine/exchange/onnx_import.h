/* Making a network of a graph that others made: what its nodes' results are, layers that are added
 * for them, and their weights.
 *
 * Here the batch is the first axis and channels are the last. A graph may have its axes in another
 * order (images with channels first, sequences with time first): a value remembers which, and what
 * only turns axes around adds no layer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_ONNX_IMPORT_H
#define PROPD_ENGINE_EXCHANGE_ONNX_IMPORT_H

#include "engine/exchange/onnx_file.h"
#include "engine/network.h"

/* In place of a size: the batch's, which may be any. */
#define IMPORT_BATCH INT64_MIN

enum import_kind {
    IMPORT_LAYER,    /* computed from the graph's input */
    IMPORT_TENSOR,   /* a constant */
    IMPORT_INTEGERS, /* sizes of values, which graphs compute with */
    IMPORT_ZEROS,    /* zeros of a size that the batch decides: first states */
    IMPORT_PART      /* of gelu's formula, over a layer's result x */
};

enum import_part {
    PART_SCALED,      /* factor · x */
    PART_ERF,         /* erf(factor · x) */
    PART_ERF_AND_ONE, /* 1 + that */
    PART_GELU         /* factor · x · (1 + erf(x / √2)) */
};

struct import_value {
    const char *name;
    enum import_kind kind;
    /* IMPORT_LAYER, and the x of IMPORT_PART: the result of layers[layer], -1: the network's input.
     */
    int layer;
    int rank;                    /* with the batch */
    int64_t dims[ONNX_RANK_MAX]; /* in the order here: dims[0] is IMPORT_BATCH */
    int order[ONNX_RANK_MAX];    /* axis i of the graph is axis order[i] here */
    /* A row that was [height, width, channels] and lies flat, which the graph has channels first: a
     * dense layer's kernel is put into the order here. Rank 0: none. */
    struct shape flat;
    enum import_part part;
    double factor;
    struct onnx_tensor_view tensor;
    int64_t integers[ONNX_RANK_MAX]; /* rank of them */
};

struct import_weight {
    char *name;
    struct shape shape;
    float *values;
};

struct import {
    const struct onnx_file *file;
    const struct onnx_node_view *node; /* the one that is being looked at */
    int64_t batch;                     /* the graph's own size of it; -1: any */
    struct shape input;
    struct import_value *values; /* owned, as what follows */
    size_t value_count;
    json_t *layers;
    struct shape *shapes; /* of the layers' results */
    struct import_weight *weights;
    size_t weight_count;
    size_t floats_left; /* that weights may still take */
    struct error *error;
};

/* One kind of node. */
struct import_operator {
    const char *name;
    int (*import)(struct import *import);
    const char *const *attributes; /* those that are understood, NULL-terminated */
};
/* Parts of the table, each ended by a NULL name. */
extern const struct import_operator import_window_operators[];
extern const struct import_operator import_shape_operators[];
extern const struct import_operator import_sequence_operators[];
extern const struct import_operator import_dense_operators[];
extern const struct import_operator import_gelu_operators[];
extern const struct import_operator import_image_operators[];

/* ERROR_INVALID: `node "Conv_3" (Conv) …`. */
int import_refuse(struct import *import, const char *format, ...) PRINTF_LIKE(2, 3);

#ifdef __clang_analyzer__
/* The analyzer sees one file at a time: without this it follows paths on which this gives 0. */
#define import_refuse(...) (import_refuse(__VA_ARGS__), -1)
#endif

/* ---- what nodes take */

/* Whether the node has input `index` at all. */
bool import_has(const struct import *import, size_t index);
/* Input `index`, which must be there: any kind; computed; a constant. */
int import_take(struct import *import, size_t index, struct import_value *value);
int import_take_layer(struct import *import, size_t index, struct import_value *value);
int import_take_tensor(struct import *import, size_t index, struct onnx_tensor_view *tensor);
/* Constant or computed sizes, at most ONNX_RANK_MAX; their number, or -1. */
int import_take_integers(struct import *import, size_t index, int64_t *integers);
/* Axes as an attribute or, in later opsets, as an input; their number, 0 where there are none, or
 * -1. Counted from the first of `rank`. */
int import_take_axes(struct import *import, size_t index, int rank, int64_t *axes);
/* An axis of `rank`, counted from the first; -1 (refused) where there is none such. */
int import_axis(struct import *import, int64_t axis, int rank);
/* How many nodes and outputs take a value. */
size_t import_uses(const struct import *import, const char *name);

/* A tensor without its axes of 1 has as many elements as `count`. */
bool import_is_list(const struct onnx_tensor_view *tensor, int64_t count);

/* ---- the order of axes */

bool import_is_plain(const struct import_value *value);          /* as here */
bool import_is_channels_first(const struct import_value *value); /* [N, C, …] of [N, …, C] */
void import_set_plain(struct import_value *value);
void import_set_channels_first(struct import_value *value);
/* Takes the graph's axis, of one value, out. */
void import_drop_axis(struct import_value *value, int axis);
/* Makes the value a layer's result of exactly its dimensions, with a reshape where it is not. */
int import_settle(struct import *import, struct import_value *value);

/* ---- sizes */

/* Gather and Concat of sizes. */
int import_gather_sizes(struct import *import, const struct import_value *sizes);
int import_concat_sizes(struct import *import);

/* ---- gelu */

/* Whether a product of two can be only a step of gelu's formula; and the steps. */
bool import_is_part(const struct import_value *a, const struct import_value *b);
int import_mul_part(struct import *import, struct import_value *a, struct import_value *b);
int import_add_part(struct import *import, struct import_value *a, struct import_value *b);

/* ---- layers */

/* Adds a layer over `inputs`; its JSON for more fields, NULL with an error. Borrowed. */
json_t *import_layer(struct import *import, const char *type, const struct import_value *inputs,
                     size_t count);
/* The node's output `index` is this value. */
int import_result(struct import *import, size_t index, const struct import_value *value);
/* Its first output is the result of the layer added last, whose row is value->dims[1 …]. */
int import_layer_result(struct import *import, struct import_value *value);
/* Room for a tensor of the layer added last (or of `layer`). */
float *import_weight(struct import *import, int layer, const char *tensor,
                     const struct shape *shape);
/* The same, filled from a tensor whose axis i is axis order[i] of what is wanted: NULL as it is. */
int import_weight_from(struct import *import, const char *tensor,
                       const struct onnx_tensor_view *from, const struct shape *shape,
                       const int *order);

/* Sets a field of a layer's JSON, which takes the value over; -1 where it cannot. */
int import_set(struct import *import, json_t *layer, const char *field, json_t *value_taken);
int import_set_sizes(struct import *import, json_t *layer, const char *field, const int64_t *sizes,
                     int count);

/* The node's result as an activation of `value`: a field of the layer before where that has none,
 * else a layer. */
int import_activation(struct import *import, struct import_value *value, json_t *activation_taken);

#endif
