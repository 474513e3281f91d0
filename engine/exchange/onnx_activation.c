/* The sixteen activations as ONNX operators of opset 17; those that came later, made of others. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "engine/exchange/onnx_write.h"
#include "engine/network_read.h"

#include <math.h>

/* Those that are one operator, with the attributes that are not its defaults. */
static const struct {
    const char *operator;
    struct onnx_attribute attributes[3];
} operators[ACTIVATION_COUNT] =
    {
        [ACTIVATION_RELU] =
            {
                .operator= "Relu" },
                [ACTIVATION_SELU] = {.operator= "Selu",
                                     .attributes = {ONNX_FLOAT_OF("alpha", 1.6732632423543772),
                                                    ONNX_FLOAT_OF("gamma", 1.0507009873554805)}},
                [ACTIVATION_SIGMOID] = {
                    .operator= "Sigmoid" },
                    [ACTIVATION_HARD_SIGMOID] = {.operator= "HardSigmoid",
                                                 .attributes = {ONNX_FLOAT_OF("alpha", 1.0 / 6),
                                                                ONNX_FLOAT_OF("beta", 0.5)}},
                    [ACTIVATION_TANH] = {
                        .operator= "Tanh" },
                        [ACTIVATION_SOFTPLUS] =
                            {.operator= "Softplus" },
                             [ACTIVATION_SOFTSIGN] =
                                 {
                                     .operator= "Softsign" },
                                     [ACTIVATION_SOFTMAX] = {.operator= "Softmax",
                                                             .attributes = {ONNX_INTEGER_OF("axis",
                                                                                            -1)}},
                                     [ACTIVATION_LOG_SOFTMAX] =
                                         {.operator= "LogSoftmax", .attributes = {ONNX_INTEGER_OF("axis", -1)}},
                             };

static const char *times(struct onnx_graph *graph, const char *a, const char *b)
{
    return onnx_apply(graph, "Mul", NULL, a, b, NULL);
}

static const char *one(struct onnx_graph *graph, const char *operator, const char * x)
{
    return onnx_apply(graph, operator, NULL, x, NULL);
}

/* x · (1 + erf(x / √2)) / 2 */
static const char *gelu(struct onnx_graph *graph, const char *x)
{
    const char *part = one(graph, "Erf", times(graph, x, onnx_float(graph, (float)M_SQRT1_2)));
    part = onnx_apply(graph, "Add", NULL, part, onnx_float(graph, 1.0F), NULL);
    return times(graph, times(graph, x, part), onnx_float(graph, 0.5F));
}

/* x · sigmoid(2 √(2/π) (x + 0.044715 x³)), which is the form with tanh. */
static const char *gelu_tanh(struct onnx_graph *graph, const char *x)
{
    const double root = 2.0 * sqrt(M_2_PI);
    const char *square = times(graph, x, x);
    const char *inner = times(graph, square, onnx_float(graph, (float)(root * 0.044715)));
    inner = onnx_apply(graph, "Add", NULL, inner, onnx_float(graph, (float)root), NULL);
    return times(graph, x, one(graph, "Sigmoid", times(graph, x, inner)));
}

const char *onnx_activation(struct onnx_graph *graph, const char *x, enum activation_code code,
                            float alpha)
{
    switch (code) {
    case ACTIVATION_LINEAR:
    case ACTIVATION_COUNT:
        return x;
    case ACTIVATION_LEAKY_RELU:
    case ACTIVATION_ELU:
        return onnx_apply(graph, code == ACTIVATION_ELU ? "Elu" : "LeakyRelu",
                          ONNX_ATTRIBUTES(ONNX_FLOAT_OF("alpha", alpha)), x, NULL);
    case ACTIVATION_GELU:
        return gelu(graph, x);
    case ACTIVATION_GELU_TANH:
        return gelu_tanh(graph, x);
    case ACTIVATION_SILU:
        return times(graph, x, one(graph, "Sigmoid", x));
    case ACTIVATION_MISH:
        return times(graph, x, one(graph, "Tanh", one(graph, "Softplus", x)));
    default:
        return onnx_apply(graph, operators[code].operator, operators[code].attributes, x, NULL);
    }
}

const char *onnx_activate(const struct onnx_layer *step, const char *x)
{
    const struct variant *activation =
        layer_options_activation(step->layer->type, step->layer->options);
    return onnx_activation(step->graph, x, activation_code(activation),
                           activation_alpha(activation));
}
