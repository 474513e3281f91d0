/* Convolutions and pooling as ONNX operators, on channels first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "engine/exchange/onnx_write.h"
#include "engine/layers/convolution.h"
#include "engine/layers/pool.h"
#include "engine/network_read.h"

/* A window's geometry as ONNX lists it: axes of the image alone, and padding [begins, ends]. */
struct geometry {
    int axes;
    int64_t kernel[WINDOW_AXES], strides[WINDOW_AXES], dilations[WINDOW_AXES];
    int64_t pads[2 * WINDOW_AXES];
    int64_t missing[WINDOW_AXES]; /* of a transposed one: cells at its end that no window sees */
};

static int64_t above_zero(int64_t value)
{
    return value > 0 ? value : 0;
}

static struct geometry geometry_of(const struct window *window, int axes)
{
    struct geometry geometry = {.axes = axes};
    for (int i = 0; i < axes; i++) {
        const int axis = i + WINDOW_AXES - axes; /* a sequence is an image of one line */
        const int64_t extent = window->dilation[axis] * (window->kernel[axis] - 1) + 1;
        const int64_t seen = (window->out[axis] - 1) * window->stride[axis] + extent;
        const int64_t after = seen - window->in[axis] - window->before[axis];
        geometry.kernel[i] = window->kernel[axis];
        geometry.strides[i] = window->stride[axis];
        geometry.dilations[i] = window->dilation[axis];
        geometry.pads[i] = window->before[axis];
        geometry.pads[axes + i] = above_zero(after);
        geometry.missing[i] = above_zero(-after);
    }
    return geometry;
}

static int axes_of(const struct onnx_layer *step)
{
    return step->inputs[0]->shape.rank - 1;
}

/* An activation behind channels-first sums: those along the last axis want channels there. */
static void activate_sums(const struct onnx_layer *step, const char *sums)
{
    const enum activation_code code =
        activation_code(layer_options_activation(step->layer->type, step->layer->options));
    step->result->first = sums;
    if (code == ACTIVATION_SOFTMAX || code == ACTIVATION_LOG_SOFTMAX) {
        step->result->last = onnx_activate(step, onnx_channels_last(step->graph, step->result));
        step->result->first = NULL;
    } else {
        step->result->first = onnx_activate(step, sums);
    }
}

static void write_convolution(const struct onnx_layer *step, const char *operator,
                              const struct onnx_attribute * attributes)
{
    const char *x = onnx_channels_first(step->graph, step->inputs[0]);
    const char *bias = step->layer->tensor_count > AFFINE_BIAS ? step->tensors[AFFINE_BIAS] : NULL;
    activate_sums(step, onnx_apply(step->graph, operator, attributes, x,
                                   step->tensors[AFFINE_KERNEL], bias, NULL));
}

void onnx_write_conv(const struct onnx_layer *step)
{
    const struct convolution *convolution = step->layer->plan_data;
    const struct geometry geometry = geometry_of(&convolution->window, axes_of(step));
    write_convolution(
        step, "Conv",
        ONNX_ATTRIBUTES(ONNX_INTEGERS_OF("kernel_shape", geometry.kernel, geometry.axes),
                        ONNX_INTEGERS_OF("strides", geometry.strides, geometry.axes),
                        ONNX_INTEGERS_OF("dilations", geometry.dilations, geometry.axes),
                        ONNX_INTEGERS_OF("pads", geometry.pads, 2 * geometry.axes),
                        ONNX_INTEGER_OF("group", convolution->groups)));
}

void onnx_write_conv_transpose(const struct onnx_layer *step)
{
    const struct convolution *convolution = step->layer->plan_data;
    const struct geometry geometry = geometry_of(&convolution->window, WINDOW_AXES);
    write_convolution(
        step, "ConvTranspose",
        ONNX_ATTRIBUTES(ONNX_INTEGERS_OF("kernel_shape", geometry.kernel, geometry.axes),
                        ONNX_INTEGERS_OF("strides", geometry.strides, geometry.axes),
                        ONNX_INTEGERS_OF("dilations", geometry.dilations, geometry.axes),
                        ONNX_INTEGERS_OF("pads", geometry.pads, 2 * geometry.axes),
                        ONNX_INTEGERS_OF("output_padding", geometry.missing, geometry.axes)));
}

static void write_pool(const struct onnx_layer *step, const char *operator)
{
    const struct geometry geometry = geometry_of(step->layer->plan_data, axes_of(step));
    step->result->first =
        onnx_apply(step->graph, operator,
                   ONNX_ATTRIBUTES(ONNX_INTEGERS_OF("kernel_shape", geometry.kernel, geometry.axes),
                                   ONNX_INTEGERS_OF("strides", geometry.strides, geometry.axes),
                                   ONNX_INTEGERS_OF("pads", geometry.pads, 2 * geometry.axes)),
                   onnx_channels_first(step->graph, step->inputs[0]), NULL);
}

void onnx_write_max_pool(const struct onnx_layer *step)
{
    write_pool(step, "MaxPool");
}

/* Padding does not count, which is the operator's default. */
void onnx_write_average_pool(const struct onnx_layer *step)
{
    write_pool(step, "AveragePool");
}
