/* LSTM, GRU and lookups in a graph that is being imported. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"

#include <stdlib.h>
#include <string.h>

enum { GATES_MAX = 4 };

/* A recurrent operator: which of its gates stands at each place of the network's. */
struct cell {
    const char *operator, * type;
    int64_t gates[GATES_MAX];
    int64_t gate_count;
    bool has_recurrent_bias;
};
static const struct cell cells[] = {
    {"LSTM", "lstm", {0, 2, 3, 1}, 4, false}, /* i o f c to i f g o */
    {"GRU", "gru", {1, 0, 2}, 3, true},       /* z r h to r z n */
};

/* The node, as its weights tell it. */
struct recurrent {
    const struct cell *cell;
    int64_t directions, units, channels;
    float *kernel, *recurrent_kernel, *bias; /* as they are in the file; owned */
};

static void recurrent_clear(struct recurrent *recurrent)
{
    free(recurrent->kernel);
    free(recurrent->recurrent_kernel);
    free(recurrent->bias);
}

/* ---- weights */

/* A copy of input `index`, [directions, a, b]; of zeros where it may be left out. */
static float *copy_input(struct import *import, size_t index, int64_t count)
{
    struct onnx_tensor_view tensor;
    const bool is_there = import_has(import, index);
    if (is_there && import_take_tensor(import, index, &tensor))
        return NULL;
    if (is_there && tensor.elements != count) {
        import_refuse(import, "must have an input %zu of %lld values", index + 1, (long long)count);
        return NULL;
    }
    float *copy = calloc((size_t)count + 1, sizeof(*copy));
    if (copy == NULL)
        error_set(import->error, ERROR_MEMORY, "out of memory for a tensor");
    if (copy != NULL && is_there && onnx_tensor_floats(&tensor, copy, import->error)) {
        free(copy);
        return NULL;
    }
    return copy;
}

/* [gates · units, depth] in the operator's order to [depth, gates · units] in the network's. */
static int set_kernel(struct import *import, const struct recurrent *recurrent, const char *name,
                      const float *from, int64_t depth)
{
    const int64_t units = recurrent->units, columns = recurrent->cell->gate_count * units;
    const struct shape shape = {.rank = 2, .dims = {depth, columns}};
    float *to = import_weight(import, (int)json_array_size(import->layers) - 1, name, &shape);
    if (to == NULL)
        return -1;
    for (int64_t column = 0; column < columns; column++) {
        const int64_t row = recurrent->cell->gates[column / units] * units + column % units;
        for (int64_t i = 0; i < depth; i++)
            to[i * columns + column] = from[row * depth + i];
    }
    return 0;
}

/* The biases [input's, recurrent]: one where the network has only one, their sum. */
static int set_biases(struct import *import, const struct recurrent *recurrent, const char *prefix,
                      const float *from)
{
    const int64_t columns = recurrent->cell->gate_count * recurrent->units;
    char name[64];
    AUTO_FREE float *sum = calloc((size_t)columns, sizeof(*sum));
    if (sum == NULL)
        return error_set(import->error, ERROR_MEMORY, "out of memory for a tensor");
    for (int64_t i = 0; i < columns; i++)
        sum[i] = recurrent->cell->has_recurrent_bias ? from[i] : from[i] + from[columns + i];
    (void)snprintf(name, sizeof(name), "%sbias", prefix);
    if (set_kernel(import, recurrent, name, sum, 1))
        return -1;
    import->weights[import->weight_count - 1].shape = (struct shape){.rank = 1, .dims = {
                                                                         columns
                                                                     }};
    if (!recurrent->cell->has_recurrent_bias)
        return 0;
    (void)snprintf(name, sizeof(name), "%srecurrent_bias", prefix);
    if (set_kernel(import, recurrent, name, from + columns, 1))
        return -1;
    import->weights[import->weight_count - 1].shape = (struct shape){.rank = 1, .dims = {
                                                                         columns
                                                                     }};
    return 0;
}

static int set_direction(struct import *import, const struct recurrent *recurrent,
                         int64_t direction)
{
    const char *prefix = recurrent->directions == 1 ? ""
                         : direction == 0           ? "forward_"
                                                    : "backward_";
    const int64_t columns = recurrent->cell->gate_count * recurrent->units;
    const int64_t channels = recurrent->channels, units = recurrent->units;
    char name[64];
    (void)snprintf(name, sizeof(name), "%skernel", prefix);
    if (set_kernel(import, recurrent, name, recurrent->kernel + direction * columns * channels,
                   channels))
        return -1;
    (void)snprintf(name, sizeof(name), "%srecurrent_kernel", prefix);
    if (set_kernel(import, recurrent, name,
                   recurrent->recurrent_kernel + direction * columns * units, units))
        return -1;
    return set_biases(import, recurrent, prefix, recurrent->bias + 2 * direction * columns);
}

/* ---- the node */

