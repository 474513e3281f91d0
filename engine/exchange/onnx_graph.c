/* Messages of an ONNX graph. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_graph.h"
#include "engine/exchange/protobuf.h"
#include "engine/labels.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int onnx_graph_finish(const struct onnx_graph *graph, struct error *error)
{
    if (graph->failed || graph->fields.failed)
        return error_set(error, ERROR_MEMORY, "out of memory for an ONNX graph");
    return 0;
}

void onnx_graph_clear(struct onnx_graph *graph)
{
    for (size_t i = 0; i < graph->name_count; i++)
        free(graph->names[i]);
    free(graph->names);
    bytes_clear(&graph->fields);
    *graph = (struct onnx_graph){0};
}

/* ---- names */

static bool has_room(struct onnx_graph *graph)
{
    if (graph->name_count < graph->name_capacity)
        return true;
    const size_t capacity = graph->name_capacity * 2 + 64;
    char **names = realloc(graph->names, capacity * sizeof(*names));
    if (names == NULL)
        return false;
    graph->names = names;
    graph->name_capacity = capacity;
    return true;
}

const char *onnx_name(struct onnx_graph *graph, const char *format, ...)
{
    char *name = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int length = has_room(graph) ? vasprintf(&name, format, arguments) : -1;
    va_end(arguments);
    if (length < 0) {
        graph->failed = true;
        return "";
    }
    graph->names[graph->name_count++] = name;
    return name;
}

static const char *next_name(struct onnx_graph *graph, const char *what)
{
    return onnx_name(graph, "/%s/%s:%lld", graph->scope, what, (long long)++graph->count);
}

/* ---- nodes */

static void put_attribute_value(struct bytes *message, const struct onnx_attribute *attribute)
{
    switch (attribute->type) {
    case ONNX_IS_FLOAT:
        protobuf_put_float(message, ONNX_ATTRIBUTE_FLOAT, attribute->number);
        break;
    case ONNX_IS_INTEGER:
        protobuf_put_integer(message, ONNX_ATTRIBUTE_INTEGER, attribute->integer);
        break;
    case ONNX_IS_TEXT:
        protobuf_put_text(message, ONNX_ATTRIBUTE_TEXT, attribute->text);
        break;
    case ONNX_IS_FLOATS:
        for (size_t i = 0; i < attribute->count; i++)
            protobuf_put_float(message, ONNX_ATTRIBUTE_FLOATS, attribute->numbers[i]);
        break;
    case ONNX_IS_INTEGERS:
        for (size_t i = 0; i < attribute->count; i++)
            protobuf_put_integer(message, ONNX_ATTRIBUTE_INTEGERS, attribute->integers[i]);
        break;
    case ONNX_IS_TEXTS:
        for (uint32_t i = 0; i < attribute->texts->count; i++)
            protobuf_put_bytes(message, ONNX_ATTRIBUTE_TEXTS, attribute->texts->items[i].text,
                               attribute->texts->items[i].length);
        break;
    case ONNX_IS_TENSOR: /* constants are tensors of the graph here */
        break;
    }
}

static void put_attribute(struct bytes *node, const struct onnx_attribute *attribute)
{
    struct bytes message = {0};
    protobuf_put_text(&message, ONNX_ATTRIBUTE_NAME, attribute->name);
    put_attribute_value(&message, attribute);
    protobuf_put_integer(&message, ONNX_ATTRIBUTE_TYPE, (int64_t)attribute->type);
    protobuf_put_message(node, ONNX_NODE_ATTRIBUTE, &message);
}

