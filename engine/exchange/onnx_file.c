/* Reading ModelProto, GraphProto, NodeProto, ValueInfoProto. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_file.h"
#include "engine/exchange/onnx_tensor.h"

#include <stdlib.h>
#include <string.h>

/* Memory that is freed with the file. */
struct onnx_block {
    struct onnx_block *next;
    max_align_t memory[];
};

static void *take(struct onnx_file *file, size_t count, size_t size, struct error *error)
{
    size_t bytes;
    struct onnx_block *block = NULL;
    if (!__builtin_mul_overflow(count + 1, size, &bytes) &&
        !__builtin_add_overflow(bytes, sizeof(*block), &bytes))
        block = calloc(1, bytes);
    if (block == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for an ONNX file");
        return NULL;
    }
    block->next = file->blocks;
    file->blocks = block;
    return block->memory;
}

static int malformed(const char *what, struct error *error)
{
    return error_set(error, ERROR_MALFORMED, "not an ONNX file: its %s cannot be parsed", what);
}

static int wants_message(const struct protobuf_field *field, const char *what, struct error *error)
{
    return field->wire == PROTOBUF_BYTES ? 0 : malformed(what, error);
}

/* A text as a C string of the file's own. */
static const char *take_text(struct onnx_file *file, const struct protobuf_field *field,
                             struct error *error)
{
    if (field->wire != PROTOBUF_BYTES || memchr(field->data, '\0', field->size) != NULL) {
        malformed("names", error);
        return NULL;
    }
    char *text = take(file, field->size, 1, error);
    if (text != NULL)
        memcpy(text, field->data, field->size);
    return text;
}

/* ---- nodes */

static size_t count_fields(struct bytes_reader reader, uint32_t number)
{
    struct protobuf_field field;
    size_t count = 0;
    while (protobuf_next(&reader, &field))
        count += field.number == number;
    return count;
}

static int read_ports(struct onnx_file *file, struct bytes_reader message, uint32_t number,
                      const char *const **ports, size_t *count, struct error *error)
{
    struct protobuf_field field;
    const size_t there = count_fields(message, number);
    if (there > ONNX_NODE_PORTS_MAX)
        return error_set(error, ERROR_INVALID, "a node has %zu inputs or outputs, more than %d",
                         there, ONNX_NODE_PORTS_MAX);
    const char **names = take(file, there, sizeof(*names), error);
    if (names == NULL)
        return -1;
    *ports = names;
    while (protobuf_next(&message, &field)) {
        if (field.number != number)
            continue;
        names[*count] = take_text(file, &field, error);
        if (names[(*count)++] == NULL)
            return -1;
    }
    return 0;
}

static int read_node(struct onnx_file *file, struct bytes_reader message,
                     struct onnx_node_view *node, struct error *error)
{
    struct protobuf_field field;
    struct bytes_reader reader = message;
    *node = (struct onnx_node_view){.name = "", .operator= "", .domain = "", .message = message};
    while (protobuf_next(&reader, &field)) {
        const char **text =
            field.number == ONNX_NODE_NAME ? &node->name
                                           : field.number == ONNX_NODE_OPERATOR
                ? &node->operator: field.number == ONNX_NODE_DOMAIN ? &node->domain : NULL;
        if (text != NULL && (*text = take_text(file, &field, error)) == NULL)
            return -1;
    }
    if (reader.failed)
        return malformed("nodes", error);
    if (read_ports(file, message, ONNX_NODE_INPUT, &node->inputs, &node->input_count, error))
        return -1;
    return read_ports(file, message, ONNX_NODE_OUTPUT, &node->outputs, &node->output_count, error);
}

/* ---- inputs and outputs */

static int read_dim(const struct protobuf_field *dim, struct onnx_port *port, struct error *error)
{
    struct bytes_reader reader = protobuf_inside(dim);
    struct protobuf_field field;
    if (port->rank == ONNX_RANK_MAX)
        return error_set(error, ERROR_INVALID, "input \"%.100s\" has more than %d dimensions",
                         port->name, ONNX_RANK_MAX);
    port->dims[port->rank] = -1;
    while (protobuf_next(&reader, &field))
        if (field.number == ONNX_DIM_VALUE && field.wire == PROTOBUF_VARINT)
            port->dims[port->rank] = (int64_t)field.value > 0 ? (int64_t)field.value : -1;
    port->rank++;
    return reader.failed ? malformed("inputs", error) : 0;
}

