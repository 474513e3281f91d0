/* Writing an ONNX graph, node by node, and what the format calls things
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 *
 * Values are known by their names, which the graph keeps until it is cleared. Where memory runs out
 * calls go on with the name "", and onnx_graph_finish() tells. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_ONNX_GRAPH_H
#define PROPD_ENGINE_EXCHANGE_ONNX_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "engine/shape.h"

/* Versions written: IR 8 and opset 17, the first with LayerNormalization. */
enum { ONNX_IR = 8, ONNX_OPSET = 17, ONNX_ML_OPSET = 3 };
#define ONNX_ML_DOMAIN "ai.onnx.ml"

/* TensorProto.DataType. */
enum onnx_type {
    ONNX_FLOAT = 1,
    ONNX_INT32 = 6,
    ONNX_INT64 = 7,
    ONNX_STRING = 8,
    ONNX_BOOL = 9,
    ONNX_DOUBLE = 11
};

/* Field numbers of the messages. */
enum {
    ONNX_MODEL_IR = 1,
    ONNX_MODEL_PRODUCER = 2,
    ONNX_MODEL_PRODUCER_VERSION = 3,
    ONNX_MODEL_DOCUMENTATION = 6,
    ONNX_MODEL_GRAPH = 7,
    ONNX_MODEL_OPSET = 8,
    ONNX_MODEL_METADATA = 14
};
enum { ONNX_OPSET_DOMAIN = 1, ONNX_OPSET_VERSION = 2 };
enum { ONNX_ENTRY_KEY = 1, ONNX_ENTRY_VALUE = 2 };
enum {
    ONNX_GRAPH_NODE = 1,
    ONNX_GRAPH_NAME = 2,
    ONNX_GRAPH_INITIALIZER = 5,
    ONNX_GRAPH_INPUT = 11,
    ONNX_GRAPH_OUTPUT = 12,
    ONNX_GRAPH_SPARSE = 15
};
enum {
    ONNX_NODE_INPUT = 1,
    ONNX_NODE_OUTPUT = 2,
    ONNX_NODE_NAME = 3,
    ONNX_NODE_OPERATOR = 4,
    ONNX_NODE_ATTRIBUTE = 5,
    ONNX_NODE_DOMAIN = 7
};
enum {
    ONNX_ATTRIBUTE_NAME = 1,
    ONNX_ATTRIBUTE_FLOAT = 2,
    ONNX_ATTRIBUTE_INTEGER = 3,
    ONNX_ATTRIBUTE_TEXT = 4,
    ONNX_ATTRIBUTE_TENSOR = 5,
    ONNX_ATTRIBUTE_FLOATS = 7,
    ONNX_ATTRIBUTE_INTEGERS = 8,
    ONNX_ATTRIBUTE_TEXTS = 9,
    ONNX_ATTRIBUTE_TYPE = 20
};
enum {
    ONNX_TENSOR_DIMS = 1,
    ONNX_TENSOR_TYPE = 2,
    ONNX_TENSOR_FLOATS = 4,
    ONNX_TENSOR_INT32S = 5,
    ONNX_TENSOR_TEXTS = 6,
    ONNX_TENSOR_INT64S = 7,
    ONNX_TENSOR_NAME = 8,
    ONNX_TENSOR_RAW = 9,
    ONNX_TENSOR_DOUBLES = 10,
    ONNX_TENSOR_EXTERNAL = 13,
    ONNX_TENSOR_LOCATION = 14
};
enum { ONNX_VALUE_NAME = 1, ONNX_VALUE_TYPE = 2 };
enum { ONNX_TYPE_TENSOR = 1, ONNX_TENSOR_TYPE_ELEMENT = 1, ONNX_TENSOR_TYPE_SHAPE = 2 };
enum { ONNX_SHAPE_DIM = 1, ONNX_DIM_VALUE = 1, ONNX_DIM_NAME = 2 };

/* ---- attributes */

/* AttributeProto.AttributeType. */
enum onnx_attribute_type {
    ONNX_IS_FLOAT = 1,
    ONNX_IS_INTEGER = 2,
    ONNX_IS_TEXT = 3,
    ONNX_IS_TENSOR = 4,
    ONNX_IS_FLOATS = 6,
    ONNX_IS_INTEGERS = 7,
    ONNX_IS_TEXTS = 8
};

