/* Layers over time: their values beside the formulas written out in double, first weights, and what
 * is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 3, TIME = 4, CHANNELS = 2, UNITS = 3, VALUES_MAX = 72 };

static struct trial make(const char *text, int64_t rows)
{
    return trial_create(text, rows, 9, kernels_reference());
}

/* tensor[row, column] of a layer, in a matrix of `columns`. */
static double weight(const struct trial *trial, const char *name, int64_t columns, int64_t row,
                     int64_t column)
{
    int64_t at = tensor_find(trial->network, name)->offset + row * columns + column;

    return (double)trial->parameters[at];
}

/* bias[column] + sum of x · kernel[:, column]. */
static double project(const struct trial *trial, const char *prefix, const char *kernel,
                      const char *bias, int64_t columns, int64_t column, int64_t depth,
                      const double *x)
{
    char name[64];
    double sum = 0;

    if (bias != NULL) {
        snprintf(name, sizeof(name), "%s%s", prefix, bias);
        sum = weight(trial, name, columns, 0, column);
    }
    snprintf(name, sizeof(name), "%s%s", prefix, kernel);
    for (int64_t i = 0; i < depth; i++)
        sum += x[i] * weight(trial, name, columns, i, column);
    return sum;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static void lstm_step(const struct trial *trial, const char *prefix, const double *x, double *h,
                      double *c)
{
    double gates[4 * UNITS];

    for (int j = 0; j < 4 * UNITS; j++)
        gates[j] = project(trial, prefix, "kernel", "bias", 4L * UNITS, j, CHANNELS, x) +
                   project(trial, prefix, "recurrent_kernel", NULL, 4L * UNITS, j, UNITS, h);
    for (int j = 0; j < UNITS; j++) {
        c[j] = sigmoid(gates[UNITS + j]) * c[j] + sigmoid(gates[j]) * tanh(gates[2 * UNITS + j]);
        h[j] = sigmoid(gates[3 * UNITS + j]) * tanh(c[j]);
    }
}

static void gru_step(const struct trial *trial, const char *prefix, const double *x, double *h,
                     double *c UNUSED)
{
    double from_x[3 * UNITS];
    double from_h[3 * UNITS];

    for (int j = 0; j < 3 * UNITS; j++) {
        from_x[j] = project(trial, prefix, "kernel", "bias", 3L * UNITS, j, CHANNELS, x);
        from_h[j] =
            project(trial, prefix, "recurrent_kernel", "recurrent_bias", 3L * UNITS, j, UNITS, h);
    }
    for (int j = 0; j < UNITS; j++) {
        double r = sigmoid(from_x[j] + from_h[j]);
        double z = sigmoid(from_x[UNITS + j] + from_h[UNITS + j]);
        double n = tanh(from_x[2 * UNITS + j] + r * from_h[2 * UNITS + j]);
        h[j] = (1 - z) * n + z * h[j];
    }
}

typedef void step_fn(const struct trial *trial, const char *prefix, const double *x, double *h,
                     double *c);

/* The states of all times of one row in one direction, each at its own time. */
static void walk(const struct trial *trial, step_fn *step, const char *prefix, bool backwards,
                 int row, double states[TIME][UNITS])
{
    const float *input = workspace_input(trial->training) + (ptrdiff_t)row * TIME * CHANNELS;
    double h[UNITS] = {0};
    double c[UNITS] = {0};

    for (int i = 0; i < TIME; i++) {
        int time = backwards ? TIME - 1 - i : i;
        double x[CHANNELS];
        for (int j = 0; j < CHANNELS; j++)
            x[j] = (double)input[time * CHANNELS + j];
        step(trial, prefix, x, h, c);
        memcpy(states[time], h, sizeof(h));
    }
}

static void check_near(double found, double expected)
{
    ck_assert_double_eq_tol(found, expected, 3e-6 * (1 + fabs(expected)));
}

/* Training and prediction against the walk. */
static void check_recurrent(const char *type, step_fn *step, bool sequences, bool both)
{
    char text[256];
    int width = both ? 2 * UNITS : UNITS;

    snprintf(
        text, sizeof(text),
        "{\"input\": [%d, %d], \"layers\": [{\"type\": \"%s\", \"name\": \"l\", \"units\": %d, "
        "\"return_sequences\": %s, \"bidirectional\": %s}]}",
        TIME, CHANNELS, type, UNITS, sequences ? "true" : "false", both ? "true" : "false");
    struct trial trial = make(text, ROWS);
    ck_assert_int_eq(trial.output_elements, (int64_t)ROWS * width * (sequences ? TIME : 1));
    trial_forward(&trial);
    trial_predict(&trial);
    const float *trained = workspace_output(trial.training);
    const float *predicted = workspace_output(trial.prediction);
    for (int row = 0; row < ROWS; row++) {
        double forward[TIME][UNITS];
        double backward[TIME][UNITS];
        walk(&trial, step, both ? "l/forward_" : "l/", false, row, forward);
        if (both)
            walk(&trial, step, "l/backward_", true, row, backward);
        for (int time = 0; time < (sequences ? TIME : 1); time++) {
            for (int j = 0; j < width; j++, trained++, predicted++) {
                int at = sequences ? time : j < UNITS ? TIME - 1 : 0;
                double expected = j < UNITS ? forward[at][j] : backward[at][j - UNITS];
                check_near((double)*trained, expected);
                check_near((double)*predicted, expected);
            }
        }
    }
    trial_clear(&trial);
}

START_TEST(lstm_follows_its_formula)
{
    check_recurrent("lstm", lstm_step, _i & 1, _i & 2);
}
END_TEST

START_TEST(gru_follows_its_formula)
{
    check_recurrent("gru", gru_step, _i & 1, _i & 2);
}
END_TEST

/* One head's context of one query. */
static void context_of(const double *q, double k[][VALUES_MAX], double v[][VALUES_MAX], int keys,
                       int first, int width, double *context)
{
    double weights[VALUES_MAX];
    double sum = 0;

    for (int key = 0; key < keys; key++) {
        double score = 0;
        for (int j = first; j < first + width; j++)
            score += q[j] * k[key][j];
        sum += weights[key] = exp(score / sqrt((double)width));
    }
    for (int j = first; j < first + width; j++) {
        context[j] = 0;
        for (int key = 0; key < keys; key++)
            context[j] += weights[key] / sum * v[key][j];
    }
}

static void check_attention(int time, int heads, int units, bool causal)
{
    enum { COLUMNS = 5 };
    char text[256];

    snprintf(text, sizeof(text),
             "{\"input\": [%d, %d], \"layers\": [{\"type\": \"attention\", \"name\": \"a\", "
             "\"heads\": %d, \"units\": %d, \"causal\": %s}]}",
             time, COLUMNS, heads, units, causal ? "true" : "false");
    struct trial trial = make(text, ROWS);
    trial_forward(&trial);
    trial_predict(&trial);
    ck_assert_mem_eq(workspace_output(trial.prediction), workspace_output(trial.training),
                     (size_t)trial.output_elements * sizeof(float));
    for (int row = 0; row < ROWS; row++) {
        static double q[VALUES_MAX][VALUES_MAX], k[VALUES_MAX][VALUES_MAX];
        static double v[VALUES_MAX][VALUES_MAX];
        for (int t = 0; t < time; t++) {
            const float *input = workspace_input(trial.training) + (row * time + t) * COLUMNS;
            double x[COLUMNS];
            for (int j = 0; j < COLUMNS; j++)
                x[j] = (double)input[j];
            for (int j = 0; j < units; j++) {
                q[t][j] = project(&trial, "a/", "query_kernel", "query_bias", units, j, COLUMNS, x);
                k[t][j] = project(&trial, "a/", "key_kernel", "key_bias", units, j, COLUMNS, x);
                v[t][j] = project(&trial, "a/", "value_kernel", "value_bias", units, j, COLUMNS, x);
            }
        }
        for (int t = 0; t < time; t++) {
            double context[VALUES_MAX];
            const float *y = workspace_output(trial.training) + (row * time + t) * COLUMNS;
            for (int head = 0; head < heads; head++)
                context_of(q[t], k, v, causal ? t + 1 : time, head * units / heads, units / heads,
                           context);
            for (int j = 0; j < COLUMNS; j++)
                check_near((double)y[j], project(&trial, "a/", "output_kernel", "output_bias",
                                                 COLUMNS, j, units, context));
        }
    }
    trial_clear(&trial);
}

START_TEST(attention_follows_its_formula)
{
    check_attention(4, 2, 6, _i == 1);
    check_attention(7, 3, 3, _i == 1);
    /* more queries than go together */
    check_attention(71, 1, 4, _i == 1);
}
END_TEST

START_TEST(attention_has_the_inputs_channels_by_itself)
{
    struct trial trial =
        make("{\"input\": [4, 6], \"layers\": [{\"type\": \"attention\", \"heads\": "
             "3, \"units\": null}]}",
             1);

    ck_assert_int_eq(shape_last(&tensor_find(trial.network, "attention_1/query_kernel")->shape), 6);
    ck_assert_int_eq(trial.network->weight_count, 4 * (6 * 6 + 6));
    trial_clear(&trial);
}
END_TEST

/* What no later time step may change. */
START_TEST(causal_attention_sees_nothing_of_the_future)
{
    struct trial trial = make("{\"input\": [40, 4], \"layers\": [{\"type\": \"attention\", "
                              "\"heads\": 2, \"causal\": true}]}",
                              1);
    float before[40 * 4];

    trial_forward(&trial);
    memcpy(before, workspace_output(trial.training), sizeof(before));
    for (int i = 33 * 4; i < 40 * 4; i++)
        workspace_input(trial.training)[i] = 1e6F;
    trial_forward(&trial);
    ck_assert_mem_eq(workspace_output(trial.training), before, 33L * 4 * sizeof(float));
    ck_assert_float_ne(workspace_output(trial.training)[33 * 4], before[33 * 4]);
    trial_clear(&trial);
}
END_TEST

static const float *first_weights(const struct network *network, const char *name)
{
    static float parameters[4096];

    ck_assert_int_le(network->parameter_count, 4096);
    network_initialize(network, 5, parameters);
    return parameters + tensor_find(network, name)->offset;
}

START_TEST(forget_gates_begin_open)
{
    struct error error = {0};
    struct network *network = network_from_text(
        "{\"input\": [4, 3], \"layers\": [{\"type\": \"lstm\", \"units\": 5, \"bidirectional\": "
        "true, "
        "\"bias_initializer\": {\"type\": \"uniform\", \"min\": 2, \"max\": 3}}, "
        "{\"type\": \"reshape\", \"shape\": [10, 1]}, {\"type\": \"lstm\", \"units\": 5, \"name\": "
        "\"plain\"}, {\"type\": \"reshape\", \"shape\": [5, 1]}, {\"type\": \"gru\", \"units\": "
        "5}]}",
        0, &error);

    ck_assert_ok(error);
    for (int i = 0; i < 20; i++) {
        bool forgets = i >= 5 && i < 10;
        float drawn = first_weights(network, "lstm_1/backward_bias")[i];
        ck_assert(forgets ? drawn == 1.0F : drawn >= 2.0F && drawn < 3.0F);
        ck_assert_float_eq(first_weights(network, "plain/bias")[i], forgets ? 1.0F : 0.0F);
    }
    for (int i = 0; i < 15; i++) {
        ck_assert_float_eq(first_weights(network, "gru_1/bias")[i], 0.0F);
        ck_assert_float_eq(first_weights(network, "gru_1/recurrent_bias")[i], 0.0F);
    }
    network_free(network);
}
END_TEST

/* Keras' first weights: the rows of each recurrent kernel are orthonormal. */
START_TEST(recurrent_kernels_begin_orthogonal)
{
    struct error error = {0};
    struct network *network = network_from_text(
        "{\"input\": [4, 3], \"layers\": [{\"type\": \"lstm\", \"units\": 5}]}", 0, &error);
    const float *kernel = first_weights(network, "lstm_1/recurrent_kernel");

    for (int a = 0; a < 5; a++) {
        for (int b = 0; b < 5; b++) {
            double product = 0;
            for (int j = 0; j < 20; j++)
                product += (double)kernel[a * 20 + j] * (double)kernel[b * 20 + j];
            ck_assert_double_eq_tol(product, a == b, 1e-5);
        }
    }
    network_free(network);
}
END_TEST

static const struct {
    const char *text;
    enum error_code code;
    const char *message;
} refused[] = {
    {"{\"input\": [5], \"layers\": [{\"type\": \"lstm\", \"units\": 2}]}", ERROR_INVALID,
     "network.layers[0] takes an input of [time, channels], such as [30, 8], not of shape [5]: "
     "reshape can give it one"},
    {"{\"input\": [5, 4, 3], \"layers\": [{\"type\": \"gru\", \"units\": 2}]}", ERROR_INVALID,
     "network.layers[0] takes an input of [time, channels], such as [30, 8], not of shape [5, 4, "
     "3]: reshape can give it one"},
    {"{\"input\": [5], \"layers\": [{\"type\": \"attention\", \"heads\": 1}]}", ERROR_INVALID,
     "network.layers[0] takes an input of [time, channels], such as [30, 8], not of shape [5]: "
     "reshape can give it one"},
    {"{\"input\": [5, 4], \"layers\": [{\"type\": \"attention\", \"heads\": 3}]}", ERROR_INVALID,
     "network.layers[0].heads must divide its units (4) without a rest, not be 3"},
    {"{\"input\": [5, 4], \"layers\": [{\"type\": \"attention\"}]}", ERROR_INVALID,
     "network.layers[0].heads is required"},
    {"{\"input\": [5, 4], \"layers\": [{\"type\": \"lstm\", \"units\": 0}]}", ERROR_INVALID,
     "network.layers[0].units must be between 1 and 65536, not 0"},
    {"{\"input\": [5, 4], \"layers\": [{\"type\": \"gru\", \"units\": 5000}]}", ERROR_TOO_LARGE,
     "network.layers[0].recurrent_initializer is orthogonal, which takes matrices whose shorter "
     "side "
     "is at most 4096, not 5000"},
    {"{\"input\": [17179869184, 1], \"layers\": [{\"type\": \"gru\", \"units\": 20}]}",
     ERROR_TOO_LARGE,
     "network.layers[0] has gates of shape [17179869184, 80]: more than 2^40 elements"},
    {"{\"input\": [1048577, 1], \"layers\": [{\"type\": \"attention\", \"heads\": 1}]}",
     ERROR_TOO_LARGE,
     "network.layers[0] has scores of shape [1, 1048577, 1048577]: more than 2^40 elements"}};

START_TEST(impossible_layers_are_refused_by_name)
{
    struct error error = {0};

    ck_assert_ptr_null(network_from_text(refused[_i].text, 0, &error));
    ck_assert_str_eq(error.message, refused[_i].message);
    ck_assert_int_eq(error.code, refused[_i].code);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, lstm_follows_its_formula, 0, 4);
    tcase_add_loop_test(tests, gru_follows_its_formula, 0, 4);
    tcase_add_loop_test(tests, attention_follows_its_formula, 0, 2);
    tcase_add_test(tests, attention_has_the_inputs_channels_by_itself);
    tcase_add_test(tests, causal_attention_sees_nothing_of_the_future);
    tcase_add_test(tests, forget_gates_begin_open);
    tcase_add_test(tests, recurrent_kernels_begin_orthogonal);
    tcase_add_loop_test(tests, impossible_layers_are_refused_by_name, 0, ARRAY_COUNT(refused));
}

int main(void)
{
    return tests_run("sequence_layers", add_tests);
}
