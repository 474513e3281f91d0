/* The layers' values beside their formulas written out in double. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct trial make(const char *text, int64_t rows)
{
    return trial_create(text, rows, 9, kernels_reference());
}

static const float *input_of(const struct trial *trial)
{
    return workspace_input(trial->training);
}

static float *tensor_of(const struct trial *trial, const char *name)
{
    return trial->parameters + tensor_find(trial->network, name)->offset;
}

static void check_close(const float *found, const double *expected, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        ck_assert_double_eq_tol((double)found[i], expected[i], 2e-6 * (1 + fabs(expected[i])));
}

/* Over the last axis, whatever comes before it. */
START_TEST(dense_is_a_product_over_the_last_axis)
{
    struct trial trial =
        make("{\"input\": [2, 3], \"layers\": [{\"type\": \"dense\", \"units\": 4, "
             "\"activation\": \"tanh\"}, {\"type\": \"flatten\"}]}",
             5);
    const float *x = input_of(&trial);
    const float *kernel = tensor_of(&trial, "dense_1/kernel");
    const float *bias = tensor_of(&trial, "dense_1/bias");
    double expected[5 * 2 * 4];

    for (int row = 0; row < 10; row++) {
        for (int j = 0; j < 4; j++) {
            double sum = (double)bias[j];
            for (int i = 0; i < 3; i++)
                sum += (double)x[row * 3 + i] * (double)kernel[i * 4 + j];
            expected[row * 4 + j] = tanh(sum);
        }
    }
    trial_forward(&trial);
    check_close(workspace_output(trial.training), expected, 40);
    check_close(trial_predict(&trial), expected, 40);
    ck_assert_int_eq(shape_last(&trial.network->output_shape), 8);
    trial_clear(&trial);
}
END_TEST

START_TEST(dense_without_bias_has_none)
{
    struct trial trial = make("{\"input\": [2], \"layers\": [{\"type\": \"dense\", \"units\": 1, "
                              "\"use_bias\": false}]}",
                              1);
    const float *kernel = tensor_of(&trial, "dense_1/kernel");
    const float *x = input_of(&trial);
    double expected = (double)x[0] * (double)kernel[0] + (double)x[1] * (double)kernel[1];

    ck_assert_int_eq(trial.network->layers[0].tensor_count, 1);
    ck_assert_int_eq(trial.network->weight_count, 2);
    check_close(trial_predict(&trial), &expected, 1);
    trial_clear(&trial);
}
END_TEST

START_TEST(layer_norm_normalizes_every_row_of_the_last_axis)
{
    struct trial trial =
        make("{\"input\": [2, 5], \"layers\": [{\"type\": \"layer_norm\", \"epsilon\": 0.01}]}", 3);
    const float *gamma = tensor_of(&trial, "layer_norm_1/gamma");
    const float *beta = tensor_of(&trial, "layer_norm_1/beta");
    double expected[30];

    for (int row = 0; row < 6; row++) {
        const float *x = input_of(&trial) + 5 * row;
        double mean = 0;
        double variance = 0;
        for (int j = 0; j < 5; j++)
            mean += (double)x[j] / 5;
        for (int j = 0; j < 5; j++)
            variance += pow((double)x[j] - mean, 2) / 5;
        for (int j = 0; j < 5; j++)
            expected[5 * row + j] =
                ((double)x[j] - mean) / sqrt(variance + 0.01) * (double)gamma[j] + (double)beta[j];
    }
    trial_forward(&trial);
    check_close(workspace_output(trial.training), expected, 30);
    check_close(trial_predict(&trial), expected, 30);
    trial_clear(&trial);
}
END_TEST

enum {
    NORM_ROWS = 4,
    NORM_LEADING = 2,
    NORM_CHANNELS = 19,
    NORM_VALUES = NORM_ROWS * NORM_LEADING
};

struct channel {
    double mean, variance; /* biased */
};

static struct channel channel_of(const float *x, int channel)
{
    struct channel result = {0};

    for (int row = 0; row < NORM_VALUES; row++)
        result.mean += (double)x[row * NORM_CHANNELS + channel] / NORM_VALUES;
    for (int row = 0; row < NORM_VALUES; row++)
        result.variance +=
            pow((double)x[row * NORM_CHANNELS + channel] - result.mean, 2) / NORM_VALUES;
    return result;
}

