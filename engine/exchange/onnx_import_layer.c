/* Values and layers of a graph that is being imported. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what nodes take */

bool import_has(const struct import *import, size_t index)
{
    return index < import->node->input_count && import->node->inputs[index][0] != '\0';
}

static bool value_find(const struct import *import, const char *name, struct import_value *value)
{
    const struct onnx_tensor_view *tensor = onnx_file_tensor(import->file, name);
    for (size_t i = import->value_count; i > 0; i--)
        if (strcmp(import->values[i - 1].name, name) == 0) {
            *value = import->values[i - 1];
            return true;
        }
    if (tensor != NULL)
        *value = (struct import_value){.name = name, .kind = IMPORT_TENSOR, .tensor = *tensor};
    return tensor != NULL;
}

int import_take(struct import *import, size_t index, struct import_value *value)
{
    if (!import_has(import, index))
        return import_refuse(import, "must have an input %zu", index + 1);
    if (!value_find(import, import->node->inputs[index], value))
        return import_refuse(import,
                             "takes \"%.100s\", which no node before it gives: nodes must be in "
                             "the order of their run",
                             import->node->inputs[index]);
    return 0;
}

int import_take_layer(struct import *import, size_t index, struct import_value *value)
{
    if (import_take(import, index, value))
        return -1;
    if (value->kind == IMPORT_PART)
        return import_refuse(import,
                             "takes what is no layer's result: of numbers times values only "
                             "gelu's formula can be imported");
    if (value->kind != IMPORT_LAYER)
        return import_refuse(import,
                             "must compute with the graph's input, not with constants, as "
                             "input %zu",
                             index + 1);
    return 0;
}

int import_take_tensor(struct import *import, size_t index, struct onnx_tensor_view *tensor)
{
    struct import_value value;
    if (import_take(import, index, &value))
        return -1;
    if (value.kind != IMPORT_TENSOR)
        return import_refuse(import, "must have a constant tensor as input %zu", index + 1);
    *tensor = value.tensor;
    return 0;
}

int import_take_integers(struct import *import, size_t index, int64_t *integers)
{
    struct import_value value;
    if (import_take(import, index, &value))
        return -1;
    if (value.kind == IMPORT_TENSOR)
        return (int)onnx_tensor_integers(&value.tensor, integers, ONNX_RANK_MAX, import->error);
    if (value.kind != IMPORT_INTEGERS)
        return import_refuse(import, "must have constant integers as input %zu", index + 1);
    memcpy(integers, value.integers, sizeof(value.integers));
    return value.rank;
}

int import_axis(struct import *import, int64_t axis, int rank)
{
    if (axis < -rank || axis >= rank)
        return import_refuse(import, "has no axis %lld in a value of %d dimensions",
                             (long long)axis, rank);
    return (int)(axis < 0 ? axis + rank : axis);
}

int import_take_axes(struct import *import, size_t index, int rank, int64_t *axes)
{
    int64_t count = onnx_attribute_integers(import->node, "axes", axes, ONNX_RANK_MAX);
    if (count < 0 && !import_has(import, index))
        return 0;
    if (count < 0)
        count = import_take_integers(import, index, axes);
    for (int64_t i = 0; i < count; i++) {
        axes[i] = import_axis(import, axes[i], rank);
        if (axes[i] < 0)
            return -1;
    }
    return (int)count;
}

size_t import_uses(const struct import *import, const char *name)
{
    const struct onnx_file *file = import->file;
    size_t uses = 0;
    for (size_t n = 0; n < file->node_count; n++)
        for (size_t i = 0; i < file->nodes[n].input_count; i++)
            uses += strcmp(file->nodes[n].inputs[i], name) == 0;
    for (size_t i = 0; i < file->output_count; i++)
        uses += strcmp(file->outputs[i], name) == 0;
    return uses;
}

bool import_is_list(const struct onnx_tensor_view *tensor, int64_t count)
{
    return tensor->elements == count &&
           (tensor->rank == 0 || tensor->dims[tensor->rank - 1] == count);
}