/* Goes into TypeProto, its tensor, that one's shape: each message is inside of one field. */
static int read_type(const struct protobuf_field *holder, struct onnx_port *port,
                     struct error *error)
{
    struct bytes_reader type = protobuf_inside(holder);
    struct protobuf_field field, part, dim;
    while (protobuf_next(&type, &field)) {
        if (field.number != ONNX_TYPE_TENSOR || field.wire != PROTOBUF_BYTES)
            continue;
        struct bytes_reader tensor = protobuf_inside(&field);
        while (protobuf_next(&tensor, &part)) {
            if (part.number == ONNX_TENSOR_TYPE_ELEMENT && part.wire == PROTOBUF_VARINT)
                port->type = part.value < 100 ? (int)part.value : 0;
            if (part.number != ONNX_TENSOR_TYPE_SHAPE || part.wire != PROTOBUF_BYTES)
                continue;
            struct bytes_reader shape = protobuf_inside(&part);
            while (protobuf_next(&shape, &dim))
                if (dim.number == ONNX_SHAPE_DIM &&
                    (wants_message(&dim, "inputs", error) || read_dim(&dim, port, error)))
                    return -1;
            tensor.failed = tensor.failed || shape.failed;
        }
        type.failed = type.failed || tensor.failed;
    }
    return type.failed ? malformed("inputs", error) : 0;
}

static int read_port(struct onnx_file *file, const struct protobuf_field *message,
                     struct onnx_port *port, struct error *error)
{
    struct bytes_reader reader = protobuf_inside(message);
    struct protobuf_field field;
    *port = (struct onnx_port){.name = ""};
    while (protobuf_next(&reader, &field)) {
        if (field.number == ONNX_VALUE_NAME &&
            (port->name = take_text(file, &field, error)) == NULL)
            return -1;
        if (field.number == ONNX_VALUE_TYPE &&
            (wants_message(&field, "inputs", error) || read_type(&field, port, error)))
            return -1;
    }
    return reader.failed ? malformed("inputs", error) : 0;
}

/* ---- the graph */

static int take_lists(struct onnx_file *file, struct bytes_reader graph, struct error *error)
{
    const size_t nodes = count_fields(graph, ONNX_GRAPH_NODE);
    const size_t tensors = count_fields(graph, ONNX_GRAPH_INITIALIZER);
    const size_t inputs = count_fields(graph, ONNX_GRAPH_INPUT);
    const size_t outputs = count_fields(graph, ONNX_GRAPH_OUTPUT);
    if (nodes > ONNX_NODES_MAX || tensors > ONNX_NODES_MAX || inputs > ONNX_NODES_MAX ||
        outputs > ONNX_NODES_MAX)
        return error_set(error, ERROR_INVALID,
                         "the graph has more than %d nodes, initializers, inputs or outputs",
                         ONNX_NODES_MAX);
    file->nodes = take(file, nodes, sizeof(*file->nodes), error);
    file->tensors = take(file, tensors, sizeof(*file->tensors), error);
    file->inputs = take(file, inputs, sizeof(*file->inputs), error);
    file->outputs = take(file, outputs, sizeof(*file->outputs), error);
    return file->nodes && file->tensors && file->inputs && file->outputs ? 0 : -1;
}

static int read_part(struct onnx_file *file, const struct protobuf_field *field,
                     struct error *error)
{
    struct onnx_port output;
    switch (field->number) {
    case ONNX_GRAPH_NODE:
        return read_node(file, protobuf_inside(field), &file->nodes[file->node_count++], error);
    case ONNX_GRAPH_INITIALIZER: {
        struct onnx_tensor_view *tensor = &file->tensors[file->tensor_count++];
        struct protobuf_field name = {.wire = PROTOBUF_BYTES, .data = (const uint8_t *)""};
        if (onnx_tensor_read(protobuf_inside(field), tensor, &name, error))
            return -1;
        tensor->name = take_text(file, &name, error);
        return tensor->name == NULL ? -1 : 0;
    }
    case ONNX_GRAPH_INPUT:
        return read_port(file, field, &file->inputs[file->input_count++], error);
    case ONNX_GRAPH_OUTPUT:
        if (read_port(file, field, &output, error))
            return -1;
        file->outputs[file->output_count++] = output.name;
        return 0;
    case ONNX_GRAPH_SPARSE:
        return error_set(error, ERROR_INVALID, "sparse initializers cannot be imported");
    default:
        return 0;
    }
}

static int compare_tensors(const void *a, const void *b)
{
    return strcmp(((const struct onnx_tensor_view *)a)->name,
                  ((const struct onnx_tensor_view *)b)->name);
}

const struct onnx_tensor_view *onnx_file_tensor(const struct onnx_file *file, const char *name)
{
    const struct onnx_tensor_view wanted = {.name = name};
    if (file->tensor_count == 0)
        return NULL;
    return bsearch(&wanted, file->tensors, file->tensor_count, sizeof(wanted), compare_tensors);
}

/* Files of before IR 4 list initializers among the inputs. */
static void leave_true_inputs(struct onnx_file *file)
{
    size_t kept = 0;
    for (size_t i = 0; i < file->input_count; i++)
        if (onnx_file_tensor(file, file->inputs[i].name) == NULL)
            file->inputs[kept++] = file->inputs[i];
    file->input_count = kept;
}

