/* Convolutions beside their formulas, written as plain loops in double. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdio.h>

enum { VALUES_MAX = 8192 };

static struct trial make(const char *text, int64_t rows)
{
    return trial_create(text, rows, 9, best_kernels());
}

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

    trial_check_shape(&trial, conv->shape);
    snprintf(name, sizeof(name), "%s/kernel", type);
    const float *w = trial_tensor(&trial, name);
    snprintf(name, sizeof(name), "%s/bias", type);
    const float *bias = conv->bias ? trial_tensor(&trial, name) : NULL;
    ck_assert_int_eq(trial.network->layers[0].tensor_count, conv->bias ? 2 : 1);
    for (int i = 0; i < conv->rows * conv->out[0] * conv->out[1]; i++) {
        const int at[] = {i / conv->out[1] / conv->out[0], i / conv->out[1] % conv->out[0],
                          i % conv->out[1]};
        for (int filter = 0; filter < conv->filters; filter++)
            expected[count++] =
                conv_output(conv, at, filter, workspace_input(trial.training), w, bias);
    }
    ck_assert_int_eq(count, trial.output_elements);
    trial_check_outputs(&trial, expected);
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
    const float *w = trial_tensor(&trial, "conv2d_transpose_1/kernel");
    const float *bias = trial_tensor(&trial, "conv2d_transpose_1/bias");
    static double expected[VALUES_MAX];

    trial_check_shape(&trial, t->shape);
    for (int i = 0; i < trial.output_elements; i++)
        expected[i] = (double)bias[i % t->filters];
    for (int i = 0; i < ROWS * t->in[0] * t->in[1]; i++)
        for (int k = 0; k < t->kernel[0] * t->kernel[1]; k++)
            add_transposed(
                t, (const int[]){i / t->in[1] / t->in[0], i / t->in[1] % t->in[0], i % t->in[1]},
                (const int[]){k / t->kernel[1], k % t->kernel[1]}, workspace_input(trial.training),
                w, expected);
    trial_check_outputs(&trial, expected);
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

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, convolutions_are_sums_over_their_windows, 0, ARRAY_COUNT(convs));
    tcase_add_loop_test(tests, transposed_convolutions_spread_their_input, 0,
                        ARRAY_COUNT(transposes));
    tcase_add_test(tests, first_weights_of_convolutions_scale_with_what_a_filter_sees);
}

int main(void)
{
    return tests_run("convolutions", add_tests);
}