/* ---- the order of axes */

void import_set_plain(struct import_value *value)
{
    for (int i = 0; i < value->rank; i++)
        value->order[i] = i;
}

void import_set_channels_first(struct import_value *value)
{
    value->order[0] = 0;
    value->order[1] = value->rank - 1;
    for (int i = 2; i < value->rank; i++)
        value->order[i] = i - 1;
}

static bool has_order_of(const struct import_value *value,
                         void (*set_order)(struct import_value *value))
{
    struct import_value other = *value;
    set_order(&other);
    return memcmp(value->order, other.order, (size_t)value->rank * sizeof(*value->order)) == 0;
}

bool import_is_plain(const struct import_value *value)
{
    return has_order_of(value, import_set_plain);
}

bool import_is_channels_first(const struct import_value *value)
{
    return value->rank > 1 && has_order_of(value, import_set_channels_first);
}

int import_settle(struct import *import, struct import_value *value)
{
    const struct shape *made = value->layer < 0 ? &import->input : &import->shapes[value->layer];
    struct shape wanted = {.rank = value->rank - 1};
    memcpy(wanted.dims, value->dims + 1, (size_t)wanted.rank * sizeof(*wanted.dims));
    if (shape_equal(made, &wanted))
        return 0;
    json_t *layer = import_layer(import, "reshape", value, 1);
    if (layer == NULL || import_set_sizes(import, layer, "shape", wanted.dims, wanted.rank))
        return -1;
    value->layer = (int)json_array_size(import->layers) - 1;
    import->shapes[value->layer] = wanted;
    return 0;
}

/* ---- layers */

static const char *layer_name(const struct import *import, int layer)
{
    return layer < 0 ? "input"
                     : json_string_value(
                           json_object_get(json_array_get(import->layers, (size_t)layer), "name"));
}

/* "conv2d_2", as a network names a layer itself. */
static json_t *make_name(const struct import *import, const char *type)
{
    size_t i, count = 1;
    const json_t *layer;
    json_array_foreach(import->layers, i, layer)
    {
        count += strcmp(json_string_value(json_object_get(layer, "type")), type) == 0;
    }
    return json_sprintf("%s_%zu", type, count);
}

