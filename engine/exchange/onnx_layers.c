/* A network's layers as ONNX operators: the table of what each type becomes, and the simple ones.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "engine/exchange/onnx_write.h"
#include "engine/layers/layers.h"
#include "engine/network_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values */

const char *onnx_transpose(struct onnx_graph *graph, const char *x, const int64_t *order, int rank)
{
    return onnx_apply(graph, "Transpose", ONNX_ATTRIBUTES(ONNX_INTEGERS_OF("perm", order, rank)), x,
                      NULL);
}

const char *onnx_reshape(struct onnx_graph *graph, const char *x, const struct shape *shape)
{
    int64_t dims[SHAPE_RANK_MAX + 1] = {-1};
    memcpy(dims + 1, shape->dims, (size_t)shape->rank * sizeof(*dims));
    return onnx_apply(graph, "Reshape", NULL, x, onnx_integers(graph, dims, shape->rank + 1), NULL);
}

const char *onnx_channels_last(struct onnx_graph *graph, struct onnx_value *value)
{
    int64_t order[SHAPE_RANK_MAX + 1] = {0};
    const int rank = value->shape.rank;
    if (value->last != NULL)
        return value->last;
    for (int i = 1; i < rank; i++)
        order[i] = i + 1;
    order[rank] = 1;
    value->last = onnx_transpose(graph, value->first, order, rank + 1);
    return value->last;
}

const char *onnx_channels_first(struct onnx_graph *graph, struct onnx_value *value)
{
    int64_t order[SHAPE_RANK_MAX + 1] = {0};
    const int rank = value->shape.rank;
    if (value->first != NULL)
        return value->first;
    order[1] = rank;
    for (int i = 2; i <= rank; i++)
        order[i] = i - 1;
    value->first = rank > 1 ? onnx_transpose(graph, value->last, order, rank + 1) : value->last;
    return value->first;
}

const char *onnx_either(const struct onnx_layer *step, const char ***result)
{
    const struct onnx_value *x = step->inputs[0];
    *result = x->last != NULL ? &step->result->last : &step->result->first;
    return x->last != NULL ? x->last : x->first;
}

/* ---- layers of one operator, or none */

static const char *last_of(const struct onnx_layer *step, int input)
{
    return onnx_channels_last(step->graph, step->inputs[input]);
}

static double option(const struct onnx_layer *step, const char *name)
{
    return json_number_value(json_object_get(step->document, name));
}

static void write_dense(const struct onnx_layer *step)
{
    const char *x = last_of(step, 0);
    const bool has_bias = step->layer->tensor_count > 1;
    if (has_bias && step->result->shape.rank == 1)
        x = onnx_apply(step->graph, "Gemm", NULL, x, step->tensors[0], step->tensors[1], NULL);
    else {
        x = onnx_apply(step->graph, "MatMul", NULL, x, step->tensors[0], NULL);
        if (has_bias)
            x = onnx_apply(step->graph, "Add", NULL, x, step->tensors[1], NULL);
    }
    step->result->last = onnx_activate(step, x);
}

static void write_activation(const struct onnx_layer *step)
{
    const enum activation_code code =
        activation_code(layer_options_activation(step->layer->type, step->layer->options));
    const char **result = &step->result->last;
    const bool is_by_row = code == ACTIVATION_SOFTMAX || code == ACTIVATION_LOG_SOFTMAX;
    const char *x = is_by_row ? last_of(step, 0) : onnx_either(step, &result);
    *result = onnx_activate(step, x);
}

/* What does nothing outside of training. */
static void write_nothing(const struct onnx_layer *step)
{
    const struct onnx_value *x = step->inputs[0];
    step->result->last = x->last;
    step->result->first = x->first;
}

static void write_reshape(const struct onnx_layer *step)
{
    step->result->last = onnx_reshape(step->graph, last_of(step, 0), &step->result->shape);
}

static void write_chain(const struct onnx_layer *step, const char *operator)
{
    const char *x = last_of(step, 0);
    for (int i = 1; i < step->layer->input_count; i++)
        x = onnx_apply(step->graph, operator, NULL, x, last_of(step, i), NULL);
    step->result->last = x;
}

static void write_add(const struct onnx_layer *step)
{
    write_chain(step, "Add");
}

static void write_multiply(const struct onnx_layer *step)
{
    write_chain(step, "Mul");
}

