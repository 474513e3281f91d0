/* The table of activations; their mathematics are in the kernels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"

#include <assert.h>

struct alpha_options {
    double alpha;
};

static const struct field leaky_relu_fields[] = {FIELD_NUMBER(struct alpha_options, alpha, .min = 0,
                                                              .max = 1000, .number = 0.01,
                                                              .help = "slope below zero"),
                                                 FIELD_END};

static const struct field elu_fields[] = {FIELD_NUMBER(struct alpha_options, alpha, .min = 0,
                                                       .max = 1000, .number = 1,
                                                       .help = "limit far below zero, negated"),
                                          FIELD_END};

static const struct kind kinds[ACTIVATION_COUNT] = {
    [ACTIVATION_LINEAR] = {.name = "linear", .help = "x"},
    [ACTIVATION_RELU] = {.name = "relu", .help = "max(x, 0)"},
    [ACTIVATION_LEAKY_RELU] = {.name = "leaky_relu",
                               .help = "x above zero, alpha x below",
                               .size = sizeof(struct alpha_options),
                               .fields = leaky_relu_fields},
    [ACTIVATION_ELU] = {.name = "elu",
                        .help = "x above zero, alpha (e^x - 1) below",
                        .size = sizeof(struct alpha_options),
                        .fields = elu_fields},
    [ACTIVATION_SELU] = {.name = "selu", .help = "elu, scaled to keep mean and variance"},
    [ACTIVATION_GELU] = {.name = "gelu", .help = "x times the normal distribution function of x"},
    [ACTIVATION_GELU_TANH] = {.name = "gelu_tanh", .help = "gelu approximated by tanh"},
    [ACTIVATION_SILU] = {.name = "silu", .help = "x sigmoid(x)"},
    [ACTIVATION_MISH] = {.name = "mish", .help = "x tanh(softplus(x))"},
    [ACTIVATION_SIGMOID] = {.name = "sigmoid", .help = "1 / (1 + e^-x)"},
    [ACTIVATION_HARD_SIGMOID] = {.name = "hard_sigmoid", .help = "x / 6 + 1/2, kept in 0 to 1"},
    [ACTIVATION_TANH] = {.name = "tanh", .help = "hyperbolic tangent"},
    [ACTIVATION_SOFTPLUS] = {.name = "softplus", .help = "log(1 + e^x)"},
    [ACTIVATION_SOFTSIGN] = {.name = "softsign", .help = "x / (1 + |x|)"},
    [ACTIVATION_SOFTMAX] = {.name = "softmax", .help = "e^x over its sum along the last axis"},
    [ACTIVATION_LOG_SOFTMAX] = {.name = "log_softmax", .help = "logarithm of softmax"},
};

enum activation_code activation_code(const struct variant *activation)
{
    if (activation->kind == NULL)
        return ACTIVATION_LINEAR;
    assert(activation->kind >= kinds && activation->kind < kinds + ACTIVATION_COUNT);
    return (enum activation_code)(activation->kind - kinds);
}

float activation_alpha(const struct variant *activation)
{
    if (activation->kind == NULL || activation->kind->size == 0)
        return 0.0F;
    assert(activation->kind->size == sizeof(struct alpha_options));
    return (float)((const struct alpha_options *)activation->options)->alpha;
}

const char *activation_name(enum activation_code code)
{
    assert(code < ACTIVATION_COUNT);
    return kinds[code].name;
}

const struct kind *const activation_kinds[] = {&kinds[ACTIVATION_LINEAR],
                                               &kinds[ACTIVATION_RELU],
                                               &kinds[ACTIVATION_LEAKY_RELU],
                                               &kinds[ACTIVATION_ELU],
                                               &kinds[ACTIVATION_SELU],
                                               &kinds[ACTIVATION_GELU],
                                               &kinds[ACTIVATION_GELU_TANH],
                                               &kinds[ACTIVATION_SILU],
                                               &kinds[ACTIVATION_MISH],
                                               &kinds[ACTIVATION_SIGMOID],
                                               &kinds[ACTIVATION_HARD_SIGMOID],
                                               &kinds[ACTIVATION_TANH],
                                               &kinds[ACTIVATION_SOFTPLUS],
                                               &kinds[ACTIVATION_SOFTSIGN],
                                               &kinds[ACTIVATION_SOFTMAX],
                                               &kinds[ACTIVATION_LOG_SOFTMAX],
                                               NULL};
