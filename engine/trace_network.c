/* The network that a trace runs, out of the document of the one that it explains. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "engine/network_read.h"
#include "engine/trace_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 80 };

struct rewriting {
    const struct network *from;
    struct traced_network *traced;
    json_t *layers; /* owned: the new list */
    json_t *outer;  /* owned: by layer of the model, the name of what gives its output */
    int names;      /* that were tried */
};

static bool is_taken(const struct network *network, const char *name)
{
    for (int i = 0; i < network->layer_count; i++)
        if (strcmp(network->layers[i].name, name) == 0)
            return true;
    return false;
}

static void make_name(struct rewriting *rewriting, char name[NAME_SIZE])
{
    do
        snprintf(name, NAME_SIZE, "trace.%d", rewriting->names++);
    while (is_taken(rewriting->from, name));
}

/* Appends an activation as a layer of its own; "linear" passes values through. NULL `name`: one
 * that is free. Gives the list of its name, for its readers; NULL when out of memory. */
static json_t *add_activation(struct rewriting *rewriting, const char *name, json_t *activation,
                              json_t *inputs)
{
    char made[NAME_SIZE];
    if (name == NULL) {
        make_name(rewriting, made);
        name = made;
    }
    json_t *layer = json_pack("{s:s, s:s, s:O, s:O}", "type", "activation", "name", name,
                              "activation", activation, "input", inputs);
    return json_array_append_new(rewriting->layers, layer) == 0 ? json_pack("[s]", name) : NULL;
}

static json_t *add_copy(struct rewriting *rewriting, const char *name, json_t *inputs)
{
    json_auto_t *linear = json_string(activation_name(ACTIVATION_LINEAR));
    return linear != NULL ? add_activation(rewriting, name, linear, inputs) : NULL;
}

/* Names of the new layers that a layer reads. */
static json_t *inputs_of(const struct rewriting *rewriting, const struct layer *layer)
{
    json_t *list = json_array();
    for (int k = 0; k < layer->input_count; k++) {
        /* The first of the new list stands for the network's input. */
        json_t *name =
            layer->inputs[k] < 0
                ? json_object_get(json_array_get(rewriting->layers, 0), "name")
                : json_array_get(json_array_get(rewriting->outer, (size_t)layer->inputs[k]), 0);
        if (json_array_append(list, name) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Whether the layer applies an activation that can be taken out of it. */
static bool has_activation(const struct rewriting *rewriting, int index)
{
    const struct layer *layer = &rewriting->from->layers[index];
    const struct variant *activation = layer_options_activation(layer->type, layer->options);
    bool is_last = index + 1 == rewriting->from->layer_count; /* left to the loss already */
    return activation != NULL && !is_last && strcmp(layer->type->kind.name, "activation") != 0 &&
           activation_code(activation) != ACTIVATION_LINEAR;
}

static int count(const struct rewriting *rewriting)
{
    return (int)json_array_size(rewriting->layers);
}

/* The layer itself, and its activation behind it. Gives the name of what its readers read. */
static json_t *add_layer(struct rewriting *rewriting, int index, json_t *inputs)
{
    const struct layer *layer = &rewriting->from->layers[index];
    const json_t *list = json_object_get(rewriting->from->document, "layers");
    json_auto_t *document = json_copy(json_array_get(list, (size_t)index));
    json_auto_t *activation = json_incref(json_object_get(document, "activation"));
    json_auto_t *name = json_pack("[s]", layer->name);
    bool is_split = has_activation(rewriting, index);
    if (document == NULL || name == NULL || json_object_set(document, "input", inputs) != 0)
        return NULL;
    if (is_split && json_object_set_new(document, "activation",
                                        json_string(activation_name(ACTIVATION_LINEAR))) != 0)
        return NULL;
    rewriting->traced->inner[index] = count(rewriting);
    if (json_array_append(rewriting->layers, document) != 0)
        return NULL;
    return is_split ? add_activation(rewriting, NULL, activation, name) : json_incref(name);
}

static int rewrite_layer(struct rewriting *rewriting, int index)
{
    const struct layer *layer = &rewriting->from->layers[index];
    json_auto_t *inputs = inputs_of(rewriting, layer);
    json_t *outer = NULL;
    if (inputs != NULL && layer->in_place) {
        json_auto_t *copy = add_copy(rewriting, NULL, inputs);
        outer = copy != NULL ? add_layer(rewriting, index, copy) : NULL;
    } else if (inputs != NULL && layer->draws) {
        rewriting->traced->inner[index] = count(rewriting);
        outer = add_copy(rewriting, layer->name, inputs);
    } else if (inputs != NULL) {
        outer = add_layer(rewriting, index, inputs);
    }
    rewriting->traced->outer[index] = count(rewriting) - 1;
    return json_array_append_new(rewriting->outer, outer);
}

static int rewrite(struct rewriting *rewriting)
{
    json_auto_t *input = json_pack("[s]", "input");
    json_auto_t *copy = input != NULL ? add_copy(rewriting, NULL, input) : NULL;
    for (int i = 0; copy != NULL && i < rewriting->from->layer_count; i++)
        if (rewrite_layer(rewriting, i) != 0)
            return -1;
    return copy != NULL ? 0 : -1;
}

static int plan(struct rewriting *rewriting, struct error *error)
{
    if (count(rewriting) > NETWORK_LAYERS_MAX)
        return error_set(error, ERROR_TOO_LARGE,
                         "the model has too many layers to trace: with their activations %d, more "
                         "than %d",
                         count(rewriting), NETWORK_LAYERS_MAX);
    json_auto_t *document = json_pack("{s:O}", "layers", rewriting->layers);
    if (document == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a trace");
    struct network *network = network_create(document, &rewriting->from->input_shape, 0, error);
    if (network == NULL)
        return -1;
    assert(network->parameter_count == rewriting->from->parameter_count &&
           network->trained_count == rewriting->from->trained_count);
    network->every_gradient = true;
    rewriting->traced->network = network;
    return 0;
}

int traced_network_create(struct traced_network *traced, const struct network *from,
                          struct error *error)
{
    size_t layers = (size_t)from->layer_count;
    *traced = (struct traced_network){.inner = calloc(layers, sizeof(int)),
                                      .outer = calloc(layers, sizeof(int))};
    struct rewriting rewriting = {
        .from = from, .traced = traced, .layers = json_array(), .outer = json_array()};
    int result;
    if (traced->inner == NULL || traced->outer == NULL || rewrite(&rewriting) != 0)
        result = error_set(error, ERROR_MEMORY, "out of memory for a trace");
    else
        result = plan(&rewriting, error);
    json_decref(rewriting.layers);
    json_decref(rewriting.outer);
    if (result != 0)
        traced_network_clear(traced);
    return result;
}

void traced_network_clear(struct traced_network *traced)
{
    network_free(traced->network);
    free(traced->inner);
    free(traced->outer);
    *traced = (struct traced_network){.network = NULL};
}
