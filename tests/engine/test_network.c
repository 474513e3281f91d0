/* Planning networks: tensors, first weights, penalties, memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layout.h"
#include "engine/network.h"
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <string.h>

static const struct kernels *reference(void)
{
    return kernels_reference();
}

static struct network *make(const char *text)
{
    struct error error = {0};
    struct network *network = network_from_text(text, 0, &error);

    ck_assert_ok(error);
    return network;
}

START_TEST(workspaces_beyond_an_address_space_are_refused)
{
    struct error error = {0};
    struct network *network =
        make("{\"input\": [1048576], \"layers\": [{\"type\": \"dense\", \"units\": 2}]}");
    size_t size = 0;

    ck_assert_int_eq(
        workspace_size(network, INT64_C(1) << 42, TRIAL_MEMBERS, WORKSPACE_TRAIN, &size, &error),
        -1);
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    error_clear(&error);
    ck_assert_ptr_null(workspace_create(network, reference(), INT64_C(1) << 42, TRIAL_MEMBERS,
                                        WORKSPACE_PREDICT, &error));
    ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    network_free(network);
}
END_TEST

static const char residual[] =
    "{\"input\": [5], \"layers\": ["
    "{\"type\": \"dense\", \"units\": 8, \"activation\": \"relu\", \"name\": \"a\"}, "
    "{\"type\": \"dense\", \"units\": 8, \"name\": \"b\"}, "
    "{\"type\": \"add\", \"input\": [\"a\", \"b\"]}, {\"type\": \"batch_norm\"}, "
    "{\"type\": \"concat\", \"input\": [\"batch_norm_1\", \"a\"]}, "
    "{\"type\": \"dense\", \"units\": 3, \"activation\": \"softmax\"}]}";

static int count_tensors(void *context, const char *name, const struct layer_tensor *tensor)
{
    static const char *const names[] = {"a/kernel",
                                        "a/bias",
                                        "b/kernel",
                                        "b/bias",
                                        "batch_norm_1/gamma",
                                        "batch_norm_1/beta",
                                        "batch_norm_1/moving_mean",
                                        "batch_norm_1/moving_variance",
                                        "dense_3/kernel",
                                        "dense_3/bias"};
    int *count = context;

    ck_assert_str_eq(name, names[*count]);
    ck_assert_int_eq(tensor->offset % 16, 0);
    (*count)++;
    return 0;
}

START_TEST(tensors_lie_in_one_block_the_trained_ones_first)
{
    struct network *network = make(residual);
    int count = 0;

    ck_assert_int_eq(network_each_tensor(network, count_tensors, &count), 0);
    ck_assert_int_eq(count, 10);
    ck_assert_int_eq(network->weight_count, 5 * 8 + 8 + 8 * 8 + 8 + 8 + 8 + 16 * 3 + 3);
    ck_assert_int_eq(tensor_find(network, "batch_norm_1/moving_mean")->offset,
                     network->trained_count);
    ck_assert_int_lt(tensor_find(network, "dense_3/bias")->offset, network->trained_count);
    ck_assert_int_eq(network->parameter_count, network->trained_count + 32);
    network_free(network);
}
END_TEST

static int stop_at_second(void *context, const char *name UNUSED,
                          const struct layer_tensor *tensor UNUSED)
{
    return ++*(int *)context == 2 ? 42 : 0;
}

START_TEST(a_visit_of_the_tensors_stops_where_it_is_told)
{
    struct network *network = make(residual);
    int count = 0;

    ck_assert_int_eq(network_each_tensor(network, stop_at_second, &count), 42);
    ck_assert_int_eq(count, 2);
    network_free(network);
}
END_TEST

START_TEST(the_last_activation_is_peeled_off)
{
    struct network *dense =
        make("{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 2, "
             "\"activation\": {\"type\": \"elu\", \"alpha\": 0.5}}]}");
    struct network *layer =
        make("{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 2, \"activation\": "
             "\"tanh\"}, {\"type\": \"activation\", \"activation\": \"softmax\"}]}");
    struct network *none = make("{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 2, "
                                "\"activation\": \"tanh\"}, {\"type\": \"flatten\"}]}");

    ck_assert_int_eq(dense->output_activation, ACTIVATION_ELU);
    ck_assert_float_eq(dense->output_alpha, 0.5F);
    ck_assert_int_eq(layer->output_activation, ACTIVATION_SOFTMAX);
    ck_assert_int_eq(none->output_activation, ACTIVATION_LINEAR);
    network_free(dense);
    network_free(layer);
    network_free(none);
}
END_TEST

static void initialize(const char *text, uint64_t seed, float *parameters, struct network **network)
{
    *network = make(text);
    ck_assert_int_le((*network)->parameter_count, 1024);
    network_initialize(*network, seed, parameters);
}

START_TEST(first_weights_depend_on_seed_layer_and_tensor_alone)
{
    static float one[1024];
    static float two[1024];
    struct network *a;
    struct network *b;

    initialize(
        "{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 4, \"name\": \"x\"}, "
        "{\"type\": \"dense\", \"units\": 4, \"name\": \"y\"}]}",
        5, one, &a);
    initialize("{\"input\": [4], \"layers\": [{\"type\": \"batch_norm\"}, {\"type\": \"dense\", "
               "\"units\": 4, \"name\": \"y\"}]}",
               5, two, &b);
    const struct layer_tensor *of_a = tensor_find(a, "y/kernel");
    const struct layer_tensor *of_b = tensor_find(b, "y/kernel");
    ck_assert_mem_eq(one + of_a->offset, two + of_b->offset, 16 * sizeof(float));
    ck_assert_mem_ne(one + of_a->offset, one + tensor_find(a, "x/kernel")->offset,
                     16 * sizeof(float));
    ck_assert_float_eq(two[tensor_find(b, "batch_norm_1/gamma")->offset], 1.0F);
    ck_assert_float_eq(two[tensor_find(b, "batch_norm_1/moving_variance")->offset + 3], 1.0F);
    ck_assert_float_eq(two[tensor_find(b, "batch_norm_1/moving_variance")->offset + 4], 0.0F);
    network_initialize(a, 6, two);
    ck_assert_mem_ne(one + of_a->offset, two + of_a->offset, 16 * sizeof(float));
    network_free(a);
    network_free(b);
}
END_TEST

static const char penalized[] =
    "{\"input\": [2], \"layers\": ["
    "{\"type\": \"dense\", \"units\": 1, \"name\": \"own\", \"l1\": 0.5, \"l2\": 0.25, "
    "\"bias_l1\": 2, \"bias_l2\": 3}, {\"type\": \"batch_norm\"}, "
    "{\"type\": \"dense\", \"units\": 1, \"name\": \"other\"}]}";

START_TEST(units_of_kernels_lie_where_max_norm_looks)
{
    static const struct {
        const char *text, *tensor;
        int unit_axis;
    } kernels[] = {
        {"{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 2}]}", "dense_1/kernel",
         1},
        {"{\"input\": [5, 5, 2], \"layers\": [{\"type\": \"conv2d\", \"filters\": 3, "
         "\"kernel_size\": 2}]}",
         "conv2d_1/kernel", 3},
        {"{\"input\": [5, 5, 2], \"layers\": [{\"type\": \"conv2d_transpose\", \"filters\": 3, "
         "\"kernel_size\": 2}]}",
         "conv2d_transpose_1/kernel", 2},
        {"{\"input\": [5], \"layers\": [{\"type\": \"embedding\", \"vocabulary\": 9, \"units\": "
         "2}]}",
         "embedding_1/embeddings", 0},
        {"{\"input\": [5, 2], \"layers\": [{\"type\": \"positional_embedding\"}]}",
         "positional_embedding_1/embeddings", 0}};
    for (size_t i = 0; i < ARRAY_COUNT(kernels); i++) {
        struct network *network = make(kernels[i].text);
        ck_assert_int_eq(tensor_find(network, kernels[i].tensor)->unit_axis, kernels[i].unit_axis);
        network_free(network);
    }
}
END_TEST

START_TEST(penalties_and_their_gradients_are_those_of_the_formula)
{
    struct network *network = make(penalized);
    static float w[256];
    static float d[256];
    const int64_t own = tensor_find(network, "own/kernel")->offset;
    const int64_t bias = tensor_find(network, "own/bias")->offset;
    const int64_t other = tensor_find(network, "other/kernel")->offset;
    const int64_t gamma = tensor_find(network, "batch_norm_1/gamma")->offset;

    memset(w, 0, sizeof(w));
    w[own] = -2.0F; /* the second weight stays 0 */
    w[bias] = 3.0F;
    w[other] = 4.0F;
    w[gamma] = 100.0F;
    memset(d, 0, sizeof(d));
    d[own] = 10.0F;
    double sum = network_penalty(network, 0.125, 1.0, w, d);
    ck_assert_double_eq(sum, (0.5 * 2 + 0.25 * 4) + (2 * 3 + 3 * 9) + (0.125 * 4 + 1.0 * 16));
    ck_assert_float_eq(d[own], 10.0F - 0.5F - 2 * 0.25F * 2);
    ck_assert_float_eq(d[own + 1], 0.0F);
    ck_assert_float_eq(d[bias], 2.0F + 2 * 3.0F * 3);
    ck_assert_float_eq(d[other], 0.125F + 2 * 4.0F);
    ck_assert_float_eq(d[gamma], 0.0F);
    ck_assert_double_eq(network_penalty(network, 0.125, 1.0, w, NULL), sum);
    ck_assert(network_has_penalty(network, 0.0, 0.0));
    network_free(network);
}
END_TEST

