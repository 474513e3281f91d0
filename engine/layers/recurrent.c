/* The walk of lstm and gru through time.
 *
 * Rows of the batch go in blocks, each through all time steps: input's product, then the cell's
 * own. In training everything is kept by time, [time][rows of the batch][…], so that a step of a
 * block lies in one piece, and the gradients of the kernels are one product each over time and
 * rows. The backward direction differs in the order of its steps alone; what is kept lies at its
 * own time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/recurrent.h"

#include <string.h>

/* One direction's way of some rows through time. */
struct walk {
    struct recurrent_view view;
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
    struct recurrent_view view = recurrent_view(layer, cell);
    float *const *scratch = pass->scratch + (ptrdiff_t)RECURRENT_SCRATCH_DIRECTION * direction;

    return (struct walk){
        .view = view,
        .cell = cell,
        .pass = pass,
        .direction = direction,
        .begin = begin,
        .gates = scratch[RECURRENT_SCRATCH_GATES] + begin * RECURRENT_GATES * view.units,
        .h = scratch[RECURRENT_SCRATCH_H] + begin * view.units,
        .c = cell->has_state ? scratch[RECURRENT_SCRATCH_C] + begin * view.units : NULL,
        .time_rows = pass->rows};
}

static struct walk walk_in_work(const struct layer *layer, const struct recurrent_cell *cell,
                                const struct layer_pass *pass, int direction, int64_t begin)
{
    struct recurrent_view view = recurrent_view(layer, cell);
    float *h = pass->work + RECURRENT_BLOCK_ROWS * RECURRENT_GATES * view.units;

    return (struct walk){.view = view,
                         .cell = cell,
                         .pass = pass,
                         .direction = direction,
                         .begin = begin,
                         .gates = pass->work,
                         .h = h,
                         .c = h + RECURRENT_BLOCK_ROWS * view.units};
}

/* The time of the walk's step `index`. */
static int64_t walk_time(const struct walk *walk, int64_t index)
{
    return walk->direction == 0 ? index : walk->view.time - 1 - index;
}

static float *const *walk_tensors(const struct walk *walk, float *const *tensors)
{
    return tensors + (ptrdiff_t)walk->direction * walk->view.tensors;
}

static struct recurrent_step walk_step(const struct walk *walk, int64_t index)
{
    int64_t units = walk->view.units;
    int64_t at = walk_time(walk, index) * walk->time_rows * units;
    int64_t before = index > 0 ? walk_time(walk, index - 1) * walk->time_rows * units : 0;
    bool has_state = walk->cell->has_state;

    return (struct recurrent_step){.kernels = walk->pass->kernels,
                                   .rows = walk->rows,
                                   .units = units,
                                   .tensors = walk_tensors(walk, walk->pass->tensors),
                                   .gates = walk->gates + RECURRENT_GATES * at,
                                   .h_before = index > 0 ? walk->h + before : NULL,
                                   .c_before = index > 0 && has_state ? walk->c + before : NULL,
                                   .h = walk->h + at,
                                   .c = has_state ? walk->c + at : NULL};
}

/* Where the states of one time lie in an output: of the walk's first row. */
static int64_t output_offset(const struct walk *walk, int64_t time)
{
    const struct recurrent_view *view = &walk->view;

    return walk->begin * view->row_output + (view->all_times ? time * view->width : 0) +
           walk->direction * view->units;
}

/* Whether the step's state is part of the output. */
static bool gives_output(const struct walk *walk, int64_t index)
{
    return walk->view.all_times || index == walk->view.time - 1;
}

static void walk_forward(const struct walk *walk)
{
    const struct recurrent_view *view = &walk->view;
    const float *x = walk->pass->inputs[0] + walk->begin * view->row_input;

    for (int64_t index = 0; index < view->time; index++) {
        struct recurrent_step step = walk_step(walk, index);
        int64_t time = walk_time(walk, index);
        step.kernels->product(step.rows, view->columns, view->channels, x + time * view->channels,
                              view->row_input, step.tensors[RECURRENT_INPUT_KERNEL], view->columns,
                              step.tensors[RECURRENT_INPUT_BIAS], step.gates,
                              RECURRENT_GATES * view->units, ACTIVATION_LINEAR);
        walk->cell->forward(&step);
        float *output = walk->pass->output + output_offset(walk, time);
        for (int64_t row = 0; row < step.rows && gives_output(walk, index); row++)
            memcpy(output + row * view->row_output, step.h + row * view->units,
                   (size_t)view->units * sizeof(float));
    }
}

