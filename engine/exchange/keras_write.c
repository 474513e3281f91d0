/* Writing a model as Keras JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/fields.h"
#include "engine/exchange/keras.h"
#include "engine/model_parts.h"

#include <stdlib.h>
#include <string.h>

/* The architecture goes by version 3 of Keras, by whose names and defaults it is written. */
#define KERAS_VERSION "3.0.0"

/* Sequential models are chains: each layer takes the one before, the first the input. */
static int check_chain(const struct network *network, struct error *error)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        if (layer->input_count != 1 || layer->inputs[0] != i - 1)
            return error_set(
                error, ERROR_INVALID,
                "layer \"%s\" does not take the layer before it alone: the format keras "
                "holds a Sequential model, a chain; onnx takes any network",
                layer->name);
    }
    return 0;
}

static json_t *shape_json(const struct shape *shape)
{
    json_auto_t *dims = json_array();
    for (int i = 0; i < shape->rank; i++)
        if (json_array_append_new(dims, json_integer(shape->dims[i])))
            return NULL;
    return json_incref(dims);
}

static json_t *input_layer(const struct network *network)
{
    json_auto_t *shape = json_pack("[n]");
    json_auto_t *dims = shape_json(&network->input_shape);
    if (!dims || json_array_extend(shape, dims))
        return NULL;
    return json_pack("{s:s, s:s, s:{s:O, s:s, s:s}, s:n}", "module", "keras.layers", "class_name",
                     "InputLayer", "config", "batch_input_shape", shape, "dtype", "float32", "name",
                     "input", "registered_name");
}

static json_t *write_layers(const struct network *network, struct error *error)
{
    const json_t *documents = json_object_get(network->document, "layers");
    json_auto_t *layers = json_array();
    if (json_array_append_new(layers, input_layer(network))) {
        error_set(error, ERROR_MEMORY, "out of memory for the layers of a model");
        return NULL;
    }
    for (int i = 0; i < network->layer_count; i++)
        if (keras_layers_write(&network->layers[i], json_array_get(documents, (size_t)i), layers,
                               error))
            return NULL;
    return json_incref(layers);
}

/* ---- weights */

static json_t *write_weight(const struct keras_weight *weight, const float *parameters)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    const size_t count = (size_t)shape_elements(&weight->shape, NULL);
    AUTO_FREE float *values = malloc((count + 1) * sizeof(*values));
    float *at = values;
    if (!values)
        return NULL;
    for (int i = 0; i < 2 && weight->tensors[i]; i++, at += weight->tensors[0]->count)
        keras_weight_copy(weight, parameters + weight->tensors[i]->offset, at);
    base64_append(&text, values, count * sizeof(*values));
    const char *base64 = bytes_text(&text);
    return base64 ? json_pack("{s:o, s:s}", "shape", shape_json(&weight->shape), "data", base64)
                  : NULL;
}

static json_t *write_layer_weights(const struct layer *layer, const float *parameters)
{
    struct keras_weight weights[KERAS_WEIGHTS_MAX];
    const int count = keras_weights_of(layer, weights);
    json_auto_t *list = json_array();
    for (int i = 0; i < count; i++)
        if (json_array_append_new(list, write_weight(&weights[i], parameters)))
            return NULL;
    return json_incref(list);
}

static json_t *write_weights(const struct model *model)
{
    json_auto_t *weights = json_object();
    for (int i = 0; i < model->network->layer_count; i++) {
        const struct layer *layer = &model->network->layers[i];
        if (layer->tensor_count > 0 &&
            json_object_set_new(weights, layer->name,
                                write_layer_weights(layer, model->parameters)))
            return NULL;
    }
    return json_incref(weights);
}

/* ---- the file */

/* Letters, digits, dashes and underscores of "iris@1". */
static json_t *model_name(const char *title)
{
    AUTO_FREE char *name = strdup(title);
    for (char *at = name; at && *at; at++)
        if (*at == '@' || *at == '.')
            *at = '_';
    return name ? json_string(name) : NULL;
}

static int write_text(const json_t *document, struct bytes *file, struct error *error)
{
    AUTO_FREE char *text = document ? fields_print(document) : NULL;
    if (!text)
        return error_set(error, ERROR_MEMORY, "out of memory for a model's JSON");
    bytes_append(file, text, strlen(text));
    return bytes_check(file, error);
}

static int keras_write_model(const struct model *model, const char *title, struct bytes *file,
                             struct error *error)
{
    if (check_chain(model->network, error))
        return -1;
    json_auto_t *layers = write_layers(model->network, error);
    if (!layers)
        return -1;
    json_auto_t *document = json_pack(
        "{s:s, s:s, s:{s:o, s:b, s:s, s:O}, s:n, s:s, s:s, s:{s:o, s:o}}", "module", "keras",
        "class_name", "Sequential", "config", "name", model_name(title), "trainable", 1, "dtype",
        "float32", "layers", layers, "registered_name", "keras_version", KERAS_VERSION, "backend",
        "tensorflow", "propd", "metadata", model_metadata(model), "weights", write_weights(model));
    return write_text(document, file, error);
}

/* A JSON object. */
static bool sniff_keras(const void *file, size_t size)
{
    const char *text = file;
    size_t at = 0;
    while (at < size &&
           (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t'))
        at++;
    return at < size && text[at] == '{';
}

const struct model_format keras_model_format = {
    .name = "keras",
    .help = "a Sequential model's JSON for Keras, with its weights and all else beside it; read "
            "again",
    .content_type = "application/json",
    .ending = ".keras.json",
    .write = keras_write_model,
    .sniff = sniff_keras,
    .read = keras_read_model,
};
