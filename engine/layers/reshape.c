/* reshape: the same numbers under another shape. Its output is its input's memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <string.h>

struct reshape {
    struct layer_options common;
    struct sizes shape;
};

static const struct field reshape_fields[] = {
    FIELD_SIZES(struct reshape, shape, .min = 1, .max = 1e12, .flags = FIELD_REQUIRED,
                .help = "shape of a sample, the batch left out"),
    FIELD_END};

static int reshape_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct reshape *reshape = layer->options;
    struct shape *shape = &layer->output_shape;
    char from[160];
    char to[160];

    if (reshape->shape.count < 1 || reshape->shape.count > SHAPE_RANK_MAX)
        return error_set_at(error, ERROR_INVALID, path, "needs a shape of 1 to %d dimensions",
                            SHAPE_RANK_MAX);
    shape->rank = (int)reshape->shape.count;
    memcpy(shape->dims, reshape->shape.items, reshape->shape.count * sizeof(shape->dims[0]));
    layer->in_place = true;
    if (shape_elements(shape, NULL) == layer_input_elements(layer))
        return 0;
    return error_set_at(
        error, ERROR_INVALID, path, "cannot give %s the shape %s: their sizes differ",
        shape_text(&layer->input_shapes[0], from, sizeof(from)), shape_text(shape, to, sizeof(to)));
}

const struct layer_type layer_reshape = {
    .kind = {.name = "reshape",
             .help = "another shape of the same numbers",
             .size = sizeof(struct reshape),
             .fields = reshape_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 6}, "
               "{\"type\": \"reshape\", \"shape\": [3, 2]}]}",
    .plan = reshape_plan,
};
