/* Reading a model out of Keras JSON, with distrust. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"
#include "base/fields.h"
#include "engine/exchange/keras.h"
#include "engine/exchange/tensor_pile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct keras_reader {
    const json_t *document;
    const json_t *layers, *weights; /* borrowed from it */
    struct error *error;
};

/* ---- the architecture */

static int refuse(const struct keras_reader *reader, const char *path, const char *what)
{
    return error_set_at(reader->error, ERROR_INVALID, path, "%s", what);
}

static int find_parts(struct keras_reader *reader)
{
    const char *class_name = json_string_value(json_object_get(reader->document, "class_name"));
    const json_t *propd = json_object_get(reader->document, "propd");
    if (!class_name)
        return refuse(reader, "class_name",
                      "must be \"Sequential\", as the JSON of a Keras model has it");
    if (strcmp(class_name, "Sequential") != 0)
        return refuse(reader, "class_name",
                      "must be \"Sequential\": other models of Keras travel as ONNX");
    reader->layers = json_object_get(json_object_get(reader->document, "config"), "layers");
    reader->weights = json_object_get(propd, "weights");
    if (!json_is_array(reader->layers))
        return refuse(reader, "config.layers", "must be a list of layers");
    if (!json_is_object(reader->weights))
        return refuse(
            reader, "propd.weights",
            "is missing: a Keras model's JSON has no weights; add {\"propd\": {\"weights\": "
            "{\"<layer>\": [{\"shape\": [4, 8], \"data\": \"<base64 of float32>\"}]}}} "
            "(docs/models.md has a script)");
    return 0;
}

static bool is_input(const json_t *layer)
{
    const char *class_name = json_string_value(json_object_get(layer, "class_name"));
    return class_name && strcmp(class_name, "InputLayer") == 0;
}

/* [null, 28, 28, 1] of the first layer, without the batch. */
static json_t *input_shape(const struct keras_reader *reader)
{
    const json_t *config = json_object_get(json_array_get(reader->layers, 0), "config");
    const json_t *batch = json_object_get(config, "batch_shape");
    if (!batch)
        batch = json_object_get(config, "batch_input_shape"); /* version 2 */
    json_auto_t *shape = json_array();
    for (size_t i = 1; i < json_array_size(batch); i++)
        if (json_array_append_new(shape, json_deep_copy(json_array_get(batch, i))))
            return NULL;
    if (json_array_size(shape) == 0 || json_array_size(shape) > SHAPE_RANK_MAX) {
        refuse(reader, "config.layers[0].config.batch_shape",
               "must be the input's shape behind the batch, such as [null, 28, 28, 1]");
        return NULL;
    }
    return json_incref(shape);
}

/* Before version 3 hard_sigmoid was another function. */
static int check_version(const struct keras_reader *reader, const json_t *layer, const char *path)
{
    const char *version = json_string_value(json_object_get(reader->document, "keras_version"));
    const char *activation = json_string_value(json_object_get(layer, "activation"));
    if (activation && strcmp(activation, "hard_sigmoid") == 0 && (!version || version[0] != '3'))
        return refuse(reader, path, "has hard_sigmoid by the formula of Keras 2: 0.2 x + 0.5");
    return 0;
}

/* {"layers": […]} */
static json_t *network_document(const struct keras_reader *reader)
{
    json_auto_t *list = json_array();
    for (size_t i = is_input(json_array_get(reader->layers, 0));
         i < json_array_size(reader->layers); i++) {
        char path[48];
        snprintf(path, sizeof(path), "config.layers[%zu]", i);
        json_t *layer = keras_layer_read(json_array_get(reader->layers, i), path, reader->error);
        if (!layer || json_array_append_new(list, layer) || check_version(reader, layer, path))
            return NULL;
    }
    return json_pack("{s:O}", "layers", list);
}

static int metadata_add(json_t *metadata, const char *key, const json_t *json)
{
    AUTO_FREE char *text = json ? fields_print(json) : NULL;
    return text ? json_object_set_new(metadata, key, json_string(text)) : -1;
}

/* The texts that a safetensors file would have: those that are there, or made of the layers. */
static json_t *read_metadata(const struct keras_reader *reader)
{
    json_t *given = json_object_get(json_object_get(reader->document, "propd"), "metadata");
    json_auto_t *metadata = json_object();
    if (given) {
        if (json_is_object(given))
            return json_incref(given);
        refuse(reader, "propd.metadata", "must be an object of texts");
        return NULL;
    }
    json_auto_t *document = network_document(reader);
    json_auto_t *shape = document ? input_shape(reader) : NULL;
    json_auto_t *input = shape ? json_pack("{s:O}", "shape", shape) : NULL;
    if (!input)
        return NULL;
    if (metadata_add(metadata, "propd.network", document) ||
        metadata_add(metadata, "propd.input", input)) {
        error_set(reader->error, ERROR_MEMORY, "out of memory for a model's metadata");
        return NULL;
    }
    return json_incref(metadata);
}

/* ---- weights */

/* The JSON of one of the texts; NULL with an error. */
static json_t *metadata_parse(const struct keras_reader *reader, const json_t *metadata,
                              const char *key)
{
    const json_t *text = json_object_get(metadata, key);
    if (!json_is_string(text)) {
        error_set(reader->error, ERROR_INVALID, "propd.metadata must have the text %s", key);
        return NULL;
    }
    return fields_parse(json_string_value(text), json_string_length(text), reader->error);
}

