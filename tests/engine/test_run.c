/* Running networks: the same bytes however the work is cut, and prediction as training without its
 * noise. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Layers over rows of numbers, wide enough that several members get rows and columns. */
static const char wide[] =
    "{\"input\": [6, 40], \"layers\": ["
    "{\"type\": \"dense\", \"units\": 70, \"activation\": \"gelu\", \"name\": \"a\"}, "
    "{\"type\": \"batch_norm\", \"name\": \"norm\"}, "
    "{\"type\": \"dense\", \"units\": 70, \"activation\": \"relu\", \"name\": \"b\"}, "
    "{\"type\": \"add\", \"input\": [\"a\", \"b\", \"norm\"]}, "
    "{\"type\": \"dropout\", \"rate\": 0.2}, "
    "{\"type\": \"layer_norm\", \"name\": \"rows\"}, "
    "{\"type\": \"activation\", \"activation\": \"silu\"}, "
    "{\"type\": \"multiply\", \"input\": [\"rows\", \"activation_1\"]}, "
    "{\"type\": \"batch_norm\"}, "
    "{\"type\": \"flatten\", \"name\": \"flat\"}, "
    "{\"type\": \"dense\", \"units\": 33, \"activation\": \"tanh\", \"name\": \"c\"}, "
    "{\"type\": \"concat\", \"input\": [\"flat\", \"c\"]}, "
    "{\"type\": \"reshape\", \"shape\": [453, 1]}, {\"type\": \"flatten\"}, "
    "{\"type\": \"dense\", \"units\": 11, \"activation\": \"softmax\"}]}";

/* Layers over images and over sequences, in branches that add to each other's gradients. */
static const char images[] =
    "{\"input\": [9, 8, 3], \"layers\": ["
    "{\"type\": \"conv2d\", \"filters\": 40, \"kernel_size\": 3, \"padding\": \"same\", "
    "\"activation\": \"gelu\", \"name\": \"a\"}, "
    "{\"type\": \"conv2d\", \"filters\": 40, \"kernel_size\": 3, \"dilation\": 2, \"groups\": 40, "
    "\"padding\": \"same\", \"activation\": \"relu\", \"name\": \"depthwise\"}, "
    "{\"type\": \"conv2d\", \"filters\": 40, \"kernel_size\": [5, 3], \"groups\": 4, "
    "\"padding\": \"same\", \"input\": \"a\", \"name\": \"groups\"}, "
    "{\"type\": \"add\", \"input\": [\"a\", \"depthwise\", \"groups\"]}, "
    "{\"type\": \"gaussian_noise\", \"stddev\": 0.1}, {\"type\": \"batch_norm\"}, "
    "{\"type\": \"max_pool2d\", \"padding\": \"same\"}, "
    "{\"type\": \"conv2d\", \"filters\": 70, \"kernel_size\": 3, \"strides\": 2, "
    "\"activation\": \"relu\", \"name\": \"b\"}, "
    "{\"type\": \"conv2d\", \"filters\": 33, \"kernel_size\": 1, \"activation\": \"silu\"}, "
    "{\"type\": \"conv2d_transpose\", \"filters\": 7, \"kernel_size\": 3, \"strides\": 2, "
    "\"padding\": \"same\", \"name\": \"up\"}, "
    "{\"type\": \"average_pool2d\", \"pool_size\": 3, \"strides\": 2, \"padding\": \"same\"}, "
    "{\"type\": \"upsampling2d\"}, {\"type\": \"zero_padding2d\"}, {\"type\": "
    "\"global_average_pool2d\", \"name\": \"mean\"}, {\"type\": \"global_max_pool2d\", \"input\": "
    "\"b\", \"name\": \"most\"}, {\"type\": \"concat\", \"input\": [\"mean\", \"most\"]}, "
    "{\"type\": \"dense\", \"units\": 11, \"activation\": \"softmax\"}]}";

