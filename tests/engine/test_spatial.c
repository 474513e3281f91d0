/* Layers over images and sequences beside their formulas, written as plain loops in double. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 8192 };

static const struct kernels *best_kernels(void)
{
    struct error error = {0};
    const struct kernels *kernels = kernels_get(&error);

    ck_assert_ok(error);
    return kernels;
}

static struct trial make(const char *text, int64_t rows)
{
    return trial_create(text, rows, 9, best_kernels());
}

static const float *tensor_of(const struct trial *trial, const char *name)
{
    return trial->parameters + tensor_find(trial->network, name)->offset;
}

/* The outputs of training and of prediction; both. */
static void check_outputs(struct trial *trial, const double *expected)
{
    size_t size = (size_t)trial->output_elements * sizeof(float);

    ck_assert_int_le(trial->output_elements, VALUES_MAX);
    trial_forward(trial);
    for (int64_t i = 0; i < trial->output_elements; i++)
        ck_assert_double_eq_tol((double)workspace_output(trial->training)[i], expected[i],
                                1e-5 * (1 + fabs(expected[i])));
    ck_assert_mem_eq(trial_predict(trial), workspace_output(trial->training), size);
}

static void check_shape(const struct trial *trial, const char *expected)
{
    char text[160];

    ck_assert_str_eq(shape_text(&trial->network->output_shape, text, sizeof(text)), expected);
}

/* ---- convolutions */

/* A convolution as its document says it, in numbers; [0] is the height, [1] the width. */
struct conv {
    const char *text, *shape;
    int rows, in[2], channels, out[2], filters, kernel[2], stride[2], dilation[2], before[2],
        groups;
    bool bias;
};

