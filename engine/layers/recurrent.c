/* The walk of lstm and gru through time.
 *
 * Rows of the batch go in blocks, each through all time steps: input's product, then the cell's
 * own. In training everything is kept by time, [time][rows of the batch][…], so that a step of a
 * block lies in one piece, and the gradients of the kernels are one product each over time and
 * rows. The backward direction differs in the order of its steps alone; what is kept lies at its
 * own time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/recurrent.h"
#include "engine/initializer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    UNITS_MAX = 65536,
    BLOCK_ROWS = 32,        /* rows that go through time together */
    FLOPS_PER_ELEMENT = 64, /* of the gates, for each unit */
    NAME_COUNT = 4
};

/* Scratch per row, in training: the input, then the memory of each direction. */
enum { SCRATCH_INPUT, SCRATCH_GATES, SCRATCH_H, SCRATCH_C, SCRATCH_PER_DIRECTION = 3 };

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

static int64_t time_steps(const struct layer *layer)
{
    return layer->input_shapes[0].dims[0];
}

static int64_t channels_of(const struct layer *layer)
{
    return layer->input_shapes[0].dims[1];
}

static int directions_of(const struct layer *layer)
{
    const struct recurrent_options *options = layer->options;

    return options->bidirectional ? 2 : 1;
}

static int tensors_per_direction(const struct recurrent_cell *cell)
{
    return cell->has_recurrent_bias ? NAME_COUNT : NAME_COUNT - 1;
}

/* ---- plan */

