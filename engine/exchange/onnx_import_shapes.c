/* What turns, cuts and counts the axes of values in a graph that is being imported: most of it adds
 * no layer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_import.h"

#include <string.h>

static const char *const none[] = {NULL};

/* Size of the graph's axis. */
static int64_t graph_dim(const struct import_value *value, int axis)
{
    return value->dims[value->order[axis]];
}

/* Values of a row; dims were checked to have few enough. */
static int64_t row_elements(const struct import_value *value)
{
    int64_t elements = 1;
    for (int i = 1; i < value->rank; i++)
        elements *= value->dims[i];
    return elements;
}

/* ---- passing on */

static int import_identity(struct import *import)
{
    struct import_value value;
    if (import_take(import, 0, &value))
        return -1;
    return import_result(import, 0, &value);
}

static int import_dropout(struct import *import)
{
    if (import->node->output_count > 1 && import_uses(import, import->node->outputs[1]) > 0)
        return import_refuse(import, "must be without a mask: export the model for inference");
    return import_identity(import);
}

/* Ids come as floats here; numbers that are cast to integers are taken as they are. */
static int import_cast(struct import *import)
{
    const int64_t to = onnx_attribute_integer(import->node, "to", ONNX_FLOAT);
    if (to != ONNX_FLOAT && to != ONNX_INT64 && to != ONNX_INT32 && to != ONNX_DOUBLE)
        return import_refuse(import, "must cast to floats or integers");
    return import_identity(import);
}

static int import_constant(struct import *import)
{
    struct import_value value = {.kind = IMPORT_TENSOR};
    if (!onnx_attribute_tensor(import->node, "value", &value.tensor))
        return import_refuse(import, "must have a tensor as its value");
    value.tensor.name = import->node->outputs[0];
    return import_result(import, 0, &value);
}

/* ---- the order of axes */

static int import_transpose(struct import *import)
{
    struct import_value value;
    int64_t order[ONNX_RANK_MAX];
    bool is_taken[ONNX_RANK_MAX] = {false};
    if (import_take_layer(import, 0, &value))
        return -1;
    struct import_value result = value;
    const int64_t count = onnx_attribute_integers(import->node, "perm", order, ONNX_RANK_MAX);
    for (int i = 0; i < value.rank; i++) {
        const int64_t axis = count < 0 ? value.rank - 1 - i : i < count ? order[i] : -1;
        if (axis < 0 || axis >= value.rank || is_taken[axis])
            return import_refuse(import, "must order the %d axes of its input", value.rank);
        is_taken[axis] = true;
        result.order[i] = value.order[axis];
    }
    return import_result(import, 0, &result);
}

void import_drop_axis(struct import_value *value, int axis)
{
    const int own = value->order[axis];
    for (int i = own; i + 1 < value->rank; i++)
        value->dims[i] = value->dims[i + 1];
    for (int i = axis; i + 1 < value->rank; i++)
        value->order[i] = value->order[i + 1];
    value->rank--;
    for (int i = 0; i < value->rank; i++)
        value->order[i] -= value->order[i] > own;
}

static int squeeze_layer(struct import *import, struct import_value *value)
{
    int64_t axes[ONNX_RANK_MAX];
    bool is_dropped[ONNX_RANK_MAX] = {false};
    const int count = import_take_axes(import, 1, value->rank, axes);
    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++)
        is_dropped[axes[i]] = true;
    for (int axis = value->rank - 1; axis >= 0; axis--) {
        if (count == 0)
            is_dropped[axis] = value->rank > 2 && graph_dim(value, axis) == 1;
        if (is_dropped[axis] && (graph_dim(value, axis) != 1 || value->rank <= 2))
            return import_refuse(import, "can take out only axes of 1, and not a row's last");
        if (is_dropped[axis])
            import_drop_axis(value, axis);
    }
    return import_result(import, 0, value);
}

static int import_squeeze(struct import *import)
{
    struct import_value value;
    if (import_take(import, 0, &value))
        return -1;
    return value.kind == IMPORT_LAYER ? squeeze_layer(import, &value)
                                      : import_result(import, 0, &value);
}

static int unsqueeze_layer(struct import *import, struct import_value *value)
{
    int64_t axes[ONNX_RANK_MAX];
    const int count = import_take_axes(import, 1, value->rank + 1, axes);
    if (count < 0)
        return -1;
    if (count != 1 || axes[0] == 0 || value->rank > SHAPE_RANK_MAX || !import_is_plain(value))
        return import_refuse(import, "can add one axis of 1, behind the batch's, to what is not "
                                     "transposed");
    if (value->flat.rank > 0)
        return import_refuse(import, "follows an image that was flattened with its channels first");
    for (int i = value->rank; i > axes[0]; i--)
        value->dims[i] = value->dims[i - 1];
    value->dims[axes[0]] = 1;
    value->rank++;
    import_set_plain(value);
    return import_result(import, 0, value);
}

static int import_unsqueeze(struct import *import)
{
    struct import_value value;
    if (import_take(import, 0, &value))
        return -1;
    return value.kind == IMPORT_LAYER ? unsqueeze_layer(import, &value)
                                      : import_result(import, 0, &value);
}

