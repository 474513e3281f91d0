/* Each layer type as constants and calls of the functions in c_parts/. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/activation.h"
#include "engine/exchange/c_source.h"
#include "engine/layers/convolution.h"
#include "engine/layers/recurrent.h"
#include "engine/network_read.h"

#include <string.h>

static long long elements_of(const struct shape *shape)
{
    return (long long)shape_elements(shape, NULL);
}

static long long last_of(const struct shape *shape)
{
    return (long long)shape_last(shape);
}

/* Rows of the last axis. */
static long long rows_of(const struct shape *shape)
{
    return elements_of(shape) / last_of(shape);
}

static const struct shape *input_of(const struct c_layer *c)
{
    return &c->layer->input_shapes[0];
}

static void call_copy(const struct c_layer *c, struct bytes *calls)
{
    c_use(c->writer, "copy");
    bytes_printf(calls, "    copy(%s, %lld, %s);\n", c->inputs[0], elements_of(input_of(c)),
                 c->output);
}

/* ---- activations */

/* The layer's activation over its output. */
static void call_activation(const struct c_layer *c, struct bytes *calls)
{
    const struct variant *activation = layer_options_activation(c->layer->type, c->layer->options);
    const enum activation_code code =
        activation != NULL ? activation_code(activation) : ACTIVATION_LINEAR;
    const struct shape *shape = &c->layer->output_shape;
    if (code == ACTIVATION_LINEAR)
        return;
    const char *name = activation_name(code);
    c_use(c->writer, name);
    if (code == ACTIVATION_TANH)
        name = "hyperbolic_tangent";
    bytes_printf(calls, "    %s(%s, %lld", name, c->output, elements_of(shape));
    if (code == ACTIVATION_SOFTMAX || code == ACTIVATION_LOG_SOFTMAX) {
        c_use(c->writer, "largest");
        bytes_printf(calls, ", %lld", last_of(shape));
    } else if (code == ACTIVATION_LEAKY_RELU || code == ACTIVATION_ELU) {
        bytes_printf(calls, ", ");
        c_float(calls, activation_alpha(activation));
    }
    bytes_printf(calls, ");\n");
}

static void write_activation(const struct c_layer *c, struct bytes *constants UNUSED,
                             struct bytes *calls)
{
    call_copy(c, calls);
    call_activation(c, calls);
}

/* ---- affine layers */

/* "dense_1_kernel, dense_1_bias", NULL for a bias that is not there. */
static void append_affine(const struct c_layer *c, struct bytes *calls)
{
    bytes_printf(calls, "%s_kernel, ", c->prefix);
    if (c->layer->tensor_count > AFFINE_BIAS)
        bytes_printf(calls, "%s_bias", c->prefix);
    else
        bytes_printf(calls, "NULL");
}

static void write_dense(const struct c_layer *c, struct bytes *constants UNUSED,
                        struct bytes *calls)
{
    c_use(c->writer, "dense");
    bytes_printf(calls, "    dense(%s, %lld, %lld, ", c->inputs[0], rows_of(input_of(c)),
                 last_of(input_of(c)));
    append_affine(c, calls);
    bytes_printf(calls, ", %lld, %s);\n", last_of(&c->layer->output_shape), c->output);
    call_activation(c, calls);
}

static void append_axes(struct bytes *bytes, const int64_t axes[WINDOW_AXES])
{
    bytes_printf(bytes, ", {%lld, %lld}", (long long)axes[WINDOW_HEIGHT],
                 (long long)axes[WINDOW_WIDTH]);
}

static void write_windows(const struct c_layer *c, const struct window *window,
                          struct bytes *constants)
{
    c_use(c->writer, "windows");
    bytes_printf(constants, "static const struct windows %s_windows = {%lld", c->prefix,
                 (long long)window->channels);
    append_axes(constants, window->in);
    append_axes(constants, window->out);
    append_axes(constants, window->kernel);
    append_axes(constants, window->stride);
    append_axes(constants, window->dilation);
    append_axes(constants, window->before);
    bytes_printf(constants, "};\n");
}

static void write_convolution(const struct c_layer *c, struct bytes *constants, struct bytes *calls)
{
    const struct convolution *convolution = c->layer->plan_data;
    write_windows(c, &convolution->window, constants);
    c_use(c->writer, "convolution");
    bytes_printf(calls, "    convolution(&%s_windows, %s, ", c->prefix, c->inputs[0]);
    append_affine(c, calls);
    bytes_printf(calls, ", %lld, %lld, %s);\n", (long long)convolution->filters,
                 (long long)convolution->groups, c->output);
    call_activation(c, calls);
}

