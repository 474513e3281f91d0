/* Convolutions, pooling and padding in a graph that is being imported. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"

#include <string.h>

enum { AXES_MAX = 2 };

/* A window as the node says it: axes of the image. */
struct geometry {
    int axes;
    int64_t in[AXES_MAX], kernel[AXES_MAX], strides[AXES_MAX], dilations[AXES_MAX];
    int64_t pads[2 * AXES_MAX];
    bool is_same; /* padded as TensorFlow pads */
};

/* ---- geometry */

static int read_list(struct import *import, const char *name, int count, int64_t least,
                     int64_t *values)
{
    const int64_t found = onnx_attribute_integers(import->node, name, values, 2 * AXES_MAX);
    if (found >= 0 && found != count)
        return import_refuse(import, "must have %d %s", count, name);
    for (int i = 0; i < count; i++) {
        if (found < 0)
            values[i] = least;
        if (values[i] < least || values[i] > 65536)
            return import_refuse(import, "must have %s of %lld to 65536, not %lld", name,
                                 (long long)least, (long long)values[i]);
    }
    return 0;
}

static int64_t extent_of(const struct geometry *geometry, int axis)
{
    return geometry->dilations[axis] * (geometry->kernel[axis] - 1) + 1;
}

/* What "same" pads in all, and before. */
static int64_t same_padding(const struct geometry *geometry, int axis, int64_t *before)
{
    const int64_t stride = geometry->strides[axis], in = geometry->in[axis];
    const int64_t seen = ((in - 1) / stride) * stride + extent_of(geometry, axis);
    const int64_t total = seen > in ? seen - in : 0;
    *before = total / 2;
    return total;
}

static bool pads_as_same(const struct geometry *geometry)
{
    bool right = true;
    for (int i = 0; i < geometry->axes; i++) {
        int64_t before;
        const int64_t total = same_padding(geometry, i, &before);
        right = right && geometry->pads[i] == before &&
                geometry->pads[geometry->axes + i] == total - before;
    }
    return right;
}

static bool has_padding(const struct geometry *geometry)
{
    bool found = false;
    for (int i = 0; i < 2 * geometry->axes; i++)
        found = found || geometry->pads[i] != 0;
    return found;
}

static int read_geometry(struct import *import, const struct import_value *value,
                         struct geometry *geometry)
{
    const struct onnx_node_view *node = import->node;
    const int axes = geometry->axes = value->rank - 2;
    if (axes < 1 || axes > AXES_MAX || !import_is_channels_first(value))
        return import_refuse(import, "must take images [N, C, H, W] or sequences [N, C, T]");
    for (int i = 0; i < axes; i++)
        geometry->in[i] = value->dims[1 + i];
    if (read_list(import, "strides", axes, 1, geometry->strides) ||
        read_list(import, "dilations", axes, 1, geometry->dilations) ||
        read_list(import, "pads", 2 * axes, 0, geometry->pads))
        return -1;
    if (onnx_attribute_is(node, "auto_pad", "SAME_LOWER", false))
        return import_refuse(import, "pads the odd cell at the start (SAME_LOWER); SAME_UPPER and "
                                     "explicit pads can be imported");
    geometry->is_same = onnx_attribute_is(node, "auto_pad", "SAME_UPPER", false);
    return 0;
}

/* ---- padding */

/* A layer that puts zeros around; sequences become images of one line for it. */
static int add_padding(struct import *import, struct import_value *value, const int64_t *pads)
{
    const int axes = value->rank - 2;
    struct import_value image = *value;
    int64_t sides[AXES_MAX] = {0};
    for (int i = 0; i < axes; i++) {
        sides[AXES_MAX - axes + i] = pads[i];
        if (pads[i] != pads[axes + i] || pads[i] < 0 || pads[i] > 65536)
            return import_refuse(import, "must pad as much at the end as at the start, or as "
                                         "SAME_UPPER does");
    }
    if (axes == 1) {
        image.rank = 4;
        image.dims[1] = 1;
        memcpy(image.dims + 2, value->dims + 1, 2 * sizeof(*image.dims));
    }
    if (import_settle(import, &image))
        return -1;
    json_t *layer = import_layer(import, "zero_padding2d", &image, 1);
    if (layer == NULL || import_set_sizes(import, layer, "padding", sides, AXES_MAX))
        return -1;
    value->layer = (int)json_array_size(import->layers) - 1;
    for (int i = 0; i < AXES_MAX; i++)
        image.dims[1 + i] += 2 * sides[i];
    import->shapes[value->layer] = (struct shape){.rank = 3};
    memcpy(import->shapes[value->layer].dims, image.dims + 1, 3 * sizeof(*image.dims));
    for (int i = 0; i < axes; i++)
        value->dims[1 + i] += 2 * pads[i];
    return shape_elements(&import->shapes[value->layer], import->error) < 0 ? -1 : 0;
}