static int read_graph(struct onnx_file *file, struct bytes_reader graph, struct error *error)
{
    struct protobuf_field field;
    if (file->nodes != NULL)
        return error_set(error, ERROR_INVALID, "the file has two graphs, where it must have one");
    if (take_lists(file, graph, error))
        return -1;
    while (protobuf_next(&graph, &field)) {
        const bool is_read = field.number == ONNX_GRAPH_NODE || field.number == ONNX_GRAPH_INPUT ||
                             field.number == ONNX_GRAPH_OUTPUT ||
                             field.number == ONNX_GRAPH_INITIALIZER;
        if ((is_read && wants_message(&field, "graph", error)) || read_part(file, &field, error))
            return -1;
    }
    if (graph.failed)
        return malformed("graph", error);
    if (file->tensor_count > 0)
        qsort(file->tensors, file->tensor_count, sizeof(*file->tensors), compare_tensors);
    leave_true_inputs(file);
    return 0;
}

/* ---- the model */

static int read_opset(struct onnx_file *file, struct bytes_reader reader, struct error *error)
{
    struct protobuf_field field;
    uint64_t version = 0;
    bool is_own = true;
    while (protobuf_next(&reader, &field)) {
        if (field.number == ONNX_OPSET_VERSION && field.wire == PROTOBUF_VARINT)
            version = field.value;
        if (field.number == ONNX_OPSET_DOMAIN && field.wire == PROTOBUF_BYTES)
            is_own = field.size == 0 || (field.size == 7 && memcmp(field.data, "ai.onnx", 7) == 0);
    }
    if (reader.failed)
        return malformed("opset_import", error);
    if (!is_own)
        return 0;
    if (version < ONNX_OPSET_MIN || version > ONNX_OPSET_MAX)
        return error_set(error, ERROR_INVALID,
                         "the file's opset is %llu, but %d to %d can be imported: export it with "
                         "opset 17",
                         (unsigned long long)version, ONNX_OPSET_MIN, ONNX_OPSET_MAX);
    file->opset = (int64_t)version;
    return 0;
}

/* What is not propd's is passed over. */
static int read_metadata(struct onnx_file *file, struct bytes_reader reader, struct error *error)
{
    struct protobuf_field field, key = {0}, value = {0};
    while (protobuf_next(&reader, &field)) {
        if (field.number == ONNX_ENTRY_KEY && field.wire == PROTOBUF_BYTES)
            key = field;
        if (field.number == ONNX_ENTRY_VALUE && field.wire == PROTOBUF_BYTES)
            value = field;
    }
    if (reader.failed)
        return malformed("metadata_props", error);
    if (key.size < 6 || memcmp(key.data, "propd.", 6) != 0)
        return 0;
    const char *name = take_text(file, &key, error);
    json_t *text = name ? json_stringn((const char *)value.data, value.size) : NULL;
    if (text == NULL || json_object_set_new(file->metadata, name, text) != 0)
        return error_set(error, ERROR_INVALID, "the file's metadata %.60s must be a text in UTF-8",
                         name != NULL ? name : "propd");
    return 0;
}

static int check_version(const struct protobuf_field *field, struct error *error)
{
    if (field->wire != PROTOBUF_VARINT)
        return malformed("ir_version", error);
    if (field->value >= ONNX_IR_MIN && field->value <= ONNX_IR_MAX)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "the file's IR version is %llu, but %d to %d can be imported",
                     (unsigned long long)field->value, ONNX_IR_MIN, ONNX_IR_MAX);
}

static int read_model(struct onnx_file *file, struct bytes_reader reader, struct error *error)
{
    struct protobuf_field field;
    bool has_version = false;
    while (protobuf_next(&reader, &field)) {
        int result = 0;
        if (field.number == ONNX_MODEL_IR) {
            result = check_version(&field, error);
            has_version = true;
        } else if (field.number == ONNX_MODEL_GRAPH || field.number == ONNX_MODEL_OPSET ||
                   field.number == ONNX_MODEL_METADATA) {
            const struct bytes_reader inside = protobuf_inside(&field);
            result = wants_message(&field, "fields", error);
            if (result == 0)
                result = field.number == ONNX_MODEL_GRAPH   ? read_graph(file, inside, error)
                         : field.number == ONNX_MODEL_OPSET ? read_opset(file, inside, error)
                                                            : read_metadata(file, inside, error);
        }
        if (result != 0)
            return -1;
    }
    if (reader.failed)
        return malformed("fields", error);
    if (!has_version || file->nodes == NULL || file->opset == 0)
        return error_set(error, ERROR_INVALID,
                         "the ONNX file lacks its ir_version, opset_import or graph");
    return 0;
}

struct onnx_file *onnx_file_read(const void *file, size_t size, struct error *error)
{
    struct onnx_file *read = calloc(1, sizeof(*read));
    if (read != NULL) {
        read->size = size;
        read->metadata = json_object();
    }
    if (read == NULL || read->metadata == NULL)
        error_set(error, ERROR_MEMORY, "out of memory for an ONNX file");
    else if (read_model(read, (struct bytes_reader){.data = file, .size = size}, error) == 0)
        return read;
    onnx_file_free(read);
    return NULL;
}

void onnx_file_free(struct onnx_file *file)
{
    if (file == NULL)
        return;
    while (file->blocks != NULL) {
        struct onnx_block *block = file->blocks;
        file->blocks = block->next;
        free(block);
    }
    json_decref(file->metadata);
    free(file);
}