static const char sequences[] =
    "{\"input\": [40], \"layers\": ["
    "{\"type\": \"embedding\", \"vocabulary\": 50, \"units\": 70}, "
    "{\"type\": \"positional_embedding\"}, "
    "{\"type\": \"conv1d\", \"filters\": 64, \"kernel_size\": 5, \"activation\": \"relu\"}, "
    "{\"type\": \"max_pool1d\"}, {\"type\": \"conv1d\", \"filters\": 33, \"kernel_size\": 3, "
    "\"padding\": \"same\"}, {\"type\": \"average_pool1d\", \"strides\": 1}, "
    "{\"type\": \"global_max_pool1d\"}, "
    "{\"type\": \"dense\", \"units\": 11, \"activation\": \"softmax\"}]}";

static float *projection_of(const struct trial *trial)
{
    float *factors = calloc((size_t)trial->output_elements, sizeof(*factors));

    ck_assert_ptr_nonnull(factors);
    draw_normal(4, "projection", trial->output_elements, factors);
    return factors;
}

/* What one training step leaves: outputs, gradients, moved averages; and a prediction. */
struct result {
    float *values;
    size_t count;
};

static struct result step_with(const char *text, int members, int64_t rows)
{
    struct error error = {0};
    struct team *team = members > 0 ? team_create(members, NULL, &error) : NULL;
    struct trial trial = trial_create(text, rows, 2, best_kernels());
    float *factors = projection_of(&trial);
    size_t outputs = (size_t)trial.output_elements;
    size_t trained = (size_t)trial.network->trained_count;
    size_t parameters = (size_t)trial.network->parameter_count;
    struct result result = {.count = 2 * outputs + trained + parameters};

    ck_assert_ok(error);
    trial.run.team = team;
    trial_backward(&trial, factors, false);
    result.values = calloc(result.count, sizeof(float));
    ck_assert_ptr_nonnull(result.values);
    memcpy(result.values, workspace_output(trial.training), outputs * sizeof(float));
    memcpy(result.values + outputs, trial_predict(&trial), outputs * sizeof(float));
    memcpy(result.values + 2 * outputs, trial.gradients, trained * sizeof(float));
    memcpy(result.values + 2 * outputs + trained, trial.parameters, parameters * sizeof(float));
    free(factors);
    trial_clear(&trial);
    team_free(team);
    return result;
}

static const char *const texts[] = {wide, images, sequences};
static const int64_t row_counts[] = {1, 2, 13, 64, 131};
enum { TEXTS = ARRAY_COUNT(texts), RUNS = TEXTS * ARRAY_COUNT(row_counts) };

START_TEST(any_number_of_members_gives_the_same_bytes)
{
    const char *text = texts[_i % TEXTS];
    int64_t rows = row_counts[_i / TEXTS];
    struct result alone = step_with(text, 0, rows);

    for (int members = 1; members <= 4; members++) {
        struct result together = step_with(text, members, rows);
        ck_assert_uint_eq(together.count, alone.count);
        ck_assert_msg(memcmp(together.values, alone.values, alone.count * sizeof(float)) == 0,
                      "%d members differ at %d rows of %s", members, (int)rows, text);
        free(together.values);
    }
    for (size_t i = 0; i < alone.count; i++)
        ck_assert(isfinite(alone.values[i]));
    free(alone.values);
}
END_TEST

/* Random cuts of rows and items, call by call, as no team would make them. */
static void call_in_parts(const struct layer *layer, struct layer_pass *pass, int64_t count,
                          void (*call)(const struct layer *layer, struct layer_pass *pass,
                                       int64_t begin, int64_t end))
{
    struct rng rng = rng_stream(8, "cuts", layer->name, (uint64_t)count);

    for (int64_t at = 0, part; call != NULL && at < count; at += part) {
        part = 1 + (int64_t)rng_below(&rng, (uint64_t)at, (uint64_t)(count - at));
        call(layer, pass, at, at + part);
    }
}

static void forward_in_parts(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                             int64_t end)
{
    ck_assert(begin == 0 && end == pass->rows);
    call_in_parts(layer, pass, end, layer_type_find(layer->type->kind.name, "", NULL)->forward);
}