/* Sets the padding of a window: none, "same", or zeros put around by a layer before it. */
static int settle_padding(struct import *import, struct import_value *value,
                          struct geometry *geometry, bool zeros_do)
{
    if (geometry->is_same || !has_padding(geometry))
        return import_settle(import, value);
    geometry->is_same = pads_as_same(geometry);
    if (geometry->is_same)
        return import_settle(import, value);
    if (!zeros_do)
        return import_refuse(import,
                             "has padding other than none and SAME_UPPER, where zeros would "
                             "be something else");
    if (add_padding(import, value, geometry->pads))
        return -1;
    for (int i = 0; i < geometry->axes; i++)
        geometry->in[i] += 2 * geometry->pads[i];
    return import_settle(import, value);
}

static void set_result_sizes(struct import_value *value, const struct geometry *geometry)
{
    for (int i = 0; i < geometry->axes; i++) {
        const int64_t left = geometry->in[i] - extent_of(geometry, i);
        value->dims[1 + i] = geometry->is_same ? (geometry->in[i] - 1) / geometry->strides[i] + 1
                             : left < 0        ? 0
                                               : left / geometry->strides[i] + 1;
    }
}

static int set_window(struct import *import, json_t *layer, const struct geometry *geometry,
                      const char *kernel_field)
{
    if (import_set_sizes(import, layer, kernel_field, geometry->kernel, geometry->axes) ||
        import_set_sizes(import, layer, "strides", geometry->strides, geometry->axes))
        return -1;
    return import_set(import, layer, "padding", json_string(geometry->is_same ? "same" : "valid"));
}

/* ---- convolutions */

/* Fields and tensors of the convolution added last, whose kernel is in ONNX's order. */
static int set_convolution(struct import *import, json_t *layer, const struct geometry *geometry,
                           const struct onnx_tensor_view *kernel, const struct shape *shape)
{
    static const int orders[AXES_MAX][SHAPE_RANK_MAX] = {{2, 1, 0}, {3, 2, 0, 1}};
    const bool is_transposed = strcmp(import->node->operator, "ConvTranspose") == 0;
    const int64_t filters = shape->dims[shape->rank - (is_transposed ? 2 : 1)];
    const struct shape list = {.rank = 1, .dims = {filters}};
    struct onnx_tensor_view bias;
    if (import_set(import, layer, "filters", json_integer(filters)) ||
        set_window(import, layer, geometry, "kernel_size") ||
        import_set_sizes(import, layer, "dilation", geometry->dilations, geometry->axes) ||
        import_weight_from(import, "kernel", kernel, shape, orders[geometry->axes - 1]) ||
        import_set(import, layer, "use_bias", json_boolean(import_has(import, 2))))
        return -1;
    if (!import_has(import, 2))
        return 0;
    if (import_take_tensor(import, 2, &bias))
        return -1;
    if (!import_is_list(&bias, filters))
        return import_refuse(import, "must have a bias of %lld values", (long long)filters);
    return import_weight_from(import, "bias", &bias, &list, NULL);
}

/* The kernel, of as many axes as the image; its sizes. */
static int take_kernel(struct import *import, struct geometry *geometry,
                       struct onnx_tensor_view *kernel)
{
    int64_t said[2 * AXES_MAX];
    if (import_take_tensor(import, 1, kernel))
        return -1;
    if (kernel->rank != geometry->axes + 2 || kernel->elements == 0)
        return import_refuse(import, "must have a kernel of %d dimensions", geometry->axes + 2);
    const int64_t count = onnx_attribute_integers(import->node, "kernel_shape", said, 2 * AXES_MAX);
    for (int i = 0; i < geometry->axes; i++) {
        geometry->kernel[i] = kernel->dims[2 + i];
        if (geometry->kernel[i] > 65536 ||
            (count >= 0 && (count != geometry->axes || said[i] != geometry->kernel[i])))
            return import_refuse(import, "must have a kernel of its kernel_shape, at most 65536");
    }
    return 0;
}