/* The input of rows [begin, end) by time, for the kernels' gradients. */
static void keep_input(const struct recurrent_view *view, const struct layer_pass *pass,
                       int64_t begin, int64_t end)
{
    const float *x = pass->inputs[0] + begin * view->row_input;

    for (int64_t row = begin; row < end; row++)
        for (int64_t time = 0; time < view->time; time++, x += view->channels)
            memcpy(pass->scratch[RECURRENT_SCRATCH_INPUT] +
                       (time * pass->rows + row) * view->channels,
                   x, (size_t)view->channels * sizeof(float));
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void recurrent_forward(const struct layer *layer, const struct recurrent_cell *cell,
                       const struct layer_pass *pass, int64_t begin, int64_t end)
{
    struct recurrent_view view = recurrent_view(layer, cell);

    if (pass->training)
        keep_input(&view, pass, begin, end);
    for (int direction = 0; direction < view.directions; direction++) {
        for (int64_t at = begin; at < end; at += RECURRENT_BLOCK_ROWS) {
            struct walk walk = pass->training ? walk_kept(layer, cell, pass, direction, at)
                                              : walk_in_work(layer, cell, pass, direction, at);
            walk.rows = smaller(RECURRENT_BLOCK_ROWS, end - at);
            walk_forward(&walk);
        }
    }
}

/* The backward direction adds to what the forward one has given. */
static void give_d_input(const struct walk *walk, const struct recurrent_step *step, int64_t time)
{
    const struct recurrent_view *view = &walk->view;
    const struct layer_pass *pass = walk->pass;

    if (pass->d_inputs[0] == NULL)
        return;
    step->kernels->product_d_input(
        step->rows, view->columns, view->channels, step->gates, RECURRENT_GATES * view->units,
        step->tensors[RECURRENT_INPUT_KERNEL], view->columns,
        pass->d_inputs[0] + walk->begin * view->row_input + time * view->channels, view->row_input,
        pass->d_input_overwrite[0] && walk->direction == 0);
}

static void walk_backward(const struct walk *walk)
{
    const struct recurrent_view *view = &walk->view;
    int64_t states = walk->rows * view->units;
    float *d_h = walk->pass->work;
    float *d_c = d_h + states;

    memset(d_h, 0, 2 * (size_t)states * sizeof(float));
    for (int64_t index = view->time - 1; index >= 0; index--) {
        struct recurrent_step step = walk_step(walk, index);
        int64_t time = walk_time(walk, index);
        step.d_h = d_h;
        step.d_c = d_c;
        const float *d_output = walk->pass->d_output + output_offset(walk, time);
        for (int64_t row = 0; row < step.rows && gives_output(walk, index); row++)
            step.kernels->add(view->units, d_output + row * view->row_output,
                              d_h + row * view->units);
        walk->cell->backward(&step);
        give_d_input(walk, &step, time);
    }
}

void recurrent_backward(const struct layer *layer, const struct recurrent_cell *cell,
                        const struct layer_pass *pass, int64_t begin, int64_t end)
{
    int directions = recurrent_view(layer, cell).directions;

    for (int direction = 0; direction < directions; direction++) {
        for (int64_t at = begin; at < end; at += RECURRENT_BLOCK_ROWS) {
            struct walk walk = walk_kept(layer, cell, pass, direction, at);
            walk.rows = smaller(RECURRENT_BLOCK_ROWS, end - at);
            walk_backward(&walk);
        }
    }
}

/* Columns [begin, end) of the input's kernel and bias of one direction. */
static void input_gradients(const struct walk *all, int64_t begin, int64_t end)
{
    const struct recurrent_view *view = &all->view;
    const struct layer_pass *pass = all->pass;
    int64_t stride = RECURRENT_GATES * view->units;
    int64_t rows = pass->rows * view->time;
    float *const *d_tensors = walk_tensors(all, pass->d_tensors);

    pass->kernels->product_d_kernel(
        rows, end - begin, view->channels, pass->scratch[RECURRENT_SCRATCH_INPUT], view->channels,
        all->gates + begin, stride, d_tensors[RECURRENT_INPUT_KERNEL] + begin, view->columns, 0);
    pass->kernels->column_sums(rows, end - begin, all->gates + begin, stride,
                               d_tensors[RECURRENT_INPUT_BIAS] + begin);
}

/* Columns [begin, end) of the recurrent kernel and bias, whose gradients lie `shift` columns
 * further on in gates. Every step but the first has a state before it: h of the rows in front of
 * its own, or behind them. */
static void recurrent_gradients(const struct walk *all, int64_t shift, int64_t begin, int64_t end)
{
    const struct recurrent_view *view = &all->view;
    const struct layer_pass *pass = all->pass;
    int64_t units = view->units;
    int64_t stride = RECURRENT_GATES * units;
    int64_t rows = pass->rows * (view->time - 1);
    const float *d_gates = all->gates + shift + begin;
    const float *h = all->h + (all->direction == 0 ? 0 : pass->rows * units);
    float *const *d_tensors = walk_tensors(all, pass->d_tensors);

    if (begin >= end)
        return;
    pass->kernels->product_d_kernel(rows, end - begin, units, h, units,
                                    d_gates + (all->direction == 0 ? pass->rows * stride : 0),
                                    stride, d_tensors[RECURRENT_KERNEL] + begin, view->columns, 0);
    if (all->cell->has_recurrent_bias)
        pass->kernels->column_sums(rows + pass->rows, end - begin, d_gates, stride,
                                   d_tensors[RECURRENT_BIAS] + begin);
}

void recurrent_backward_parameters(const struct layer *layer, const struct recurrent_cell *cell,
                                   const struct layer_pass *pass, int64_t begin, int64_t end)
{
    struct recurrent_view view = recurrent_view(layer, cell);
    int64_t third_part = 2 * view.units;

    for (int direction = 0; direction < view.directions; direction++) {
        struct walk all = walk_kept(layer, cell, pass, direction, 0);
        int64_t first = larger(begin - direction * view.columns, 0);
        int64_t last = smaller(end - direction * view.columns, view.columns);
        if (first >= last)
            continue;
        input_gradients(&all, first, last);
        recurrent_gradients(&all, 0, first, smaller(last, third_part));
        recurrent_gradients(&all, cell->recurrent_shift * view.units, larger(first, third_part),
                            last);
    }
}
