/* gru: gated recurrent units (Cho et al., EMNLP 2014) with the reset gate after the recurrent
 * product, as in PyTorch, cuDNN and Keras' reset_after, gates in PyTorch's order r, z, n:
 *
 *     r = sigmoid(x · Wr + br + h · Ur + cr),  z = sigmoid(x · Wz + bz + h · Uz + cz)
 *     n = tanh(x · Wn + bn + r · (h · Un + cn)),  h = (1 - z) · n + z · h
 *
 * W is kernel, U recurrent_kernel, b bias and c recurrent_bias; h begins with zeros in every row.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/recurrent.h"

/* Columns of the kernels over units; the gates' fourth part is q = h · Un + cn. */
enum { PARTS = 3 };

static void cell_forward(const struct recurrent_step *step)
{
    const struct kernels *kernels = step->kernels;
    int64_t units = step->units;
    const float *kernel = step->tensors[RECURRENT_KERNEL];
    const float *bias = step->tensors[RECURRENT_BIAS];
    int64_t depth = step->h_before != NULL ? units : 0;

    kernels->product_add(step->rows, 2 * units, depth, step->h_before, units, kernel, PARTS * units,
                         step->gates, RECURRENT_GATES * units);
    kernels->product(step->rows, units, depth, step->h_before, units, kernel + 2 * units,
                     PARTS * units, bias + 2 * units, step->gates + 3 * units,
                     RECURRENT_GATES * units, ACTIVATION_LINEAR);
    kernels->gru_forward(step->rows, units, step->gates, bias, step->h_before, step->h);
}

static void cell_backward(const struct recurrent_step *step)
{
    const struct kernels *kernels = step->kernels;
    int64_t units = step->units;
    const float *kernel = step->tensors[RECURRENT_KERNEL];

    kernels->gru_backward(step->rows, units, step->gates, step->h_before, step->d_h);
    if (step->h_before == NULL)
        return;
    kernels->product_d_input(step->rows, 2 * units, units, step->gates, RECURRENT_GATES * units,
                             kernel, PARTS * units, step->d_h, units, false);
    kernels->product_d_input(step->rows, units, units, step->gates + 3 * units,
                             RECURRENT_GATES * units, kernel + 2 * units, PARTS * units, step->d_h,
                             units, false);
}

static const struct recurrent_cell cell = {.kernel_parts = PARTS,
                                           .has_recurrent_bias = true,
                                           .recurrent_shift = 1,
                                           .forward = cell_forward,
                                           .backward = cell_backward};

static int gru_plan(struct layer *layer, const char *path, struct error *error)
{
    return recurrent_plan(layer, &cell, path, error);
}

static void gru_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                        int64_t end)
{
    recurrent_forward(layer, &cell, pass, begin, end);
}

static void gru_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                         int64_t end)
{
    recurrent_backward(layer, &cell, pass, begin, end);
}

static void gru_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                    int64_t begin, int64_t end)
{
    recurrent_backward_parameters(layer, &cell, pass, begin, end);
}

const struct layer_type layer_gru = {
    .kind = {.name = "gru",
             .help = "gated recurrent units over the time steps of [time, channels]",
             .size = sizeof(struct recurrent_options),
             .fields = recurrent_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [4, 3], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"gru\", \"units\": 4}]}",
    .plan = gru_plan,
    .forward = gru_forward,
    .backward = gru_backward,
    .backward_parameters = gru_backward_parameters,
};
