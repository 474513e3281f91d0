/* Matrix products, sums, normalization and activations of a graph that is being imported. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"

#include <math.h>
#include <string.h>

static const char *const none[] = {NULL};

/* ---- dense */

/* What takes the values of a row in their order cannot follow a flattened image with channels
 * first. */
static int wants_own_order(struct import *import, const struct import_value *value)
{
    if (value->flat.rank == 0)
        return 0;
    return import_refuse(import,
                         "follows an image that was flattened with its channels first: only "
                         "Gemm or MatMul can, whose weights are put into the order that "
                         "images have here, channels last");
}

/* The kernel [inputs, units] of the dense layer added last, out of a matrix, transposed or not. */
static int set_kernel(struct import *import, const struct import_value *value,
                      const struct onnx_tensor_view *matrix, bool is_turned, int64_t units)
{
    struct shape flat = value->flat,
                 shape = {.rank = 2, .dims = {value->dims[value->rank - 1], units}};
    static const int as_is[] = {0, 1}, turned[] = {1, 0};
    if (flat.rank == 0)
        return import_weight_from(import, "kernel", matrix, &shape, is_turned ? turned : as_is);
    /* [height, width, channels, units], of which the graph has the channels first. */
    int order[SHAPE_RANK_MAX] = {0};
    const int rank = flat.rank;
    const int first = is_turned ? 1 : 0;
    order[is_turned ? 0 : rank] = rank;
    order[first] = rank - 1;
    for (int i = 1; i < rank; i++)
        order[first + i] = i - 1;
    flat.dims[flat.rank++] = units;
    if (import_weight_from(import, "kernel", matrix, &flat, order))
        return -1;
    import->weights[import->weight_count - 1].shape = shape;
    return 0;
}

static int add_dense(struct import *import, struct import_value *value,
                     const struct onnx_tensor_view *matrix, bool is_turned)
{
    const int last = value->rank - 1;
    if (matrix->rank != 2 || matrix->dims[is_turned ? 1 : 0] != value->dims[last] ||
        value->order[last] != last)
        return import_refuse(import,
                             "must multiply with a constant matrix of as many rows as its input's "
                             "last axis has values");
    const int64_t units = matrix->dims[is_turned ? 0 : 1];
    if (value->flat.rank == SHAPE_RANK_MAX)
        return import_refuse(import, "follows an image of too many dimensions");
    if (import_settle(import, value))
        return -1;
    json_t *layer = import_layer(import, "dense", value, 1);
    if (layer == NULL || import_set(import, layer, "units", json_integer(units)) ||
        import_set(import, layer, "use_bias", json_false()) ||
        set_kernel(import, value, matrix, is_turned, units))
        return -1;
    value->dims[last] = units;
    value->flat.rank = 0;
    return 0;
}

static void scale(struct import_weight *weight, double factor)
{
    const int64_t elements = shape_elements(&weight->shape, NULL);
    for (int64_t i = 0; factor != 1.0 && i < elements; i++)
        weight->values[i] = (float)((double)weight->values[i] * factor);
}

/* Gives a layer that has no bias this one. */
static int add_bias(struct import *import, int layer, const struct onnx_tensor_view *bias,
                    int64_t count)
{
    const struct shape shape = {.rank = 1, .dims = {count}};
    json_t *json = json_array_get(import->layers, (size_t)layer);
    if (!import_is_list(bias, count))
        return import_refuse(import, "must have a bias of %lld values", (long long)count);
    float *values = import_weight(import, layer, "bias", &shape);
    if (values == NULL || import_set(import, json, "use_bias", json_true()))
        return -1;
    return onnx_tensor_floats(bias, values, import->error);
}

static int import_gemm(struct import *import)
{
    struct import_value value;
    struct onnx_tensor_view matrix, bias;
    const struct onnx_node_view *node = import->node;
    const bool is_turned = onnx_attribute_integer(node, "transB", 0) != 0;
    if (import_take_layer(import, 0, &value) || import_take_tensor(import, 1, &matrix))
        return -1;
    if (onnx_attribute_integer(node, "transA", 0) != 0 || value.rank != 2)
        return import_refuse(import, "must take rows [N, values], not transposed");
    if (add_dense(import, &value, &matrix, is_turned))
        return -1;
    scale(&import->weights[import->weight_count - 1], onnx_attribute_number(node, "alpha", 1.0));
    if (import_has(import, 2)) {
        const int layer = (int)json_array_size(import->layers) - 1;
        if (import_take_tensor(import, 2, &bias) || add_bias(import, layer, &bias, value.dims[1]))
            return -1;
        scale(&import->weights[import->weight_count - 1], onnx_attribute_number(node, "beta", 1.0));
    }
    return import_layer_result(import, &value);
}

