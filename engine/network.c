/* Planning a network: shapes, parameters, the output's activation; first weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network.h"
#include "engine/activation.h"
#include "engine/initializer.h"
#include "engine/network_read.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TENSOR_ALIGNMENT = 16, TENSOR_NAME_SIZE = 128 };

/* 4 TiB of weights, as the limit of one tensor. */
static const int64_t PARAMETERS_MAX = INT64_C(1) << 40;

static int check_input_shape(const struct shape *shape, struct error *error)
{
    char text[160];

    if (shape->rank < 1 || shape->rank > SHAPE_RANK_MAX)
        return error_set(error, ERROR_INVALID, "the network's input must have 1 to %d dimensions",
                         SHAPE_RANK_MAX);
    for (int i = 0; i < shape->rank; i++)
        if (shape->dims[i] < 1)
            return error_set(error, ERROR_INVALID,
                             "the network's input must have dimensions of at least 1, not %s",
                             shape_text(shape, text, sizeof(text)));
    return shape_elements(shape, error) < 0 ? -1 : 0;
}

static bool has_role(const struct layer *layer, enum tensor_role role)
{
    for (int i = 0; i < layer->tensor_count; i++)
        if (layer->tensors[i].role == role)
            return true;
    return false;
}

/* A penalty without anything to punish, or a bound without anything to bind, is a mistake in the
 * document. */
static int check_regularization(const struct layer *layer, const char *path, struct error *error)
{
    const struct layer_options *options = layer->options;
    bool on_kernels = !isnan(options->l1) || !isnan(options->l2);
    bool on_bias = options->bias_l1 > 0.0 || options->bias_l2 > 0.0;

    if (on_kernels && !has_role(layer, TENSOR_KERNEL))
        return error_set_at(error, ERROR_INVALID, path, "has no kernel for l1 and l2");
    if (on_bias && !has_role(layer, TENSOR_BIAS))
        return error_set_at(error, ERROR_INVALID, path, "has no bias for bias_l1 and bias_l2");
    if (!isnan(options->max_norm) && !has_role(layer, TENSOR_KERNEL))
        return error_set_at(error, ERROR_INVALID, path, "has no kernel for max_norm");
    return 0;
}

static int plan_layer(struct network *network, int index, struct error *error)
{
    struct layer *layer = &network->layers[index];
    char path[LAYER_PATH_SIZE];

    layer_path(path, index);
    for (int i = 0; i < layer->input_count; i++) {
        int input = layer->inputs[i];
        layer->input_shapes[i] =
            input < 0 ? network->input_shape : network->layers[input].output_shape;
    }
    if (layer->type->plan(layer, path, error) != 0)
        return -1;
    if (shape_check(&layer->output_shape, path, "an output", error) != 0)
        return -1;
    for (int i = 0; i < layer->tensor_count; i++)
        if (shape_check(&layer->tensors[i].shape, path, layer->tensors[i].name, error) != 0)
            return -1;
    return check_regularization(layer, path, error);
}

static int check_all_are_read(const struct network *network, struct error *error)
{
    bool read[NETWORK_LAYERS_MAX] = {false};
    char path[LAYER_PATH_SIZE];

    for (int i = 0; i < network->layer_count; i++)
        for (int k = 0; k < network->layers[i].input_count; k++)
            if (network->layers[i].inputs[k] >= 0)
                read[network->layers[i].inputs[k]] = true;
    for (int i = 0; i + 1 < network->layer_count; i++) {
        if (read[i])
            continue;
        layer_path(path, i);
        return error_set_at(error, ERROR_INVALID, path,
                            "(\"%s\") is read by no other layer and is not the last",
                            network->layers[i].name);
    }
    return 0;
}

/* Gives the tensors that are trained, or those that are not, their places at the block's end. */
static int place_tensors(struct network *network, bool trained, struct error *error)
{
    for (int i = 0; i < network->layer_count; i++) {
        struct layer *layer = &network->layers[i];
        for (int t = 0; t < layer->tensor_count; t++) {
            struct layer_tensor *tensor = &layer->tensors[t];
            if ((tensor->role != TENSOR_STATE) != trained)
                continue;
            tensor->offset = network->parameter_count;
            tensor->count = shape_elements(&tensor->shape, NULL);
            network->parameter_count +=
                (tensor->count + TENSOR_ALIGNMENT - 1) / TENSOR_ALIGNMENT * TENSOR_ALIGNMENT;
            network->weight_count += trained ? tensor->count : 0;
            if (network->parameter_count > PARAMETERS_MAX)
                return error_set_at(error, ERROR_TOO_LARGE, "network",
                                    "has more than 2^40 weights");
        }
    }
    return 0;
}