static int import_conv(struct import *import)
{
    static const char *const types[] = {"conv1d", "conv2d"};
    struct import_value value;
    struct geometry geometry;
    struct onnx_tensor_view kernel;
    const int64_t groups = onnx_attribute_integer(import->node, "group", 1);
    if (import_take_layer(import, 0, &value) || read_geometry(import, &value, &geometry) ||
        take_kernel(import, &geometry, &kernel))
        return -1;
    const int last = value.rank - 1;
    if (groups < 1 || groups > value.dims[last] || value.dims[last] % groups != 0 ||
        kernel.dims[1] != value.dims[last] / groups)
        return import_refuse(import, "must have groups and a kernel that fit its %lld channels",
                             (long long)value.dims[last]);
    if (settle_padding(import, &value, &geometry, true))
        return -1;
    struct shape shape = {.rank = geometry.axes + 2};
    memcpy(shape.dims, geometry.kernel, (size_t)geometry.axes * sizeof(int64_t));
    shape.dims[geometry.axes] = kernel.dims[1];
    shape.dims[geometry.axes + 1] = kernel.dims[0];
    json_t *layer = import_layer(import, types[geometry.axes - 1], &value, 1);
    if (layer == NULL || import_set(import, layer, "groups", json_integer(groups)) ||
        set_convolution(import, layer, &geometry, &kernel, &shape))
        return -1;
    set_result_sizes(&value, &geometry);
    value.dims[last] = kernel.dims[0];
    return import_layer_result(import, &value);
}

/* The padding of a transposed convolution: none, or such that an image is larger by the strides. */
static int settle_transposed(struct import *import, struct import_value *value,
                             struct geometry *geometry)
{
    int64_t extra[AXES_MAX];
    bool is_valid = !has_padding(geometry), is_same = true;
    if (read_list(import, "output_padding", AXES_MAX, 0, extra))
        return -1;
    for (int i = 0; i < AXES_MAX; i++) {
        const int64_t stride = geometry->strides[i], in = geometry->in[i];
        const int64_t seen = (in - 1) * stride + extent_of(geometry, i);
        const int64_t made = seen + extra[i] - geometry->pads[i] - geometry->pads[AXES_MAX + i];
        const int64_t cut = seen > in * stride ? (seen - in * stride) / 2 : 0;
        is_valid = is_valid && extra[i] == 0;
        is_same = is_same && made == in * stride && geometry->pads[i] == cut;
    }
    if (!is_valid && !is_same)
        return import_refuse(import,
                             "must be without padding, or make images larger by its strides "
                             "with half the padding, rounded down, at the start");
    geometry->is_same = !is_valid;
    for (int i = 0; i < AXES_MAX; i++)
        value->dims[1 + i] = geometry->is_same ? geometry->in[i] * geometry->strides[i]
                                               : (geometry->in[i] - 1) * geometry->strides[i] +
                                                     extent_of(geometry, i);
    return 0;
}

static int import_conv_transpose(struct import *import)
{
    struct import_value value;
    struct geometry geometry;
    struct onnx_tensor_view kernel;
    if (import_take_layer(import, 0, &value) || read_geometry(import, &value, &geometry) ||
        take_kernel(import, &geometry, &kernel) || import_settle(import, &value))
        return -1;
    if (geometry.axes != AXES_MAX || geometry.is_same || value.dims[3] != kernel.dims[0] ||
        onnx_attribute_integer(import->node, "group", 1) != 1)
        return import_refuse(import,
                             "must be over images [N, C, H, W], in one group, with explicit "
                             "pads");
    json_t *layer = import_layer(import, "conv2d_transpose", &value, 1);
    const struct shape shape = {
        .rank = 4,
        .dims = {geometry.kernel[0], geometry.kernel[1], kernel.dims[1], kernel.dims[0]}};
    if (layer == NULL || settle_transposed(import, &value, &geometry) ||
        set_convolution(import, layer, &geometry, &kernel, &shape))
        return -1;
    value.dims[3] = kernel.dims[1];
    return import_layer_result(import, &value);
}

/* ---- pooling */

/* Whether no value of a layer's result is below zero, so that zeros change no maximum. */
static bool is_positive(const struct import *import, const struct import_value *value)
{
    const json_t *layer =
        value->layer < 0 ? NULL : json_array_get(import->layers, (size_t)value->layer);
    const char *name = json_string_value(json_object_get(layer, "activation"));
    return name != NULL && (strcmp(name, "relu") == 0 || strcmp(name, "sigmoid") == 0);
}

