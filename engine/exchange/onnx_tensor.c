/* Tensors and attributes of an ONNX file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_tensor.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "numbers are copied as they lie in files");

/* ---- tensors */

/* Dimensions come as one field each, or packed. */
static bool add_dim(struct onnx_tensor_view *tensor, uint64_t dim)
{
    if (tensor->rank == ONNX_RANK_MAX || dim > INT64_MAX ||
        __builtin_mul_overflow(tensor->elements, (int64_t)dim, &tensor->elements))
        return false;
    tensor->dims[tensor->rank++] = (int64_t)dim;
    return true;
}

static bool add_dims(struct onnx_tensor_view *tensor, const struct protobuf_field *field)
{
    struct bytes_reader list = protobuf_inside(field);
    bool right = true;
    if (field->wire == PROTOBUF_VARINT)
        return add_dim(tensor, field->value);
    if (field->wire != PROTOBUF_BYTES)
        return false;
    while (right && list.at < list.size)
        right = add_dim(tensor, protobuf_read_varint(&list)) && !list.failed;
    return right;
}

static size_t element_size(int type)
{
    switch (type) {
    case ONNX_FLOAT:
    case ONNX_INT32:
        return 4;
    case ONNX_INT64:
    case ONNX_DOUBLE:
        return 8;
    case ONNX_BOOL:
        return 1;
    default:
        return 0;
    }
}

/* Types that are not read are looked at no further: they may be there where nothing asks for them.
 */
static bool has_right_size(const struct onnx_tensor_view *tensor)
{
    const size_t size = element_size(tensor->type);
    size_t bytes;
    if (size == 0)
        return true;
    if (tensor->is_packed) /* at least a byte each */
        return (uint64_t)tensor->elements <= tensor->size;
    return !__builtin_mul_overflow((size_t)tensor->elements, size, &bytes) && bytes == tensor->size;
}

static void take_data(struct onnx_tensor_view *tensor, const struct protobuf_field *field)
{
    tensor->data = field->data;
    tensor->size = field->size;
    tensor->is_packed = field->number == ONNX_TENSOR_INT32S || field->number == ONNX_TENSOR_INT64S;
}

static int refuse(const struct protobuf_field *name, const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID, "tensor \"%.*s\": %s",
                     name->size < 100 ? (int)name->size : 100, (const char *)name->data, what);
}

int onnx_tensor_read(struct bytes_reader message, struct onnx_tensor_view *tensor,
                     struct protobuf_field *name, struct error *error)
{
    struct protobuf_field field;
    bool has_dims = true, is_external = false;
    *tensor = (struct onnx_tensor_view){.name = "", .elements = 1};
    while (protobuf_next(&message, &field)) {
        const bool is_bytes = field.wire == PROTOBUF_BYTES;
        if (field.number == ONNX_TENSOR_DIMS)
            has_dims = has_dims && add_dims(tensor, &field);
        else if (field.number == ONNX_TENSOR_TYPE && field.wire == PROTOBUF_VARINT)
            tensor->type = field.value < 100 ? (int)field.value : 0;
        else if (field.number == ONNX_TENSOR_NAME && is_bytes)
            *name = field;
        else if (field.number == ONNX_TENSOR_EXTERNAL ||
                 (field.number == ONNX_TENSOR_LOCATION && field.value != 0))
            is_external = true;
        else if (is_bytes &&
                 (field.number == ONNX_TENSOR_RAW || field.number == ONNX_TENSOR_FLOATS ||
                  field.number == ONNX_TENSOR_INT32S || field.number == ONNX_TENSOR_INT64S ||
                  field.number == ONNX_TENSOR_DOUBLES))
            take_data(tensor, &field);
    }
    if (message.failed)
        return error_set(error, ERROR_MALFORMED, "not an ONNX file: a tensor cannot be parsed");
    if (is_external)
        return refuse(name, "its data lie in another file; save the model as one file", error);
    if (!has_dims)
        return refuse(name, "must have at most 8 dimensions that fit into memory", error);
    if (!has_right_size(tensor))
        return refuse(name, "must have as many data as its type and dimensions say", error);
    return 0;
}

int onnx_tensor_floats(const struct onnx_tensor_view *tensor, void *floats, struct error *error)
{
    if (tensor->is_packed || (tensor->type != ONNX_FLOAT && tensor->type != ONNX_DOUBLE))
        return error_set(error, ERROR_INVALID,
                         "tensor \"%.100s\" must be of floats or doubles: convert the model to "
                         "float32",
                         tensor->name);
    if (tensor->type == ONNX_FLOAT) {
        if (tensor->size > 0)
            memcpy(floats, tensor->data, tensor->size);
        return 0;
    }
    for (int64_t i = 0; i < tensor->elements; i++) {
        double value;
        memcpy(&value, tensor->data + (size_t)i * sizeof(value), sizeof(value));
        const float narrow = (float)value;
        memcpy((uint8_t *)floats + (size_t)i * sizeof(narrow), &narrow, sizeof(narrow));
    }
    return 0;
}