/* First states must be zeros, lengths those of all rows, peepholes none. */
static int check_inputs(struct import *import)
{
    for (size_t i = 4; i < import->node->input_count; i++) {
        struct import_value value;
        bool is_right = !import_has(import, i);
        if (!is_right && i != 4 && i != 7) {
            if (import_take(import, i, &value))
                return -1;
            is_right = value.kind == IMPORT_ZEROS;
            for (size_t at = 0; value.kind == IMPORT_TENSOR && at <= value.tensor.size; at++)
                if (at == value.tensor.size)
                    is_right = true;
                else if (value.tensor.data[at] != 0)
                    break;
        }
        if (!is_right)
            return import_refuse(import,
                                 "must begin with zeros in every row, without lengths and "
                                 "peepholes, as it does not by input %zu",
                                 i + 1);
    }
    return 0;
}

static int check_attributes(struct import *import, const struct recurrent *recurrent)
{
    const struct onnx_node_view *node = import->node;
    const bool is_right =
        onnx_attribute_integer(node, "hidden_size", recurrent->units) == recurrent->units &&
        onnx_attribute_integer(node, "layout", 0) == 0 &&
        onnx_attribute_integer(node, "input_forget", 0) == 0 &&
        onnx_attribute_is(node, "direction",
                          recurrent->directions == 2 ? "bidirectional" : "forward",
                          recurrent->directions == 1);
    if (!is_right)
        return import_refuse(import, "must run forward or bidirectional, with layout 0 and "
                                     "input_forget 0");
    if (recurrent->cell->has_recurrent_bias &&
        onnx_attribute_integer(node, "linear_before_reset", 0) == 0)
        return import_refuse(import, "must have linear_before_reset 1, as PyTorch and Keras export "
                                     "it");
    return 0;
}

/* Sizes by the recurrent kernel [directions, gates · units, units]. */
static int read_sizes(struct import *import, const struct import_value *value,
                      struct recurrent *recurrent)
{
    struct onnx_tensor_view kernel, inputs;
    const int64_t gates = recurrent->cell->gate_count;
    if (import_take_tensor(import, 1, &inputs) || import_take_tensor(import, 2, &kernel))
        return -1;
    if (value->rank != 3 || value->order[0] != 1 || value->order[1] != 0 || value->flat.rank > 0)
        return import_refuse(import, "must take sequences [time, N, channels]");
    recurrent->channels = value->dims[2];
    if (kernel.rank != 3 || inputs.rank != 3 || kernel.dims[0] < 1 || kernel.dims[0] > 2 ||
        kernel.dims[2] < 1 || kernel.dims[2] > 65536 || kernel.dims[1] != gates * kernel.dims[2] ||
        inputs.dims[0] != kernel.dims[0] || inputs.dims[1] != kernel.dims[1] ||
        inputs.dims[2] != recurrent->channels)
        return import_refuse(import,
                             "must have weights [directions, %lld units, channels] and "
                             "[directions, %lld units, units]",
                             (long long)gates, (long long)gates);
    recurrent->directions = kernel.dims[0];
    recurrent->units = kernel.dims[2];
    return 0;
}

static int copy_weights(struct import *import, struct recurrent *recurrent)
{
    const int64_t rows = recurrent->directions * recurrent->cell->gate_count * recurrent->units;
    recurrent->kernel = copy_input(import, 1, rows * recurrent->channels);
    recurrent->recurrent_kernel = copy_input(import, 2, rows * recurrent->units);
    recurrent->bias = copy_input(import, 3, 2 * rows);
    return recurrent->kernel && recurrent->recurrent_kernel && recurrent->bias ? 0 : -1;
}

/* Y is [time, directions, N, units], Y_h [directions, N, units]: one of them may be used. */
static int set_results(struct import *import, const struct recurrent *recurrent,
                       struct import_value *value, bool all_times)
{
    static const int y_order[] = {1, 2, 0, 3}, last_order[] = {1, 0, 2};
    const int64_t time = value->dims[1], width = recurrent->directions * recurrent->units;
    value->layer = (int)json_array_size(import->layers) - 1;
    import->shapes[value->layer] = all_times ? (struct shape){.rank = 2,
                                                              .dims =
                                                              { time,
                                                                width }}
                                             : (struct shape){.rank = 1, .dims = {
                                                                  width
                                                              }};
    value->rank = all_times ? 4 : 3;
    memcpy(value->order, all_times ? y_order : last_order, (size_t)value->rank * sizeof(int));
    value->dims[value->rank - 2] = recurrent->directions;
    value->dims[value->rank - 1] = recurrent->units;
    return import_result(import, all_times ? 0 : 1, value);
}

static size_t uses_of_output(const struct import *import, size_t index)
{
    const struct onnx_node_view *node = import->node;
    if (index >= node->output_count || node->outputs[index][0] == '\0')
        return 0;
    return import_uses(import, node->outputs[index]);
}