static int import_matmul(struct import *import)
{
    struct import_value value;
    struct onnx_tensor_view matrix;
    if (import_take_layer(import, 0, &value) || import_take_tensor(import, 1, &matrix) ||
        add_dense(import, &value, &matrix, false))
        return -1;
    return import_layer_result(import, &value);
}

/* ---- sums and products of values */

static int import_merge(struct import *import, const char *type, struct import_value *values)
{
    for (int i = 0; i < 2; i++)
        if (wants_own_order(import, &values[i]) || import_settle(import, &values[i]))
            return -1;
    if (values[0].rank != values[1].rank ||
        memcmp(values[0].dims, values[1].dims, (size_t)values[0].rank * sizeof(int64_t)) != 0 ||
        memcmp(values[0].order, values[1].order, (size_t)values[0].rank * sizeof(int)) != 0)
        return import_refuse(import, "must have two inputs of one shape");
    if (import_layer(import, type, values, 2) == NULL)
        return -1;
    return import_layer_result(import, &values[0]);
}

/* Whether a value is the result of a layer without bias, which nothing else takes. */
static bool takes_bias(const struct import *import, const struct import_value *value)
{
    const json_t *layer =
        value->layer < 0 ? NULL : json_array_get(import->layers, (size_t)value->layer);
    return layer != NULL && json_is_false(json_object_get(layer, "use_bias")) &&
           json_object_get(layer, "activation") == NULL && import_uses(import, value->name) == 1;
}

/* Whether the tensor's axes say the last axis of `value` here, or all of a row. */
static bool is_along_channels(const struct import_value *value,
                              const struct onnx_tensor_view *tensor)
{
    int channels = 0;
    while (value->order[channels] != value->rank - 1)
        channels++;
    const int axis = channels - (value->rank - tensor->rank);
    return axis >= 0 && tensor->rank <= value->rank && tensor->elements == tensor->dims[axis] &&
           tensor->elements == value->dims[value->rank - 1];
}

/* A constant row of vectors, one for each step of a sequence. */
static int import_positions(struct import *import, struct import_value *value,
                            const struct onnx_tensor_view *tensor)
{
    const struct shape shape = {.rank = 2, .dims = {value->dims[1], value->dims[2]}};
    static const int as_is[] = {0, 1};
    if (import_settle(import, value) ||
        import_layer(import, "positional_embedding", value, 1) == NULL ||
        import_weight_from(import, "embeddings", tensor, &shape, as_is))
        return -1;
    return import_layer_result(import, value);
}

static int import_add_constant(struct import *import, size_t constant)
{
    struct import_value value;
    struct onnx_tensor_view tensor;
    if (import_take_layer(import, 1 - constant, &value) ||
        import_take_tensor(import, constant, &tensor))
        return -1;
    if (takes_bias(import, &value) && is_along_channels(&value, &tensor)) {
        struct onnx_tensor_view list = tensor;
        list.rank = 1;
        list.dims[0] = tensor.elements;
        if (add_bias(import, value.layer, &list, tensor.elements))
            return -1;
        return import_result(import, 0, &value);
    }
    if (value.rank == 3 && import_is_plain(&value) && tensor.rank >= 2 &&
        tensor.elements == value.dims[1] * value.dims[2] &&
        tensor.dims[tensor.rank - 1] == value.dims[2])
        return import_positions(import, &value, &tensor);
    return import_refuse(import,
                         "can add a constant only as the bias of a layer before it that has "
                         "none, or as a vector for each step of a sequence");
}

static int import_add(struct import *import)
{
    struct import_value values[2];
    if (import_take(import, 0, &values[0]) || import_take(import, 1, &values[1]))
        return -1;
    if (values[0].kind == IMPORT_PART || values[1].kind == IMPORT_PART)
        return import_add_part(import, &values[0], &values[1]);
    for (size_t i = 0; i < 2; i++)
        if (values[i].kind != IMPORT_LAYER)
            return import_add_constant(import, i);
    return import_merge(import, "add", values);
}

static int import_mul(struct import *import)
{
    struct import_value values[2];
    if (import_take(import, 0, &values[0]) || import_take(import, 1, &values[1]))
        return -1;
    if (import_is_part(&values[0], &values[1]))
        return import_mul_part(import, &values[0], &values[1]);
    for (size_t i = 0; i < 2; i++)
        if (import_take_layer(import, i, &values[i]))
            return -1;
    return import_merge(import, "multiply", values);
}