START_TEST(batch_norm_uses_the_batch_in_training_and_moves_its_averages)
{
    struct trial trial = make("{\"input\": [2, 19], \"layers\": [{\"type\": \"batch_norm\", "
                              "\"momentum\": 0.25, \"epsilon\": 0.001}]}",
                              NORM_ROWS);
    const float *gamma = tensor_of(&trial, "batch_norm_1/gamma");
    const float *beta = tensor_of(&trial, "batch_norm_1/beta");
    const float *moving_mean = tensor_of(&trial, "batch_norm_1/moving_mean");
    const float *moving_variance = tensor_of(&trial, "batch_norm_1/moving_variance");
    const float *x = input_of(&trial);
    double trained[NORM_VALUES * NORM_CHANNELS];
    double predicted[NORM_VALUES * NORM_CHANNELS];

    trial_forward(&trial);
    for (int j = 0; j < NORM_CHANNELS; j++) {
        struct channel c = channel_of(x, j);
        double average = 0.25 * c.mean;
        double moved = 0.75 + 0.25 * c.variance * NORM_VALUES / (NORM_VALUES - 1);
        ck_assert_double_eq_tol((double)moving_mean[j], average, 1e-6);
        ck_assert_double_eq_tol((double)moving_variance[j], moved, 1e-6);
        for (int row = 0; row < NORM_VALUES; row++) {
            int at = row * NORM_CHANNELS + j;
            double g = (double)gamma[j];
            trained[at] = ((double)x[at] - c.mean) / sqrt(c.variance + 0.001) * g + (double)beta[j];
            predicted[at] = ((double)x[at] - average) / sqrt(moved + 0.001) * g + (double)beta[j];
        }
    }
    check_close(workspace_output(trial.training), trained, NORM_VALUES * NORM_CHANNELS);
    check_close(trial_predict(&trial), predicted, NORM_VALUES * NORM_CHANNELS);
    trial_clear(&trial);
}
END_TEST

START_TEST(batch_norm_keeps_its_averages_outside_of_training)
{
    struct trial trial = make("{\"input\": [3], \"layers\": [{\"type\": \"batch_norm\"}]}", 4);
    float *moving_mean = tensor_of(&trial, "batch_norm_1/moving_mean");

    trial_predict(&trial);
    trial.run.training = false;
    trial_forward(&trial);
    ck_assert_float_eq(moving_mean[0], 0.0F);
    ck_assert_mem_eq(workspace_output(trial.training), workspace_output(trial.prediction),
                     12 * sizeof(float));
    trial_clear(&trial);
}
END_TEST

/* PyTorch would refuse to train on it; see layers/batch_norm.c. */
START_TEST(batch_norm_of_a_single_value_gives_beta)
{
    struct trial trial = make("{\"input\": [2], \"layers\": [{\"type\": \"dense\", \"units\": 2}, "
                              "{\"type\": \"batch_norm\"}]}",
                              1);
    const float *beta = tensor_of(&trial, "batch_norm_1/beta");
    const float *moving_variance = tensor_of(&trial, "batch_norm_1/moving_variance");
    const float d_output[] = {1.0F, -2.0F};

    trial_backward(&trial, d_output, false);
    ck_assert_mem_eq(workspace_output(trial.training), beta, 2 * sizeof(float));
    ck_assert_float_eq(moving_variance[0], 0.9F);
    ck_assert_float_eq(trial.gradients[tensor_find(trial.network, "dense_1/kernel")->offset], 0.0F);
    ck_assert_float_eq(trial.gradients[tensor_find(trial.network, "batch_norm_1/beta")->offset + 1],
                       -2.0F);
    trial_clear(&trial);
}
END_TEST

static const char dropping[] =
    "{\"input\": [51], \"layers\": [{\"type\": \"dropout\", \"rate\": 0.25, \"name\": \"d\"}]}";

START_TEST(dropout_zeroes_a_share_and_scales_the_rest)
{
    struct trial trial = make(dropping, 100);
    const float *x = input_of(&trial);
    const float *y = workspace_output(trial.training);
    int kept = 0;

    trial_forward(&trial);
    for (int64_t i = 0; i < trial.output_elements; i++) {
        if (y[i] == 0.0F)
            continue;
        kept++;
        ck_assert_float_eq_tol(y[i], x[i] / 0.75F, 1e-6F * fabsf(x[i]));
    }
    ck_assert_int_ge(kept, (int)(5100 * 0.72));
    ck_assert_int_le(kept, (int)(5100 * 0.78));
    ck_assert_mem_eq(trial_predict(&trial), x, 5100 * sizeof(float));
    trial_clear(&trial);
}
END_TEST

START_TEST(dropout_depends_on_seed_name_step_and_place_alone)
{
    struct trial trial = make(dropping, 100);
    struct rng rng = rng_stream(1, "dropout", "d", 7);
    const float *y = workspace_output(trial.training);
    static float first[5100];

    trial.run.step = 7;
    trial_forward(&trial);
    for (int64_t i = 0; i < trial.output_elements; i++)
        ck_assert_int_eq(y[i] == 0.0F, rng_float(&rng, (uint64_t)i) < 0.25F);
    memcpy(first, y, sizeof(first));
    trial.run.step = 8;
    trial_forward(&trial);
    ck_assert_mem_ne(first, y, sizeof(first));
    trial.run.step = 7;
    trial.run.rows = 3;
    trial_forward(&trial);
    ck_assert_mem_eq(first, y, 3 * 51 * sizeof(float));
    trial_clear(&trial);
}
END_TEST

