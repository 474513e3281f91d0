/* The layer that makes vectors of indices: values, gradients, refusals. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* [2, 4] a row: a number, an index below 3, a number, an index below 2. */
#define NETWORK                                                                                    \
    "{\"input\": [2, 4], \"layers\": [{\"type\": \"column_embeddings\", \"columns\": "             \
    "[{\"position\": 1, \"vocabulary\": 3, \"units\": 2, \"column\": \"port\"}, {\"position\": "   \
    "3, \"vocabulary\": 2, \"units\": 3}]}]}"

enum { WIDTH = 4, OUTPUT_WIDTH = 7, TABLE = 3 * 2 + 2 * 3 };

static struct trial make(void)
{
    static const float x[] = {0.5F, 2, -1, 0, 1.5F, 0, 7, 1};
    struct trial trial = trial_create(NETWORK, 1, 3, kernels_reference());
    memcpy(workspace_input(trial.training), x, sizeof(x));
    memcpy(workspace_input(trial.prediction), x, sizeof(x));
    return trial;
}

static float *tables_of(const struct trial *trial)
{
    const struct layer_tensor *tensor =
        tensor_find(trial->network, "column_embeddings_1/embeddings");
    ck_assert_int_eq(tensor->count, TABLE);
    return trial->parameters + tensor->offset;
}

START_TEST(vectors_stand_where_their_indices_stood)
{
    struct trial trial = make();
    const float *t = tables_of(&trial);
    const float expected[] = {0.5F, t[4], t[5], -1, t[6], t[7],  t[8],
                              1.5F, t[0], t[1], 7,  t[9], t[10], t[11]};
    ck_assert_int_eq(shape_last(&trial.network->output_shape), OUTPUT_WIDTH);
    trial_forward(&trial);
    ck_assert_mem_eq(workspace_output(trial.training), expected, sizeof(expected));
    ck_assert_mem_eq(trial_predict(&trial), expected, sizeof(expected));
    trial_clear(&trial);
}
END_TEST

START_TEST(what_is_no_index_counts_as_unseen)
{
    static const float others[] = {-1, 3, 1e9F, -INFINITY, INFINITY, NAN};
    struct trial trial = make();
    const float *t = tables_of(&trial);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        workspace_input(trial.training)[1] = others[i];
        trial_forward(&trial);
        ck_assert_mem_eq(workspace_output(trial.training) + 1, t, 2 * sizeof(float));
    }
    trial_clear(&trial);
}
END_TEST

START_TEST(predictions_from_what_is_no_index_are_refused)
{
    static const float others[] = {-1, 3, 0.5F, INFINITY, NAN};
    struct trial trial = make();
    const struct layer *layer = &trial.network->layers[0];
    float x[2 * WIDTH];
    struct error error = {0};
    memcpy(x, workspace_input(trial.training), sizeof(x));
    ck_assert_int_eq(layer->type->check_input(layer, x, "instances[0]", &error), 0);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        x[WIDTH + 1] = others[i];
        ck_assert_int_eq(layer->type->check_input(layer, x, "instances[0]", &error), -1);
        ck_assert_ptr_nonnull(strstr(error.message, "a whole number from 0 to 2"));
    }
    trial_clear(&trial);
}
END_TEST

START_TEST(gradients_are_summed_where_they_were_looked_up)
{
    struct trial trial = make();
    float d_output[2 * OUTPUT_WIDTH];
    float expected[TABLE] = {0};
    for (int i = 0; i < 2 * OUTPUT_WIDTH; i++)
        d_output[i] = (float)(i + 1);
    workspace_input(trial.training)[WIDTH + 1] = 2; /* both look the last vector up */
    trial_backward(&trial, d_output, false);
    expected[4] = 2 + 9;
    expected[5] = 3 + 10;
    for (int u = 0; u < 3; u++) {
        expected[6 + u] = (float)(5 + u);
        expected[9 + u] = (float)(12 + u);
    }
    const struct layer_tensor *tensor =
        tensor_find(trial.network, "column_embeddings_1/embeddings");
    ck_assert_mem_eq(trial.gradients + tensor->offset, expected, sizeof(expected));
    trial_clear(&trial);
}
END_TEST

START_TEST(wrong_columns_are_refused)
{
    static const struct {
        const char *columns, *message;
    } cases[] = {
        {"[]", "network.layers[0] must have columns, a list of 1 to 16384"},
        {"3", "network.layers[0] must have columns"},
        {"[3]", "network.layers[0].columns[0] must be"},
        {"[{\"position\": 4, \"vocabulary\": 2, \"units\": 1}]",
         "network.layers[0].columns[0] must have a position below 4"},
        {"[{\"position\": 1, \"vocabulary\": 2, \"units\": 1}, {\"position\": 1, \"vocabulary\": "
         "2, "
         "\"units\": 1}]",
         "network.layers[0].columns[1] must have a position above 1"},
        {"[{\"position\": -1, \"vocabulary\": 2, \"units\": 1}]",
         "network.layers[0].columns[0].position"},
        {"[{\"position\": 1, \"vocabulary\": 0, \"units\": 1}]",
         "network.layers[0].columns[0].vocabulary"},
        {"[{\"position\": 1, \"vocabulary\": 1e300, \"units\": 1}]",
         "network.layers[0].columns[0].vocabulary"},
        {"[{\"position\": 1, \"vocabulary\": 2, \"units\": 65537}]",
         "network.layers[0].columns[0].units"},
        {"[{\"position\": 1, \"vocabulary\": 2, \"units\": 1, \"unit\": 1}]",
         "network.layers[0].columns[0].unit is not known"},
        {"[{\"position\": 0, \"vocabulary\": 16777216, \"units\": 65536}, {\"position\": 1, "
         "\"vocabulary\": 16777216, \"units\": 65536}]",
         "more than 2^40 elements"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = {0};
        char text[512];
        snprintf(
            text, sizeof(text),
            "{\"input\": [4], \"layers\": [{\"type\": \"column_embeddings\", \"columns\": %s}]}",
            cases[i].columns);
        ck_assert_ptr_null(network_from_text(text, 0, &error));
        ck_assert_msg(strstr(error.message, cases[i].message) != NULL, "%s", error.message);
    }
}
END_TEST

START_TEST(a_written_layer_reads_again)
{
    struct error error = {0};
    struct trial trial = make();
    struct network *again =
        network_create(trial.network->document, &trial.network->input_shape, 0, &error);
    ck_assert_ok(error);
    ck_assert(json_equal(trial.network->document, again->document));
    network_free(again);
    trial_clear(&trial);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, vectors_stand_where_their_indices_stood);
    tcase_add_test(tests, what_is_no_index_counts_as_unseen);
    tcase_add_test(tests, predictions_from_what_is_no_index_are_refused);
    tcase_add_test(tests, gradients_are_summed_where_they_were_looked_up);
    tcase_add_test(tests, wrong_columns_are_refused);
    tcase_add_test(tests, a_written_layer_reads_again);
}

int main(void)
{
    return tests_run("column_embeddings", add_tests);
}