static void backward_in_parts(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                              int64_t end)
{
    ck_assert(begin == 0 && end == pass->rows);
    call_in_parts(layer, pass, end, layer_type_find(layer->type->kind.name, "", NULL)->backward);
}

/* The chunks of a layer come one after the other; all of its work is done in parts at the first. */
static void parameters_in_parts(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                                int64_t end UNUSED)
{
    if (begin == 0)
        call_in_parts(layer, pass, layer->parameter_items,
                      layer_type_find(layer->type->kind.name, "", NULL)->backward_parameters);
}

START_TEST(any_cut_of_the_work_gives_the_same_bytes)
{
    struct trial whole = trial_create(texts[_i], 37, 2, best_kernels());
    struct trial parts = trial_create(texts[_i], 37, 2, best_kernels());
    float *factors = projection_of(&whole);
    int count = parts.network->layer_count;
    struct layer_type *types = calloc((size_t)count, sizeof(*types));

    ck_assert_ptr_nonnull(types);
    for (int i = 0; i < count; i++) {
        types[i] = *parts.network->layers[i].type;
        types[i].forward = forward_in_parts;
        types[i].backward = backward_in_parts;
        types[i].backward_parameters = parameters_in_parts;
        parts.network->layers[i].type = &types[i];
    }
    trial_backward(&whole, factors, false);
    trial_backward(&parts, factors, false);
    ck_assert_mem_eq(workspace_output(parts.training), workspace_output(whole.training),
                     (size_t)whole.output_elements * sizeof(float));
    ck_assert_mem_eq(parts.gradients, whole.gradients,
                     (size_t)whole.network->trained_count * sizeof(float));
    for (int i = 0; i < count; i++)
        parts.network->layers[i].type = whole.network->layers[i].type;
    free(types);
    free(factors);
    trial_clear(&whole);
    trial_clear(&parts);
}
END_TEST

static const char plain[] =
    "{\"input\": [7], \"layers\": ["
    "{\"type\": \"dense\", \"units\": 9, \"activation\": \"mish\", \"name\": \"a\"}, "
    "{\"type\": \"dense\", \"units\": 9, \"activation\": \"sigmoid\"}, "
    "{\"type\": \"add\", \"input\": [\"a\", \"dense_2\"]}, {\"type\": \"layer_norm\"}, "
    "{\"type\": \"dense\", \"units\": 4, \"activation\": \"softmax\"}]}";

/* In training, in a workspace for training and in one for prediction, at any number of rows. */
START_TEST(without_noise_prediction_is_training)
{
    struct trial trial = trial_create(plain, 300, 2, best_kernels());
    size_t size = (size_t)trial.output_elements * sizeof(float);
    float *trained = malloc(size);

    ck_assert_ptr_nonnull(trained);
    trial_forward(&trial);
    memcpy(trained, workspace_output(trial.training), size);
    ck_assert_mem_eq(trial_predict(&trial), trained, size);
    trial.run.training = false;
    trial_forward(&trial);
    ck_assert_mem_eq(workspace_output(trial.training), trained, size);
    trial.run.rows = 5;
    ck_assert_mem_eq(trial_predict(&trial), trained, 5 * 4 * sizeof(float));
    free(trained);
    trial_clear(&trial);
}
END_TEST

START_TEST(packed_weights_give_the_same_bytes)
{
    static const int64_t rows[] = {1, 2, 7, 64, 130, 300};

    for (const struct kernels *const *set = kernels_list(); *set != NULL; set++) {
        struct trial trial = trial_create(wide, 300, 2, *set);
        const int64_t size = network_packed_size(trial.network, *set);
        float *packed = calloc((size_t)size, sizeof(float));
        float *plainly = malloc((size_t)trial.output_elements * sizeof(float));

        ck_assert(packed != NULL && plainly != NULL && size > 0);
        network_pack(trial.network, *set, trial.parameters, packed);
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
            const size_t bytes = (size_t)(rows[i] * 11) * sizeof(float);
            trial.run.rows = rows[i];
            trial.run.packed = NULL;
            memcpy(plainly, trial_predict(&trial), bytes);
            trial.run.packed = packed;
            ck_assert_mem_eq(trial_predict(&trial), plainly, bytes);
        }
        free(packed);
        free(plainly);
        trial_clear(&trial);
    }
}
END_TEST