START_TEST(without_any_factor_there_is_no_penalty)
{
    struct network *network = make(residual);

    ck_assert(!network_has_penalty(network, 0.0, 0.0));
    ck_assert(network_has_penalty(network, 0.0, 0.1));
    network_free(network);
}
END_TEST

/* A chain of layers without weights needs two outputs at a time in prediction. */
START_TEST(prediction_shares_outputs_and_training_keeps_them)
{
    struct network *network =
        make("{\"input\": [64], \"layers\": [{\"type\": \"dropout\", \"rate\": 0}, "
             "{\"type\": \"dropout\", \"rate\": 0}, {\"type\": \"dropout\", \"rate\": 0}, "
             "{\"type\": \"dropout\", \"rate\": 0}, {\"type\": \"flatten\"}, "
             "{\"type\": \"dropout\", \"rate\": 0}, {\"type\": \"dropout\", \"rate\": 0}]}");
    struct error error = {0};
    struct layout predict;
    struct layout train;

    ck_assert_int_eq(layout_plan(network, WORKSPACE_PREDICT, &predict, &error), 0);
    ck_assert_int_eq(layout_plan(network, WORKSPACE_TRAIN, &train, &error), 0);
    ck_assert_int_eq(predict.per_row, 2 * 64);         /* input, output */
    ck_assert_int_eq(predict.per_block_row, 2 * 64);   /* two at a time */
    ck_assert_int_eq(train.per_row, 64 + 6 * 64 + 64); /* input, six outputs, d_output */
    layout_clear(&predict);
    layout_clear(&train);
    network_free(network);
}
END_TEST

