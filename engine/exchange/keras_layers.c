/* Layers between a network document and Keras: a table of types, and of their fields. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "base/fields.h"
#include "engine/exchange/keras.h"

#include <stdio.h>
#include <string.h>

/* How a field's values differ. */
enum value {
    VALUE_SAME,
    VALUE_SIZES,      /* one number or two here, always as many as there are axes there */
    VALUE_POOL_SIZES, /* the same, null for those of the pool_size */
    VALUE_MARGINS,    /* one number or two here, [[above, below], [left, right]] there */
    VALUE_MOMENTUM,   /* the share that is new here, the share that stays there */
    VALUE_ACTIVATION,
    VALUE_CONSTANT /* a field of Keras that must be as the text, JSON, says; none here */
};

struct keras_field {
    const char *ours, *keras;
    enum value value;
    const char *constant;
};

enum { FIELDS_MAX = 12 };

struct keras_type {
    const char *ours, *keras;
    int axes; /* of VALUE_SIZES and the like */
    struct keras_field fields[FIELDS_MAX];
};

#define CONSTANT(name, text)                                                                       \
    {                                                                                              \
        NULL, name, VALUE_CONSTANT, text                                                           \
    }
#define CHANNELS_LAST CONSTANT("data_format", "\"channels_last\"")
#define SAME(name)                                                                                 \
    {                                                                                              \
        name, name, VALUE_SAME, NULL                                                               \
    }
#define AFFINE {"activation", "activation", VALUE_ACTIVATION, NULL}, SAME("use_bias")
#define CONVOLUTION                                                                                \
    SAME("filters"), {"kernel_size", "kernel_size", VALUE_SIZES, NULL},                            \
        {"strides", "strides", VALUE_SIZES, NULL}, SAME("padding"),                                \
        {"dilation", "dilation_rate", VALUE_SIZES, NULL}, CHANNELS_LAST, AFFINE
#define POOL                                                                                       \
    {"pool_size", "pool_size", VALUE_SIZES, NULL}, {"strides", "strides", VALUE_POOL_SIZES, NULL}, \
        SAME("padding"), CHANNELS_LAST
#define GLOBAL CHANNELS_LAST, CONSTANT("keepdims", "false")
#define RECURRENT                                                                                  \
    SAME("units"), SAME("return_sequences"), CONSTANT("activation", "\"tanh\""),                   \
        CONSTANT("recurrent_activation", "\"sigmoid\""), CONSTANT("use_bias", "true"),             \
        CONSTANT("go_backwards", "false"), CONSTANT("return_state", "false")

static const struct keras_type types[] = {
    {"activation", "Activation", 0, {{"activation", "activation", VALUE_ACTIVATION, NULL}}},
    {"average_pool1d", "AveragePooling1D", 1, {POOL}},
    {"average_pool2d", "AveragePooling2D", 2, {POOL}},
    {"batch_norm",
     "BatchNormalization",
     0,
     {{"momentum", "momentum", VALUE_MOMENTUM, NULL},
      SAME("epsilon"),
      CONSTANT("axis", "-1"),
      CONSTANT("center", "true"),
      CONSTANT("scale", "true")}},
    {"conv1d", "Conv1D", 1, {CONVOLUTION, SAME("groups")}},
    {"conv2d", "Conv2D", 2, {CONVOLUTION, SAME("groups")}},
    {"conv2d_transpose", "Conv2DTranspose", 2, {CONVOLUTION, CONSTANT("output_padding", "null")}},
    {"dense", "Dense", 0, {SAME("units"), AFFINE}},
    {"dropout", "Dropout", 0, {SAME("rate"), CONSTANT("noise_shape", "null")}},
    {"embedding",
     "Embedding",
     0,
     {{"vocabulary", "input_dim", VALUE_SAME, NULL},
      {"units", "output_dim", VALUE_SAME, NULL},
      CONSTANT("mask_zero", "false")}},
    {"flatten", "Flatten", 0, {CHANNELS_LAST}},
    {"gaussian_noise", "GaussianNoise", 0, {SAME("stddev")}},
    {"global_average_pool1d", "GlobalAveragePooling1D", 0, {GLOBAL}},
    {"global_average_pool2d", "GlobalAveragePooling2D", 0, {GLOBAL}},
    {"global_max_pool1d", "GlobalMaxPooling1D", 0, {GLOBAL}},
    {"global_max_pool2d", "GlobalMaxPooling2D", 0, {GLOBAL}},
    {"gru", "GRU", 0, {RECURRENT, CONSTANT("reset_after", "true")}},
    {"layer_norm",
     "LayerNormalization",
     0,
     {SAME("epsilon"), CONSTANT("axis", "-1"), CONSTANT("center", "true"),
      CONSTANT("scale", "true"), CONSTANT("rms_scaling", "false")}},
    {"lstm", "LSTM", 0, {RECURRENT}},
    {"max_pool1d", "MaxPooling1D", 1, {POOL}},
    {"max_pool2d", "MaxPooling2D", 2, {POOL}},
    {"reshape", "Reshape", 0, {{"shape", "target_shape", VALUE_SAME, NULL}}},
    {"upsampling2d",
     "UpSampling2D",
     2,
     {{"size", "size", VALUE_SIZES, NULL},
      CONSTANT("interpolation", "\"nearest\""),
      CHANNELS_LAST}},
    {"zero_padding2d",
     "ZeroPadding2D",
     2,
     {{"padding", "padding", VALUE_MARGINS, NULL}, CHANNELS_LAST}},
};