START_TEST(add_and_multiply_go_element_by_element)
{
    struct trial trial = make(
        "{\"input\": [3], \"layers\": ["
        "{\"type\": \"add\", \"input\": [\"input\", \"input\", \"input\"], \"name\": \"sum\"}, "
        "{\"type\": \"multiply\", \"input\": [\"sum\", \"input\", \"sum\"]}]}",
        4);
    const float *x = input_of(&trial);
    double expected[12];

    for (int i = 0; i < 12; i++)
        expected[i] = 9 * pow((double)x[i], 3);
    trial_forward(&trial);
    check_close(workspace_output(trial.training), expected, 12);
    check_close(trial_predict(&trial), expected, 12);
    trial_clear(&trial);
}
END_TEST

/* Inputs of [2, 3] and [2, 2] along the last axis, of [2, 3] twice along the first. */
START_TEST(concat_joins_along_its_axis)
{
    struct trial last = make("{\"input\": [2, 3], \"layers\": ["
                             "{\"type\": \"dense\", \"units\": 2, \"name\": \"d\"}, "
                             "{\"type\": \"flatten\"}, {\"type\": \"reshape\", \"shape\": [2, 2]}, "
                             "{\"type\": \"concat\", \"input\": [\"input\", \"reshape_1\"]}]}",
                             2);
    struct trial first = make("{\"input\": [2, 3], \"layers\": [{\"type\": \"concat\", \"axis\": "
                              "-2, \"input\": [\"input\", \"input\"]}]}",
                              2);
    const float *x = input_of(&last);
    const float *y = workspace_output(last.training);

    trial_forward(&last);
    const float *dense = workspace_output(last.training) + 3;
    for (int row = 0; row < 4; row++)
        ck_assert_mem_eq(y + 5 * row, x + 3 * row, 3 * sizeof(float));
    ck_assert_mem_eq(trial_predict(&last), y, 20 * sizeof(float));
    const float *kernel = tensor_of(&last, "d/kernel");
    const float *bias = tensor_of(&last, "d/bias");
    double expected = (double)bias[0];
    for (int i = 0; i < 3; i++)
        expected += (double)x[i] * (double)kernel[2 * i];
    check_close(dense, &expected, 1);
    trial_forward(&first);
    for (int row = 0; row < 2; row++) {
        ck_assert_mem_eq(workspace_output(first.training) + 12 * row, input_of(&first) + 6 * row,
                         6 * sizeof(float));
        ck_assert_mem_eq(workspace_output(first.training) + 12 * row + 6,
                         input_of(&first) + 6 * row, 6 * sizeof(float));
    }
    trial_clear(&last);
    trial_clear(&first);
}
END_TEST

START_TEST(layers_in_place_share_their_inputs_memory)
{
    struct trial trial = make("{\"input\": [2, 3], \"layers\": [{\"type\": \"flatten\"}, "
                              "{\"type\": \"reshape\", \"shape\": [3, 2]}, "
                              "{\"type\": \"activation\", \"activation\": \"relu\"}]}",
                              2);

    trial_forward(&trial);
    ck_assert_ptr_eq(workspace_logits(trial.training), input_of(&trial));
    for (int i = 0; i < 12; i++)
        ck_assert_float_eq(workspace_output(trial.training)[i], fmaxf(input_of(&trial)[i], 0.0F));
    ck_assert_mem_eq(trial_predict(&trial), workspace_output(trial.training), 12 * sizeof(float));
    trial_clear(&trial);
}
END_TEST

START_TEST(every_layer_type_has_an_example_of_itself)
{
    for (size_t i = 0; layer_types[i] != NULL; i++) {
        struct trial trial = make(layer_types[i]->example, 2);
        const struct network *network = trial.network;
        ck_assert_ptr_eq(network->layers[network->layer_count - 1].type, layer_types[i]);
        ck_assert_ptr_eq(layer_types[i]->kind.base, &layer_options_kind);
        ck_assert_str_ne(layer_types[i]->kind.help, "");
        ck_assert_ptr_eq(layer_type_find(layer_types[i]->kind.name, "", NULL), layer_types[i]);
        trial_clear(&trial);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, dense_is_a_product_over_the_last_axis);
    tcase_add_test(tests, dense_without_bias_has_none);
    tcase_add_test(tests, layer_norm_normalizes_every_row_of_the_last_axis);
    tcase_add_test(tests, batch_norm_uses_the_batch_in_training_and_moves_its_averages);
    tcase_add_test(tests, batch_norm_keeps_its_averages_outside_of_training);
    tcase_add_test(tests, batch_norm_of_a_single_value_gives_beta);
    tcase_add_test(tests, dropout_zeroes_a_share_and_scales_the_rest);
    tcase_add_test(tests, dropout_depends_on_seed_name_step_and_place_alone);
    tcase_add_test(tests, add_and_multiply_go_element_by_element);
    tcase_add_test(tests, concat_joins_along_its_axis);
    tcase_add_test(tests, layers_in_place_share_their_inputs_memory);
    tcase_add_test(tests, every_layer_type_has_an_example_of_itself);
}

int main(void)
{
    return tests_run("layers", add_tests);
}