/* The same for images, where nothing is random and nothing is of the whole batch. */
START_TEST(prediction_of_images_is_training)
{
    static const char text[] =
        "{\"input\": [8, 9, 3], \"layers\": [{\"type\": \"conv2d\", \"filters\": 12, "
        "\"kernel_size\": 3, \"activation\": \"gelu\"}, {\"type\": \"conv2d\", \"filters\": 12, "
        "\"kernel_size\": 3, \"padding\": \"same\", \"groups\": 12, \"activation\": \"relu\"}, "
        "{\"type\": \"max_pool2d\"}, {\"type\": \"conv2d_transpose\", \"filters\": 2, "
        "\"kernel_size\": 3, \"activation\": \"mish\"}, {\"type\": \"average_pool2d\"}, "
        "{\"type\": \"upsampling2d\"}, {\"type\": \"zero_padding2d\"}, {\"type\": "
        "\"global_average_pool2d\"}]}";
    struct trial trial = trial_create(text, 300, 2, best_kernels());
    size_t size = (size_t)trial.output_elements * sizeof(float);

    trial_forward(&trial);
    ck_assert_mem_eq(trial_predict(&trial), workspace_output(trial.training), size);
    trial.run.rows = 5;
    ck_assert_mem_eq(trial_predict(&trial), workspace_output(trial.training),
                     5 * 2 * sizeof(float));
    trial_clear(&trial);
}
END_TEST

START_TEST(logits_come_without_the_output_activation)
{
    struct trial trial = trial_create(plain, 3, 2, best_kernels());
    const float *logits = workspace_logits(trial.training);

    trial_forward(&trial);
    for (int row = 0; row < 3; row++) {
        double sum = 0.0;
        for (int j = 0; j < 4; j++)
            sum += exp((double)logits[4 * row + j]);
        for (int j = 0; j < 4; j++)
            ck_assert_double_eq_tol((double)workspace_output(trial.training)[4 * row + j],
                                    exp((double)logits[4 * row + j]) / sum, 1e-6);
    }
    trial_clear(&trial);
}
END_TEST

/* The softmax's derivative by hand, and the rest from the logits. */
START_TEST(gradients_may_start_at_the_logits)
{
    struct trial trial = trial_create(plain, 6, 2, best_kernels());
    float *factors = projection_of(&trial);
    size_t size = (size_t)trial.network->trained_count * sizeof(float);
    float *from_output = malloc(size);

    ck_assert_ptr_nonnull(from_output);
    trial_backward(&trial, factors, false);
    memcpy(from_output, trial.gradients, size);
    for (int row = 0; row < 6; row++) {
        const float *y = workspace_output(trial.training) + 4 * row;
        double sum = 0.0;
        for (int j = 0; j < 4; j++)
            sum += (double)factors[4 * row + j] * (double)y[j];
        for (int j = 0; j < 4; j++)
            factors[4 * row + j] = (float)((double)y[j] * ((double)factors[4 * row + j] - sum));
    }
    trial_backward(&trial, factors, true);
    for (int64_t i = 0; i < trial.network->trained_count; i++)
        ck_assert_float_eq_tol(trial.gradients[i], from_output[i], 1e-5F);
    free(from_output);
    free(factors);
    trial_clear(&trial);
}
END_TEST

START_TEST(gradients_are_added_to_what_is_there)
{
    struct trial trial = trial_create(plain, 6, 2, best_kernels());
    float *factors = projection_of(&trial);
    int64_t bias = tensor_find(trial.network, "dense_3/bias")->offset;

    trial_backward(&trial, factors, true);
    float once = trial.gradients[bias];
    memcpy(workspace_d_output(trial.training), factors, 24 * sizeof(float));
    network_backward(trial.network, trial.training, trial.parameters, trial.gradients, true,
                     &trial.run);
    ck_assert_float_eq_tol(trial.gradients[bias], 2 * once, 1e-5F);
    free(factors);
    trial_clear(&trial);
}
END_TEST

