/* Options, tensors and memory of lstm and gru. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/initializer.h"
#include "engine/layers/recurrent.h"

#include <stdio.h>

enum {
    UNITS_MAX = 65536,
    FLOPS_PER_UNIT = 64, /* of the gates */
    NAME_COUNT = 4
};

const struct field recurrent_fields[] = {
    FIELD_INTEGER(struct recurrent_options, units, .min = 1, .max = UNITS_MAX,
                  .flags = FIELD_REQUIRED, .help = "size of the state that goes through time"),
    FIELD_BOOLEAN(struct recurrent_options, return_sequences,
                  .help = "give the state of every time step, [time, units], not only the last"),
    FIELD_BOOLEAN(struct recurrent_options, bidirectional,
                  .help =
                      "a second set of weights goes backwards through time; the two states side "
                      "by side, [forward, backward]"),
    FIELD_VARIANT(struct recurrent_options, kernel_initializer, .kinds = initializer_kinds,
                  .text = "glorot_uniform", .help = "first weights of the kernel"),
    FIELD_VARIANT(struct recurrent_options, recurrent_initializer, .kinds = initializer_kinds,
                  .text = "orthogonal", .help = "first weights of the recurrent kernel"),
    FIELD_VARIANT(struct recurrent_options, bias_initializer, .kinds = initializer_kinds,
                  .text = "zeros",
                  .help = "first weights of the biases; an lstm's forget gate begins with 1"),
    FIELD_END};

static const char *const tensor_names[3][NAME_COUNT] = {
    {"kernel", "recurrent_kernel", "bias", "recurrent_bias"},
    {"forward_kernel", "forward_recurrent_kernel", "forward_bias", "forward_recurrent_bias"},
    {"backward_kernel", "backward_recurrent_kernel", "backward_bias", "backward_recurrent_bias"}};

struct recurrent_view recurrent_view(const struct layer *layer, const struct recurrent_cell *cell)
{
    const struct recurrent_options *options = layer->options;
    const struct shape *input = &layer->input_shapes[0];
    int directions = options->bidirectional ? 2 : 1;
    int64_t width = directions * options->units;

    return (struct recurrent_view){
        .time = input->dims[0],
        .channels = input->dims[1],
        .units = options->units,
        .columns = cell->kernel_parts * options->units,
        .directions = directions,
        .tensors = cell->has_recurrent_bias ? NAME_COUNT : NAME_COUNT - 1,
        .all_times = options->return_sequences,
        .row_input = input->dims[0] * input->dims[1],
        .row_output = (options->return_sequences ? input->dims[0] : 1) * width,
        .width = width};
}

static int check_shapes(const struct layer *layer, const char *path, struct error *error)
{
    const struct recurrent_options *options = layer->options;
    const struct shape *input = &layer->input_shapes[0];
    char text[160];

    if (layer_check_sequence(layer, path, error) != 0)
        return -1;
    struct shape gates = {.rank = 2, .dims = {input->dims[0], RECURRENT_GATES * options->units}};
    if (shape_elements(&gates, NULL) >= 0)
        return 0;
    return error_set_at(error, ERROR_TOO_LARGE, path,
                        "has gates of shape %s: more than 2^40 elements",
                        shape_text(&gates, text, sizeof(text)));
}

static int plan_kernel(struct layer *layer, const char *name, int64_t depth, int64_t columns,
                       const struct variant *initializer, const char *path, struct error *error)
{
    struct shape shape = {.rank = 2, .dims = {depth, columns}};
    struct layer_tensor *tensor = layer_add_tensor(layer, name, TENSOR_KERNEL, &shape, 0.0F);

    tensor->initializer = *initializer;
    tensor->fan_in = depth;
    tensor->fan_out = columns;
    return initializer_check(initializer, &shape, path, error);
}

static int plan_tensors(struct layer *layer, const struct recurrent_view *view,
                        const char *const *names, const char *path, struct error *error)
{
    const struct recurrent_options *options = layer->options;
    char kernel_path[128];
    char recurrent_path[128];

    snprintf(kernel_path, sizeof(kernel_path), "%s.kernel_initializer", path);
    snprintf(recurrent_path, sizeof(recurrent_path), "%s.recurrent_initializer", path);
    if (plan_kernel(layer, names[RECURRENT_INPUT_KERNEL], view->channels, view->columns,
                    &options->kernel_initializer, kernel_path, error) != 0 ||
        plan_kernel(layer, names[RECURRENT_KERNEL], view->units, view->columns,
                    &options->recurrent_initializer, recurrent_path, error) != 0)
        return -1;
    for (int t = RECURRENT_INPUT_BIAS; t < view->tensors; t++)
        layer_add_channel_tensor(layer, names[t], TENSOR_BIAS, view->columns, 0.0F)->initializer =
            options->bias_initializer;
    return 0;
}

static void plan_memory(struct layer *layer, const struct recurrent_cell *cell,
                        const struct recurrent_view *view)
{
    int64_t states = view->time * view->units;

    layer->scratch_per_row[RECURRENT_SCRATCH_INPUT] = view->row_input;
    for (int d = 0; d < view->directions; d++) {
        int64_t *scratch = layer->scratch_per_row + (ptrdiff_t)RECURRENT_SCRATCH_DIRECTION * d;
        scratch[RECURRENT_SCRATCH_GATES] = RECURRENT_GATES * states;
        scratch[RECURRENT_SCRATCH_H] = states;
        scratch[RECURRENT_SCRATCH_C] = cell->has_state ? states : 0;
    }
    /* One step of a block: gates, h and c while predicting, d_h and d_c in backward. */
    layer->work_size = RECURRENT_BLOCK_ROWS * (RECURRENT_GATES + 2) * view->units;
}

int recurrent_plan(struct layer *layer, const struct recurrent_cell *cell, const char *path,
                   struct error *error)
{
    if (check_shapes(layer, path, error) != 0)
        return -1;
    struct recurrent_view view = recurrent_view(layer, cell);
    for (int d = 0; d < view.directions; d++)
        if (plan_tensors(layer, &view, tensor_names[view.directions - 1 + d], path, error) != 0)
            return -1;
    layer->output_shape = view.all_times
                              ? (struct shape){.rank = 2, .dims = {view.time, view.width}}
                              : (struct shape){.rank = 1, .dims = {view.width}};
    plan_memory(layer, cell, &view);
    layer->parameter_items = view.directions * view.columns;
    layer->flops_per_row =
        view.directions * view.time *
        (2 * view.columns * (view.channels + view.units) + FLOPS_PER_UNIT * view.units);
    return 0;
}