static void write_concat(const struct onnx_layer *step)
{
    const char *inputs[LAYER_INPUTS_MAX];
    const int64_t axis = (int64_t)option(step, "axis");
    for (int i = 0; i < step->layer->input_count; i++)
        inputs[i] = last_of(step, i);
    step->result->last = onnx_node(
        step->graph, &(struct onnx_node){.operator= "Concat",
                                         /* Of a sample, where ONNX counts the batch too. */
                                         .attributes = ONNX_ATTRIBUTES(
                                             ONNX_INTEGER_OF("axis", axis < 0 ? axis : axis + 1)),
                                         .inputs = inputs,
                                         .input_count = (size_t)step->layer->input_count});
}

static void write_batch_norm(const struct onnx_layer *step)
{
    const char *const *tensors = step->tensors;
    const char *x = onnx_channels_first(step->graph, step->inputs[0]);
    step->result->first =
        onnx_apply(step->graph, "BatchNormalization",
                   ONNX_ATTRIBUTES(ONNX_FLOAT_OF("epsilon", option(step, "epsilon"))), x,
                   tensors[0], tensors[1], tensors[2], tensors[3], NULL);
    if (step->result->shape.rank == 1)
        step->result->last = step->result->first;
}

static void write_layer_norm(const struct onnx_layer *step)
{
    step->result->last =
        onnx_apply(step->graph, "LayerNormalization",
                   ONNX_ATTRIBUTES(ONNX_INTEGER_OF("axis", -1),
                                   ONNX_FLOAT_OF("epsilon", option(step, "epsilon"))),
                   last_of(step, 0), step->tensors[0], step->tensors[1], NULL);
}

static void write_global(const struct onnx_layer *step, const char *operator)
{
    const char *x = onnx_channels_first(step->graph, step->inputs[0]);
    x = onnx_apply(step->graph, operator, NULL, x, NULL);
    step->result->last = onnx_apply(step->graph, "Flatten", NULL, x, NULL);
}

static void write_global_max(const struct onnx_layer *step)
{
    write_global(step, "GlobalMaxPool");
}

static void write_global_average(const struct onnx_layer *step)
{
    write_global(step, "GlobalAveragePool");
}

static void write_upsampling2d(const struct onnx_layer *step)
{
    const int64_t *in = step->inputs[0]->shape.dims, *out = step->result->shape.dims;
    const float scales[] = {1.0F, 1.0F, (float)out[0] / (float)in[0], (float)out[1] / (float)in[1]};
    const struct shape four = {.rank = 1, .dims = {4}};
    step->result->first = onnx_apply(
        step->graph, "Resize",
        ONNX_ATTRIBUTES(ONNX_TEXT_OF("mode", "nearest"), ONNX_TEXT_OF("nearest_mode", "floor"),
                        ONNX_TEXT_OF("coordinate_transformation_mode", "asymmetric")),
        onnx_channels_first(step->graph, step->inputs[0]), "",
        onnx_floats(step->graph, scales, &four), NULL);
}

static void write_zero_padding2d(const struct onnx_layer *step)
{
    const int64_t *in = step->inputs[0]->shape.dims, *out = step->result->shape.dims;
    const int64_t down = (out[0] - in[0]) / 2, across = (out[1] - in[1]) / 2;
    const int64_t pads[] = {0, 0, down, across, 0, 0, down, across};
    step->result->first =
        onnx_apply(step->graph, "Pad", ONNX_ATTRIBUTES(ONNX_TEXT_OF("mode", "constant")),
                   onnx_channels_first(step->graph, step->inputs[0]),
                   onnx_integers(step->graph, pads, (int64_t)ARRAY_COUNT(pads)), NULL);
}

static void write_embedding(const struct onnx_layer *step)
{
    const char *ids =
        onnx_apply(step->graph, "Cast", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("to", ONNX_INT64)),
                   last_of(step, 0), NULL);
    step->result->last = onnx_apply(step->graph, "Gather", NULL, step->tensors[0], ids, NULL);
}

static void write_positional_embedding(const struct onnx_layer *step)
{
    step->result->last =
        onnx_apply(step->graph, "Add", NULL, last_of(step, 0), step->tensors[0], NULL);
}

/* ---- the table */

static const int conv1d_order[] = {2, 1, 0}, conv2d_order[] = {3, 2, 0, 1};

