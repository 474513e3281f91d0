/* What takes all of an image, or makes it larger, in a graph that is being imported. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"

#include <math.h>
#include <string.h>

enum { AXES_MAX = 2 };

/* ---- one number a channel */

/* Adds the layer; its result keeps axes of 1 where the graph's does. */
static int add_global(struct import *import, struct import_value *value, bool is_average,
                      bool keeps_axes)
{
    static const char *const types[2][AXES_MAX] = {
        {"global_max_pool1d", "global_max_pool2d"},
        {"global_average_pool1d", "global_average_pool2d"}};
    const int axes = value->rank - 2;
    if (import_settle(import, value) ||
        import_layer(import, types[is_average][axes - 1], value, 1) == NULL)
        return -1;
    struct import_value result = *value;
    result.rank = 2;
    result.dims[1] = value->dims[value->rank - 1];
    import_set_plain(&result);
    if (!keeps_axes)
        return import_layer_result(import, &result);
    result.layer = (int)json_array_size(import->layers) - 1;
    import->shapes[result.layer] = (struct shape){.rank = 1, .dims = { result.dims[1] }};
    for (int i = 1; i <= axes; i++)
        value->dims[i] = 1;
    value->layer = result.layer;
    return import_result(import, 0, value);
}

static int import_global(struct import *import)
{
    struct import_value value;
    if (import_take_layer(import, 0, &value))
        return -1;
    if (value.rank < 3 || value.rank > 4 || !import_is_channels_first(&value))
        return import_refuse(import, "must take images [N, C, H, W] or sequences [N, C, T]");
    return add_global(import, &value, strcmp(import->node->operator, "GlobalAveragePool") == 0,
                      true);
}

/* Means and maxima over all axes of an image or sequence. */
static int import_reduce(struct import *import)
{
    struct import_value value;
    int64_t axes[ONNX_RANK_MAX];
    bool is_reduced[ONNX_RANK_MAX] = {false};
    if (import_take_layer(import, 0, &value))
        return -1;
    const int count = import_take_axes(import, 1, value.rank, axes);
    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++)
        is_reduced[value.order[axes[i]]] = true;
    bool is_right = value.rank >= 3 && value.rank <= 4 && !is_reduced[0] &&
                    !is_reduced[value.rank - 1] && value.flat.rank == 0;
    for (int i = 1; is_right && i + 1 < value.rank; i++)
        is_right = is_reduced[i];
    if (!is_right)
        return import_refuse(import, "must reduce all axes of an image or sequence, but its batch "
                                     "and channels");
    return add_global(import, &value, strcmp(import->node->operator, "ReduceMean") == 0,
                      onnx_attribute_integer(import->node, "keepdims", 1) != 0);
}

/* ---- images larger */

/* Times that each cell of axis `i` comes, out of scales or, for Resize, sizes. */
static int take_times(struct import *import, const struct import_value *value, int64_t *times)
{
    const bool is_resize = strcmp(import->node->operator, "Resize") == 0;
    const size_t at = is_resize && import->file->opset > 10 ? 2 : 1;
    float scales[ONNX_RANK_MAX];
    int64_t sizes[ONNX_RANK_MAX];
    struct onnx_tensor_view tensor;
    const bool has_sizes = is_resize && import_has(import, 3);
    if (has_sizes ? import_take_integers(import, 3, sizes) != value->rank
                  : import_take_tensor(import, at, &tensor) || tensor.elements != value->rank ||
                        onnx_tensor_floats(&tensor, scales, import->error))
        return import_refuse(import, "must have constant scales or sizes for each axis");
    for (int i = 0; i < value->rank; i++) {
        const int own = value->order[i];
        const int64_t in = own == 0 ? 1 : value->dims[own];
        const double times_of = !has_sizes ? (double)scales[i]
                                : own == 0 ? 1.0
                                           : (double)sizes[i] / (double)in;
        if (!(times_of >= 1.0 && times_of <= 65536.0) || floor(times_of) != times_of)
            return import_refuse(import, "must make images larger by whole numbers");
        times[own] = (int64_t)times_of;
    }
    if (times[0] != 1 || times[value->rank - 1] != 1)
        return import_refuse(import, "must leave the batch and channels as they are");
    return 0;
}

static int import_resize(struct import *import)
{
    struct import_value value;
    int64_t times[ONNX_RANK_MAX];
    const struct onnx_node_view *node = import->node;
    if (import_take_layer(import, 0, &value))
        return -1;
    if (value.rank != 4 || value.flat.rank > 0 || !onnx_attribute_is(node, "mode", "nearest", true))
        return import_refuse(import, "must take images and the nearest cell (mode nearest)");
    /* For whole scales these give each cell so many times: floor of x / scale, and the nearest of
     * (x + 1/2) / scale - 1/2. */
    const bool floors = onnx_attribute_is(node, "nearest_mode", "floor", false) &&
                        onnx_attribute_is(node, "coordinate_transformation_mode", "asymmetric",
                                          import->file->opset < 11);
    const bool rounds =
        onnx_attribute_is(node, "coordinate_transformation_mode", "half_pixel", true) &&
        onnx_attribute_is(node, "nearest_mode", "round_prefer_floor", true);
    if (strcmp(node->operator, "Resize") == 0 && import->file->opset > 10 && !floors && !rounds)
        return import_refuse(import, "must be asymmetric with nearest_mode floor, or half_pixel");
    if (take_times(import, &value, times) || import_settle(import, &value))
        return -1;
    json_t *layer = import_layer(import, "upsampling2d", &value, 1);
    if (layer == NULL || import_set_sizes(import, layer, "size", times + 1, AXES_MAX))
        return -1;
    for (int i = 1; i <= AXES_MAX; i++)
        if (__builtin_mul_overflow(value.dims[i], times[i], &value.dims[i]))
            return import_refuse(import, "makes images too large");
    return import_layer_result(import, &value);
}

/* ---- the table */

const struct import_operator import_image_operators[] = {
    {"GlobalAveragePool", import_global, (const char *const[]){NULL}},
    {"GlobalMaxPool", import_global, (const char *const[]){NULL}},
    {"ReduceMax", import_reduce, (const char *const[]){"axes", "keepdims", NULL}},
    {"ReduceMean", import_reduce, (const char *const[]){"axes", "keepdims", NULL}},
    {"Resize", import_resize,
     (const char *const[]){"mode", "nearest_mode", "coordinate_transformation_mode",
                           "cubic_coeff_a", NULL}},
    {"Upsample", import_resize, (const char *const[]){"mode", NULL}},
    {NULL, NULL, NULL}};
