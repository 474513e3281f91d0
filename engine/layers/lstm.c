/* lstm: long short-term memory (Hochreiter and Schmidhuber, 1997) with forget gates (Gers et al.,
 * 2000), gates in the order i, f, g, o as in PyTorch and Keras, one bias, no peepholes:
 *
 *     [i f g o] = x · kernel + h · recurrent_kernel + bias
 *     c = sigmoid(f) · c + sigmoid(i) · tanh(g),  h = sigmoid(o) · tanh(c)
 *
 * h and c begin with zeros in every row. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/recurrent.h"

static void cell_forward(const struct recurrent_step *step)
{
    int64_t columns = RECURRENT_GATES * step->units;

    if (step->h_before != NULL)
        step->kernels->product_add(step->rows, columns, step->units, step->h_before, step->units,
                                   step->tensors[RECURRENT_KERNEL], columns, step->gates, columns);
    step->kernels->lstm_forward(step->rows, step->units, step->gates, step->c_before, step->c,
                                step->h);
}

static void cell_backward(const struct recurrent_step *step)
{
    int64_t columns = RECURRENT_GATES * step->units;

    step->kernels->lstm_backward(step->rows, step->units, step->gates, step->c_before, step->c,
                                 step->d_h, step->d_c);
    if (step->h_before != NULL)
        step->kernels->product_d_input(step->rows, columns, step->units, step->gates, columns,
                                       step->tensors[RECURRENT_KERNEL], columns, step->d_h,
                                       step->units, true);
}

static const struct recurrent_cell cell = {.kernel_parts = RECURRENT_GATES,
                                           .has_state = true,
                                           .forward = cell_forward,
                                           .backward = cell_backward};

/* A forget gate that begins open lets gradients through from the start (Jozefowicz et al., ICML
 * 2015). */
static void open_forget_gates(struct layer *layer)
{
    const struct recurrent_options *options = layer->options;

    for (int t = 0; t < layer->tensor_count; t++) {
        struct layer_tensor *tensor = &layer->tensors[t];
        if (tensor->role != TENSOR_BIAS)
            continue;
        tensor->value = 1.0F;
        tensor->value_begin = options->units;
        tensor->value_end = 2 * options->units;
    }
}

static int lstm_plan(struct layer *layer, const char *path, struct error *error)
{
    if (recurrent_plan(layer, &cell, path, error) != 0)
        return -1;
    open_forget_gates(layer);
    return 0;
}

static void lstm_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                         int64_t end)
{
    recurrent_forward(layer, &cell, pass, begin, end);
}

static void lstm_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                          int64_t end)
{
    recurrent_backward(layer, &cell, pass, begin, end);
}

static void lstm_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                     int64_t begin, int64_t end)
{
    recurrent_backward_parameters(layer, &cell, pass, begin, end);
}

const struct layer_type layer_lstm = {
    .kind = {.name = "lstm",
             .help = "long short-term memory over the time steps of [time, channels]",
             .size = sizeof(struct recurrent_options),
             .fields = recurrent_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [4, 3], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"lstm\", \"units\": 4}]}",
    .plan = lstm_plan,
    .forward = lstm_forward,
    .backward = lstm_backward,
    .backward_parameters = lstm_backward_parameters,
};
