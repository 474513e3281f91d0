/* An ONNX file, taken apart with distrust: what it says is checked against its size before memory
 * is taken for it. Names are kept as C strings, numbers stay where they lie in the file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_ONNX_FILE_H
#define PROPD_ENGINE_EXCHANGE_ONNX_FILE_H

#include "engine/exchange/onnx_graph.h"
#include "engine/exchange/protobuf.h"

#include <jansson.h>

enum {
    ONNX_IR_MIN = 3,
    ONNX_IR_MAX = 13,
    ONNX_OPSET_MIN = 7,
    ONNX_OPSET_MAX = 26,
    ONNX_RANK_MAX = 8,
    ONNX_NODES_MAX = 65536,    /* and so many tensors */
    ONNX_NODE_PORTS_MAX = 1024 /* inputs or outputs of a node */
};

struct onnx_tensor_view {
    const char *name; /* "": none */
    int type;         /* enum onnx_type, or another number of the format's */
    int rank;
    int64_t dims[ONNX_RANK_MAX];
    int64_t elements;
    const uint8_t *data;
    size_t size;
    bool is_packed; /* varints of integers; else little-endian numbers */
};

struct onnx_node_view {
    const char *name, *operator, * domain;
    const char *const *inputs; /* "": left out */
    const char *const *outputs;
    size_t input_count, output_count;
    struct bytes_reader message; /* where attributes are looked up */
};

struct onnx_port {
    const char *name;
    int type;
    int rank;
    int64_t dims[ONNX_RANK_MAX]; /* -1: not said */
};

struct onnx_file {
    size_t size; /* bytes */
    int64_t opset;
    struct onnx_node_view *nodes;
    size_t node_count;
    struct onnx_tensor_view *tensors; /* initializers */
    size_t tensor_count;
    struct onnx_port *inputs; /* those that are no initializers */
    size_t input_count;
    const char **outputs;
    size_t output_count;
    json_t *metadata; /* keys "propd.…" and their texts */
    struct onnx_block *blocks;
};

/* `file` must outlive the result. ERROR_MALFORMED where it is no protobuf message, else
 * ERROR_INVALID. */
struct onnx_file *onnx_file_read(const void *file, size_t size, struct error *error);
void onnx_file_free(struct onnx_file *file);

const struct onnx_tensor_view *onnx_file_tensor(const struct onnx_file *file, const char *name);

/* All elements of a tensor of floats or doubles; ERROR_INVALID naming it where it is of another
 * type. The caller has room for `elements`. */
int onnx_tensor_floats(const struct onnx_tensor_view *tensor, void *floats, struct error *error);
/* Of int64 or int32, at most `most`; their number, or -1. */
int64_t onnx_tensor_integers(const struct onnx_tensor_view *tensor, int64_t *integers, int64_t most,
                             struct error *error);

/* Attributes by name; where a node has none of it, `otherwise`. */
int64_t onnx_attribute_integer(const struct onnx_node_view *node, const char *name,
                               int64_t otherwise);
double onnx_attribute_number(const struct onnx_node_view *node, const char *name, double otherwise);
/* At most `most` integers; their number, -1 where the node has no such attribute, or more. */
int64_t onnx_attribute_integers(const struct onnx_node_view *node, const char *name,
                                int64_t *integers, int64_t most);
/* Whether the node has no such text, or exactly this one. */
bool onnx_attribute_is(const struct onnx_node_view *node, const char *name, const char *text,
                       bool otherwise);
/* A tensor (of Constant); false where there is none, or it is wrong. */
bool onnx_attribute_tensor(const struct onnx_node_view *node, const char *name,
                           struct onnx_tensor_view *tensor);
/* The first attribute whose name is not in the NULL-terminated list, as its length and text; NULL:
 * none. */
const char *onnx_attribute_unknown(const struct onnx_node_view *node, const char *const *known,
                                   int *length);

#endif
