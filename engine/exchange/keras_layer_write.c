/* A layer of a network document as layers of Keras. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/exchange/keras.h"
#include "engine/exchange/keras_table.h"

#include <stdio.h>
#include <string.h>

/* One number or a list as a list of `axes`; what is null is `otherwise`. */
static json_t *sizes_json(const json_t *sizes, const json_t *otherwise, int axes)
{
    json_auto_t *list = json_array();
    if (!sizes || json_is_null(sizes))
        sizes = otherwise;
    for (int i = 0; i < axes; i++) {
        const json_t *size = sizes;
        if (json_is_array(sizes))
            size = json_array_get(sizes, json_array_size(sizes) == 1 ? 0 : (size_t)i);
        if (json_array_append_new(list, json_integer(json_integer_value(size))))
            return NULL;
    }
    return json_incref(list);
}

static json_t *margins_json(const json_t *padding)
{
    json_auto_t *sizes = sizes_json(padding, NULL, 2);
    json_t *above = json_array_get(sizes, 0), *left = json_array_get(sizes, 1);
    return json_pack("[[O, O], [O, O]]", above, above, left, left);
}

static json_t *value_write(const struct keras_field *field, const struct keras_type *type,
                           const json_t *options)
{
    const json_t *value = field->ours ? json_object_get(options, field->ours) : NULL;
    switch (field->value) {
    case VALUE_SAME:
        return json_deep_copy(value);
    case VALUE_SIZES:
    case VALUE_POOL_SIZES:
        return sizes_json(value, json_object_get(options, "pool_size"), type->axes);
    case VALUE_MARGINS:
        return margins_json(value);
    case VALUE_MOMENTUM:
        return json_real(1 - json_number_value(value));
    case VALUE_ACTIVATION:
        return json_deep_copy(json_object_get(value, "type"));
    case VALUE_CONSTANT:
        return json_loads(field->constant, JSON_DECODE_ANY, NULL);
    }
    return NULL;
}

static json_t *layer_json(const char *class_name, const char *name, json_t *config_taken)
{
    json_auto_t *config = config_taken;
    if (!config || json_object_set_new(config, "name", json_string(name)))
        return NULL;
    return json_pack("{s:s, s:s, s:O, s:n}", "module", "keras.layers", "class_name", class_name,
                     "config", config, "registered_name");
}

static json_t *config_write(const struct keras_type *type, const json_t *options)
{
    json_auto_t *config = json_pack("{s:b, s:s}", "trainable", 1, "dtype", "float32");
    for (int i = 0; i < KERAS_FIELDS_MAX && type->fields[i].keras; i++)
        if (json_object_set_new(config, type->fields[i].keras,
                                value_write(&type->fields[i], type, options)))
            return NULL;
    return json_incref(config);
}

/* The largest of a field that is one number or a list. */
static json_int_t largest_of(const json_t *options, const char *name)
{
    json_int_t largest = 1;
    json_auto_t *sizes = sizes_json(json_object_get(options, name), NULL, 2);
    for (size_t i = 0; i < 2; i++) {
        const json_int_t size = json_integer_value(json_array_get(sizes, i));
        largest = size > largest ? size : largest;
    }
    return largest;
}

/* What Keras refuses, or makes another size of. */
static int check_convolution(const struct layer *layer, const json_t *options, struct error *error)
{
    const char *padding = json_string_value(json_object_get(options, "padding"));
    json_auto_t *kernel = sizes_json(json_object_get(options, "kernel_size"), NULL, 2);
    json_auto_t *strides = sizes_json(json_object_get(options, "strides"), NULL, 2);
    if (!json_object_get(options, "dilation"))
        return 0;
    if (largest_of(options, "strides") > 1 && largest_of(options, "dilation") > 1)
        return error_set(
            error, ERROR_INVALID,
            "layer \"%s\" has strides and dilation, which Keras does not take together",
            layer->name);
    for (size_t i = 0; i < 2; i++)
        if (strcmp(layer->type->kind.name, "conv2d_transpose") == 0 && padding &&
            strcmp(padding, "valid") == 0 &&
            json_integer_value(json_array_get(kernel, i)) <
                json_integer_value(json_array_get(strides, i)))
            return error_set(error, ERROR_INVALID,
                             "layer \"%s\" has a kernel smaller than its strides, of which Keras "
                             "makes a larger output",
                             layer->name);
    return 0;
}

static int append_layer(json_t *layers, json_t *layer_taken, struct error *error)
{
    return json_array_append_new(layers, layer_taken)
               ? error_set(error, ERROR_MEMORY, "out of memory for the layers of a model")
               : 0;
}

/* An activation with a number of its own is a layer of its own in Keras, whose number all versions
 * take as alpha; NULL where it is none. */
static const char *activation_class(const json_t *activation)
{
    const char *type = json_string_value(json_object_get(activation, "type"));
    if (type && strcmp(type, "leaky_relu") == 0)
        return "LeakyReLU";
    if (type && strcmp(type, "elu") == 0 &&
        json_number_value(json_object_get(activation, "alpha")) != 1)
        return "ELU";
    return NULL;
}

static int check_activation(const struct layer *layer, const json_t *activation,
                            struct error *error)
{
    const char *type = json_string_value(json_object_get(activation, "type"));
    if (!activation || keras_has_activation(type))
        return 0;
    return error_set(error, ERROR_INVALID,
                     "layer \"%s\" has the activation %s, which Keras has no name for", layer->name,
                     type ? type : "?");
}

/* A bidirectional layer is one within another. */
static json_t *wrapped(const struct layer *layer, const struct keras_type *type,
                       const json_t *options)
{
    if (!json_is_true(json_object_get(options, "bidirectional")))
        return layer_json(type->keras, layer->name, config_write(type, options));
    json_auto_t *inner = layer_json(type->keras, type->ours, config_write(type, options));
    return layer_json("Bidirectional", layer->name,
                      json_pack("{s:O, s:s, s:b, s:s}", "layer", inner, "merge_mode", "concat",
                                "trainable", 1, "dtype", "float32"));
}

int keras_layers_write(const struct layer *layer, const json_t *options, json_t *layers,
                       struct error *error)
{
    const struct keras_type *type = keras_type_of_ours(layer->type->kind.name);
    const json_t *activation = json_object_get(options, "activation");
    if (!type)
        return error_set(error, ERROR_INVALID,
                         "layer \"%s\" is of type %s, which a Sequential model of Keras does not "
                         "have; onnx takes any network",
                         layer->name, layer->type->kind.name);
    const char *class_name = activation_class(activation);
    if ((!class_name && check_activation(layer, activation, error)) ||
        check_convolution(layer, options, error))
        return -1;
    if (!class_name)
        return append_layer(layers, wrapped(layer, type, options), error);
    char name[128];
    json_auto_t *linear = json_deep_copy(options);
    snprintf(name, sizeof(name), "%s_activation", layer->name);
    if (!linear ||
        json_object_set_new(linear, "activation", json_pack("{s:s}", "type", "linear")) ||
        append_layer(layers, wrapped(layer, type, linear), error))
        return error_set(error, ERROR_MEMORY, "out of memory for the layers of a model");
    return append_layer(
        layers,
        layer_json(class_name, name,
                   json_pack("{s:O, s:s}", "alpha", json_object_get(activation, "alpha"), "dtype",
                             "float32")),
        error);
}