static const struct writer {
    const struct layer_type *type;
    void (*write)(const struct onnx_layer *step);
    const int *kernel_order; /* of tensor 0 */
} writers[] = {
    {&layer_activation, write_activation, NULL},
    {&layer_add, write_add, NULL},
    {&layer_attention, onnx_write_attention, NULL},
    {&layer_average_pool1d, onnx_write_average_pool, NULL},
    {&layer_average_pool2d, onnx_write_average_pool, NULL},
    {&layer_batch_norm, write_batch_norm, NULL},
    {&layer_column_embeddings, onnx_write_column_embeddings, NULL},
    {&layer_concat, write_concat, NULL},
    {&layer_conv1d, onnx_write_conv, conv1d_order},
    {&layer_conv2d, onnx_write_conv, conv2d_order},
    {&layer_conv2d_transpose, onnx_write_conv_transpose, conv2d_order},
    {&layer_dense, write_dense, NULL},
    {&layer_dropout, write_nothing, NULL},
    {&layer_embedding, write_embedding, NULL},
    {&layer_flatten, write_reshape, NULL},
    {&layer_gaussian_noise, write_nothing, NULL},
    {&layer_global_average_pool1d, write_global_average, NULL},
    {&layer_global_average_pool2d, write_global_average, NULL},
    {&layer_global_max_pool1d, write_global_max, NULL},
    {&layer_global_max_pool2d, write_global_max, NULL},
    {&layer_gru, onnx_write_gru, NULL},
    {&layer_layer_norm, write_layer_norm, NULL},
    {&layer_lstm, onnx_write_lstm, NULL},
    {&layer_max_pool1d, onnx_write_max_pool, NULL},
    {&layer_max_pool2d, onnx_write_max_pool, NULL},
    {&layer_multiply, write_multiply, NULL},
    {&layer_positional_embedding, write_positional_embedding, NULL},
    {&layer_reshape, write_reshape, NULL},
    {&layer_upsampling2d, write_upsampling2d, NULL},
    {&layer_zero_padding2d, write_zero_padding2d, NULL},
};

static const struct writer *writer_find(const struct layer_type *type)
{
    for (size_t i = 0; i < ARRAY_COUNT(writers); i++)
        if (writers[i].type == type)
            return &writers[i];
    return NULL;
}

const int *onnx_tensor_order(const struct layer *layer, const struct layer_tensor *tensor)
{
    const struct writer *writer = writer_find(layer->type);
    return writer != NULL && tensor == &layer->tensors[0] ? writer->kernel_order : NULL;
}

/* ---- the network */

static void write_tensors(struct onnx_layer *step, const float *parameters)
{
    const struct layer *layer = step->layer;
    for (int t = 0; t < layer->tensor_count; t++) {
        const struct layer_tensor *tensor = &layer->tensors[t];
        step->tensors[t] = onnx_name(step->graph, "/%s/%s", layer->name, tensor->name);
        onnx_tensor(step->graph, step->tensors[t], parameters + tensor->offset, &tensor->shape,
                    onnx_tensor_order(layer, tensor));
    }
}

/* values[0] is the network's input, values[i + 1] the result of layer i. */
static int write_layer(struct onnx_graph *graph, const struct model *model, int index,
                       struct onnx_value *values, struct error *error)
{
    const struct layer *layer = &model->network->layers[index];
    const struct writer *writer = writer_find(layer->type);
    struct onnx_layer step = {
        .graph = graph,
        .layer = layer,
        .document =
            json_array_get(json_object_get(model->network->document, "layers"), (size_t)index),
        .result = &values[index + 1]};
    if (writer == NULL) {
        char path[LAYER_PATH_SIZE];
        layer_path(path, index);
        return error_set_at(error, ERROR_INVALID, path,
                            "is a %s, which cannot be written as ONNX yet; format=safetensors can",
                            layer->type->kind.name);
    }
    for (int i = 0; i < layer->input_count; i++)
        step.inputs[i] = &values[layer->inputs[i] + 1];
    step.result->shape = layer->output_shape;
    graph->scope = layer->name;
    write_tensors(&step, model->parameters);
    writer->write(&step);
    return 0;
}

int onnx_write_layers(struct onnx_graph *graph, const struct model *model, const char *input,
                      const char **output, struct error *error)
{
    const struct network *network = model->network;
    AUTO_FREE struct onnx_value *values = calloc((size_t)network->layer_count + 1, sizeof(*values));
    if (values == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for an ONNX graph");
    values[0] = (struct onnx_value){.last = input, .shape = network->input_shape};
    for (int i = 0; i < network->layer_count; i++)
        if (write_layer(graph, model, i, values, error))
            return -1;
    *output = onnx_channels_last(graph, &values[network->layer_count]);
    return 0;
}
