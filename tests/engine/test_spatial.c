/* Pooling, upsampling, padding and noise beside their formulas, written as plain loops in double.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct trial make(const char *text, int64_t rows)
{
    return trial_create(text, rows, 9, best_kernels());
}

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
    trial_check_shape(&trial, pooling->shape);
    for (int i = 0; i < 48; i++) /* the second sample is the first upside down in sign */
        workspace_input(trial.training)[i] = i < 24 ? (float)i : (float)(i - 24) - 100.0F;
    memcpy(workspace_input(trial.prediction), workspace_input(trial.training), 48 * sizeof(float));
    for (int64_t i = 0; i < trial.output_elements; i++) {
        int64_t half = trial.output_elements / 2;
        expected[i] = pooling->expected[i % half] - (i < half ? 0 : 100);
    }
    trial_check_outputs(&trial, expected);
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
        trial_check_outputs(&trial, expected[i]);
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

    trial_check_shape(&trial, "[4, 6, 2]");
    for (int i = 0; i < 96; i++) {
        int line = i / 12 % 4, column = i / 2 % 6;
        expected[i] = (double)x[i / 48 * 8 + line / 2 * 4 + column / 3 * 2 + i % 2];
    }
    trial_check_outputs(&trial, expected);
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

    trial_check_shape(&trial, "[4, 5, 3]");
    for (int i = 0; i < 12; i++)
        expected[i / 6 * 60 + (i / 3 % 2 + 1) * 15 + 6 + i % 3] = (double)x[i];
    trial_check_outputs(&trial, expected);
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

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, pooling_takes_what_is_in_its_windows, 0, ARRAY_COUNT(poolings));
    tcase_add_test(tests, sequences_are_pooled_along_their_time);
    tcase_add_test(tests, the_largest_of_overlapping_windows_gets_all_of_their_gradients);
    tcase_add_test(tests, upsampling_repeats_cells);
    tcase_add_test(tests, zero_padding_surrounds_with_zeros);
    tcase_add_test(tests, noise_is_normal_in_training_and_absent_elsewhere);
    tcase_add_test(tests, noise_depends_on_seed_name_step_and_place_alone);
}

int main(void)
{
    return tests_run("spatial", add_tests);
}