static int import_concat(struct import *import)
{
    struct import_value values[LAYER_INPUTS_MAX];
    const size_t count = import->node->input_count;
    if (import_take(import, 0, &values[0]))
        return -1;
    for (size_t i = 0; i < count && values[0].kind != IMPORT_LAYER; i++) {
        if (import_take(import, i, &values[0]))
            return -1;
        if (i + 1 == count)
            return import_concat_sizes(import);
    }
    if (count < 2 || count > LAYER_INPUTS_MAX)
        return import_refuse(import, "must have 2 to %d inputs", LAYER_INPUTS_MAX);
    for (size_t i = 0; i < count; i++)
        if (import_take_layer(import, i, &values[i]) || wants_own_order(import, &values[i]) ||
            import_settle(import, &values[i]))
            return -1;
    struct import_value result = values[0];
    const int graph_axis =
        import_axis(import, onnx_attribute_integer(import->node, "axis", -1), result.rank);
    if (graph_axis < 0)
        return -1;
    const int axis = result.order[graph_axis];
    for (size_t i = 1; i < count; i++) {
        if (values[i].rank != result.rank ||
            memcmp(values[i].order, result.order, (size_t)result.rank * sizeof(int)) != 0 ||
            __builtin_add_overflow(result.dims[axis], values[i].dims[axis], &result.dims[axis]))
            return import_refuse(import, "must have inputs of as many dimensions, in one order");
    }
    if (axis == 0)
        return import_refuse(import, "cannot put batches after one another");
    json_t *layer = import_layer(import, "concat", values, count);
    if (layer == NULL || import_set(import, layer, "axis", json_integer(axis - 1)))
        return -1;
    return import_layer_result(import, &result);
}

/* ---- normalization */

static int set_channels(struct import *import, size_t input, const char *tensor, int64_t channels)
{
    struct onnx_tensor_view values;
    const struct shape shape = {.rank = 1, .dims = {channels}};
    if (import_take_tensor(import, input, &values))
        return -1;
    if (!import_is_list(&values, channels))
        return import_refuse(import, "must have %lld values as its input %zu", (long long)channels,
                             input + 1);
    return import_weight_from(import, tensor, &values, &shape, NULL);
}

static int set_epsilon(struct import *import, json_t *layer)
{
    const double epsilon = onnx_attribute_number(import->node, "epsilon", 1e-5);
    return import_set(import, layer, "epsilon", json_real(epsilon));
}

static int import_batch_norm(struct import *import)
{
    static const char *const tensors[] = {"gamma", "beta", "moving_mean", "moving_variance"};
    struct import_value value;
    if (import_take_layer(import, 0, &value) || wants_own_order(import, &value))
        return -1;
    if (onnx_attribute_integer(import->node, "training_mode", 0) != 0 ||
        onnx_attribute_integer(import->node, "spatial", 1) != 1)
        return import_refuse(import, "must be in inference mode, over channels");
    if (!import_is_channels_first(&value))
        return import_refuse(import, "must take channels first, [N, C, …]");
    if (import_settle(import, &value))
        return -1;
    json_t *layer = import_layer(import, "batch_norm", &value, 1);
    if (layer == NULL || set_epsilon(import, layer))
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT(tensors); i++)
        if (set_channels(import, i + 1, tensors[i], value.dims[value.rank - 1]))
            return -1;
    return import_layer_result(import, &value);
}

static int import_layer_norm(struct import *import)
{
    struct import_value value;
    if (import_take_layer(import, 0, &value) || wants_own_order(import, &value))
        return -1;
    const int axis =
        import_axis(import, onnx_attribute_integer(import->node, "axis", -1), value.rank);
    if (axis < 0)
        return -1;
    if (axis != value.rank - 1 || value.order[axis] != axis)
        return import_refuse(import, "must normalize the last axis alone");
    if (import_settle(import, &value))
        return -1;
    const int64_t channels = value.dims[axis];
    const struct shape shape = {.rank = 1, .dims = {channels}};
    json_t *layer = import_layer(import, "layer_norm", &value, 1);
    if (layer == NULL || set_epsilon(import, layer) || set_channels(import, 1, "gamma", channels))
        return -1;
    const int index = (int)json_array_size(import->layers) - 1;
    if (import_has(import, 2) ? set_channels(import, 2, "beta", channels)
                              : import_weight(import, index, "beta", &shape) == NULL)
        return -1;
    return import_layer_result(import, &value);
}

/* ---- activations */

static bool is_near(const struct import *import, const char *attribute, double otherwise,
                    double wanted)
{
    return fabs(onnx_attribute_number(import->node, attribute, otherwise) - wanted) < 1e-5;
}