static int add_recurrent(struct import *import, struct recurrent *recurrent,
                         struct import_value *value)
{
    const bool all_times = uses_of_output(import, 0) > 0, last = uses_of_output(import, 1) > 0;
    if (all_times == last || uses_of_output(import, 2) > 0)
        return import_refuse(import, "must have one output that is used, all states or the last");
    if (import_settle(import, value))
        return -1;
    json_t *layer = import_layer(import, recurrent->cell->type, value, 1);
    if (layer == NULL || import_set(import, layer, "units", json_integer(recurrent->units)) ||
        import_set(import, layer, "return_sequences", json_boolean(all_times)) ||
        import_set(import, layer, "bidirectional", json_boolean(recurrent->directions == 2)))
        return -1;
    for (int64_t d = 0; d < recurrent->directions; d++)
        if (set_direction(import, recurrent, d))
            return -1;
    return set_results(import, recurrent, value, all_times);
}

static int import_recurrent(struct import *import)
{
    AUTO_CLEAR(recurrent_clear)
    struct recurrent recurrent = {
        .cell = &cells[strcmp(import->node->operator, cells[0].operator) != 0]};
    struct import_value value;
    if (import_take_layer(import, 0, &value) || read_sizes(import, &value, &recurrent) ||
        check_attributes(import, &recurrent) || check_inputs(import) ||
        copy_weights(import, &recurrent))
        return -1;
    return add_recurrent(import, &recurrent, &value);
}

/* ---- lookups */

static int gather_rows(struct import *import, const struct onnx_tensor_view *table)
{
    struct import_value ids;
    if (import_take_layer(import, 1, &ids))
        return -1;
    if (table->rank != 2 || table->elements == 0 || ids.rank > SHAPE_RANK_MAX ||
        !import_is_plain(&ids) || ids.flat.rank > 0 ||
        onnx_attribute_integer(import->node, "axis", 0) != 0)
        return import_refuse(import, "must look rows of a table up, [vocabulary, units]");
    if (import_settle(import, &ids))
        return -1;
    const struct shape shape = {.rank = 2, .dims = {table->dims[0], table->dims[1]}};
    json_t *layer = import_layer(import, "embedding", &ids, 1);
    if (layer == NULL || import_set(import, layer, "vocabulary", json_integer(table->dims[0])) ||
        import_set(import, layer, "units", json_integer(table->dims[1])) ||
        import_weight_from(import, "embeddings", table, &shape, NULL))
        return -1;
    ids.dims[ids.rank] = table->dims[1];
    ids.rank++;
    import_set_plain(&ids);
    return import_layer_result(import, &ids);
}

/* What is all there is along an axis; or the last step of all states of a recurrent layer of one
 * direction that nothing else takes: the layer gives it alone. */
static int gather_last(struct import *import, struct import_value *value)
{
    struct onnx_tensor_view index;
    int64_t place;
    json_t *layer = value->layer < 0 ? NULL : json_array_get(import->layers, (size_t)value->layer);
    const int axis =
        import_axis(import, onnx_attribute_integer(import->node, "axis", 0), value->rank);
    if (axis < 0 || import_take_tensor(import, 1, &index) ||
        onnx_tensor_integers(&index, &place, 1, import->error) != 1)
        return import_refuse(import, "must take the last step of a recurrent layer");
    const int64_t size = value->dims[value->order[axis]];
    if (size == 1 && index.rank == 0 && (place == 0 || place == -1) && value->rank > 2) {
        import_drop_axis(value, axis);
        return import_result(import, 0, value);
    }
    if (!json_is_true(json_object_get(layer, "return_sequences")) ||
        !json_is_false(json_object_get(layer, "bidirectional")) || index.rank != 0 ||
        value->rank != 3 || value->order[axis] != 1 ||
        (place != -1 && place != value->dims[1] - 1) || import_uses(import, value->name) != 1)
        return import_refuse(import, "must take the last step of a recurrent layer of one "
                                     "direction, of which nothing else is used");
    if (import_set(import, layer, "return_sequences", json_false()))
        return -1;
    import->shapes[value->layer] = (struct shape){.rank = 1, .dims = { value->dims[2] }};
    value->rank = 2;
    value->dims[1] = value->dims[2];
    import_set_plain(value);
    return import_result(import, 0, value);
}

static int import_gather(struct import *import)
{
    struct import_value value;
    if (import_take(import, 0, &value))
        return -1;
    switch (value.kind) {
    case IMPORT_TENSOR:
        return gather_rows(import, &value.tensor);
    case IMPORT_LAYER:
        return gather_last(import, &value);
    case IMPORT_INTEGERS:
        return import_gather_sizes(import, &value);
    case IMPORT_ZEROS:
    case IMPORT_PART:
        break;
    }
    return import_refuse(import, "must take rows of a table, sizes, or the last step of a layer");
}

#define RECURRENT_ATTRIBUTES                                                                       \
    "direction", "hidden_size", "input_forget", "layout", "linear_before_reset"

static const char *const recurrent_attributes[] = {RECURRENT_ATTRIBUTES, NULL};

const struct import_operator import_sequence_operators[] = {
    {"GRU", import_recurrent, recurrent_attributes},
    {"Gather", import_gather, (const char *const[]){"axis", NULL}},
    {"LSTM", import_recurrent, recurrent_attributes},
    {NULL, NULL, NULL}};