static void write_convolution_transpose(const struct c_layer *c, struct bytes *constants,
                                        struct bytes *calls)
{
    const struct convolution *convolution = c->layer->plan_data;
    write_windows(c, &convolution->window, constants);
    c_use(c->writer, "convolution_transpose");
    bytes_printf(calls, "    convolution_transpose(&%s_windows, %s, ", c->prefix, c->inputs[0]);
    append_affine(c, calls);
    bytes_printf(calls, ", %lld, %s);\n", last_of(input_of(c)), c->output);
    call_activation(c, calls);
}

/* ---- pooling */

static void write_pool(const struct c_layer *c, const struct window *window, const char *part,
                       struct bytes *constants, struct bytes *calls)
{
    write_windows(c, window, constants);
    c_use(c->writer, part);
    bytes_printf(calls, "    %s(&%s_windows, %s, %s);\n", part, c->prefix, c->inputs[0], c->output);
}

static void write_max_pool(const struct c_layer *c, struct bytes *constants, struct bytes *calls)
{
    write_pool(c, c->layer->plan_data, "max_pool", constants, calls);
}

static void write_average_pool(const struct c_layer *c, struct bytes *constants,
                               struct bytes *calls)
{
    write_pool(c, c->layer->plan_data, "average_pool", constants, calls);
}

/* One window over all of it. */
static void write_global_pool(const struct c_layer *c, const char *part, struct bytes *constants,
                              struct bytes *calls)
{
    const int64_t cells = rows_of(input_of(c));
    const struct window window = {.in = {1, cells},
                                  .out = {1, 1},
                                  .channels = shape_last(input_of(c)),
                                  .kernel = {1, cells},
                                  .stride = {1, 1},
                                  .dilation = {1, 1}};
    write_pool(c, &window, part, constants, calls);
}

static void write_global_max_pool(const struct c_layer *c, struct bytes *constants,
                                  struct bytes *calls)
{
    write_global_pool(c, "max_pool", constants, calls);
}

static void write_global_average_pool(const struct c_layer *c, struct bytes *constants,
                                      struct bytes *calls)
{
    write_global_pool(c, "average_pool", constants, calls);
}

/* ---- images */

/* The sizes for height and width that a field says as one number or two. */
static void append_sizes(struct bytes *calls, const json_t *json)
{
    const json_t *first = json_is_array(json) ? json_array_get(json, 0) : json;
    const json_t *last =
        json_is_array(json) ? json_array_get(json, json_array_size(json) - 1) : json;
    bytes_printf(calls, "%lld, %lld", (long long)json_integer_value(first),
                 (long long)json_integer_value(last));
}

static void call_image(const struct c_layer *c, const char *part, const char *field,
                       struct bytes *calls)
{
    const int64_t *dims = input_of(c)->dims;
    c_use(c->writer, part);
    bytes_printf(calls, "    %s(%s, %lld, %lld, %lld, ", part, c->inputs[0], (long long)dims[0],
                 (long long)dims[1], (long long)dims[2]);
    append_sizes(calls, json_object_get(c->options, field));
    bytes_printf(calls, ", %s);\n", c->output);
}

static void write_upsampling2d(const struct c_layer *c, struct bytes *constants UNUSED,
                               struct bytes *calls)
{
    call_image(c, "upsample", "size", calls);
}

static void write_zero_padding2d(const struct c_layer *c, struct bytes *constants UNUSED,
                                 struct bytes *calls)
{
    call_image(c, "zero_pad", "padding", calls);
}

/* ---- several inputs */

static void call_each(const struct c_layer *c, const char *part, struct bytes *calls)
{
    call_copy(c, calls);
    c_use(c->writer, part);
    for (int i = 1; i < c->layer->input_count; i++)
        bytes_printf(calls, "    %s(%s, %lld, %s);\n", part, c->inputs[i], elements_of(input_of(c)),
                     c->output);
}

static void write_add(const struct c_layer *c, struct bytes *constants UNUSED, struct bytes *calls)
{
    call_each(c, "add", calls);
}

static void write_multiply(const struct c_layer *c, struct bytes *constants UNUSED,
                           struct bytes *calls)
{
    call_each(c, "multiply", calls);
}

static void write_concat(const struct c_layer *c, struct bytes *constants UNUSED,
                         struct bytes *calls)
{
    const struct shape *output = &c->layer->output_shape;
    const json_int_t asked = json_integer_value(json_object_get(c->options, "axis"));
    const int axis = (int)(asked < 0 ? asked + output->rank : asked);
    long long rows = 1, column = 0;
    for (int i = 0; i < axis; i++)
        rows *= output->dims[i];
    c_use(c->writer, "place_columns");
    for (int i = 0; i < c->layer->input_count; i++) {
        const long long width = elements_of(&c->layer->input_shapes[i]) / rows;
        bytes_printf(calls, "    place_columns(%s, %lld, %lld, %lld, %s + %lld);\n", c->inputs[i],
                     rows, width, elements_of(output) / rows, c->output, column);
        column += width;
    }
}

