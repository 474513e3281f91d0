/* Embeddings: rows of a table by ids, their gradients, and what is no id. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct trial make(const char *text, int64_t rows)
{
    return trial_create(text, rows, 9, best_kernels());
}

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
    const float *table = trial_tensor(&trial, "e/embeddings");
    static const float ids[] = {2, 0, 1, 2};
    double expected[8];

    trial_check_shape(&trial, "[2, 2]");
    give_ids(&trial, ids);
    for (int i = 0; i < 8; i++)
        expected[i] = (double)table[(int)ids[i / 2] * 2 + i % 2];
    trial_check_outputs(&trial, expected);
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
    const float *rows = trial_tensor(&trial, "positional_embedding_1/embeddings");
    const float *x = workspace_input(trial.training);
    double expected[12];

    for (int i = 0; i < 12; i++)
        expected[i] = (double)x[i] + (double)rows[i % 6];
    trial_check_outputs(&trial, expected);
    trial_clear(&trial);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, ids_become_rows_of_the_table);
    tcase_add_test(tests, rows_of_a_table_get_the_gradients_of_all_their_ids);
    tcase_add_loop_test(tests, what_is_no_id_gives_nan_and_touches_nothing, 0, ARRAY_COUNT(no_ids));
    tcase_add_loop_test(tests, rows_without_ids_are_refused_by_name, 0, ARRAY_COUNT(no_ids));
    tcase_add_test(tests, ids_have_no_gradient);
    tcase_add_test(tests, positions_get_rows_of_their_own);
}

int main(void)
{
    return tests_run("embedding", add_tests);
}
