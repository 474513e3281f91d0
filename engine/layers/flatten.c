/* flatten: each sample as one row of numbers. Its output is its input's memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

static int flatten_plan(struct layer *layer, const char *path UNUSED, struct error *error UNUSED)
{
    layer->output_shape = (struct shape){.rank = 1, .dims = {layer_input_elements(layer)}};
    layer->in_place = true;
    return 0;
}

const struct layer_type layer_flatten = {
    .kind = {.name = "flatten",
             .help = "all axes of a sample as one",
             .size = sizeof(struct layer_options),
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [3, 2], \"layers\": [{\"type\": \"dense\", \"units\": 4}, "
               "{\"type\": \"flatten\"}]}",
    .plan = flatten_plan,
};