/* What Keras says beside: training alone, or how it computes. "build_config" and the like stand
 * outside of a layer's config. */
static const char *const passed_over[] = {"name",
                                          "trainable",
                                          "dtype",
                                          "seed",
                                          "batch_input_shape",
                                          "batch_shape",
                                          "input_length",
                                          "kernel_initializer",
                                          "bias_initializer",
                                          "recurrent_initializer",
                                          "embeddings_initializer",
                                          "beta_initializer",
                                          "gamma_initializer",
                                          "moving_mean_initializer",
                                          "moving_variance_initializer",
                                          "kernel_regularizer",
                                          "bias_regularizer",
                                          "recurrent_regularizer",
                                          "embeddings_regularizer",
                                          "beta_regularizer",
                                          "gamma_regularizer",
                                          "activity_regularizer",
                                          "kernel_constraint",
                                          "bias_constraint",
                                          "recurrent_constraint",
                                          "embeddings_constraint",
                                          "beta_constraint",
                                          "gamma_constraint",
                                          "unit_forget_bias",
                                          "dropout",
                                          "recurrent_dropout",
                                          "stateful",
                                          "unroll",
                                          "implementation",
                                          "zero_output_for_mask",
                                          "synchronized",
                                          "quantization_config"};

/* Activations that both know by one name and one formula. */
static const char *const activations[] = {
    "linear",  "relu", "elu",      "selu",     "gelu",    "silu",        "mish",
    "sigmoid", "tanh", "softplus", "softsign", "softmax", "log_softmax", "hard_sigmoid"};

static bool holds(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; name && i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static const struct keras_type *type_find(const char *ours, const char *keras)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if ((ours && strcmp(types[i].ours, ours) == 0) ||
            (keras && strcmp(types[i].keras, keras) == 0))
            return &types[i];
    return NULL;
}

/* ---- writing */

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
    for (int i = 0; i < FIELDS_MAX && type->fields[i].keras; i++)
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
    if (!activation || holds(activations, ARRAY_COUNT(activations), type))
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
    const struct keras_type *type = type_find(layer->type->kind.name, NULL);
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

/* ---- reading */

/* Margins that are alike on both sides as sizes; NULL where they are not. */
static json_t *margins_read(const json_t *margins)
{
    json_auto_t *sizes = json_array();
    if (json_is_integer(margins))
        return json_deep_copy(margins);
    for (size_t axis = 0; axis < 2; axis++) {
        json_t *sides = json_array_get(margins, axis);
        json_t *before = json_is_array(sides) ? json_array_get(sides, 0) : sides;
        if (json_is_array(sides) && !json_equal(before, json_array_get(sides, 1)))
            return NULL;
        if (!before || json_array_append(sizes, before))
            return NULL;
    }
    return json_incref(sizes);
}

/* The value of a network document; NULL where it is none that is known here. */
static json_t *value_read(const struct keras_field *field, const json_t *value)
{
    switch (field->value) {
    case VALUE_MARGINS:
        return margins_read(value);
    case VALUE_MOMENTUM:
        return json_is_number(value) ? json_real(1 - json_number_value(value)) : NULL;
    case VALUE_ACTIVATION:
        return holds(activations, ARRAY_COUNT(activations), json_string_value(value))
                   ? json_deep_copy(value)
                   : NULL;
    case VALUE_SAME:
    case VALUE_SIZES:
    case VALUE_POOL_SIZES:
    case VALUE_CONSTANT:
        break;
    }
    return json_deep_copy(value);
}

static int refuse_value(const char *path, const char *key, const char *expected,
                        struct error *error)
{
    char where[160];
    snprintf(where, sizeof(where), "%s.config.%.40s", path, key);
    return error_set_at(error, ERROR_INVALID, where, "must be %s", expected);
}