json_t *import_layer(struct import *import, const char *type, const struct import_value *inputs,
                     size_t count)
{
    json_auto_t *names = json_array();
    int failed = 0;
    if (json_array_size(import->layers) >= NETWORK_LAYERS_MAX) {
        import_refuse(import, "is one too many: a network has at most %d layers",
                      NETWORK_LAYERS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        failed |= json_array_append_new(names, json_string(layer_name(import, inputs[i].layer)));
    json_t *layer =
        json_pack("{s:s, s:o, s:O}", "type", type, "name", make_name(import, type), "input", names);
    if (failed != 0 || json_array_append_new(import->layers, layer) != 0) {
        error_set(import->error, ERROR_MEMORY, "out of memory for an ONNX graph");
        return NULL;
    }
    return layer;
}

int import_result(struct import *import, size_t index, const struct import_value *value)
{
    const char *name = import->node->outputs[index];
    struct import_value other;
    if (value_find(import, name, &other))
        return import_refuse(import, "gives \"%.100s\", which is there already", name);
    import->values[import->value_count] = *value;
    import->values[import->value_count++].name = name;
    return 0;
}

int import_layer_result(struct import *import, struct import_value *value)
{
    value->kind = IMPORT_LAYER;
    value->layer = (int)json_array_size(import->layers) - 1;
    struct shape *shape = &import->shapes[value->layer];
    if (value->rank - 1 > SHAPE_RANK_MAX || value->rank < 2)
        return import_refuse(import, "gives %d dimensions, where 2 to %d can be", value->rank,
                             SHAPE_RANK_MAX + 1);
    shape->rank = value->rank - 1;
    memcpy(shape->dims, value->dims + 1, (size_t)shape->rank * sizeof(*shape->dims));
    for (int i = 0; i < shape->rank; i++)
        if (shape->dims[i] < 1)
            return import_refuse(import, "gives a value without elements");
    if (shape_elements(shape, import->error) < 0)
        return -1;
    return import_result(import, 0, value);
}

float *import_weight(struct import *import, int layer, const char *tensor,
                     const struct shape *shape)
{
    struct import_weight *weight = &import->weights[import->weight_count];
    const int64_t elements = shape_elements(shape, import->error);
    char *name = NULL;
    if (elements < 0)
        return NULL;
    if ((size_t)elements > import->floats_left) {
        import_refuse(import, "has weights of more memory than the file has bytes");
        return NULL;
    }
    float *values = calloc((size_t)elements + 1, sizeof(*values));
    if (values == NULL || asprintf(&name, "%s/%s", layer_name(import, layer), tensor) < 0) {
        free(values);
        error_set(import->error, ERROR_MEMORY, "out of memory for a tensor");
        return NULL;
    }
    import->floats_left -= (size_t)elements;
    *weight = (struct import_weight){.name = name, .shape = *shape, .values = values};
    import->weight_count++;
    return values;
}

int import_weight_from(struct import *import, const char *tensor,
                       const struct onnx_tensor_view *from, const struct shape *shape,
                       const int *order)
{
    struct shape stored = *shape;
    int back[SHAPE_RANK_MAX];
    const int layer = (int)json_array_size(import->layers) - 1;
    float *values = import_weight(import, layer, tensor, shape);
    if (values == NULL)
        return -1;
    if (from->elements != shape_elements(shape, NULL))
        return import_refuse(import, "has a tensor \"%.100s\" of the wrong size", from->name);
    if (order == NULL)
        return onnx_tensor_floats(from, values, import->error);
    for (int i = 0; i < shape->rank; i++) {
        stored.dims[i] = shape->dims[order[i]];
        back[order[i]] = i;
    }
    AUTO_FREE float *copy = calloc((size_t)from->elements + 1, sizeof(*copy));
    if (copy == NULL)
        return error_set(import->error, ERROR_MEMORY, "out of memory for a tensor");
    if (onnx_tensor_floats(from, copy, import->error))
        return -1;
    onnx_reorder(copy, &stored, back, values);
    return 0;
}

int import_set(struct import *import, json_t *layer, const char *field, json_t *value_taken)
{
    if (json_object_set_new(layer, field, value_taken) == 0)
        return 0;
    return error_set(import->error, ERROR_MEMORY, "out of memory for a layer");
}

int import_set_sizes(struct import *import, json_t *layer, const char *field, const int64_t *sizes,
                     int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        (void)json_array_append_new(list, json_integer(sizes[i]));
    return import_set(import, layer, field, list);
}

static bool takes_activation(const json_t *layer)
{
    static const char *const types[] = {"dense", "conv1d", "conv2d", "conv2d_transpose"};
    const char *type = json_string_value(json_object_get(layer, "type"));
    for (size_t i = 0; type != NULL && i < ARRAY_COUNT(types); i++)
        if (strcmp(types[i], type) == 0)
            return json_object_get(layer, "activation") == NULL;
    return false;
}

int import_activation(struct import *import, struct import_value *value, json_t *activation_taken)
{
    json_auto_t *activation = activation_taken;
    json_t *before = value->layer < 0 ? NULL : json_array_get(import->layers, (size_t)value->layer);
    if (before != NULL && takes_activation(before) && import_uses(import, value->name) == 1) {
        if (import_set(import, before, "activation", json_incref(activation)))
            return -1;
        return import_result(import, 0, value);
    }
    if (import_settle(import, value))
        return -1;
    json_t *layer = import_layer(import, "activation", value, 1);
    if (layer == NULL || import_set(import, layer, "activation", json_incref(activation)))
        return -1;
    return import_layer_result(import, value);
}