/* ---- normalization */

static void append_epsilon(const struct c_layer *c, struct bytes *calls)
{
    c_double(calls, json_number_value(json_object_get(c->options, "epsilon")));
}

static void write_batch_norm(const struct c_layer *c, struct bytes *constants UNUSED,
                             struct bytes *calls)
{
    const char *prefix = c->prefix;
    c_use(c->writer, "batch_norm");
    bytes_printf(calls,
                 "    batch_norm(%s, %lld, %lld, %s_gamma, %s_beta, %s_moving_mean, "
                 "%s_moving_variance, ",
                 c->inputs[0], rows_of(input_of(c)), last_of(input_of(c)), prefix, prefix, prefix,
                 prefix);
    append_epsilon(c, calls);
    bytes_printf(calls, ", %s);\n", c->output);
}

static void write_layer_norm(const struct c_layer *c, struct bytes *constants UNUSED,
                             struct bytes *calls)
{
    c_use(c->writer, "layer_norm");
    bytes_printf(calls, "    layer_norm(%s, %lld, %lld, %s_gamma, %s_beta, ", c->inputs[0],
                 rows_of(input_of(c)), last_of(input_of(c)), c->prefix, c->prefix);
    append_epsilon(c, calls);
    bytes_printf(calls, ", %s);\n", c->output);
}

/* ---- tables */

static void write_embedding(const struct c_layer *c, struct bytes *constants UNUSED,
                            struct bytes *calls)
{
    const int64_t *table = c->layer->tensors[0].shape.dims;
    c_use(c->writer, "embedding");
    bytes_printf(calls,
                 "    if (embedding(%s, %lld, %s_embeddings, %lld, %lld, %s) != 0)\n"
                 "        return -1;\n",
                 c->inputs[0], elements_of(input_of(c)), c->prefix, (long long)table[0],
                 (long long)table[1], c->output);
}

static void write_column_embeddings(const struct c_layer *c, struct bytes *constants,
                                    struct bytes *calls)
{
    const json_t *columns = json_object_get(c->options, "columns"), *column;
    size_t i;
    c_use(c->writer, "column_embeddings");
    bytes_printf(constants, "static const struct embedded %s_columns[%zu] = {", c->prefix,
                 json_array_size(columns));
    json_array_foreach(columns, i, column)
    {
        bytes_printf(constants, "%s{%lld, %lld, %lld}", i == 0 ? "" : ", ",
                     (long long)json_integer_value(json_object_get(column, "position")),
                     (long long)json_integer_value(json_object_get(column, "vocabulary")),
                     (long long)json_integer_value(json_object_get(column, "units")));
    }
    bytes_printf(constants, "};\n");
    bytes_printf(calls,
                 "    column_embeddings(%s, %lld, %lld, %s_columns, %zu, %s_embeddings, %s);\n",
                 c->inputs[0], rows_of(input_of(c)), last_of(input_of(c)), c->prefix,
                 json_array_size(columns), c->prefix, c->output);
}

static void write_positional_embedding(const struct c_layer *c, struct bytes *constants UNUSED,
                                       struct bytes *calls)
{
    call_copy(c, calls);
    c_use(c->writer, "add");
    bytes_printf(calls, "    add(%s_embeddings, %lld, %s);\n", c->prefix, elements_of(input_of(c)),
                 c->output);
}

/* ---- sequences */

enum { LSTM_WORK = 10, GRU_WORK = 7 }; /* floats a unit */

static int64_t units_of(const json_t *options)
{
    return json_integer_value(json_object_get(options, "units"));
}

static int64_t lstm_work(const struct layer *layer UNUSED, const json_t *options)
{
    return LSTM_WORK * units_of(options);
}

static int64_t gru_work(const struct layer *layer UNUSED, const json_t *options)
{
    return GRU_WORK * units_of(options);
}

/* One direction, whose tensors are named <prefix>_<direction>kernel. */
static void write_direction(const struct c_layer *c, const char *cell, const char *direction,
                            bool backward, struct bytes *constants, struct bytes *calls)
{
    const struct recurrent_options *options = c->layer->options;
    const int64_t *input = input_of(c)->dims;
    const bool has_recurrent_bias = strcmp(cell, "gru") == 0;
    const char *prefix = c->prefix;
    bytes_printf(constants,
                 "static const struct recurrent %s_%scell = {%lld, %lld, %lld, %d, %d, %lld,\n"
                 "    %s_%skernel, %s_%srecurrent_kernel, %s_%sbias, ",
                 prefix, direction, (long long)input[0], (long long)input[1],
                 (long long)options->units, backward, options->return_sequences,
                 last_of(&c->layer->output_shape), prefix, direction, prefix, direction, prefix,
                 direction);
    if (has_recurrent_bias)
        bytes_printf(constants, "%s_%srecurrent_bias};\n", prefix, direction);
    else
        bytes_printf(constants, "NULL};\n");
    bytes_printf(calls, "    %s(&%s_%scell, %s, %s, %s + %lld);\n", cell, prefix, direction,
                 c->inputs[0], c->work, c->output, backward ? (long long)options->units : 0);
}

