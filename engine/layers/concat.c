/* concat: its inputs side by side along one axis. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <assert.h>
#include <string.h>

struct concat {
    struct layer_options common;
    int64_t axis;
};

static const struct field concat_fields[] = {
    FIELD_INTEGER(struct concat, axis, .min = -SHAPE_RANK_MAX, .max = SHAPE_RANK_MAX - 1,
                  .number = -1, .help = "axis of a sample, negative from the last"),
    FIELD_END};

/* The axis counted from the first; out of range where the inputs have no such axis. */
static int concat_axis(const struct layer *layer)
{
    const struct concat *concat = layer->options;

    return (int)(concat->axis < 0 ? concat->axis + layer->input_shapes[0].rank : concat->axis);
}

/* Elements of a shape from the axis on: what is contiguous. */
static int64_t contiguous_elements(const struct shape *shape, int axis)
{
    int64_t elements = 1;

    for (int i = axis; i < shape->rank; i++)
        elements *= shape->dims[i];
    return elements;
}

/* Whether two shapes are equal but for the axis. */
static bool shapes_match(const struct shape *a, const struct shape *b, int axis)
{
    struct shape other = *b;

    if (a->rank != b->rank)
        return false;
    other.dims[axis] = a->dims[axis];
    return shape_equal(a, &other);
}

static int concat_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct shape *first = &layer->input_shapes[0];
    int axis = concat_axis(layer);
    char texts[2][160];

    if (axis < 0 || axis >= first->rank)
        return error_set_at(error, ERROR_INVALID, path, "has no axis %lld in inputs of shape %s",
                            (long long)((const struct concat *)layer->options)->axis,
                            shape_text(first, texts[0], sizeof(texts[0])));
    layer->output_shape = *first;
    for (int i = 1; i < layer->input_count; i++) {
        const struct shape *shape = &layer->input_shapes[i];
        if (!shapes_match(first, shape, axis))
            return error_set_at(error, ERROR_INVALID, path,
                                "has inputs of shapes %s and %s, which differ beside axis %d",
                                shape_text(first, texts[0], sizeof(texts[0])),
                                shape_text(shape, texts[1], sizeof(texts[1])), axis);
        layer->output_shape.dims[axis] += shape->dims[axis];
        layer->flops_per_row += shape_elements(shape, NULL);
    }
    layer->flops_per_row += layer_input_elements(layer);
    return 0;
}

static void concat_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                           int64_t end)
{
    int axis = concat_axis(layer);
    int64_t stride = contiguous_elements(&layer->output_shape, axis);
    int64_t outer = layer_output_elements(layer) / stride;
    int64_t column = 0;

    for (int k = 0; k < layer->input_count; k++) {
        int64_t width = contiguous_elements(&layer->input_shapes[k], axis);
        for (int64_t row = begin * outer; row < end * outer; row++)
            memcpy(pass->output + row * stride + column, pass->inputs[k] + row * width,
                   (size_t)width * sizeof(float));
        column += width;
    }
    assert(column == stride);
}

static void concat_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                            int64_t end)
{
    int axis = concat_axis(layer);
    int64_t stride = contiguous_elements(&layer->output_shape, axis);
    int64_t outer = layer_output_elements(layer) / stride;
    int64_t column = 0;

    for (int k = 0; k < layer->input_count; k++) {
        int64_t width = contiguous_elements(&layer->input_shapes[k], axis);
        for (int64_t row = begin * outer; row < end * outer; row++)
            layer_give_gradient(pass, k, row * width, width,
                                pass->d_output + row * stride + column);
        column += width;
    }
}

const struct layer_type layer_concat = {
    .kind = {.name = "concat",
             .help = "its inputs side by side along an axis",
             .size = sizeof(struct concat),
             .fields = concat_fields,
             .base = &layer_options_kind},
    .min_inputs = 2,
    .max_inputs = LAYER_INPUTS_MAX,
    .example =
        "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 4, \"name\": \"a\"}, "
        "{\"type\": \"dense\", \"units\": 3, \"name\": \"b\"}, "
        "{\"type\": \"concat\", \"input\": [\"a\", \"b\", \"a\"]}]}",
    .plan = concat_plan,
    .forward = concat_forward,
    .backward = concat_backward,
};