const char *onnx_node(struct onnx_graph *graph, const struct onnx_node *node)
{
    struct bytes message = {0};
    const char *result = node->output ? node->output : next_name(graph, node->operator);
    const struct onnx_attribute *attribute = node->attributes;
    for (size_t i = 0; i < node->input_count; i++)
        protobuf_put_text(&message, ONNX_NODE_INPUT, node->inputs[i]);
    for (int i = 0; i < node->place; i++)
        protobuf_put_text(&message, ONNX_NODE_OUTPUT, "");
    protobuf_put_text(&message, ONNX_NODE_OUTPUT, result);
    protobuf_put_text(&message, ONNX_NODE_NAME, result);
    protobuf_put_text(&message, ONNX_NODE_OPERATOR, node->operator);
    for (; attribute != NULL && attribute->name != NULL; attribute++)
        put_attribute(&message, attribute);
    if (node->domain != NULL) {
        protobuf_put_text(&message, ONNX_NODE_DOMAIN, node->domain);
        graph->uses_ml = true;
    }
    protobuf_put_message(&graph->fields, ONNX_GRAPH_NODE, &message);
    return result;
}

const char *onnx_apply(struct onnx_graph *graph, const char *operator,
                       const struct onnx_attribute * attributes, ...)
{
    const char *inputs[ONNX_NODE_INPUTS_MAX];
    size_t count = 0;
    va_list arguments;
    va_start(arguments, attributes);
    for (const char *input = va_arg(arguments, const char *);
         input != NULL && count < ONNX_NODE_INPUTS_MAX; input = va_arg(arguments, const char *))
        inputs[count++] = input;
    va_end(arguments);
    return onnx_node(graph, &(struct onnx_node){.operator= operator,
                                                .attributes = attributes,
                                                .inputs = inputs,
                                                .input_count = count});
}

/* ---- inputs and outputs */

static void put_dim(struct bytes *shape, const char *name, int64_t value)
{
    struct bytes dim = {0};
    if (name != NULL)
        protobuf_put_text(&dim, ONNX_DIM_NAME, name);
    else
        protobuf_put_integer(&dim, ONNX_DIM_VALUE, value);
    protobuf_put_message(shape, ONNX_SHAPE_DIM, &dim);
}

static void put_value(struct onnx_graph *graph, uint32_t field, const char *name,
                      enum onnx_type type, const struct shape *row)
{
    struct bytes shape = {0}, tensor = {0}, holder = {0}, value = {0};
    put_dim(&shape, "N", 0);
    for (int i = 0; i < row->rank; i++)
        put_dim(&shape, NULL, row->dims[i]);
    protobuf_put_integer(&tensor, ONNX_TENSOR_TYPE_ELEMENT, (int64_t)type);
    protobuf_put_message(&tensor, ONNX_TENSOR_TYPE_SHAPE, &shape);
    protobuf_put_message(&holder, ONNX_TYPE_TENSOR, &tensor);
    protobuf_put_text(&value, ONNX_VALUE_NAME, name);
    protobuf_put_message(&value, ONNX_VALUE_TYPE, &holder);
    protobuf_put_message(&graph->fields, field, &value);
}

void onnx_input(struct onnx_graph *graph, const char *name, enum onnx_type type,
                const struct shape *row)
{
    put_value(graph, ONNX_GRAPH_INPUT, name, type, row);
}

void onnx_output(struct onnx_graph *graph, const char *name, enum onnx_type type,
                 const struct shape *row)
{
    put_value(graph, ONNX_GRAPH_OUTPUT, name, type, row);
}

/* ---- tensors */

static void put_header(struct bytes *tensor, const char *name, enum onnx_type type,
                       const struct shape *shape, const int *order)
{
    for (int i = 0; i < shape->rank; i++)
        protobuf_put_integer(tensor, ONNX_TENSOR_DIMS, shape->dims[order ? order[i] : i]);
    protobuf_put_integer(tensor, ONNX_TENSOR_TYPE, (int64_t)type);
    protobuf_put_text(tensor, ONNX_TENSOR_NAME, name);
}

static const char *put_constant(struct onnx_graph *graph, enum onnx_type type,
                                const struct shape *shape, const void *data, size_t size)
{
    struct bytes tensor = {0};
    const char *name = next_name(graph, "constant");
    put_header(&tensor, name, type, shape, NULL);
    protobuf_put_bytes(&tensor, ONNX_TENSOR_RAW, data, size);
    protobuf_put_message(&graph->fields, ONNX_GRAPH_INITIALIZER, &tensor);
    return name;
}