/* The last layer's parameters in other memory than before. */
START_TEST(parameters_and_gradients_may_move_between_runs)
{
    struct trial trial = trial_create(plain, 6, 2, best_kernels());
    float *factors = projection_of(&trial);
    size_t size = (size_t)trial.network->parameter_count * sizeof(float);
    float *moved[2] = {aligned_alloc(64, size), aligned_alloc(64, size)};

    ck_assert(moved[0] != NULL && moved[1] != NULL);
    trial_backward(&trial, factors, false);
    memcpy(moved[0], trial.parameters, size);
    memset(trial.parameters, 0, size);
    memset(moved[1], 0, size);
    network_forward(trial.network, trial.training, moved[0], &trial.run);
    memcpy(workspace_d_output(trial.training), factors, 24 * sizeof(float));
    network_backward(trial.network, trial.training, moved[0], moved[1], false, &trial.run);
    ck_assert_mem_eq(moved[1], trial.gradients,
                     (size_t)trial.network->trained_count * sizeof(float));
    free(moved[0]);
    free(moved[1]);
    free(factors);
    trial_clear(&trial);
}
END_TEST

START_TEST(the_first_layer_that_is_not_finite_is_found)
{
    struct trial trial = trial_create(plain, 6, 2, best_kernels());
    int64_t row = -1;

    trial_forward(&trial);
    ck_assert_int_eq(network_first_not_finite(trial.network, trial.training, 6, &row), -1);
    trial.parameters[tensor_find(trial.network, "layer_norm_1/beta")->offset] = INFINITY;
    trial_forward(&trial);
    ck_assert_int_eq(network_first_not_finite(trial.network, trial.training, 6, &row), 3);
    ck_assert_int_eq(row, 0);
    workspace_input(trial.training)[2 * 7] = NAN;
    trial_forward(&trial);
    ck_assert_int_eq(network_first_not_finite(trial.network, trial.training, 6, &row), 0);
    ck_assert_int_eq(row, 2);
    ck_assert_int_eq(network_first_not_finite(trial.network, trial.training, 2, &row), 3);
    trial_clear(&trial);
}
END_TEST

START_TEST(a_network_without_weights_runs_both_ways)
{
    struct trial trial =
        trial_create("{\"input\": [3], \"layers\": [{\"type\": \"dropout\", \"rate\": 0}, "
                     "{\"type\": \"activation\", \"activation\": \"softmax\"}]}",
                     4, 2, best_kernels());
    float *factors = projection_of(&trial);

    ck_assert_int_eq(trial.network->parameter_count, 0);
    trial_backward(&trial, factors, false);
    ck_assert_mem_eq(workspace_logits(trial.training), workspace_input(trial.training),
                     12 * sizeof(float));
    free(factors);
    trial_clear(&trial);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, any_number_of_members_gives_the_same_bytes, 0, RUNS);
    tcase_add_loop_test(tests, any_cut_of_the_work_gives_the_same_bytes, 0, TEXTS);
    tcase_add_test(tests, without_noise_prediction_is_training);
    tcase_add_test(tests, packed_weights_give_the_same_bytes);
    tcase_add_test(tests, prediction_of_images_is_training);
    tcase_add_test(tests, logits_come_without_the_output_activation);
    tcase_add_test(tests, gradients_may_start_at_the_logits);
    tcase_add_test(tests, gradients_are_added_to_what_is_there);
    tcase_add_test(tests, parameters_and_gradients_may_move_between_runs);
    tcase_add_test(tests, the_first_layer_that_is_not_finite_is_found);
    tcase_add_test(tests, a_network_without_weights_runs_both_ways);
}

int main(void)
{
    return tests_run("run", add_tests);
}
