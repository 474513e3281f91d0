/* What each layer type is called in Keras, and its fields. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/keras_table.h"
#include "base/compiler.h"

#include <stddef.h>
#include <string.h>

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

const struct keras_type *keras_type_of_ours(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (strcmp(types[i].ours, name) == 0)
            return &types[i];
    return NULL;
}

const struct keras_type *keras_type_of_keras(const char *class_name)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (strcmp(types[i].keras, class_name) == 0)
            return &types[i];
    return NULL;
}

const struct keras_field *keras_field_find(const struct keras_type *type, const char *name)
{
    for (int i = 0; i < KERAS_FIELDS_MAX && type->fields[i].keras; i++)
        if (strcmp(type->fields[i].keras, name) == 0)
            return &type->fields[i];
    return NULL;
}

bool keras_passes_over(const char *name)
{
    return holds(passed_over, ARRAY_COUNT(passed_over), name);
}

bool keras_has_activation(const char *name)
{
    return holds(activations, ARRAY_COUNT(activations), name);
}
