/* conv1d and conv2d: y = activation(bias + the sum over a window of x · kernel), for each filter,
 * as PyTorch correlates (the kernel is not turned around). With groups, the channels and the
 * filters fall into so many parts, and each filter sees those of its part. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/convolution.h"
#include "engine/layers/layers.h"

#include <stdlib.h>

static const struct field conv_fields[] = {
    CONVOLUTION_FIELDS,
    FIELD_INTEGER(struct convolution_options, groups, .min = 1, .max = AFFINE_UNITS_MAX,
                  .number = 1,
                  .help = "parts of the channels and filters that do not see each other; as many "
                          "as channels: depthwise"),
    FIELD_END};

static int check_groups(const struct convolution *convolution, const char *path,
                        struct error *error)
{
    const int64_t channels = convolution->window.channels;
    const int64_t groups = convolution->groups;

    if (channels % groups == 0 && convolution->filters % groups == 0)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "needs groups that divide the %lld channels of its input and its %lld "
                        "filters, such as 1, not %lld",
                        (long long)channels, (long long)convolution->filters, (long long)groups);
}

/* The window and the groups, and the shapes that they make. */
static int plan_shapes(struct layer *layer, int axes, struct convolution *convolution,
                       const char *path, struct error *error)
{
    const struct convolution_options *options = layer->options;
    const struct window_options window_options = {.kernel_name = "kernel_size",
                                                  .kernel = &options->kernel_size,
                                                  .strides = &options->strides,
                                                  .dilation = &options->dilation,
                                                  .padding = options->padding};

    convolution->groups = options->groups;
    convolution->filters = options->filters;
    if (window_plan(&convolution->window, layer, axes, &window_options, path, error) != 0 ||
        check_groups(convolution, path, error) != 0)
        return -1;
    const struct shape kernel_shape = convolution_kernel_shape(convolution, axes);
    layer->output_shape = window_shape(axes, convolution->window.out, options->filters);
    if (shape_check(&kernel_shape, path, "a kernel", error) != 0 ||
        shape_check(&layer->output_shape, path, "an output", error) != 0)
        return -1;
    return convolution_plan(layer, error);
}

static int conv_plan(struct layer *layer, int axes, const char *path, struct error *error)
{
    const struct convolution_options *options = layer->options;
    struct convolution *convolution = calloc(1, sizeof(*convolution));

    if (convolution == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the plan of a layer");
    layer->plan_data = convolution;
    if (plan_shapes(layer, axes, convolution, path, error) != 0)
        return -1;
    convolution = layer->plan_data;
    layer->work_size = convolution_work_size(convolution);
    layer->parameter_items = convolution_items(convolution);
    layer->parameter_step = convolution_item_step(convolution);
    layer->flops_per_row = layer_flops(layer_output_elements(layer), convolution->depth);
    const struct affine affine = affine_of(layer, &options->activation);
    const struct affine_tensors tensors = {
        .kernel_shape = convolution_kernel_shape(convolution, axes),
        .fan_in = convolution->depth,
        .fan_out = convolution->window.kernel[WINDOW_HEIGHT] *
                   convolution->window.kernel[WINDOW_WIDTH] * options->filters / options->groups,
        .units = options->filters,
        .kernel_initializer = &options->kernel_initializer,
        .bias_initializer = &options->bias_initializer,
        .use_bias = options->use_bias};
    return affine_plan(layer, &affine, &tensors, path, error);
}

static int conv1d_plan(struct layer *layer, const char *path, struct error *error)
{
    return conv_plan(layer, 1, path, error);
}

static int conv2d_plan(struct layer *layer, const char *path, struct error *error)
{
    return conv_plan(layer, 2, path, error);
}

static struct convolution_pass pass_of(const struct layer *layer, const struct layer_pass *pass)
{
    return (struct convolution_pass){.convolution = layer->plan_data,
                                     .kernels = pass->kernels,
                                     .work = pass->work,
                                     .kernel = pass->tensors[AFFINE_KERNEL]};
}

static void conv_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                         int64_t end)
{
    const struct convolution_options *options = layer->options;
    const struct convolution_pass convolution = pass_of(layer, pass);
    const struct affine affine = affine_of(layer, &options->activation);
    const bool fused = affine.code == ACTIVATION_RELU;

    convolution_run(&convolution, pass->inputs[0], affine_bias(layer, pass), begin, end,
                    affine_sums(layer, pass), fused);
    if (!fused)
        affine_activate(layer, pass, &affine, begin, end);
}

static void conv_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                          int64_t end)
{
    const struct convolution_options *options = layer->options;
    const struct convolution_pass convolution = pass_of(layer, pass);
    const struct affine affine = affine_of(layer, &options->activation);

    affine_deactivate(layer, pass, &affine, begin, end);
    if (pass->d_inputs[0] != NULL)
        convolution_d_images(&convolution, pass->d_output, begin, end, pass->d_inputs[0],
                             pass->d_input_overwrite[0]);
}

/* The bias goes with the first items. */
static void conv_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                     int64_t begin, int64_t end)
{
    const struct convolution_pass convolution = pass_of(layer, pass);
    const int64_t filters = convolution.convolution->filters;

    convolution_d_kernel(&convolution, pass->inputs[0], pass->d_output, pass->rows, begin, end,
                         pass->d_tensors[AFFINE_KERNEL]);
    if (layer->tensor_count > AFFINE_BIAS && begin == 0)
        pass->kernels->column_sums(pass->rows * window_positions(&convolution.convolution->window),
                                   filters, pass->d_output, filters, pass->d_tensors[AFFINE_BIAS]);
}

const struct layer_type layer_conv1d = {
    .kind = {.name = "conv1d",
             .help = "filters that slide over a sequence [time, channels]",
             .size = sizeof(struct convolution_options),
             .fields = conv_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [7, 2], \"layers\": [{\"type\": \"dense\", \"units\": 4}, "
               "{\"type\": \"conv1d\", \"filters\": 6, \"kernel_size\": 3, \"strides\": 2, "
               "\"padding\": \"same\", \"groups\": 2, \"activation\": \"tanh\"}]}",
    .plan = conv1d_plan,
    .forward = conv_forward,
    .backward = conv_backward,
    .backward_parameters = conv_backward_parameters,
};

const struct layer_type layer_conv2d = {
    .kind = {.name = "conv2d",
             .help = "filters that slide over an image [height, width, channels]",
             .size = sizeof(struct convolution_options),
             .fields = conv_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5, 6, 1], \"layers\": [{\"type\": \"dense\", \"units\": 2}, "
               "{\"type\": \"conv2d\", \"filters\": 3, \"kernel_size\": [2, 3], \"dilation\": "
               "[2, 1], \"padding\": \"same\", \"strides\": [1, 2], \"activation\": \"gelu\"}]}",
    .plan = conv2d_plan,
    .forward = conv_forward,
    .backward = conv_backward,
    .backward_parameters = conv_backward_parameters,
};