static const struct conv convs[] = {
    {"{\"input\": [5, 6, 2], \"layers\": [{\"type\": \"conv2d\", \"filters\": 3, \"kernel_size\": "
     "[3, 2], \"activation\": \"relu\"}]}",
     "[3, 5, 3]",
     3,
     {5, 6},
     2,
     {3, 5},
     3,
     {3, 2},
     {1, 1},
     {1, 1},
     {0, 0},
     1,
     true},
    /* (3 - 1) · 2 + 4 - 5 = 3 cells of padding, one of them before; (3 - 1) · 3 + 4 - 7 = 3 */
    {"{\"input\": [5, 7, 1], \"layers\": [{\"type\": \"conv2d\", \"filters\": 17, \"kernel_size\": "
     "4, \"strides\": [2, 3], \"padding\": \"same\", \"activation\": \"relu\"}]}",
     "[3, 3, 17]",
     4,
     {5, 7},
     1,
     {3, 3},
     17,
     {4, 4},
     {2, 3},
     {1, 1},
     {1, 1},
     1,
     true},
    {"{\"input\": [7, 6, 4], \"layers\": [{\"type\": \"conv2d\", \"filters\": 6, \"kernel_size\": "
     "[3, 2], \"dilation\": [2, 3], \"groups\": 2, \"activation\": \"relu\"}]}",
     "[3, 3, 6]",
     2,
     {7, 6},
     4,
     {3, 3},
     6,
     {3, 2},
     {1, 1},
     {2, 3},
     {0, 0},
     2,
     true},
    /* depthwise: (4 - 1) + 2 · 2 + 1 - 4 = 4 cells of padding, 2 before */
    {"{\"input\": [4, 4, 9], \"layers\": [{\"type\": \"conv2d\", \"filters\": 9, \"kernel_size\": "
     "3, \"dilation\": 2, \"padding\": \"same\", \"groups\": 9, \"activation\": \"relu\"}]}",
     "[4, 4, 9]",
     3,
     {4, 4},
     9,
     {4, 4},
     9,
     {3, 3},
     {1, 1},
     {2, 2},
     {2, 2},
     9,
     true},
    /* two filters for each channel */
    {"{\"input\": [4, 3, 3], \"layers\": [{\"type\": \"conv2d\", \"filters\": 6, \"kernel_size\": "
     "2, \"groups\": 3, \"use_bias\": false, \"activation\": \"relu\"}]}",
     "[3, 2, 6]",
     3,
     {4, 3},
     3,
     {3, 2},
     6,
     {2, 2},
     {1, 1},
     {1, 1},
     {0, 0},
     3,
     false},
    /* of one cell, with groups */
    {"{\"input\": [3, 4, 6], \"layers\": [{\"type\": \"conv2d\", \"filters\": 4, \"kernel_size\": "
     "1, \"groups\": 2, \"activation\": \"relu\"}]}",
     "[3, 4, 4]",
     3,
     {3, 4},
     6,
     {3, 4},
     4,
     {1, 1},
     {1, 1},
     {1, 1},
     {0, 0},
     2,
     true},
    /* a kernel larger than its input: 9 - 2 = 7 and 1 · 8 + 1 - 1 = 8 cells of padding */
    {"{\"input\": [2, 1, 2], \"layers\": [{\"type\": \"conv2d\", \"filters\": 3, \"kernel_size\": "
     "9, \"strides\": 2, \"padding\": \"same\", \"activation\": \"relu\"}]}",
     "[1, 1, 3]",
     2,
     {2, 1},
     2,
     {1, 1},
     3,
     {9, 9},
     {2, 2},
     {1, 1},
     {3, 4},
     1,
     true},
    /* dilated past everything: the window of width sees nothing at all */
    {"{\"input\": [1, 3, 2], \"layers\": [{\"type\": \"conv2d\", \"filters\": 2, \"kernel_size\": "
     "[1, 2], \"dilation\": 10, \"padding\": \"same\", \"groups\": 2, \"activation\": \"relu\"}]}",
     "[1, 3, 2]",
     2,
     {1, 3},
     2,
     {1, 3},
     2,
     {1, 2},
     {1, 1},
     {10, 10},
     {0, 5},
     2,
     true},
    {"{\"input\": [9, 3], \"layers\": [{\"type\": \"conv1d\", \"filters\": 5, \"kernel_size\": 3, "
     "\"strides\": 2, \"dilation\": 2, \"activation\": \"relu\"}]}",
     "[3, 5]",
     6,
     {1, 9},
     3,
     {1, 3},
     5,
     {1, 3},
     {1, 2},
     {1, 2},
     {0, 0},
     1,
     true},
    /* one channel: the cells behind an edge are a float away */
    {"{\"input\": [3, 4, 1], \"layers\": [{\"type\": \"conv2d\", \"filters\": 2, \"kernel_size\": "
     "3, \"padding\": \"same\", \"activation\": \"relu\"}]}",
     "[3, 4, 2]",
     3,
     {3, 4},
     1,
     {3, 4},
     2,
     {3, 3},
     {1, 1},
     {1, 1},
     {1, 1},
     1,
     true},
    /* many blocks of patches */
    {"{\"input\": [12, 11, 20], \"layers\": [{\"type\": \"conv2d\", \"filters\": 5, "
     "\"kernel_size\": 5, \"padding\": \"same\", \"activation\": \"relu\"}]}",
     "[12, 11, 5]",
     5,
     {12, 11},
     20,
     {12, 11},
     5,
     {5, 5},
     {1, 1},
     {1, 1},
     {2, 2},
     1,
     true},
};

/* Where a cell of a window is; -1 in the padding. `at`: sample, output line and column; `k`: of the
 * kernel. */
static int cell_at(const struct conv *conv, const int at[3], const int k[2])
{
    int line = at[1] * conv->stride[0] - conv->before[0] + k[0] * conv->dilation[0];
    int column = at[2] * conv->stride[1] - conv->before[1] + k[1] * conv->dilation[1];

    if (line < 0 || line >= conv->in[0] || column < 0 || column >= conv->in[1])
        return -1;
    return (at[0] * conv->in[0] + line) * conv->in[1] + column;
}

static double conv_output(const struct conv *conv, const int at[3], int filter, const float *x,
                          const float *w, const float *bias)
{
    const int channels = conv->channels / conv->groups;
    const int first = filter / (conv->filters / conv->groups) * channels;
    double sum = bias != NULL ? (double)bias[filter] : 0;

    for (int i = 0; i < conv->kernel[0] * conv->kernel[1]; i++) {
        int cell = cell_at(conv, at, (const int[]){i / conv->kernel[1], i % conv->kernel[1]});
        for (int channel = 0; cell >= 0 && channel < channels; channel++)
            sum += (double)x[cell * conv->channels + first + channel] *
                   (double)w[(i * channels + channel) * conv->filters + filter];
    }
    return fmax(sum, 0);
}