struct labels;

struct onnx_attribute {
    const char *name; /* NULL ends a list */
    enum onnx_attribute_type type;
    size_t count; /* of lists */
    float number;
    int64_t integer;
    const char *text;
    const float *numbers;
    const int64_t *integers;
    const struct labels *texts; /* all of them */
};

#define ONNX_FLOAT_OF(key, value)                                                                  \
    {                                                                                              \
        .name = (key), .type = ONNX_IS_FLOAT, .number = (float)(value)                             \
    }
#define ONNX_INTEGER_OF(key, value)                                                                \
    {                                                                                              \
        .name = (key), .type = ONNX_IS_INTEGER, .integer = (value)                                 \
    }
#define ONNX_TEXT_OF(key, value)                                                                   \
    {                                                                                              \
        .name = (key), .type = ONNX_IS_TEXT, .text = (value)                                       \
    }
#define ONNX_INTEGERS_OF(key, values, many)                                                        \
    {                                                                                              \
        .name = (key), .type = ONNX_IS_INTEGERS, .integers = (values), .count = (size_t)(many)     \
    }
/* A list of attributes for a call. */
#define ONNX_ATTRIBUTES(...)                                                                       \
    ((const struct onnx_attribute[]){__VA_ARGS__, {.name = NULL, .type = ONNX_IS_INTEGER}})

/* ---- graphs */

/* All zero is an empty one. */
struct onnx_graph {
    struct bytes fields; /* GraphProto's, in any order */
    int64_t count;       /* of names that were made */
    char **names;        /* owned */
    size_t name_count, name_capacity;
    const char *scope; /* the layer or part that names of values begin with; borrowed */
    bool uses_ml;      /* operators of ai.onnx.ml */
    bool failed;
};

/* Ends the graph: its fields are the message. ERROR_MEMORY where anything failed. */
int onnx_graph_finish(const struct onnx_graph *graph, struct error *error);
void onnx_graph_clear(struct onnx_graph *graph);

/* A name by a format, kept. */
const char *onnx_name(struct onnx_graph *graph, const char *format, ...) PRINTF_LIKE(2, 3);

enum { ONNX_NODE_INPUTS_MAX = 8 };

struct onnx_node {
    const char *operator; /* "Conv" */
    const char *domain;   /* NULL: ONNX's own */
    const struct onnx_attribute *attributes;
    const char *const *inputs; /* "": left out */
    size_t input_count;
    int place;          /* which of its outputs is the result */
    const char *output; /* its name; NULL: one of its own */
};

/* Adds a node; the name of its result. */
const char *onnx_node(struct onnx_graph *graph, const struct onnx_node *node);
/* The same with inputs up to a NULL; attributes may be NULL. */
const char *onnx_apply(struct onnx_graph *graph, const char *operator,
                       const struct onnx_attribute * attributes, ...) __attribute__((sentinel));

/* Inputs and outputs of the graph: [N, dims …]. */
void onnx_input(struct onnx_graph *graph, const char *name, enum onnx_type type,
                const struct shape *row);
void onnx_output(struct onnx_graph *graph, const char *name, enum onnx_type type,
                 const struct shape *row);

/* Constants: lists, and single values without dimensions. */
const char *onnx_floats(struct onnx_graph *graph, const float *values, const struct shape *shape);
const char *onnx_doubles(struct onnx_graph *graph, const double *values, int64_t count);
const char *onnx_integers(struct onnx_graph *graph, const int64_t *values, int64_t count);
const char *onnx_texts(struct onnx_graph *graph, const struct labels *labels);
const char *onnx_booleans(struct onnx_graph *graph, const uint8_t *values, int64_t count);
const char *onnx_float(struct onnx_graph *graph, float value);
const char *onnx_double(struct onnx_graph *graph, double value);
const char *onnx_integer(struct onnx_graph *graph, int64_t value);

/* A named tensor of floats whose axis i is axis order[i] of `shape` (NULL: as it is). */
void onnx_tensor(struct onnx_graph *graph, const char *name, const float *values,
                 const struct shape *shape, const int *order);

/* Copies a tensor so that axis i of the result is axis order[i] of `shape`; the result may be of
 * any alignment. */
void onnx_reorder(const float *values, const struct shape *shape, const int *order, void *result);

#endif