/* ---- reshaping */

/* A row as one list. */
static int flatten(struct import *import, struct import_value *value)
{
    const int64_t elements = row_elements(value);
    const bool is_first = import_is_channels_first(value) && value->rank > 2;
    if (!is_first && !import_is_plain(value))
        return import_refuse(import, "can flatten only what has the batch first, and images with "
                                     "their channels first or last");
    if (is_first && !import_is_plain(value) && elements != value->dims[value->rank - 1] &&
        value->dims[value->rank - 1] != 1) {
        value->flat.rank = value->rank - 1;
        memcpy(value->flat.dims, value->dims + 1, (size_t)value->flat.rank * sizeof(int64_t));
    }
    const bool is_flat = value->rank == 2;
    if (!is_flat &&
        (import_settle(import, value) || import_layer(import, "flatten", value, 1) == NULL))
        return -1;
    value->rank = 2;
    value->dims[1] = elements;
    import_set_plain(value);
    return is_flat ? import_result(import, 0, value) : import_layer_result(import, value);
}

static int import_flatten(struct import *import)
{
    struct import_value value;
    if (import_take_layer(import, 0, &value))
        return -1;
    if (import_axis(import, onnx_attribute_integer(import->node, "axis", 1), value.rank + 1) != 1)
        return import_refuse(import, "must flatten rows, from axis 1 on");
    return flatten(import, &value);
}

/* Puts the batch and the inferred size into the list of wanted ones, which are the graph's. */
static int resolve_sizes(struct import *import, const struct import_value *value, int64_t *wanted,
                         int count)
{
    const int64_t elements = row_elements(value);
    int batch = -1, inferred = -1;
    int64_t known = 1;
    for (int i = 0; i < count; i++) {
        if (wanted[i] == 0 && i < value->rank)
            wanted[i] = graph_dim(value, i);
        if (wanted[i] == IMPORT_BATCH)
            batch = i;
        else if (wanted[i] == -1)
            inferred = i;
    }
    if (batch < 0 && inferred > 0 && import->batch > 0 && wanted[0] == import->batch)
        batch = 0;
    for (int i = 0; i < count; i++)
        if (i != batch && i != inferred &&
            (wanted[i] < 1 || __builtin_mul_overflow(known, wanted[i], &known)))
            return import_refuse(import, "must have sizes of at least 1");
    if (batch < 0 && inferred >= 0 && known == elements)
        batch = inferred;
    else if (batch < 0 && import->batch > 0 && wanted[0] == import->batch &&
             known % import->batch == 0 && known / import->batch == elements)
        batch = 0;
    else if (inferred >= 0 && elements % known == 0)
        wanted[inferred] = elements / known;
    if (batch < 0)
        return import_refuse(import, "must keep the batch's axis");
    wanted[batch] = IMPORT_BATCH;
    return batch;
}

/* Whether the last two axes of the graph become one, in what is in another order than here. */
static bool joins_last(const struct import_value *value, const int64_t *wanted, int count)
{
    const int rank = value->rank;
    bool right = rank == count + 1 && count >= 2 && value->order[rank - 1] == rank - 1 &&
                 value->order[rank - 2] == rank - 2 && rank > 2 &&
                 wanted[count - 1] == value->dims[rank - 1] * value->dims[rank - 2];
    for (int i = 0; right && i + 1 < count; i++)
        right = wanted[i] == graph_dim(value, i);
    return right;
}

static int64_t product_of_rest(const int64_t *wanted, int count)
{
    int64_t product = 1;
    for (int i = 1; i < count; i++)
        if (__builtin_mul_overflow(product, wanted[i], &product))
            return -1;
    return product;
}

static bool is_unchanged(const struct import_value *value, const int64_t *wanted, int count)
{
    bool same = count == value->rank;
    for (int i = 0; same && i < count; i++)
        same = wanted[i] == graph_dim(value, i);
    return same;
}

static int reshape_layer(struct import *import, struct import_value *value, int64_t *wanted,
                         int count)
{
    const int batch = resolve_sizes(import, value, wanted, count);
    if (batch < 0)
        return -1;
    if (is_unchanged(value, wanted, count))
        return import_result(import, 0, value);
    if (joins_last(value, wanted, count)) {
        value->rank--;
        value->dims[value->rank - 1] = wanted[count - 1];
        return import_result(import, 0, value);
    }
    if (batch != 0 || count < 2 || product_of_rest(wanted, count) != row_elements(value))
        return import_refuse(import,
                             "must keep the batch first, and the number of values of a row");
    if (count == 2)
        return flatten(import, value);
    if (!import_is_plain(value) || value->flat.rank > 0 || count > SHAPE_RANK_MAX + 1)
        return import_refuse(import,
                             "can give another shape only to what has its axes in the order "
                             "that they have here");
    value->rank = count;
    memcpy(value->dims, wanted, (size_t)count * sizeof(*wanted));
    import_set_plain(value);
    return import_result(import, 0, value);
}