int64_t onnx_tensor_integers(const struct onnx_tensor_view *tensor, int64_t *integers, int64_t most,
                             struct error *error)
{
    struct bytes_reader reader = {.data = tensor->data, .size = tensor->size};
    if ((tensor->type != ONNX_INT64 && tensor->type != ONNX_INT32) || tensor->elements > most)
        return error_set(error, ERROR_INVALID, "tensor \"%.100s\" must be at most %lld integers",
                         tensor->name, (long long)most);
    for (int64_t i = 0; i < tensor->elements; i++) {
        if (tensor->is_packed)
            integers[i] = (int64_t)protobuf_read_varint(&reader);
        else if (tensor->type == ONNX_INT64)
            integers[i] = (int64_t)bytes_read_u64(&reader);
        else
            integers[i] = (int32_t)bytes_read_u32(&reader);
    }
    if (reader.failed)
        return error_set(error, ERROR_INVALID, "tensor \"%.100s\" has too few integers",
                         tensor->name);
    return tensor->elements;
}

/* ---- attributes */

/* The name of an attribute's message. */
static struct protobuf_field attribute_name(struct bytes_reader message)
{
    struct protobuf_field field, name = {.data = (const uint8_t *)""};
    while (protobuf_next(&message, &field))
        if (field.number == ONNX_ATTRIBUTE_NAME && field.wire == PROTOBUF_BYTES)
            name = field;
    return name;
}

/* The message of the attribute of that name. */
static bool find_attribute(const struct onnx_node_view *node, const char *name,
                           struct bytes_reader *message)
{
    struct bytes_reader reader = node->message;
    struct protobuf_field field;
    while (protobuf_next(&reader, &field)) {
        if (field.number != ONNX_NODE_ATTRIBUTE || field.wire != PROTOBUF_BYTES)
            continue;
        *message = protobuf_inside(&field);
        const struct protobuf_field found = attribute_name(*message);
        if (found.size == strlen(name) && memcmp(found.data, name, found.size) == 0)
            return true;
    }
    return false;
}

/* The first field of that number and type in an attribute. */
static bool find_value(const struct onnx_node_view *node, const char *name, uint32_t number,
                       enum protobuf_wire wire, struct protobuf_field *field)
{
    struct bytes_reader message;
    if (!find_attribute(node, name, &message))
        return false;
    while (protobuf_next(&message, field))
        if (field->number == number && field->wire == wire)
            return true;
    return false;
}

int64_t onnx_attribute_integer(const struct onnx_node_view *node, const char *name,
                               int64_t otherwise)
{
    struct protobuf_field field;
    return find_value(node, name, ONNX_ATTRIBUTE_INTEGER, PROTOBUF_VARINT, &field)
               ? (int64_t)field.value
               : otherwise;
}

double onnx_attribute_number(const struct onnx_node_view *node, const char *name, double otherwise)
{
    struct protobuf_field field;
    float number;
    if (!find_value(node, name, ONNX_ATTRIBUTE_FLOAT, PROTOBUF_FIXED32, &field))
        return otherwise;
    const uint32_t bits = (uint32_t)field.value;
    memcpy(&number, &bits, sizeof(number));
    return (double)number;
}

int64_t onnx_attribute_integers(const struct onnx_node_view *node, const char *name,
                                int64_t *integers, int64_t most)
{
    struct bytes_reader message;
    struct protobuf_field field;
    int64_t count = 0;
    if (!find_attribute(node, name, &message))
        return -1;
    while (protobuf_next(&message, &field)) {
        if (field.number != ONNX_ATTRIBUTE_INTEGERS)
            continue;
        struct bytes_reader list = protobuf_inside(&field);
        if (field.wire == PROTOBUF_VARINT && count < most)
            integers[count++] = (int64_t)field.value;
        else if (field.wire != PROTOBUF_BYTES)
            return -1;
        while (list.at < list.size && !list.failed && count < most)
            integers[count++] = (int64_t)protobuf_read_varint(&list);
        if (list.at < list.size || list.failed)
            return -1;
    }
    return count;
}

bool onnx_attribute_is(const struct onnx_node_view *node, const char *name, const char *text,
                       bool otherwise)
{
    struct protobuf_field field;
    if (!find_value(node, name, ONNX_ATTRIBUTE_TEXT, PROTOBUF_BYTES, &field))
        return otherwise;
    return field.size == strlen(text) && memcmp(field.data, text, field.size) == 0;
}

bool onnx_attribute_tensor(const struct onnx_node_view *node, const char *name,
                           struct onnx_tensor_view *tensor)
{
    struct protobuf_field field, unused = {.data = (const uint8_t *)""};
    return find_value(node, name, ONNX_ATTRIBUTE_TENSOR, PROTOBUF_BYTES, &field) &&
           onnx_tensor_read(protobuf_inside(&field), tensor, &unused, NULL) == 0;
}

const char *onnx_attribute_unknown(const struct onnx_node_view *node, const char *const *known,
                                   int *length)
{
    struct bytes_reader reader = node->message;
    struct protobuf_field field;
    while (protobuf_next(&reader, &field)) {
        if (field.number != ONNX_NODE_ATTRIBUTE || field.wire != PROTOBUF_BYTES)
            continue;
        const struct protobuf_field name = attribute_name(protobuf_inside(&field));
        bool found = false;
        for (size_t i = 0; known[i] != NULL && !found; i++)
            found = strlen(known[i]) == name.size && memcmp(known[i], name.data, name.size) == 0;
        *length = name.size < 100 ? (int)name.size : 100;
        if (!found)
            return (const char *)name.data;
    }
    return NULL;
}