static int import_pool(struct import *import)
{
    static const char *const types[2][AXES_MAX] = {{"max_pool1d", "max_pool2d"},
                                                   {"average_pool1d", "average_pool2d"}};
    struct import_value value;
    struct geometry geometry;
    const struct onnx_node_view *node = import->node;
    const bool is_average = node->operator[0] == 'A';
    if (import_take_layer(import, 0, &value) || read_geometry(import, &value, &geometry) ||
        read_list(import, "kernel_shape", geometry.axes, 1, geometry.kernel))
        return -1;
    for (int i = 0; i < geometry.axes; i++)
        if (geometry.dilations[i] != 1)
            return import_refuse(import, "must have no dilations");
    if (onnx_attribute_integer(node, "ceil_mode", 0) != 0 ||
        onnx_attribute_integer(node, "storage_order", 0) != 0 || node->output_count > 1)
        return import_refuse(import, "must have ceil_mode 0, storage_order 0 and one output");
    const bool counts = onnx_attribute_integer(node, "count_include_pad", 0) != 0;
    if (is_average && counts && geometry.is_same)
        return import_refuse(import, "counts padding that SAME_UPPER makes, which average pooling "
                                     "does not here");
    if (is_average && counts && has_padding(&geometry)) {
        if (add_padding(import, &value, geometry.pads))
            return -1;
        for (int i = 0; i < geometry.axes; i++)
            geometry.in[i] += 2 * geometry.pads[i];
        memset(geometry.pads, 0, sizeof(geometry.pads));
    }
    if (settle_padding(import, &value, &geometry, !is_average && is_positive(import, &value)))
        return -1;
    json_t *layer = import_layer(import, types[is_average][geometry.axes - 1], &value, 1);
    if (layer == NULL || set_window(import, layer, &geometry, "pool_size"))
        return -1;
    set_result_sizes(&value, &geometry);
    return import_layer_result(import, &value);
}

/* ---- zeros around images */

static int import_pad(struct import *import)
{
    struct import_value value;
    struct onnx_tensor_view fill;
    int64_t pads[ONNX_RANK_MAX * 2], sides[2 * AXES_MAX] = {0};
    float zero = 0.0F;
    if (import_take_layer(import, 0, &value))
        return -1;
    const int rank = value.rank, axes = rank - 2;
    int64_t count = onnx_attribute_integers(import->node, "pads", pads, ONNX_RANK_MAX);
    if (count < 0)
        count = import_take_integers(import, 1, pads);
    if (import_has(import, 2)) {
        if (import_take_tensor(import, 2, &fill))
            return -1;
        if (fill.elements != 1 || onnx_tensor_floats(&fill, &zero, import->error))
            return import_refuse(import, "must pad with one number");
    }
    if (!onnx_attribute_is(import->node, "mode", "constant", true) || zero != 0.0F ||
        onnx_attribute_number(import->node, "value", 0.0) != 0.0 || import_has(import, 3))
        return import_refuse(import, "must pad with zeros");
    if (axes < 1 || axes > AXES_MAX || count != 2 * rank || value.flat.rank > 0)
        return import_refuse(import, "must pad images or sequences, all axes named");
    for (int i = 0; i < rank; i++) {
        const int own = value.order[i];
        if ((own == 0 || own == rank - 1) && (pads[i] != 0 || pads[rank + i] != 0))
            return import_refuse(import, "must not pad the batch or channels");
        if (own != 0 && own != rank - 1) {
            sides[own - 1] = pads[i];
            sides[axes + own - 1] = pads[rank + i];
        }
    }
    if (add_padding(import, &value, sides))
        return -1;
    return import_result(import, 0, &value);
}

/* ---- the table */

#define WINDOW_ATTRIBUTES "auto_pad", "dilations", "kernel_shape", "pads", "strides"

const struct import_operator import_window_operators[] = {
    {"AveragePool", import_pool,
     (const char *const[]){WINDOW_ATTRIBUTES, "ceil_mode", "count_include_pad", NULL}},
    {"Conv", import_conv, (const char *const[]){WINDOW_ATTRIBUTES, "group", NULL}},
    {"ConvTranspose", import_conv_transpose,
     (const char *const[]){WINDOW_ATTRIBUTES, "group", "output_padding", NULL}},
    {"MaxPool", import_pool,
     (const char *const[]){WINDOW_ATTRIBUTES, "ceil_mode", "storage_order", NULL}},
    {"Pad", import_pad, (const char *const[]){"mode", "pads", "value", NULL}},
    {NULL, NULL, NULL}};