static int import_reshape(struct import *import)
{
    struct import_value value;
    int64_t wanted[ONNX_RANK_MAX];
    if (onnx_attribute_integer(import->node, "allowzero", 0) != 0)
        return import_refuse(import, "must take 0 as a size that stays");
    if (import_take_layer(import, 0, &value))
        return -1;
    const int count = import_take_integers(import, 1, wanted);
    return count < 0 ? -1 : reshape_layer(import, &value, wanted, count);
}

/* ---- sizes */

static int import_shape(struct import *import)
{
    struct import_value value, result = {.kind = IMPORT_INTEGERS};
    if (import_take_layer(import, 0, &value))
        return -1;
    result.rank = value.rank;
    for (int i = 0; i < value.rank; i++)
        result.integers[i] = graph_dim(&value, i);
    return import_result(import, 0, &result);
}

int import_gather_sizes(struct import *import, const struct import_value *sizes)
{
    struct import_value result = {.kind = IMPORT_INTEGERS};
    int64_t places[ONNX_RANK_MAX];
    const int count = import_take_integers(import, 1, places);
    if (count < 0)
        return -1;
    for (int i = 0; i < count; i++) {
        const int place = import_axis(import, places[i], sizes->rank);
        if (place < 0)
            return -1;
        result.integers[i] = sizes->integers[place];
    }
    result.rank = count;
    return import_result(import, 0, &result);
}

int import_concat_sizes(struct import *import)
{
    struct import_value result = {.kind = IMPORT_INTEGERS};
    for (size_t i = 0; i < import->node->input_count; i++) {
        int64_t part[ONNX_RANK_MAX];
        const int count = import_take_integers(import, i, part);
        if (count < 0)
            return -1;
        if (result.rank + count > ONNX_RANK_MAX)
            return import_refuse(import, "must join at most %d sizes", ONNX_RANK_MAX);
        memcpy(result.integers + result.rank, part, (size_t)count * sizeof(*part));
        result.rank += count;
    }
    return import_result(import, 0, &result);
}

/* A part of a list of sizes, or of zeros. */
static int import_slice(struct import *import)
{
    struct import_value value, result = {.kind = IMPORT_INTEGERS};
    int64_t bounds[4][ONNX_RANK_MAX] = {{0}, {0}, {0}, {1}}; /* starts, ends, axes, steps */
    if (import_take(import, 0, &value))
        return -1;
    if (value.kind == IMPORT_ZEROS)
        return import_result(import, 0, &value);
    for (size_t i = 0; i < 4; i++)
        if (i + 1 < 3 || import_has(import, i + 1))
            if (import_take_integers(import, i + 1, bounds[i]) != 1)
                return import_refuse(import, "must cut a list of sizes");
    if (value.kind != IMPORT_INTEGERS || bounds[2][0] != 0 || bounds[3][0] != 1)
        return import_refuse(import, "must cut a list of sizes, or zeros, one by one");
    int64_t begin = bounds[0][0] < 0 ? bounds[0][0] + value.rank : bounds[0][0];
    int64_t end = bounds[1][0] < 0 ? bounds[1][0] + value.rank : bounds[1][0];
    begin = begin < 0 ? 0 : begin;
    end = end > value.rank ? value.rank : end;
    for (int64_t i = begin; i < end; i++)
        result.integers[result.rank++] = value.integers[i];
    return import_result(import, 0, &result);
}

/* ---- zeros */

static bool is_zero(const struct onnx_tensor_view *tensor)
{
    for (size_t i = 0; i < tensor->size; i++)
        if (tensor->data[i] != 0)
            return false;
    return true;
}

static int import_zeros(struct import *import)
{
    struct import_value result = {.kind = IMPORT_ZEROS};
    struct onnx_tensor_view tensor;
    bool is_right = true;
    if (strcmp(import->node->operator, "Expand") == 0) {
        if (import_take_tensor(import, 0, &tensor))
            return -1;
        is_right = is_zero(&tensor);
    } else if (onnx_attribute_tensor(import->node, "value", &tensor)) {
        is_right = is_zero(&tensor);
    }
    if (!is_right)
        return import_refuse(import, "must make zeros");
    return import_result(import, 0, &result);
}

/* ---- the table */

static const char *const axes_only[] = {"axes", NULL}, *const value_only[] = {"value", NULL};

const struct import_operator import_shape_operators[] = {
    {"Cast", import_cast, (const char *const[]){"to", "saturate", NULL}},
    {"Constant", import_constant, value_only},
    {"ConstantOfShape", import_zeros, value_only},
    {"Dropout", import_dropout, (const char *const[]){"ratio", "seed", NULL}},
    {"Expand", import_zeros, none},
    {"Flatten", import_flatten, (const char *const[]){"axis", NULL}},
    {"Identity", import_identity, none},
    {"Reshape", import_reshape, (const char *const[]){"allowzero", NULL}},
    {"Shape", import_shape, none},
    {"Slice", import_slice, none},
    {"Squeeze", import_squeeze, axes_only},
    {"Transpose", import_transpose, (const char *const[]){"perm", NULL}},
    {"Unsqueeze", import_unsqueeze, axes_only},
    {NULL, NULL, NULL}};