static int plan_layers(struct network *network, const json_t *list, int64_t auto_units,
                       struct error *error)
{
    for (int i = 0; i < network->layer_count; i++)
        if (network_read_layer(list, i, auto_units, network->layers, error) != 0 ||
            plan_layer(network, i, error) != 0)
            return -1;
    if (check_all_are_read(network, error) != 0 || place_tensors(network, true, error) != 0)
        return -1;
    network->trained_count = network->parameter_count;
    return place_tensors(network, false, error);
}

static void plan_output(struct network *network)
{
    const struct layer *last = &network->layers[network->layer_count - 1];

    network->output_shape = last->output_shape;
    if (!last->leave_activation)
        return;
    const struct variant *activation = layer_options_activation(last->type, last->options);
    network->output_activation = activation_code(activation);
    network->output_alpha = activation_alpha(activation);
}

static int write_document(struct network *network, struct error *error)
{
    json_t *list = json_array();

    network->document = json_pack("{s:o}", "layers", list);
    for (int i = 0; network->document != NULL && i < network->layer_count; i++) {
        if (json_array_append_new(list, network_write_layer(&network->layers[i])) == 0)
            continue;
        json_decref(network->document);
        network->document = NULL;
    }
    if (network->document == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the network's document");
    return 0;
}

struct network *network_create(const json_t *document, const struct shape *input_shape,
                               int64_t auto_units, struct error *error)
{
    const json_t *list = network_read_list(document, error);

    if (list == NULL || check_input_shape(input_shape, error) != 0)
        return NULL;
    struct network *network = calloc(1, sizeof(*network));
    if (network == NULL)
        goto out_of_memory;
    network->input_shape = *input_shape;
    network->layers = calloc(json_array_size(list), sizeof(*network->layers));
    if (network->layers == NULL)
        goto out_of_memory;
    network->layer_count = (int)json_array_size(list);
    if (plan_layers(network, list, auto_units, error) != 0)
        goto fail;
    plan_output(network);
    if (write_document(network, error) != 0)
        goto fail;
    return network;
out_of_memory:
    error_set(error, ERROR_MEMORY, "out of memory for a network");
fail:
    network_free(network);
    return NULL;
}

void network_free(struct network *network)
{
    if (network == NULL)
        return;
    for (int i = 0; i < network->layer_count; i++)
        layer_clear(&network->layers[i]);
    free(network->layers);
    json_decref(network->document);
    free(network);
}

static void tensor_name(const struct layer *layer, const struct layer_tensor *tensor,
                        char name[TENSOR_NAME_SIZE])
{
    int length = snprintf(name, TENSOR_NAME_SIZE, "%s/%s", layer->name, tensor->name);

    assert(length > 0 && length < TENSOR_NAME_SIZE);
    (void)length;
}

int network_each_tensor(const struct network *network,
                        int (*visit)(void *context, const char *name,
                                     const struct layer_tensor *tensor),
                        void *context)
{
    char name[TENSOR_NAME_SIZE];

    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        for (int t = 0; t < layer->tensor_count; t++) {
            tensor_name(layer, &layer->tensors[t], name);
            int result = visit(context, name, &layer->tensors[t]);
            if (result != 0)
                return result;
        }
    }
    return 0;
}

struct initialization {
    uint64_t seed;
    float *parameters;
};

static void fill(float value, int64_t count, float *values)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = value;
}

static int initialize_tensor(void *context, const char *name, const struct layer_tensor *tensor)
{
    const struct initialization *initialization = context;
    float *values = initialization->parameters + tensor->offset;
    struct rng rng = rng_stream(initialization->seed, "initializer", name, 0);

    if (tensor->initializer.kind != NULL) {
        initializer_fill(&tensor->initializer, &tensor->shape, tensor->fan_in, tensor->fan_out,
                         &rng, values);
        fill(tensor->value, tensor->value_end - tensor->value_begin, values + tensor->value_begin);
        return 0;
    }
    fill(tensor->value, tensor->count, values);
    return 0;
}

void network_initialize(const struct network *network, uint64_t seed, float *parameters)
{
    struct initialization initialization = {seed, parameters};

    memset(parameters, 0, (size_t)network->parameter_count * sizeof(float));
    network_each_tensor(network, initialize_tensor, &initialization);
}

/* Whether a layer reads what is the network's input, maybe under another shape. */
static bool reads_input(const struct network *network, const struct layer *layer)
{
    while (layer->inputs[0] >= 0 && network->layers[layer->inputs[0]].in_place)
        layer = &network->layers[layer->inputs[0]];
    return layer->inputs[0] < 0;
}

const char *network_id_layer(const struct network *network)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        if (layer->type->takes_ids && reads_input(network, layer))
            return layer->name;
    }
    return NULL;
}

int network_check_row(const struct network *network, const float *x, const char *path,
                      struct error *error)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        if (layer->type->check_input == NULL || !reads_input(network, layer))
            continue;
        if (layer->type->check_input(layer, x, path, error) != 0)
            return -1;
    }
    return 0;
}