static struct shape list_of(int64_t count)
{
    return (struct shape){.rank = 1, .dims = {count}};
}

const char *onnx_floats(struct onnx_graph *graph, const float *values, const struct shape *shape)
{
    const size_t size = (size_t)shape_elements(shape, NULL) * sizeof(*values);
    return put_constant(graph, ONNX_FLOAT, shape, values, size);
}

const char *onnx_doubles(struct onnx_graph *graph, const double *values, int64_t count)
{
    const struct shape shape = list_of(count);
    return put_constant(graph, ONNX_DOUBLE, &shape, values, (size_t)count * sizeof(*values));
}

const char *onnx_integers(struct onnx_graph *graph, const int64_t *values, int64_t count)
{
    const struct shape shape = list_of(count);
    return put_constant(graph, ONNX_INT64, &shape, values, (size_t)count * sizeof(*values));
}

const char *onnx_booleans(struct onnx_graph *graph, const uint8_t *values, int64_t count)
{
    const struct shape shape = list_of(count);
    return put_constant(graph, ONNX_BOOL, &shape, values, (size_t)count);
}

const char *onnx_texts(struct onnx_graph *graph, const struct labels *labels)
{
    struct bytes tensor = {0};
    const char *name = next_name(graph, "constant");
    const struct shape shape = list_of(labels->count);
    put_header(&tensor, name, ONNX_STRING, &shape, NULL);
    for (uint32_t i = 0; i < labels->count; i++)
        protobuf_put_bytes(&tensor, ONNX_TENSOR_TEXTS, labels->items[i].text,
                           labels->items[i].length);
    protobuf_put_message(&graph->fields, ONNX_GRAPH_INITIALIZER, &tensor);
    return name;
}

static const struct shape single = {.rank = 0};

const char *onnx_float(struct onnx_graph *graph, float value)
{
    return put_constant(graph, ONNX_FLOAT, &single, &value, sizeof(value));
}

const char *onnx_double(struct onnx_graph *graph, double value)
{
    return put_constant(graph, ONNX_DOUBLE, &single, &value, sizeof(value));
}

const char *onnx_integer(struct onnx_graph *graph, int64_t value)
{
    return put_constant(graph, ONNX_INT64, &single, &value, sizeof(value));
}

void onnx_reorder(const float *values, const struct shape *shape, const int *order, void *result)
{
    int64_t strides[SHAPE_RANK_MAX], steps[SHAPE_RANK_MAX], index[SHAPE_RANK_MAX] = {0};
    const int64_t elements = shape_elements(shape, NULL);
    int64_t stride = 1, from = 0;
    for (int i = shape->rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= shape->dims[i];
    }
    for (int i = 0; i < shape->rank; i++)
        steps[i] = strides[order[i]];
    for (int64_t at = 0; at < elements; at++) {
        memcpy((uint8_t *)result + (size_t)at * sizeof(*values), values + from, sizeof(*values));
        for (int i = shape->rank - 1; i >= 0; i--) {
            from += steps[i];
            if (++index[i] < shape->dims[order[i]])
                break;
            from -= steps[i] * index[i];
            index[i] = 0;
        }
    }
}

void onnx_tensor(struct onnx_graph *graph, const char *name, const float *values,
                 const struct shape *shape, const int *order)
{
    struct bytes tensor = {0};
    const size_t size = (size_t)shape_elements(shape, NULL) * sizeof(*values);
    put_header(&tensor, name, ONNX_FLOAT, shape, order);
    void *space = protobuf_put_space(&tensor, ONNX_TENSOR_RAW, size);
    if (space != NULL && order != NULL)
        onnx_reorder(values, shape, order, space);
    else if (space != NULL)
        memcpy(space, values, size);
    protobuf_put_message(&graph->fields, ONNX_GRAPH_INITIALIZER, &tensor);
}
