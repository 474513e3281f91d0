/* dense: y = activation(x · kernel + bias) over the last axis. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "engine/initializer.h"
#include "engine/layers/layers.h"

#include <stdio.h>

enum { UNITS_MAX = 65536 };

struct dense {
    struct layer_options common;
    int64_t units; /* 0: "auto", which the network resolves before the plan */
    struct variant activation;
    bool use_bias;
    struct variant kernel_initializer;
    struct variant bias_initializer;
};

static const struct field dense_fields[] = {
    FIELD_INTEGER(struct dense, units, .min = 1, .max = UNITS_MAX, .word = "auto",
                  .flags = FIELD_REQUIRED,
                  .help = "outputs; \"auto\" on the last dense layer: by the target"),
    FIELD_VARIANT(struct dense, activation, .kinds = activation_kinds, .text = "linear",
                  .help = "applied to the outputs"),
    FIELD_BOOLEAN(struct dense, use_bias, .number = 1, .help = "add a bias"),
    FIELD_VARIANT(struct dense, kernel_initializer, .kinds = initializer_kinds,
                  .text = "glorot_uniform", .help = "first weights of the kernel"),
    FIELD_VARIANT(struct dense, bias_initializer, .kinds = initializer_kinds, .text = "zeros",
                  .help = "first weights of the bias"),
    FIELD_END};

/* What one call works on. */
struct dense_view {
    enum activation_code code;
    float alpha;
    int64_t depth, columns; /* the kernel is [depth, columns] */
    int64_t leading;        /* matrix rows of one sample */
};

static struct dense_view dense_view(const struct layer *layer)
{
    const struct dense *dense = layer->options;
    int64_t depth = shape_last(&layer->input_shapes[0]);

    return (struct dense_view){
        .code = layer->leave_activation ? ACTIVATION_LINEAR : activation_code(&dense->activation),
        .alpha = activation_alpha(&dense->activation),
        .depth = depth,
        .columns = dense->units,
        .leading = layer_input_elements(layer) / depth};
}

static int dense_plan_tensors(struct layer *layer, const char *path, struct error *error)
{
    const struct dense *dense = layer->options;
    struct shape shape = {.rank = 2, .dims = {shape_last(&layer->input_shapes[0]), dense->units}};
    struct layer_tensor *kernel = layer_add_tensor(layer, "kernel", TENSOR_KERNEL, &shape, 0.0F);
    char initializer_path[128];

    kernel->initializer = dense->kernel_initializer;
    kernel->fan_in = shape.dims[0];
    kernel->fan_out = shape.dims[1];
    snprintf(initializer_path, sizeof(initializer_path), "%s.kernel_initializer", path);
    if (initializer_check(&kernel->initializer, &shape, initializer_path, error) != 0)
        return -1;
    if (!dense->use_bias)
        return 0;
    struct layer_tensor *bias =
        layer_add_channel_tensor(layer, "bias", TENSOR_BIAS, dense->units, 0.0F);
    bias->initializer = dense->bias_initializer;
    return 0;
}

static int dense_plan(struct layer *layer, const char *path, struct error *error)
{
    struct dense_view view = dense_view(layer);

    layer->output_shape = layer->input_shapes[0];
    layer->output_shape.dims[layer->output_shape.rank - 1] = view.columns;
    layer->parameter_items = view.columns;
    layer->flops_per_row = 2 * view.leading * view.depth * view.columns;
    if (activation_needs_input(view.code))
        layer->scratch_per_row[0] = view.leading * view.columns;
    return dense_plan_tensors(layer, path, error);
}

static void dense_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                          int64_t end)
{
    const struct kernels *kernels = pass->kernels;
    struct dense_view view = dense_view(layer);
    int64_t first = begin * view.leading;
    int64_t rows = (end - begin) * view.leading;
    const float *x = pass->inputs[0] + first * view.depth;
    const float *bias = layer->tensor_count > 1 ? pass->tensors[1] : NULL;
    float *y = pass->output + first * view.columns;
    /* What comes before the activation is kept only where backward will ask for it. */
    bool kept = pass->training && layer->scratch_per_row[0] > 0;
    float *z = kept ? pass->scratch[0] + first * view.columns : y;
    bool fused = view.code == ACTIVATION_RELU;

    kernels->product(rows, view.columns, view.depth, x, view.depth, pass->tensors[0], view.columns,
                     bias, z, view.columns, fused ? ACTIVATION_RELU : ACTIVATION_LINEAR);
    if (!fused && view.code != ACTIVATION_LINEAR)
        kernels->activation_forward(view.code, view.alpha, rows, view.columns, z, y);
}

/* Turns d_output into the gradient by what comes before the activation, and leaves it there for
 * backward_parameters. */
static void dense_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                           int64_t end)
{
    const struct kernels *kernels = pass->kernels;
    struct dense_view view = dense_view(layer);
    int64_t first = begin * view.leading;
    int64_t rows = (end - begin) * view.leading;
    float *d_z = pass->d_output + first * view.columns;

    if (view.code != ACTIVATION_LINEAR) {
        const float *y = pass->output_read + first * view.columns;
        const float *z =
            layer->scratch_per_row[0] > 0 ? pass->scratch[0] + first * view.columns : NULL;
        kernels->activation_backward(view.code, view.alpha, rows, view.columns, z, y, d_z, d_z);
    }
    if (pass->d_inputs[0] != NULL)
        kernels->product_d_input(
            rows, view.columns, view.depth, d_z, view.columns, pass->tensors[0], view.columns,
            pass->d_inputs[0] + first * view.depth, view.depth, pass->d_input_overwrite[0]);
}

/* Items are output columns. */
static void dense_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                      int64_t begin, int64_t end)
{
    struct dense_view view = dense_view(layer);
    int64_t rows = pass->rows * view.leading;
    const float *d_z = pass->d_output + begin;

    pass->kernels->product_d_kernel(rows, end - begin, view.depth, pass->inputs[0], view.depth, d_z,
                                    view.columns, pass->d_tensors[0] + begin, view.columns);
    if (layer->tensor_count > 1)
        pass->kernels->column_sums(rows, end - begin, d_z, view.columns,
                                   pass->d_tensors[1] + begin);
}

const struct layer_type layer_dense = {
    .kind = {.name = "dense",
             .help = "every output from every input of the last axis",
             .size = sizeof(struct dense),
             .fields = dense_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 4, "
               "\"activation\": \"gelu\"}, {\"type\": \"dense\", \"units\": 3, \"activation\": "
               "\"tanh\"}]}",
    .plan = dense_plan,
    .forward = dense_forward,
    .backward = dense_backward,
    .backward_parameters = dense_backward_parameters,
};