START_TEST(convolutions_are_sums_over_their_windows)
{
    const struct conv *conv = &convs[_i];
    struct trial trial = make(conv->text, conv->rows);
    const char *type = trial.network->layers[0].name;
    static double expected[VALUES_MAX];
    char name[64];
    int count = 0;

    check_shape(&trial, conv->shape);
    snprintf(name, sizeof(name), "%s/kernel", type);
    const float *w = tensor_of(&trial, name);
    snprintf(name, sizeof(name), "%s/bias", type);
    const float *bias = conv->bias ? tensor_of(&trial, name) : NULL;
    ck_assert_int_eq(trial.network->layers[0].tensor_count, conv->bias ? 2 : 1);
    for (int i = 0; i < conv->rows * conv->out[0] * conv->out[1]; i++) {
        const int at[] = {i / conv->out[1] / conv->out[0], i / conv->out[1] % conv->out[0],
                          i % conv->out[1]};
        for (int filter = 0; filter < conv->filters; filter++)
            expected[count++] =
                conv_output(conv, at, filter, workspace_input(trial.training), w, bias);
    }
    ck_assert_int_eq(count, trial.output_elements);
    check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

/* Transposed: each cell of the input adds to cells of the output. */
struct transpose {
    const char *text, *shape;
    int in[2], channels, out[2], filters, kernel[2], stride[2], dilation[2], before[2];
};

static const struct transpose transposes[] = {
    {"{\"input\": [3, 2, 2], \"layers\": [{\"type\": \"conv2d_transpose\", \"filters\": 3, "
     "\"kernel_size\": [3, 2], \"strides\": [2, 1]}]}",
     "[7, 3, 3]",
     {3, 2},
     2,
     {7, 3},
     3,
     {3, 2},
     {2, 1},
     {1, 1},
     {0, 0}},
    /* same: 4 - 2 = 2 and 3 - 3 = 0 cells are cut away */
    {"{\"input\": [3, 4, 2], \"layers\": [{\"type\": \"conv2d_transpose\", \"filters\": 9, "
     "\"kernel_size\": [4, 3], \"strides\": [2, 3], \"padding\": \"same\"}]}",
     "[6, 12, 9]",
     {3, 4},
     2,
     {6, 12},
     9,
     {4, 3},
     {2, 3},
     {1, 1},
     {1, 0}},
    {"{\"input\": [2, 3, 3], \"layers\": [{\"type\": \"conv2d_transpose\", \"filters\": 2, "
     "\"kernel_size\": 2, \"dilation\": [2, 3]}]}",
     "[4, 6, 2]",
     {2, 3},
     3,
     {4, 6},
     2,
     {2, 2},
     {1, 1},
     {2, 3},
     {0, 0}},
    /* kernels smaller than their strides: the bias between */
    {"{\"input\": [2, 2, 1], \"layers\": [{\"type\": \"conv2d_transpose\", \"filters\": 2, "
     "\"kernel_size\": 1, \"strides\": [3, 2], \"padding\": \"same\"}]}",
     "[6, 4, 2]",
     {2, 2},
     1,
     {6, 4},
     2,
     {1, 1},
     {3, 2},
     {1, 1},
     {0, 0}},
    {"{\"input\": [2, 2, 1], \"layers\": [{\"type\": \"conv2d_transpose\", \"filters\": 2, "
     "\"kernel_size\": 1, \"strides\": [3, 2]}]}",
     "[4, 3, 2]",
     {2, 2},
     1,
     {4, 3},
     2,
     {1, 1},
     {3, 2},
     {1, 1},
     {0, 0}},
};

/* Adds what one element of the kernel makes of one cell; `at`: sample, line and column of the
 * input. */
static void add_transposed(const struct transpose *t, const int at[3], const int k[2],
                           const float *x, const float *w, double *y)
{
    int line = at[1] * t->stride[0] - t->before[0] + k[0] * t->dilation[0];
    int column = at[2] * t->stride[1] - t->before[1] + k[1] * t->dilation[1];
    int from = (at[0] * t->in[0] + at[1]) * t->in[1] + at[2];
    int to = (at[0] * t->out[0] + line) * t->out[1] + column;

    if (line < 0 || line >= t->out[0] || column < 0 || column >= t->out[1])
        return;
    for (int i = 0; i < t->filters * t->channels; i++)
        y[to * t->filters + i / t->channels] +=
            (double)x[from * t->channels + i % t->channels] *
            (double)w[(k[0] * t->kernel[1] + k[1]) * t->filters * t->channels + i];
}

START_TEST(transposed_convolutions_spread_their_input)
{
    enum { ROWS = 3 };
    const struct transpose *t = &transposes[_i];
    struct trial trial = make(t->text, ROWS);
    const float *w = tensor_of(&trial, "conv2d_transpose_1/kernel");
    const float *bias = tensor_of(&trial, "conv2d_transpose_1/bias");
    static double expected[VALUES_MAX];

    check_shape(&trial, t->shape);
    for (int i = 0; i < trial.output_elements; i++)
        expected[i] = (double)bias[i % t->filters];
    for (int i = 0; i < ROWS * t->in[0] * t->in[1]; i++)
        for (int k = 0; k < t->kernel[0] * t->kernel[1]; k++)
            add_transposed(
                t, (const int[]){i / t->in[1] / t->in[0], i / t->in[1] % t->in[0], i % t->in[1]},
                (const int[]){k / t->kernel[1], k % t->kernel[1]}, workspace_input(trial.training),
                w, expected);
    check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

static void check_fans(const struct network *network, const char *name, int64_t fan_in,
                       int64_t fan_out)
{
    const struct layer_tensor *tensor = tensor_find(network, name);

    ck_assert_int_eq(tensor->fan_in, fan_in);
    ck_assert_int_eq(tensor->fan_out, fan_out);
    ck_assert_str_eq(tensor->initializer.kind->name, "glorot_uniform");
}

START_TEST(first_weights_of_convolutions_scale_with_what_a_filter_sees)
{
    struct trial trial =
        make("{\"input\": [9, 9, 8], \"layers\": [{\"type\": \"conv2d\", \"filters\": 12, "
             "\"kernel_size\": [3, 2], \"groups\": 4}, {\"type\": \"conv2d_transpose\", "
             "\"filters\": 5, \"kernel_size\": 2}, {\"type\": \"reshape\", \"shape\": [72, "
             "5]}, {\"type\": \"conv1d\", \"filters\": 2, \"kernel_size\": 3}]}",
             1);

    check_fans(trial.network, "conv2d_1/kernel", 3 * 2 * 8 / 4, 3 * 2 * 12 / 4);
    check_fans(trial.network, "conv2d_transpose_1/kernel", 2 * 2 * 12, 2 * 2 * 5);
    check_fans(trial.network, "conv1d_1/kernel", 3 * 5, 3 * 2);
    trial_clear(&trial);
}
END_TEST

/* ---- pooling */

/* Values 0 … 23 of one image [4, 3, 2], and what pooling makes of them. */
struct pooling {
    const char *layer, *shape;
    double expected[16];
};

static const struct pooling poolings[] = {
    {"\"max_pool2d\"", "[2, 1, 2]", {8, 9, 20, 21}},
    {"\"average_pool2d\"", "[2, 1, 2]", {4, 5, 16, 17}},
    {"\"max_pool2d\", \"pool_size\": [2, 3], \"strides\": 1",
     "[3, 1, 2]",
     {10, 11, 16, 17, 22, 23}},
    {"\"average_pool2d\", \"pool_size\": [1, 3], \"strides\": [3, 1]", "[2, 1, 2]", {2, 3, 20, 21}},
    /* 2 · 2 + 2 - 4 = 0 and 1 · 2 + 2 - 3 = 1 cells of padding, behind */
    {"\"max_pool2d\", \"padding\": \"same\"", "[2, 2, 2]", {8, 9, 10, 11, 20, 21, 22, 23}},
    {"\"average_pool2d\", \"padding\": \"same\"", "[2, 2, 2]", {4, 5, 7, 8, 16, 17, 19, 20}},
    /* 3 + 5 - 4 = 4 cells of padding above and below, 2 on each side */
    {"\"average_pool2d\", \"pool_size\": [5, 1], \"strides\": [4, 3], \"padding\": \"same\"",
     "[1, 1, 2]",
     {9, 10}},
    {"\"global_max_pool2d\"", "[2]", {22, 23}},
    {"\"global_average_pool2d\"", "[2]", {11, 12}},
};

START_TEST(pooling_takes_what_is_in_its_windows)
{
    const struct pooling *pooling = &poolings[_i];
    char text[256];
    double expected[32];

    snprintf(text, sizeof(text), "{\"input\": [4, 3, 2], \"layers\": [{\"type\": %s}]}",
             pooling->layer);
    struct trial trial = make(text, 2);
    check_shape(&trial, pooling->shape);
    for (int i = 0; i < 48; i++) /* the second sample is the first upside down in sign */
        workspace_input(trial.training)[i] = i < 24 ? (float)i : (float)(i - 24) - 100.0F;
    memcpy(workspace_input(trial.prediction), workspace_input(trial.training), 48 * sizeof(float));
    for (int64_t i = 0; i < trial.output_elements; i++) {
        int64_t half = trial.output_elements / 2;
        expected[i] = pooling->expected[i % half] - (i < half ? 0 : 100);
    }
    check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

START_TEST(sequences_are_pooled_along_their_time)
{
    static const char *const layers[] = {"\"max_pool1d\", \"pool_size\": 2, \"strides\": 1",
                                         "\"average_pool1d\", \"pool_size\": 3",
                                         "\"global_max_pool1d\"", "\"global_average_pool1d\""};
    static const double expected[][4] = {{2, 3, 4, 5}, {2, 3}, {4, 5}, {2, 3}};
    char text[256];

    for (size_t i = 0; i < ARRAY_COUNT(layers); i++) {
        snprintf(text, sizeof(text), "{\"input\": [3, 2], \"layers\": [{\"type\": %s}]}",
                 layers[i]);
        struct trial trial = make(text, 1);
        for (int k = 0; k < 6; k++)
            workspace_input(trial.training)[k] = workspace_input(trial.prediction)[k] = (float)k;
        check_outputs(&trial, expected[i]);
        trial_clear(&trial);
    }
}
END_TEST

/* The gradient of a bias before it counts the windows that it won. */
START_TEST(the_largest_of_overlapping_windows_gets_all_of_their_gradients)
{
    struct trial trial = make("{\"input\": [3, 1], \"layers\": [{\"type\": "
                              "\"positional_embedding\"}, {\"type\": \"max_pool1d\", "
                              "\"strides\": 1}]}",
                              1);
    const struct layer_tensor *added =
        tensor_find(trial.network, "positional_embedding_1/embeddings");
    static const float x[] = {1, 5, 5}, d_y[] = {2, 3}, expected[] = {0, 5, 0};

    memset(trial.parameters, 0, 3 * sizeof(float));
    memcpy(workspace_input(trial.training), x, sizeof(x));
    trial_backward(&trial, d_y, false);
    ck_assert_mem_eq(trial.gradients + added->offset, expected, sizeof(expected));
    trial_clear(&trial);
}
END_TEST

/* ---- other shapes */

START_TEST(upsampling_repeats_cells)
{
    struct trial trial = make(
        "{\"input\": [2, 2, 2], \"layers\": [{\"type\": \"upsampling2d\", \"size\": [2, 3]}]}", 2);
    const float *x = workspace_input(trial.training);
    double expected[96];

    check_shape(&trial, "[4, 6, 2]");
    for (int i = 0; i < 96; i++) {
        int line = i / 12 % 4, column = i / 2 % 6;
        expected[i] = (double)x[i / 48 * 8 + line / 2 * 4 + column / 3 * 2 + i % 2];
    }
    check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

START_TEST(zero_padding_surrounds_with_zeros)
{
    struct trial trial = make(
        "{\"input\": [2, 1, 3], \"layers\": [{\"type\": \"zero_padding2d\", \"padding\": [1, 2]}]}",
        2);
    const float *x = workspace_input(trial.training);
    double expected[120] = {0};

    check_shape(&trial, "[4, 5, 3]");
    for (int i = 0; i < 12; i++)
        expected[i / 6 * 60 + (i / 3 % 2 + 1) * 15 + 6 + i % 3] = (double)x[i];
    check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

/* ---- noise */

static const char noisy[] =
    "{\"input\": [51], \"layers\": [{\"type\": \"gaussian_noise\", \"stddev\": 0.5, "
    "\"name\": \"n\"}]}";

START_TEST(noise_is_normal_in_training_and_absent_elsewhere)
{
    struct trial trial = make(noisy, 100);
    const float *x = workspace_input(trial.training);
    double sum = 0, squares = 0;

    trial_forward(&trial);
    for (int64_t i = 0; i < trial.output_elements; i++) {
        double noise = (double)workspace_output(trial.training)[i] - (double)x[i];
        sum += noise;
        squares += noise * noise;
    }
    ck_assert_double_eq_tol(sum / 5100, 0, 0.5 * 4 / sqrt(5100));
    ck_assert_double_eq_tol(squares / 5100, 0.25, 0.25 * 4 * sqrt(2.0 / 5100));
    ck_assert_mem_eq(trial_predict(&trial), x, 5100 * sizeof(float));
    trial_clear(&trial);
}
END_TEST

START_TEST(noise_depends_on_seed_name_step_and_place_alone)
{
    struct trial trial = make(noisy, 100);
    struct rng rng = rng_stream(1, "gaussian_noise", "n", 7);
    const float *x = workspace_input(trial.training);
    const float *y = workspace_output(trial.training);
    float draws[4];

    trial.run.step = 7;
    trial_forward(&trial);
    for (int i = 0; i < 5100; i++) {
        rng_normals(&rng, (uint64_t)i / 4, draws);
        ck_assert_float_eq(y[i], x[i] + 0.5F * draws[i % 4]);
    }
    trial.run.step = 8;
    trial_forward(&trial);
    ck_assert_float_ne(y[0], x[0] + 0.5F * draws[0]);
    trial_clear(&trial);
}
END_TEST

/* ---- embeddings */

static const char embedded[] = "{\"input\": [2], \"layers\": [{\"type\": \"embedding\", "
                               "\"vocabulary\": 3, \"units\": 2, \"name\": \"e\"}]}";

static void give_ids(struct trial *trial, const float *ids)
{
    size_t size = (size_t)trial->input_elements * sizeof(float);

    memcpy(workspace_input(trial->training), ids, size);
    memcpy(workspace_input(trial->prediction), ids, size);
}

START_TEST(ids_become_rows_of_the_table)
{
    struct trial trial = make(embedded, 2);
    const float *table = tensor_of(&trial, "e/embeddings");
    static const float ids[] = {2, 0, 1, 2};
    double expected[8];

    check_shape(&trial, "[2, 2]");
    give_ids(&trial, ids);
    for (int i = 0; i < 8; i++)
        expected[i] = (double)table[(int)ids[i / 2] * 2 + i % 2];
    check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

START_TEST(rows_of_a_table_get_the_gradients_of_all_their_ids)
{
    struct trial trial = make(embedded, 2);
    static const float ids[] = {2, 0, 2, 2}, d_y[] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const float expected[] = {3, 4, 0, 0, 13, 16};

    give_ids(&trial, ids);
    trial_backward(&trial, d_y, false);
    ck_assert_mem_eq(trial.gradients, expected, sizeof(expected));
    trial_clear(&trial);
}
END_TEST

static const float no_ids[] = {-1.0F,    3.0F,      0.5F, 1e30F,     -1e30F,
                               INFINITY, -INFINITY, NAN,  2.9999998F};

START_TEST(what_is_no_id_gives_nan_and_touches_nothing)
{
    struct trial trial = make(embedded, 2);
    const float d_y[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    const float ids[] = {1, 1, no_ids[_i], 1};
    const float *y = workspace_output(trial.training);
    static const float expected[] = {0, 0, 3, 3, 0, 0};
    int64_t row = -1;

    give_ids(&trial, ids);
    trial_backward(&trial, d_y, false);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(isnan(y[i]) != 0, i / 2 == 2);
    ck_assert_mem_eq(trial.gradients, expected, sizeof(expected));
    ck_assert_int_eq(network_first_not_finite(trial.network, trial.training, 2, &row), 0);
    ck_assert_int_eq(row, 1);
    trial_clear(&trial);
}
END_TEST

START_TEST(rows_without_ids_are_refused_by_name)
{
    struct error error = {0};
    struct network *network = network_from_text(
        "{\"input\": [2], \"layers\": [{\"type\": \"reshape\", \"shape\": [2, 1]}, {\"type\": "
        "\"embedding\", \"vocabulary\": 3, \"units\": 2, \"name\": \"e\"}, {\"type\": "
        "\"flatten\"}]}",
        0, &error);
    const float good[] = {2, 0}, wrong[] = {1, no_ids[_i]};
    char expected[256];

    ck_assert_int_eq(network_check_row(network, good, "row 1", &error), 0);
    ck_assert_int_eq(network_check_row(network, wrong, "row 1", &error), -1);
    snprintf(expected, sizeof(expected),
             "row 1 has %g for a token, but layer \"e\" has a vocabulary of 3: ids are whole "
             "numbers from 0 to 2",
             (double)no_ids[_i]);
    ck_assert_error(error, ERROR_INVALID, expected);
    network_free(network);
}
END_TEST

/* An embedding that reads another layer's numbers gives that layer no gradient. */
START_TEST(ids_have_no_gradient)
{
    struct trial trial = make("{\"input\": [2], \"layers\": [{\"type\": \"dense\", \"units\": 2, "
                              "\"kernel_initializer\": \"zeros\"}, {\"type\": \"embedding\", "
                              "\"vocabulary\": 3, \"units\": 2}]}",
                              2);
    const float d_y[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    static const float nothing[4] = {0};

    memset(trial.parameters, 0, (size_t)trial.network->parameter_count * sizeof(float));
    trial_backward(&trial, d_y, false);
    ck_assert_mem_eq(trial.gradients + tensor_find(trial.network, "dense_1/kernel")->offset,
                     nothing, sizeof(nothing));
    ck_assert_float_eq(
        trial.gradients[tensor_find(trial.network, "embedding_1/embeddings")->offset], 4.0F);
    trial_clear(&trial);
}
END_TEST

START_TEST(positions_get_rows_of_their_own)
{
    struct trial trial =
        make("{\"input\": [3, 2], \"layers\": [{\"type\": \"positional_embedding\"}]}", 2);
    const float *rows = tensor_of(&trial, "positional_embedding_1/embeddings");
    const float *x = workspace_input(trial.training);
    double expected[12];

    for (int i = 0; i < 12; i++)
        expected[i] = (double)x[i] + (double)rows[i % 6];
    check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, convolutions_are_sums_over_their_windows, 0, ARRAY_COUNT(convs));
    tcase_add_loop_test(tests, transposed_convolutions_spread_their_input, 0,
                        ARRAY_COUNT(transposes));
    tcase_add_test(tests, first_weights_of_convolutions_scale_with_what_a_filter_sees);
    tcase_add_loop_test(tests, pooling_takes_what_is_in_its_windows, 0, ARRAY_COUNT(poolings));
    tcase_add_test(tests, sequences_are_pooled_along_their_time);
    tcase_add_test(tests, the_largest_of_overlapping_windows_gets_all_of_their_gradients);
    tcase_add_test(tests, upsampling_repeats_cells);
    tcase_add_test(tests, zero_padding_surrounds_with_zeros);
    tcase_add_test(tests, noise_is_normal_in_training_and_absent_elsewhere);
    tcase_add_test(tests, noise_depends_on_seed_name_step_and_place_alone);
    tcase_add_test(tests, ids_become_rows_of_the_table);
    tcase_add_test(tests, rows_of_a_table_get_the_gradients_of_all_their_ids);
    tcase_add_loop_test(tests, what_is_no_id_gives_nan_and_touches_nothing, 0, ARRAY_COUNT(no_ids));
    tcase_add_loop_test(tests, rows_without_ids_are_refused_by_name, 0, ARRAY_COUNT(no_ids));
    tcase_add_test(tests, ids_have_no_gradient);
    tcase_add_test(tests, positions_get_rows_of_their_own);
}

int main(void)
{
    return tests_run("spatial", add_tests);
}
