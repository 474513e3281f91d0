/* conv2d_transpose: what conv2d's gradient does to its output's, as a layer: each cell of the input
 * adds the kernel times its channels to the cells of the output that a convolution would have seen
 * from it. With padding "same" the output is the input times the strides, cut as conv2d "same"
 * pads; where a kernel is smaller than its stride, the cells between are the bias. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/convolution.h"
#include "engine/layers/layers.h"

#include <stdlib.h>
#include <string.h>

enum { FILTER_AXIS = 2 }; /* of the kernel [height, width, filters, channels] */

static const struct field transpose_fields[] = {CONVOLUTION_FIELDS, FIELD_END};

/* The convolution that this is the transpose of has the output for images, and the input's channels
 * for filters. */
static int plan_shapes(struct layer *layer, struct convolution *convolution, const char *path,
                       struct error *error)
{
    const struct convolution_options *options = layer->options;
    const struct window_options window_options = {.kernel_name = "kernel_size",
                                                  .kernel = &options->kernel_size,
                                                  .strides = &options->strides,
                                                  .dilation = &options->dilation,
                                                  .padding = options->padding};

    convolution->groups = 1;
    convolution->filters = shape_last(&layer->input_shapes[0]);
    if (window_plan_transposed(&convolution->window, layer, &window_options, options->filters, path,
                               error) != 0)
        return -1;
    const struct shape kernel_shape = convolution_kernel_shape(convolution, WINDOW_AXES);
    layer->output_shape = window_shape(WINDOW_AXES, convolution->window.in, options->filters);
    if (shape_check(&kernel_shape, path, "a kernel", error) != 0 ||
        shape_check(&layer->output_shape, path, "an output", error) != 0)
        return -1;
    return convolution_plan(layer, error);
}

static int plan_tensors(struct layer *layer, const struct convolution *convolution,
                        const char *path, struct error *error)
{
    const struct convolution_options *options = layer->options;
    const struct affine affine = affine_of(layer, &options->activation);
    const int64_t cells =
        convolution->window.kernel[WINDOW_HEIGHT] * convolution->window.kernel[WINDOW_WIDTH];
    const struct affine_tensors tensors = {.kernel_shape =
                                               convolution_kernel_shape(convolution, WINDOW_AXES),
                                           .fan_in = cells * convolution->filters,
                                           .fan_out = cells * options->filters,
                                           .units = options->filters,
                                           .kernel_initializer = &options->kernel_initializer,
                                           .bias_initializer = &options->bias_initializer,
                                           .use_bias = options->use_bias};

    if (affine_plan(layer, &affine, &tensors, path, error) != 0)
        return -1;
    layer->tensors[AFFINE_KERNEL].unit_axis = FILTER_AXIS;
    return 0;
}

static int transpose_plan(struct layer *layer, const char *path, struct error *error)
{
    struct convolution *convolution = calloc(1, sizeof(*convolution));

    if (convolution == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the plan of a layer");
    layer->plan_data = convolution;
    if (plan_shapes(layer, convolution, path, error) != 0)
        return -1;
    convolution = layer->plan_data;
    layer->work_size = convolution_work_size(convolution);
    layer->parameter_items = convolution_items(convolution);
    layer->parameter_step = convolution_item_step(convolution);
    layer->flops_per_row = layer_flops(layer_input_elements(layer), convolution->depth);
    return plan_tensors(layer, convolution, path, error);
}

static struct convolution_pass pass_of(const struct layer *layer, const struct layer_pass *pass)
{
    return (struct convolution_pass){.convolution = layer->plan_data,
                                     .kernels = pass->kernels,
                                     .work = pass->work,
                                     .kernel = pass->tensors[AFFINE_KERNEL]};
}

/* Every cell of rows [begin, end) as the bias. */
static void begin_sums(const struct layer *layer, const struct layer_pass *pass,
                       const struct affine *affine, int64_t begin, int64_t end, float *sums)
{
    const float *bias = affine_bias(layer, pass);

    if (bias == NULL) {
        memset(sums + begin * affine->elements, 0,
               (size_t)((end - begin) * affine->elements) * sizeof(float));
        return;
    }
    for (int64_t at = begin * affine->elements; at < end * affine->elements; at += affine->columns)
        memcpy(sums + at, bias, (size_t)affine->columns * sizeof(float));
}

static void transpose_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                              int64_t end)
{
    const struct convolution_options *options = layer->options;
    const struct convolution_pass convolution = pass_of(layer, pass);
    const struct affine affine = affine_of(layer, &options->activation);
    float *sums = affine_sums(layer, pass);

    begin_sums(layer, pass, &affine, begin, end, sums);
    convolution_d_images(&convolution, pass->inputs[0], begin, end, sums, false);
    affine_activate(layer, pass, &affine, begin, end);
}

static void transpose_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    const struct convolution_options *options = layer->options;
    const struct convolution_pass convolution = pass_of(layer, pass);
    const struct affine affine = affine_of(layer, &options->activation);

    affine_deactivate(layer, pass, &affine, begin, end);
    if (pass->d_inputs[0] == NULL)
        return;
    if (pass->d_input_overwrite[0])
        convolution_run(&convolution, pass->d_output, NULL, begin, end, pass->d_inputs[0], false);
    else
        convolution_add(&convolution, pass->d_output, begin, end, pass->d_inputs[0]);
}

/* The bias goes with the first items. */
static void transpose_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                          int64_t begin, int64_t end)
{
    const struct convolution_pass convolution = pass_of(layer, pass);
    const struct window *window = &convolution.convolution->window;

    convolution_d_kernel(&convolution, pass->d_output, pass->inputs[0], pass->rows, begin, end,
                         pass->d_tensors[AFFINE_KERNEL]);
    if (layer->tensor_count > AFFINE_BIAS && begin == 0)
        pass->kernels->column_sums(
            pass->rows * window->in[WINDOW_HEIGHT] * window->in[WINDOW_WIDTH], window->channels,
            pass->d_output, window->channels, pass->d_tensors[AFFINE_BIAS]);
}

const struct layer_type layer_conv2d_transpose = {
    .kind = {.name = "conv2d_transpose",
             .help = "a convolution backwards: images larger by the strides",
             .size = sizeof(struct convolution_options),
             .fields = transpose_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [3, 2, 1], \"layers\": [{\"type\": \"dense\", \"units\": 2}, "
               "{\"type\": \"conv2d_transpose\", \"filters\": 3, \"kernel_size\": [3, 2], "
               "\"strides\": [2, 3], \"padding\": \"same\", \"activation\": \"gelu\"}]}",
    .plan = transpose_plan,
    .forward = transpose_forward,
    .backward = transpose_backward,
    .backward_parameters = transpose_backward_parameters,
};