/* Between barriers, gradients share: here those on either side of a batch phase. */
START_TEST(gradients_share_memory_across_barriers_only)
{
    static const char *const texts[] = {
        "{\"input\": [64], \"layers\": [{\"type\": \"dense\", \"units\": 64}, "
        "{\"type\": \"dropout\", \"rate\": 0}, {\"type\": \"dropout\", \"rate\": 0}, "
        "{\"type\": \"layer_norm\"}, {\"type\": \"dropout\", \"rate\": 0}, "
        "{\"type\": \"dropout\", \"rate\": 0}]}",
        "{\"input\": [64], \"layers\": [{\"type\": \"dense\", \"units\": 64}, "
        "{\"type\": \"dropout\", \"rate\": 0}, {\"type\": \"dropout\", \"rate\": 0}, "
        "{\"type\": \"batch_norm\"}, {\"type\": \"dropout\", \"rate\": 0}, "
        "{\"type\": \"dropout\", \"rate\": 0}]}"};
    int64_t gradients[2];

    for (size_t i = 0; i < 2; i++) {
        struct error error = {0};
        struct network *network = make(texts[i]);
        struct layout layout;
        ck_assert_int_eq(layout_plan(network, WORKSPACE_TRAIN, &layout, &error), 0);
        int64_t scratch = i == 0 ? 2 * 16 : 0;
        gradients[i] = layout.per_row - scratch - 64 - 6 * 64;
        layout_clear(&layout);
        network_free(network);
    }
    ck_assert_int_eq(gradients[0], 6 * 64);
    ck_assert_int_eq(gradients[1], 5 * 64);
}
END_TEST

START_TEST(the_size_of_a_workspace_grows_with_its_rows)
{
    struct error error = {0};
    struct network *network = make(residual);
    size_t one = 0;
    size_t hundred = 0;

    ck_assert_int_eq(workspace_size(network, 1, TRIAL_MEMBERS, WORKSPACE_TRAIN, &one, &error), 0);
    ck_assert_int_eq(workspace_size(network, 100, TRIAL_MEMBERS, WORKSPACE_TRAIN, &hundred, &error),
                     0);
    ck_assert_uint_gt(hundred, 90 * (one - 1024));
    ck_assert_uint_lt(hundred, 100 * one);
    network_free(network);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, workspaces_beyond_an_address_space_are_refused);
    tcase_add_test(tests, tensors_lie_in_one_block_the_trained_ones_first);
    tcase_add_test(tests, a_visit_of_the_tensors_stops_where_it_is_told);
    tcase_add_test(tests, the_last_activation_is_peeled_off);
    tcase_add_test(tests, first_weights_depend_on_seed_layer_and_tensor_alone);
    tcase_add_test(tests, units_of_kernels_lie_where_max_norm_looks);
    tcase_add_test(tests, penalties_and_their_gradients_are_those_of_the_formula);
    tcase_add_test(tests, without_any_factor_there_is_no_penalty);
    tcase_add_test(tests, prediction_shares_outputs_and_training_keeps_them);
    tcase_add_test(tests, gradients_share_memory_across_barriers_only);
    tcase_add_test(tests, the_size_of_a_workspace_grows_with_its_rows);
}

int main(void)
{
    return tests_run("network", add_tests);
}