/* Those of one name and no options that matter. */
static const struct {
    const char *operator, * activation;
} plain_activations[] = {{"Mish", "mish"},         {"Relu", "relu"},         {"Sigmoid", "sigmoid"},
                         {"Softplus", "softplus"}, {"Softsign", "softsign"}, {"Tanh", "tanh"}};

static int import_plain(struct import *import)
{
    struct import_value value;
    if (import_take_layer(import, 0, &value))
        return -1;
    for (size_t i = 0; i < ARRAY_COUNT(plain_activations); i++)
        if (strcmp(plain_activations[i].operator, import->node->operator) == 0)
            return import_activation(import, &value, json_string(plain_activations[i].activation));
    return import_refuse(import, "is no activation");
}

static int import_with_alpha(struct import *import)
{
    struct import_value value;
    const bool is_elu = strcmp(import->node->operator, "Elu") == 0;
    const double alpha = onnx_attribute_number(import->node, "alpha", is_elu ? 1.0 : 0.01);
    if (import_take_layer(import, 0, &value))
        return -1;
    return import_activation(
        import, &value,
        json_pack("{s:s, s:f}", "type", is_elu ? "elu" : "leaky_relu", "alpha", alpha));
}

static int import_selu(struct import *import)
{
    struct import_value value;
    if (import_take_layer(import, 0, &value))
        return -1;
    if (!is_near(import, "alpha", 1.67326, 1.67326) || !is_near(import, "gamma", 1.0507, 1.0507))
        return import_refuse(import, "must have its own alpha and gamma");
    return import_activation(import, &value, json_string("selu"));
}

static int import_hard_sigmoid(struct import *import)
{
    struct import_value value;
    if (import_take_layer(import, 0, &value))
        return -1;
    if (!is_near(import, "alpha", 0.2, 1.0 / 6) || !is_near(import, "beta", 0.5, 0.5))
        return import_refuse(import, "must have alpha 1/6 and beta 1/2, as PyTorch's hardsigmoid");
    return import_activation(import, &value, json_string("hard_sigmoid"));
}

static int import_gelu(struct import *import)
{
    struct import_value value;
    const bool is_tanh = onnx_attribute_is(import->node, "approximate", "tanh", false);
    if (import_take_layer(import, 0, &value))
        return -1;
    return import_activation(import, &value, json_string(is_tanh ? "gelu_tanh" : "gelu"));
}

/* Before opset 13 softmax was over all axes from `axis` on, 1 by itself. */
static int import_softmax(struct import *import)
{
    struct import_value value;
    const bool is_log = import->node->operator[0] == 'L';
    if (import_take_layer(import, 0, &value))
        return -1;
    const int64_t otherwise = import->file->opset < 13 ? 1 : -1;
    const int axis =
        import_axis(import, onnx_attribute_integer(import->node, "axis", otherwise), value.rank);
    if (axis < 0)
        return -1;
    if (value.order[axis] != value.rank - 1 || (import->file->opset < 13 && axis != value.rank - 1))
        return import_refuse(import, "must be along the channels: axis 1 of images, else the last");
    if (import_settle(import, &value))
        return -1;
    return import_activation(import, &value, json_string(is_log ? "log_softmax" : "softmax"));
}

/* ---- the table */

static const char *const axis_only[] = {"axis", NULL}, *const alpha_only[] = {"alpha", NULL};

const struct import_operator import_dense_operators[] = {
    {"Add", import_add, none},
    {"BatchNormalization", import_batch_norm,
     (const char *const[]){"epsilon", "momentum", "training_mode", "spatial", NULL}},
    {"Concat", import_concat, axis_only},
    {"Elu", import_with_alpha, alpha_only},
    {"Gelu", import_gelu, (const char *const[]){"approximate", NULL}},
    {"Gemm", import_gemm, (const char *const[]){"alpha", "beta", "transA", "transB", NULL}},
    {"HardSigmoid", import_hard_sigmoid, (const char *const[]){"alpha", "beta", NULL}},
    {"LayerNormalization", import_layer_norm,
     (const char *const[]){"axis", "epsilon", "stash_type", NULL}},
    {"LeakyRelu", import_with_alpha, alpha_only},
    {"LogSoftmax", import_softmax, axis_only},
    {"MatMul", import_matmul, none},
    {"Mish", import_plain, none},
    {"Mul", import_mul, none},
    {"Relu", import_plain, none},
    {"Selu", import_selu, (const char *const[]){"alpha", "gamma", NULL}},
    {"Sigmoid", import_plain, none},
    {"Softmax", import_softmax, axis_only},
    {"Softplus", import_plain, none},
    {"Softsign", import_plain, none},
    {"Tanh", import_plain, none},
    {NULL, NULL, NULL}};