/* The planned network, whose layers say what weights there are. */
static struct network *plan(const struct keras_reader *reader, const json_t *metadata)
{
    json_auto_t *document = metadata_parse(reader, metadata, "propd.network");
    json_auto_t *input = document ? metadata_parse(reader, metadata, "propd.input") : NULL;
    const json_t *dims = json_object_get(input, "shape");
    struct shape shape = {.rank = (int)json_array_size(dims)};
    if (!input)
        return NULL;
    if (shape.rank < 1 || shape.rank > SHAPE_RANK_MAX) {
        refuse(reader, "propd.input.shape", "must be a list of sizes");
        return NULL;
    }
    for (int i = 0; i < shape.rank; i++) {
        const json_t *dim = json_array_get(dims, (size_t)i);
        shape.dims[i] = json_integer_value(dim);
        if (!json_is_integer(dim) || shape.dims[i] < 1) {
            refuse(reader, "propd.input.shape",
                   "must hold whole numbers from 1: a size that is open in Keras (null) is none");
            return NULL;
        }
    }
    if (shape_elements(&shape, reader->error) < 0)
        return NULL;
    return network_create(document, &shape, 0, reader->error);
}

static bool has_shape(const json_t *entry, const struct shape *shape)
{
    const json_t *dims = json_object_get(entry, "shape");
    bool same = json_array_size(dims) == (size_t)shape->rank;
    for (int i = 0; same && i < shape->rank; i++)
        same = json_integer_value(json_array_get(dims, (size_t)i)) == shape->dims[i];
    return same;
}

/* The values of one array, decoded; NULL with an error at `path`. Their size is checked first. */
static float *decode(const struct keras_reader *reader, const json_t *entry,
                     const struct keras_weight *weight, const char *path)
{
    const json_t *data = json_object_get(entry, "data");
    const size_t size = (size_t)shape_elements(&weight->shape, NULL) * sizeof(float);
    char shape[128];
    if (!has_shape(entry, &weight->shape)) {
        error_set_at(reader->error, ERROR_INVALID, path, "must have shape %s",
                     shape_text(&weight->shape, shape, sizeof(shape)));
        return NULL;
    }
    if (!json_is_string(data) || json_string_length(data) != base64_length(size)) {
        error_set_at(reader->error, ERROR_INVALID, path,
                     "must have as data the base64 of %zu bytes, little-endian float32", size);
        return NULL;
    }
    float *values = malloc(size + sizeof(float));
    if (values && base64_decode(json_string_value(data), json_string_length(data), values, size))
        return values;
    if (values)
        refuse(reader, path, "must have base64 as data");
    else
        error_set(reader->error, ERROR_MEMORY, "out of memory for a model's weights");
    free(values);
    return NULL;
}

static int read_weight(const struct keras_reader *reader, struct tensor_pile *pile,
                       const struct layer *layer, const struct keras_weight *weight,
                       const json_t *entry, const char *path)
{
    AUTO_FREE float *values = decode(reader, entry, weight, path);
    const float *at = values;
    for (int i = 0; values && i < 2 && weight->tensors[i]; i++) {
        char name[160];
        snprintf(name, sizeof(name), "%s/%s", layer->name, weight->tensors[i]->name);
        float *to = tensor_pile_add(pile, name, &weight->tensors[i]->shape, reader->error);
        if (!to)
            return -1;
        keras_weight_copy(weight, at, to);
        at += weight->tensors[i]->count;
    }
    return values ? 0 : -1;
}

static int read_layer(const struct keras_reader *reader, struct tensor_pile *pile,
                      const struct layer *layer)
{
    struct keras_weight weights[KERAS_WEIGHTS_MAX];
    const int count = keras_weights_of(layer, weights);
    const json_t *list = json_object_get(reader->weights, layer->name);
    char path[160];
    snprintf(path, sizeof(path), "propd.weights.%s", layer->name);
    if (json_array_size(list) != (size_t)count)
        return error_set_at(reader->error, ERROR_INVALID, path,
                            "must be a list of %d arrays, as the layer's get_weights() gives",
                            count);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "propd.weights.%s[%d]", layer->name, i);
        if (read_weight(reader, pile, layer, &weights[i], json_array_get(list, (size_t)i), path))
            return -1;
    }
    return 0;
}

static int read_weights(const struct keras_reader *reader, struct tensor_pile *pile,
                        const struct network *network)
{
    size_t with_weights = 0;
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        const bool is_named = json_object_get(reader->weights, layer->name) != NULL;
        with_weights += is_named;
        if ((layer->tensor_count > 0 || is_named) && read_layer(reader, pile, layer))
            return -1;
    }
    return json_object_size(reader->weights) == with_weights
               ? 0
               : refuse(reader, "propd.weights", "must name layers of the model alone");
}

/* ---- the model */

static struct model *read_document(struct keras_reader *reader)
{
    struct tensor_pile pile = {0};
    struct model *model = NULL;
    if (find_parts(reader))
        return NULL;
    json_auto_t *metadata = read_metadata(reader);
    struct network *network = metadata ? plan(reader, metadata) : NULL;
    if (network && read_weights(reader, &pile, network) == 0)
        model = tensor_pile_read(&pile, metadata, reader->error);
    network_free(network);
    tensor_pile_clear(&pile);
    return model;
}

struct model *keras_read_model(const void *file, size_t size, struct error *error)
{
    json_auto_t *document = fields_parse(file, size, error);
    struct keras_reader reader = {.document = document, .error = error};
    return document ? read_document(&reader) : NULL;
}