static void write_recurrent(const struct c_layer *c, const char *cell, struct bytes *constants,
                            struct bytes *calls)
{
    const struct recurrent_options *options = c->layer->options;
    c_use(c->writer, "dense");
    c_use(c->writer, "recurrent");
    c_use(c->writer, cell);
    if (!options->bidirectional) {
        write_direction(c, cell, "", false, constants, calls);
        return;
    }
    write_direction(c, cell, "forward_", false, constants, calls);
    write_direction(c, cell, "backward_", true, constants, calls);
}

static void write_lstm(const struct c_layer *c, struct bytes *constants, struct bytes *calls)
{
    write_recurrent(c, "lstm", constants, calls);
}

static void write_gru(const struct c_layer *c, struct bytes *constants, struct bytes *calls)
{
    write_recurrent(c, "gru", constants, calls);
}

/* Columns of the queries: those of the first kernel. */
static int64_t attention_units(const struct layer *layer)
{
    return shape_last(&layer->tensors[0].shape);
}

static int64_t attention_work(const struct layer *layer, const json_t *options UNUSED)
{
    const int64_t time = layer->input_shapes[0].dims[0];
    return 4 * time * attention_units(layer) + time;
}

static void write_attention(const struct c_layer *c, struct bytes *constants, struct bytes *calls)
{
    const int64_t *input = input_of(c)->dims;
    const char *prefix = c->prefix;
    c_use(c->writer, "dense");
    c_use(c->writer, "largest");
    c_use(c->writer, "softmax");
    c_use(c->writer, "attention");
    bytes_printf(constants,
                 "static const struct attention %s_heads = {%lld, %lld, %lld, %lld, %d,\n"
                 "    {%s_query_kernel, %s_key_kernel, %s_value_kernel, %s_output_kernel},\n"
                 "    {%s_query_bias, %s_key_bias, %s_value_bias, %s_output_bias}};\n",
                 prefix, (long long)input[0], (long long)input[1],
                 (long long)attention_units(c->layer),
                 (long long)json_integer_value(json_object_get(c->options, "heads")),
                 json_is_true(json_object_get(c->options, "causal")), prefix, prefix, prefix,
                 prefix, prefix, prefix, prefix, prefix);
    bytes_printf(calls, "    attention(&%s_heads, %s, %s, %s);\n", prefix, c->inputs[0], c->work,
                 c->output);
}

/* ---- all of them */

static const struct c_layer_type types[] = {
    {.name = "activation", .write = write_activation},
    {.name = "add", .write = write_add},
    {.name = "attention", .work = attention_work, .write = write_attention},
    {.name = "average_pool1d", .write = write_average_pool},
    {.name = "average_pool2d", .write = write_average_pool},
    {.name = "batch_norm", .write = write_batch_norm},
    {.name = "column_embeddings", .write = write_column_embeddings},
    {.name = "concat", .write = write_concat},
    {.name = "conv1d", .write = write_convolution},
    {.name = "conv2d", .write = write_convolution},
    {.name = "conv2d_transpose", .write = write_convolution_transpose},
    {.name = "dense", .write = write_dense},
    {.name = "dropout", .is_alias = true},
    {.name = "embedding", .write = write_embedding},
    {.name = "flatten", .is_alias = true},
    {.name = "gaussian_noise", .is_alias = true},
    {.name = "global_average_pool1d", .write = write_global_average_pool},
    {.name = "global_average_pool2d", .write = write_global_average_pool},
    {.name = "global_max_pool1d", .write = write_global_max_pool},
    {.name = "global_max_pool2d", .write = write_global_max_pool},
    {.name = "gru", .work = gru_work, .write = write_gru},
    {.name = "layer_norm", .write = write_layer_norm},
    {.name = "lstm", .work = lstm_work, .write = write_lstm},
    {.name = "max_pool1d", .write = write_max_pool},
    {.name = "max_pool2d", .write = write_max_pool},
    {.name = "multiply", .write = write_multiply},
    {.name = "positional_embedding", .write = write_positional_embedding},
    {.name = "reshape", .is_alias = true},
    {.name = "upsampling2d", .write = write_upsampling2d},
    {.name = "zero_padding2d", .write = write_zero_padding2d},
};

const struct c_layer_type *c_layer_type_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}