static int check_shapes(const struct layer *layer, const char *path, struct error *error)
{
    const struct recurrent_options *options = layer->options;
    const struct shape *input = &layer->input_shapes[0];
    char text[160];

    if (input->rank != 2)
        return error_set_at(error, ERROR_INVALID, path,
                            "takes an input of shape [time, channels], for example [30, 1], not %s",
                            shape_text(input, text, sizeof(text)));
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

static int plan_tensors(struct layer *layer, const struct recurrent_cell *cell,
                        const char *const *names, const char *path, struct error *error)
{
    const struct recurrent_options *options = layer->options;
    int64_t columns = cell->kernel_parts * options->units;
    char kernel_path[128];
    char recurrent_path[128];

    snprintf(kernel_path, sizeof(kernel_path), "%s.kernel_initializer", path);
    snprintf(recurrent_path, sizeof(recurrent_path), "%s.recurrent_initializer", path);
    if (plan_kernel(layer, names[RECURRENT_INPUT_KERNEL], channels_of(layer), columns,
                    &options->kernel_initializer, kernel_path, error) != 0 ||
        plan_kernel(layer, names[RECURRENT_KERNEL], options->units, columns,
                    &options->recurrent_initializer, recurrent_path, error) != 0)
        return -1;
    for (int t = RECURRENT_INPUT_BIAS; t < tensors_per_direction(cell); t++)
        layer_add_channel_tensor(layer, names[t], TENSOR_BIAS, columns, 0.0F)->initializer =
            options->bias_initializer;
    return 0;
}

static void plan_memory(struct layer *layer, const struct recurrent_cell *cell)
{
    const struct recurrent_options *options = layer->options;
    int64_t time = time_steps(layer);
    int64_t states = time * options->units;

    layer->scratch_per_row[SCRATCH_INPUT] = time * channels_of(layer);
    for (int d = 0; d < directions_of(layer); d++) {
        int64_t *scratch = layer->scratch_per_row + (ptrdiff_t)SCRATCH_PER_DIRECTION * d;
        scratch[SCRATCH_GATES] = RECURRENT_GATES * states;
        scratch[SCRATCH_H] = states;
        scratch[SCRATCH_C] = cell->has_state ? states : 0;
    }
    /* One step of a block: gates, h and c while predicting, d_h and d_c in backward. */
    layer->work_size = BLOCK_ROWS * (RECURRENT_GATES + 2) * options->units;
}

static void plan_output(struct layer *layer)
{
    const struct recurrent_options *options = layer->options;
    int64_t width = directions_of(layer) * options->units;

    if (options->return_sequences)
        layer->output_shape = (struct shape){.rank = 2, .dims = {time_steps(layer), width}};
    else
        layer->output_shape = (struct shape){.rank = 1, .dims = {width}};
}

int recurrent_plan(struct layer *layer, const struct recurrent_cell *cell, const char *path,
                   struct error *error)
{
    const struct recurrent_options *options = layer->options;
    int directions = directions_of(layer);
    int first_names = directions - 1;

    if (check_shapes(layer, path, error) != 0)
        return -1;
    for (int d = 0; d < directions; d++)
        if (plan_tensors(layer, cell, tensor_names[first_names + d], path, error) != 0)
            return -1;
    plan_output(layer);
    plan_memory(layer, cell);
    int64_t columns = cell->kernel_parts * options->units;
    layer->parameter_items = directions * columns;
    layer->flops_per_row =
        directions * time_steps(layer) *
        (2 * columns * (channels_of(layer) + options->units) + FLOPS_PER_ELEMENT * options->units);
    return 0;
}

/* ---- run */

/* One direction's way of some rows through time. */
struct walk {
    const struct layer *layer;
    const struct recurrent_cell *cell;
    const struct layer_pass *pass;
    int direction;
    int64_t begin, rows;
    float *gates, *h, *c; /* of the first of the rows at time 0 */
    int64_t time_rows;    /* rows from one time to the next; 0: all times in one place */
};

/* In training, where everything is kept. */
static struct walk walk_kept(const struct layer *layer, const struct recurrent_cell *cell,
                             const struct layer_pass *pass, int direction, int64_t begin)
{
    const struct recurrent_options *options = layer->options;
    float *const *scratch = pass->scratch + (ptrdiff_t)SCRATCH_PER_DIRECTION * direction;

    return (struct walk){.layer = layer,
                         .cell = cell,
                         .pass = pass,
                         .direction = direction,
                         .begin = begin,
                         .gates = scratch[SCRATCH_GATES] + begin * RECURRENT_GATES * options->units,
                         .h = scratch[SCRATCH_H] + begin * options->units,
                         .c = cell->has_state ? scratch[SCRATCH_C] + begin * options->units : NULL,
                         .time_rows = pass->rows};
}

static struct walk walk_in_work(const struct layer *layer, const struct recurrent_cell *cell,
                                const struct layer_pass *pass, int direction, int64_t begin)
{
    const struct recurrent_options *options = layer->options;
    float *h = pass->work + BLOCK_ROWS * RECURRENT_GATES * options->units;

    return (struct walk){.layer = layer,
                         .cell = cell,
                         .pass = pass,
                         .direction = direction,
                         .begin = begin,
                         .gates = pass->work,
                         .h = h,
                         .c = h + BLOCK_ROWS * options->units};
}

/* The time of the walk's step `index`. */
static int64_t walk_time(const struct walk *walk, int64_t index)
{
    return walk->direction == 0 ? index : time_steps(walk->layer) - 1 - index;
}

static struct recurrent_step walk_step(const struct walk *walk, int64_t index)
{
    const struct recurrent_options *options = walk->layer->options;
    int64_t units = options->units;
    int64_t at = walk_time(walk, index) * walk->time_rows * units;
    int64_t before = index > 0 ? walk_time(walk, index - 1) * walk->time_rows * units : 0;
    bool has_state = walk->cell->has_state;

    return (struct recurrent_step){.kernels = walk->pass->kernels,
                                   .rows = walk->rows,
                                   .units = units,
                                   .tensors =
                                       walk->pass->tensors + (ptrdiff_t)walk->direction *
                                                                 tensors_per_direction(walk->cell),
                                   .gates = walk->gates + RECURRENT_GATES * at,
                                   .h_before = index > 0 ? walk->h + before : NULL,
                                   .c_before = index > 0 && has_state ? walk->c + before : NULL,
                                   .h = walk->h + at,
                                   .c = has_state ? walk->c + at : NULL};
}

/* Where the states of one time lie in an output: of the walk's first row. */
static int64_t output_offset(const struct walk *walk, int64_t time)
{
    const struct recurrent_options *options = walk->layer->options;
    int64_t width = shape_last(&walk->layer->output_shape);
    int64_t at = options->return_sequences ? time * width : 0;

    return walk->begin * layer_output_elements(walk->layer) + at + walk->direction * options->units;
}

/* Whether the step's state is part of the output. */
static bool gives_output(const struct walk *walk, int64_t index)
{
    const struct recurrent_options *options = walk->layer->options;

    return options->return_sequences || index == time_steps(walk->layer) - 1;
}

static void walk_forward(const struct walk *walk)
{
    const struct layer *layer = walk->layer;
    int64_t elements = layer_input_elements(layer);
    int64_t channels = channels_of(layer);

    for (int64_t index = 0; index < time_steps(layer); index++) {
        struct recurrent_step step = walk_step(walk, index);
        int64_t time = walk_time(walk, index);
        int64_t columns = walk->cell->kernel_parts * step.units;
        step.kernels->product(step.rows, columns, channels,
                              walk->pass->inputs[0] + walk->begin * elements + time * channels,
                              elements, step.tensors[RECURRENT_INPUT_KERNEL], columns,
                              step.tensors[RECURRENT_INPUT_BIAS], step.gates,
                              RECURRENT_GATES * step.units, ACTIVATION_LINEAR);
        walk->cell->forward(&step);
        float *output = walk->pass->output + output_offset(walk, time);
        for (int64_t row = 0; row < step.rows && gives_output(walk, index); row++)
            memcpy(output + row * layer_output_elements(layer), step.h + row * step.units,
                   (size_t)step.units * sizeof(float));
    }
}

/* The input of rows [begin, end) by time, for the kernels' gradients. */
static void keep_input(const struct layer *layer, const struct layer_pass *pass, int64_t begin,
                       int64_t end)
{
    int64_t channels = channels_of(layer);
    const float *x = pass->inputs[0] + begin * layer_input_elements(layer);

    for (int64_t row = begin; row < end; row++)
        for (int64_t time = 0; time < time_steps(layer); time++, x += channels)
            memcpy(pass->scratch[SCRATCH_INPUT] + (time * pass->rows + row) * channels, x,
                   (size_t)channels * sizeof(float));
}

void recurrent_forward(const struct layer *layer, const struct recurrent_cell *cell,
                       const struct layer_pass *pass, int64_t begin, int64_t end)
{
    if (pass->training)
        keep_input(layer, pass, begin, end);
    for (int direction = 0; direction < directions_of(layer); direction++) {
        for (int64_t at = begin; at < end; at += BLOCK_ROWS) {
            struct walk walk = pass->training ? walk_kept(layer, cell, pass, direction, at)
                                              : walk_in_work(layer, cell, pass, direction, at);
            walk.rows = at + BLOCK_ROWS < end ? BLOCK_ROWS : end - at;
            walk_forward(&walk);
        }
    }
}

/* The backward direction adds to what the forward one has given. */
static void give_d_input(const struct walk *walk, const struct recurrent_step *step, int64_t time)
{
    const struct layer_pass *pass = walk->pass;
    int64_t elements = layer_input_elements(walk->layer);
    int64_t channels = channels_of(walk->layer);
    int64_t columns = walk->cell->kernel_parts * step->units;

    if (pass->d_inputs[0] == NULL)
        return;
    step->kernels->product_d_input(step->rows, columns, channels, step->gates,
                                   RECURRENT_GATES * step->units,
                                   step->tensors[RECURRENT_INPUT_KERNEL], columns,
                                   pass->d_inputs[0] + walk->begin * elements + time * channels,
                                   elements, pass->d_input_overwrite[0] && walk->direction == 0);
}

static void walk_backward(const struct walk *walk)
{
    const struct recurrent_options *options = walk->layer->options;
    int64_t states = walk->rows * options->units;
    float *d_h = walk->pass->work;
    float *d_c = d_h + states;

    memset(d_h, 0, 2 * (size_t)states * sizeof(float));
    for (int64_t index = time_steps(walk->layer) - 1; index >= 0; index--) {
        struct recurrent_step step = walk_step(walk, index);
        int64_t time = walk_time(walk, index);
        step.d_h = d_h;
        step.d_c = d_c;
        const float *d_output = walk->pass->d_output + output_offset(walk, time);
        for (int64_t row = 0; row < step.rows && gives_output(walk, index); row++)
            step.kernels->add(step.units, d_output + row * layer_output_elements(walk->layer),
                              d_h + row * step.units);
        walk->cell->backward(&step);
        give_d_input(walk, &step, time);
    }
}

void recurrent_backward(const struct layer *layer, const struct recurrent_cell *cell,
                        const struct layer_pass *pass, int64_t begin, int64_t end)
{
    for (int direction = 0; direction < directions_of(layer); direction++) {
        for (int64_t at = begin; at < end; at += BLOCK_ROWS) {
            struct walk walk = walk_kept(layer, cell, pass, direction, at);
            walk.rows = at + BLOCK_ROWS < end ? BLOCK_ROWS : end - at;
            walk_backward(&walk);
        }
    }
}

/* ---- gradients of the tensors */

/* Columns [begin, end) of the input's kernel and bias of one direction. */
static void input_gradients(const struct walk *all, int64_t begin, int64_t end)
{
    const struct recurrent_options *options = all->layer->options;
    const struct layer_pass *pass = all->pass;
    int64_t columns = all->cell->kernel_parts * options->units;
    int64_t stride = RECURRENT_GATES * options->units;
    int64_t channels = channels_of(all->layer);
    int64_t rows = pass->rows * time_steps(all->layer);
    float *const *d_tensors =
        pass->d_tensors + (ptrdiff_t)all->direction * tensors_per_direction(all->cell);

    pass->kernels->product_d_kernel(rows, end - begin, channels, pass->scratch[SCRATCH_INPUT],
                                    channels, all->gates + begin, stride,
                                    d_tensors[RECURRENT_INPUT_KERNEL] + begin, columns);
    pass->kernels->column_sums(rows, end - begin, all->gates + begin, stride,
                               d_tensors[RECURRENT_INPUT_BIAS] + begin);
}

/* Columns [begin, end) of the recurrent kernel and bias, whose gradients lie `shift` columns
 * further on in gates. Every step but the first has a state before it: h of the rows in front of
 * its own, or behind them. */
static void recurrent_gradients(const struct walk *all, int64_t shift, int64_t begin, int64_t end)
{
    const struct recurrent_options *options = all->layer->options;
    const struct layer_pass *pass = all->pass;
    int64_t units = options->units;
    int64_t columns = all->cell->kernel_parts * units;
    int64_t stride = RECURRENT_GATES * units;
    int64_t rows = pass->rows * (time_steps(all->layer) - 1);
    const float *d_gates = all->gates + shift + begin;
    float *const *d_tensors =
        pass->d_tensors + (ptrdiff_t)all->direction * tensors_per_direction(all->cell);

    if (begin >= end)
        return;
    pass->kernels->product_d_kernel(rows, end - begin, units,
                                    all->h + (all->direction == 0 ? 0 : pass->rows * units), units,
                                    d_gates + (all->direction == 0 ? pass->rows * stride : 0),
                                    stride, d_tensors[RECURRENT_KERNEL] + begin, columns);
    if (all->cell->has_recurrent_bias)
        pass->kernels->column_sums(rows + pass->rows, end - begin, d_gates, stride,
                                   d_tensors[RECURRENT_BIAS] + begin);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void recurrent_backward_parameters(const struct layer *layer, const struct recurrent_cell *cell,
                                   const struct layer_pass *pass, int64_t begin, int64_t end)
{
    const struct recurrent_options *options = layer->options;
    int64_t columns = cell->kernel_parts * options->units;
    int64_t third_part = 2 * options->units;

    for (int direction = 0; direction < directions_of(layer); direction++) {
        struct walk all = walk_kept(layer, cell, pass, direction, 0);
        int64_t first = larger(begin - direction * columns, 0);
        int64_t last = smaller(end - direction * columns, columns);
        if (first >= last)
            continue;
        input_gradients(&all, first, last);
        recurrent_gradients(&all, 0, first, smaller(last, third_part));
        recurrent_gradients(&all, cell->recurrent_shift * options->units, larger(first, third_part),
                            last);
    }
}