/* Axes may be counted from the first, and stand in a list. */
static bool is_constant(const struct keras_field *field, const json_t *value)
{
    json_auto_t *expected = json_loads(field->constant, JSON_DECODE_ANY, NULL);
    if (json_array_size(value) == 1)
        value = json_array_get(value, 0);
    return json_equal(value, expected);
}

static int field_read(const struct keras_field *field, const json_t *value, json_t *layer,
                      const char *path, struct error *error)
{
    if (field->value == VALUE_CONSTANT)
        return is_constant(field, value) ? 0
                                         : refuse_value(path, field->keras, field->constant, error);
    json_t *read = value_read(field, value);
    if (!read)
        return refuse_value(path, field->keras,
                            field->value == VALUE_ACTIVATION
                                ? "the name of an activation such as \"relu\""
                                : "one that a network document has too",
                            error);
    return json_object_set_new(layer, field->ours, read)
               ? error_set(error, ERROR_MEMORY, "out of memory for a layer")
               : 0;
}

static const struct keras_field *field_find(const struct keras_type *type, const char *name)
{
    for (int i = 0; i < FIELDS_MAX && type->fields[i].keras; i++)
        if (strcmp(type->fields[i].keras, name) == 0)
            return &type->fields[i];
    return NULL;
}

static int config_read(const struct keras_type *type, const json_t *config, json_t *layer,
                       const char *path, struct error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)config, key, value)
    {
        const struct keras_field *field = field_find(type, key);
        if (!field && holds(passed_over, ARRAY_COUNT(passed_over), key))
            continue;
        if (!field)
            return refuse_value(path, key, "left out: it is not known", error);
        if (field_read(field, value, layer, path, error))
            return -1;
    }
    return 0;
}

/* LeakyReLU and ELU; `otherwise` is what Keras takes where nothing is said. */
static json_t *activation_read(const char *type, const json_t *alpha, double otherwise)
{
    return json_pack("{s:s, s:{s:s, s:f}}", "type", "activation", "activation", "type", type,
                     "alpha", json_is_number(alpha) ? json_number_value(alpha) : otherwise);
}

/* Version 2 called it alpha. */
static json_t *leaky_relu_read(const json_t *config)
{
    const double usual_slope = 0.3;
    const json_t *slope = json_object_get(config, "negative_slope");
    return activation_read("leaky_relu", slope ? slope : json_object_get(config, "alpha"),
                           usual_slope);
}

static json_t *plain_read(const char *class_name, const json_t *config, const char *path,
                          struct error *error)
{
    const struct keras_type *type = type_find(NULL, class_name);
    if (!type) {
        error_set_at(error, ERROR_INVALID, path,
                     "is a layer of class \"%.60s\", which propd does not have", class_name);
        return NULL;
    }
    json_auto_t *layer = json_pack("{s:s}", "type", type->ours);
    if (!layer || config_read(type, config, layer, path, error))
        return NULL;
    return json_incref(layer);
}

static json_t *bidirectional_read(const json_t *config, const char *path, struct error *error)
{
    const json_t *inner = json_object_get(config, "layer");
    const char *merge = json_string_value(json_object_get(config, "merge_mode"));
    const char *class_name = json_string_value(json_object_get(inner, "class_name"));
    if (!class_name || (strcmp(class_name, "LSTM") != 0 && strcmp(class_name, "GRU") != 0)) {
        refuse_value(path, "layer", "an LSTM or a GRU", error);
        return NULL;
    }
    if (!merge || strcmp(merge, "concat") != 0) {
        refuse_value(path, "merge_mode", "\"concat\"", error);
        return NULL;
    }
    json_auto_t *layer = plain_read(class_name, json_object_get(inner, "config"), path, error);
    if (!layer || json_object_set_new(layer, "bidirectional", json_true()))
        return NULL;
    return json_incref(layer);
}

json_t *keras_layer_read(const json_t *keras, const char *path, struct error *error)
{
    const char *class_name = json_string_value(json_object_get(keras, "class_name"));
    const json_t *config = json_object_get(keras, "config");
    const char *name = json_string_value(json_object_get(config, "name"));
    json_auto_t *layer = NULL;
    if (!class_name || !json_is_object(config)) {
        error_set_at(error, ERROR_INVALID, path, "must have a \"class_name\" and a \"config\"");
        return NULL;
    }
    if (strcmp(class_name, "LeakyReLU") == 0)
        layer = leaky_relu_read(config);
    else if (strcmp(class_name, "ELU") == 0)
        layer = activation_read("elu", json_object_get(config, "alpha"), 1);
    else if (strcmp(class_name, "Bidirectional") == 0)
        layer = bidirectional_read(config, path, error);
    else
        layer = plain_read(class_name, config, path, error);
    if (!layer || (name && json_object_set_new(layer, "name", json_string(name))))
        return NULL;
    return json_incref(layer);
}
