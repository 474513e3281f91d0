/* dense: y = activation(x · kernel + bias) over the last axis. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "engine/initializer.h"
#include "engine/layers/affine.h"
#include "engine/layers/layers.h"

struct dense {
    struct layer_options common;
    int64_t units; /* 0: "auto", which the network resolves before the plan */
    struct variant activation;
    bool use_bias;
    struct variant kernel_initializer;
    struct variant bias_initializer;
};

static const struct field dense_fields[] = {
    FIELD_INTEGER(struct dense, units, .min = 1, .max = AFFINE_UNITS_MAX, .word = "auto",
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

static int dense_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct dense *dense = layer->options;
    int64_t depth = shape_last(&layer->input_shapes[0]);

    layer->output_shape = layer->input_shapes[0];
    layer->output_shape.dims[layer->output_shape.rank - 1] = dense->units;
    if (shape_check(&layer->output_shape, path, "an output", error) != 0)
        return -1;
    layer->parameter_items = depth;
    layer->parameter_step = AFFINE_PARAMETER_STEP;
    layer->stores_gradient = true;
    layer->flops_per_row = layer_flops(layer_output_elements(layer), depth);
    struct affine affine = affine_of(layer, &dense->activation);
    const struct affine_tensors tensors = {
        .kernel_shape = {.rank = 2, .dims = {depth, dense->units}},
        .fan_in = depth,
        .fan_out = dense->units,
        .units = dense->units,
        .kernel_initializer = &dense->kernel_initializer,
        .bias_initializer = &dense->bias_initializer,
        .use_bias = dense->use_bias};
    return affine_plan(layer, &affine, &tensors, path, error);
}

/* What one call works on: matrix rows of the batch, the kernel is [depth, affine.columns]. */
struct dense_view {
    struct affine affine;
    int64_t depth, first, rows;
};

static struct dense_view dense_view(const struct layer *layer, int64_t begin, int64_t end)
{
    const struct dense *dense = layer->options;
    struct affine affine = affine_of(layer, &dense->activation);
    int64_t leading = affine.elements / affine.columns;

    return (struct dense_view){.affine = affine,
                               .depth = shape_last(&layer->input_shapes[0]),
                               .first = begin * leading,
                               .rows = (end - begin) * leading};
}

static int64_t dense_packed_size(const struct layer *layer, const struct kernels *kernels)
{
    const struct shape *kernel = &layer->tensors[AFFINE_KERNEL].shape;

    return kernels->panels_size(kernel->dims[0], kernel->dims[1]);
}

static void dense_pack(const struct layer *layer, const struct kernels *kernels,
                       const float *const *tensors, float *packed)
{
    const int64_t *dims = layer->tensors[AFFINE_KERNEL].shape.dims;

    kernels->panels_fill(dims[0], dims[1], 0, dims[0], tensors[AFFINE_KERNEL], dims[1], false,
                         packed);
}

/* The matrix of a view's inputs, as patches of one run. */
static void product_packed(const struct dense_view *view, const struct layer_pass *pass,
                           const float *x, const float *bias, float *sums,
                           enum activation_code code)
{
    static const int64_t no_offset[1] = {0};
    const struct patch_grid grid = {.x = x,
                                    .lines = 1,
                                    .count = view->rows,
                                    .step = view->depth,
                                    .line_offsets = no_offset,
                                    .runs = 1,
                                    .run_length = view->depth,
                                    .run_offsets = no_offset};

    pass->kernels->patch_product(&grid, view->affine.columns, pass->packed, bias, 0, sums,
                                 view->affine.columns, code);
}

static void dense_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                          int64_t end)
{
    struct dense_view view = dense_view(layer, begin, end);
    int64_t columns = view.affine.columns;
    bool fused = view.affine.code == ACTIVATION_RELU;
    enum activation_code code = fused ? ACTIVATION_RELU : ACTIVATION_LINEAR;
    const float *x = pass->inputs[0] + view.first * view.depth;
    const float *bias = affine_bias(layer, pass);
    float *sums = affine_sums(layer, pass) + view.first * columns;

    if (pass->packed != NULL)
        product_packed(&view, pass, x, bias, sums, code);
    else
        pass->kernels->product(view.rows, columns, view.depth, x, view.depth,
                               pass->tensors[AFFINE_KERNEL], columns, bias, sums, columns, code);
    if (!fused)
        affine_activate(layer, pass, &view.affine, begin, end);
}

static void dense_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                           int64_t end)
{
    struct dense_view view = dense_view(layer, begin, end);
    int64_t columns = view.affine.columns;

    affine_deactivate(layer, pass, &view.affine, begin, end);
    if (pass->d_inputs[0] != NULL)
        pass->kernels->product_d_input(
            view.rows, columns, view.depth, pass->d_output + view.first * columns, columns,
            pass->tensors[AFFINE_KERNEL], columns, pass->d_inputs[0] + view.first * view.depth,
            view.depth, pass->d_input_overwrite[0]);
}

/* Items are the kernel's rows; the bias goes with the first ones. */
static void dense_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                      int64_t begin, int64_t end)
{
    struct dense_view view = dense_view(layer, 0, pass->rows);
    int64_t columns = view.affine.columns;

    pass->kernels->product_d_kernel(
        view.rows, columns, end - begin, pass->inputs[0] + begin, view.depth, pass->d_output,
        columns, pass->d_tensors[AFFINE_KERNEL] + begin * columns, columns, pass->stores);
    if (layer->tensor_count > AFFINE_BIAS && begin == 0)
        pass->kernels->column_sums(view.rows, columns, pass->d_output, columns,
                                   pass->d_tensors[AFFINE_BIAS]);
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
    .packed_size = dense_packed_size,
    .pack = dense_pack,
    .forward = dense_forward,
    .backward = dense_backward,
    .backward_parameters = dense_backward_parameters,
};
