/* Numeric gradient checks of every layer type and activation, and of the check itself: errors
 * planted in each must be found. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "tests/check.h"
#include "tests/engine/gradient_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHAPES_EACH = 6, ATTEMPTS = 100 };

static int64_t draw_between(const struct rng *rng, uint64_t counter, int64_t low, int64_t high)
{
    return low + (int64_t)rng_below(rng, counter, (uint64_t)(high - low + 1));
}

/* Whether its example fits the example's own input alone: images and sequences, and reshape. */
static bool fixes_input(const struct layer_type *type)
{
    static const char *const parts[] = {"reshape", "conv", "pool", "2d", "positional"};

    for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
        if (strstr(type->kind.name, parts[i]) != NULL)
            return true;
    return false;
}

static json_t *random_shape(const struct rng *rng)
{
    json_t *shape = json_array();
    int64_t rank = draw_between(rng, 0, 1, 3);

    for (int64_t i = 0; i < rank; i++)
        json_array_append_new(shape, json_integer(draw_between(rng, 1 + (uint64_t)i, 2, 5)));
    return shape;
}

/* The type's example with another input shape and other widths. One that fixes its input keeps
 * all of it. */
static json_t *random_example(const struct layer_type *type, int number, int attempt)
{
    struct error error = {0};
    json_t *json = fields_parse(type->example, strlen(type->example), &error);
    struct rng rng = rng_stream((uint64_t)number, "shapes", type->kind.name, (uint64_t)attempt);

    ck_assert_ok(error);
    if (!fixes_input(type))
        json_object_set_new(json, "input", random_shape(&rng));
    int64_t more = fixes_input(type) ? 0 : draw_between(&rng, 9, 0, 3);
    json_t *layers = json_object_get(json, "layers");
    for (size_t i = 0; i < json_array_size(layers); i++) {
        json_t *layer = json_array_get(layers, i);
        const json_t *units = json_object_get(layer, "units");
        if (units != NULL)
            json_object_set_new(layer, "units", json_integer(json_integer_value(units) + more));
    }
    json_array_append_new(layers, json_pack("{s:s, s:i}", "type", "dense", "units", 2));
    return json;
}

static struct trial random_trial(const struct layer_type *type, int number)
{
    struct error error = {0};
    struct network *network = NULL;

    /* Drawn again where the type does not take such an input. */
    for (int attempt = 0; network == NULL && attempt < ATTEMPTS; attempt++) {
        json_t *json = random_example(type, number, attempt);
        error = (struct error){0};
        network = network_from_json(json, 0, &error);
        json_decref(json);
    }
    ck_assert_ok(error);
    ck_assert_ptr_eq(network->layers[network->layer_count - 2].type, type);
    return trial_of_network(network, 3 + 2 * number, (uint64_t)number, best_kernels());
}

START_TEST(every_layer_type_has_right_gradients)
{
    for (size_t i = 0; layer_types[i] != NULL; i++) {
        for (int number = 0; number < SHAPES_EACH; number++) {
            struct trial trial = random_trial(layer_types[i], number);
            struct gradient_report report = gradient_check_network(&trial, 5);
            ck_assert_msg(gradient_report_is_right(&report),
                          "%s: %s is off by %g, %d checked, %d skipped", layer_types[i]->kind.name,
                          report.where, report.worst, report.checked, report.skipped);
            trial_clear(&trial);
        }
    }
}
END_TEST

/* ---- penalties */

static void punish_biases(const struct network *network)
{
    for (int i = 0; i < network->layer_count; i++) {
        struct layer_options *options =
            (struct layer_options *)(uintptr_t)network->layers[i].options;
        options->bias_l1 = 0.125;
        options->bias_l2 = 0.25;
    }
}

/* Central differences are exact for squares, and for magnitudes away from 0. */
static int check_penalty(struct trial *trial, const char *name)
{
    const float step = 1.0F / 64.0F;
    int checked = 0;

    for (int64_t i = 0; i < trial->network->trained_count; i++) {
        float *place = &trial->parameters[i];
        const float middle = *place;
        if (fabsf(middle) <= step)
            continue;
        *place = middle + step;
        double above = network_penalty(trial->network, 0.5, 0.75, trial->parameters, NULL);
        *place = middle - step;
        double below = network_penalty(trial->network, 0.5, 0.75, trial->parameters, NULL);
        *place = middle;
        double slope = (above - below) / ((double)(middle + step) - (double)(middle - step));
        ck_assert_msg(fabs(slope - (double)trial->gradients[i]) <= 1e-4,
                      "%s: parameter %lld has %g, not %g", name, (long long)i,
                      (double)trial->gradients[i], slope);
        checked += slope != 0;
    }
    return checked;
}

START_TEST(every_layer_type_s_penalties_have_right_gradients)
{
    for (size_t i = 0; layer_types[i] != NULL; i++) {
        struct trial trial = random_trial(layer_types[i], 0);
        punish_biases(trial.network);
        memset(trial.gradients, 0, (size_t)trial.network->trained_count * sizeof(float));
        network_penalty(trial.network, 0.5, 0.75, trial.parameters, trial.gradients);
        ck_assert_int_gt(check_penalty(&trial, layer_types[i]->kind.name), 0);
        trial_clear(&trial);
    }
}
END_TEST

/* Layer types with errors: each calls the right type and spoils what it did. */
enum plant {
    PLANT_INPUT_NEGATED,
    PLANT_INPUT_SCALED,
    PLANT_INPUT_MISSING,
    PLANT_LAST_ROW_MISSING,
    PLANT_PARAMETERS_NEGATED,
    PLANT_PARAMETERS_SCALED,
    PLANT_PARAMETERS_MISSING,
    PLANT_COUNT
};

static const struct layer_type *planted_into;
static enum plant planted;

static void spoil(float *values, int64_t count)
{
    float factor = 0.0F;

    if (planted == PLANT_INPUT_NEGATED || planted == PLANT_PARAMETERS_NEGATED)
        factor = -1.0F;
    if (planted == PLANT_INPUT_SCALED || planted == PLANT_PARAMETERS_SCALED)
        factor = 1.05F;
    for (int64_t i = 0; i < count; i++)
        values[i] *= factor;
}

static void spoiled_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                             int64_t end)
{
    planted_into->backward(layer, pass, begin, end);
    if (planted == PLANT_LAST_ROW_MISSING)
        begin = end - 1;
    for (int k = 0; k < layer->input_count; k++) {
        int64_t elements = shape_elements(&layer->input_shapes[k], NULL);
        if (pass->d_inputs[k] != NULL && pass->d_input_overwrite[k])
            spoil(pass->d_inputs[k] + begin * elements, (end - begin) * elements);
    }
}

static void spoiled_parameters(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    planted_into->backward_parameters(layer, pass, begin, end);
    /* The examples are small: one call makes all of a layer's gradients. */
    ck_assert_int_eq(begin, 0);
    ck_assert_int_eq(end, layer->parameter_items);
    int last = layer->tensor_count - 1;
    while (layer->tensors[last].role == TENSOR_STATE)
        last--;
    spoil(pass->d_tensors[last], layer->tensors[last].count);
}

static bool plant_fits(const struct layer_type *type, enum plant plant)
{
    if (plant >= PLANT_PARAMETERS_NEGATED)
        return type->backward_parameters != NULL;
    /* An embedding's ids have no gradient. */
    return type->backward != NULL && strcmp(type->kind.name, "embedding") != 0;
}

static struct gradient_report check_planted(const struct layer_type *type, enum plant plant,
                                            int number)
{
    struct layer_type wrong = *type;
    struct trial trial = random_trial(type, number);

    planted_into = type;
    planted = plant;
    if (plant >= PLANT_PARAMETERS_NEGATED)
        wrong.backward_parameters = spoiled_parameters;
    else
        wrong.backward = spoiled_backward;
    trial.network->layers[trial.network->layer_count - 2].type = &wrong;
    struct gradient_report report = gradient_check_network(&trial, 5);
    trial.network->layers[trial.network->layer_count - 2].type = type;
    trial_clear(&trial);
    return report;
}

START_TEST(planted_errors_in_any_layer_type_are_found)
{
    int tried = 0;

    for (size_t i = 0; layer_types[i] != NULL; i++) {
        for (enum plant plant = 0; plant < PLANT_COUNT; plant++) {
            if (!plant_fits(layer_types[i], plant))
                continue;
            struct gradient_report report = check_planted(layer_types[i], plant, 1);
            ck_assert_msg(!gradient_report_is_right(&report), "plant %d in %s passes with %g",
                          (int)plant, layer_types[i]->kind.name, report.worst);
            tried++;
        }
    }
    ck_assert_int_ge(tried, 40);
}
END_TEST

/* Normalizing layers' gradients have terms by the mean and the variance, which are small where a
 * network is wide: dropping them must still be found. */
static void backward_without_statistics(const struct layer *layer, struct layer_pass *pass,
                                        int64_t begin, int64_t end)
{
    int64_t channels = shape_last(&layer->output_shape);
    int64_t leading = shape_elements(&layer->output_shape, NULL) / channels;

    for (int64_t row = begin * leading; row < end * leading; row++)
        for (int64_t j = 0; j < channels; j++) {
            float scale = pass->fixed[1] != NULL ? pass->fixed[1][j] : pass->scratch[1][row];
            pass->d_inputs[0][row * channels + j] =
                pass->d_output[row * channels + j] * scale * pass->tensors[0][j];
        }
}

START_TEST(missing_terms_of_normalizations_are_found)
{
    static const char *const names[] = {"batch_norm", "layer_norm"};

    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        const struct layer_type *type = layer_type_find(names[i], "", NULL);
        struct layer_type wrong = *type;
        struct trial trial = random_trial(type, 2);
        wrong.backward = backward_without_statistics;
        trial.network->layers[1].type = &wrong;
        struct gradient_report report = gradient_check_network(&trial, 5);
        ck_assert_msg(!gradient_report_is_right(&report), "%s passes with %g", names[i],
                      report.worst);
        trial.network->layers[1].type = type;
        trial_clear(&trial);
    }
}
END_TEST

static void check_text(const char *text)
{
    struct trial trial = trial_create(text, 7, 3, best_kernels());
    struct gradient_report report = gradient_check_network(&trial, 5);

    ck_assert_msg(gradient_report_is_right(&report), "%s: %s is off by %g, %d checked, %d skipped",
                  text, report.where, report.worst, report.checked, report.skipped);
    trial_clear(&trial);
}

/* Within dense, as a layer in the middle, and as the output of either. */
START_TEST(every_activation_has_right_gradients_everywhere)
{
    static const char *const texts[][2] = {
        {"{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 5, \"activation\": \"",
         "\"}, {\"type\": \"dense\", \"units\": 3}]}"},
        {"{\"input\": [2, 4], \"layers\": [{\"type\": \"dense\", \"units\": 5}, "
         "{\"type\": \"activation\", \"activation\": \"",
         "\"}, {\"type\": \"dense\", \"units\": 3}]}"},
        {"{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 5, "
         "\"activation\": \"tanh\"}, {\"type\": \"dense\", \"units\": 3, \"activation\": \"",
         "\"}]}"},
        {"{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 5}, "
         "{\"type\": \"activation\", \"activation\": \"",
         "\"}]}"}};
    char text[512];

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        for (size_t k = 0; activation_kinds[k] != NULL; k++) {
            snprintf(text, sizeof(text), "%s%s%s", texts[i][0], activation_kinds[k]->name,
                     texts[i][1]);
            check_text(text);
        }
    }
}
END_TEST

START_TEST(graphs_with_shared_outputs_have_right_gradients)
{
    static const char *const texts[] = {
        /* a residual block, whose outputs are read twice */
        "{\"input\": [5], \"layers\": ["
        "{\"type\": \"dense\", \"units\": 6, \"activation\": \"tanh\", \"name\": \"a\"}, "
        "{\"type\": \"dense\", \"units\": 6, \"name\": \"b\"}, "
        "{\"type\": \"add\", \"input\": [\"a\", \"b\"]}, "
        "{\"type\": \"dense\", \"units\": 4, \"activation\": \"gelu\", \"name\": \"c\"}, "
        "{\"type\": \"concat\", \"input\": [\"c\", \"a\"]}, "
        "{\"type\": \"dense\", \"units\": 3, \"activation\": \"softmax\"}]}",
        /* layers that work in place, read beside what they read */
        "{\"input\": [2, 3], \"layers\": ["
        "{\"type\": \"dense\", \"units\": 4, \"activation\": \"sigmoid\", \"name\": \"a\"}, "
        "{\"type\": \"flatten\", \"name\": \"flat\"}, "
        "{\"type\": \"reshape\", \"shape\": [2, 4], \"name\": \"back\"}, "
        "{\"type\": \"multiply\", \"input\": [\"a\", \"back\"], \"name\": \"square\"}, "
        "{\"type\": \"flatten\", \"name\": \"flat_square\"}, "
        "{\"type\": \"concat\", \"input\": [\"flat\", \"flat_square\", \"flat\"]}, "
        "{\"type\": \"dense\", \"units\": 2}]}",
        /* batch phases between row-wise runs; the network's input is read in two places */
        "{\"input\": [4], \"layers\": ["
        "{\"type\": \"batch_norm\", \"input\": \"input\", \"name\": \"first\"}, "
        "{\"type\": \"dense\", \"units\": 4, \"activation\": \"silu\", \"name\": \"a\"}, "
        "{\"type\": \"batch_norm\", \"name\": \"second\"}, "
        "{\"type\": \"add\", \"input\": [\"second\", \"a\", \"input\"]}, "
        "{\"type\": \"dropout\", \"rate\": 0.3}, "
        "{\"type\": \"batch_norm\", \"name\": \"third\"}, "
        "{\"type\": \"multiply\", \"input\": [\"third\", \"first\"]}, "
        "{\"type\": \"dense\", \"units\": 2, \"activation\": \"tanh\"}]}",
        "{\"input\": [3, 2], \"layers\": ["
        "{\"type\": \"dense\", \"units\": 4, \"name\": \"a\"}, "
        "{\"type\": \"dense\", \"units\": 4, \"name\": \"b\", \"input\": \"input\"}, "
        "{\"type\": \"concat\", \"axis\": 0, \"input\": [\"a\", \"b\", \"a\"]}, "
        "{\"type\": \"layer_norm\"}, {\"type\": \"flatten\"}]}"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        check_text(texts[i]);
}
END_TEST

/* What one example a type leaves out: kernels of one cell, groups, depthwise, blocks of patches,
 * padding that reaches over more than one cell, windows with gaps, gradients that are added to
 * others. */
START_TEST(windows_of_every_kind_have_right_gradients)
{
    static const char *const texts[] = {
        /* Lines long enough for windows to slide. */
        "{\"input\": [5, 9, 4], \"layers\": [{\"type\": \"conv2d\", \"filters\": 6, "
        "\"kernel_size\": [2, 3], \"padding\": \"same\", \"groups\": 2, \"activation\": "
        "\"tanh\"}, {\"type\": \"conv2d\", \"filters\": 4, \"kernel_size\": 3, \"dilation\": [1, "
        "2], \"padding\": \"same\", \"activation\": \"silu\"}, {\"type\": \"conv2d_transpose\", "
        "\"filters\": 3, \"kernel_size\": [2, 3]}, {\"type\": \"conv2d\", \"filters\": 2, "
        "\"kernel_size\": [2, 3], \"strides\": [2, 1]}]}",
        "{\"input\": [13, 3], \"layers\": [{\"type\": \"dense\", \"units\": 5}, {\"type\": "
        "\"conv1d\", \"filters\": 4, \"kernel_size\": 5, \"padding\": \"same\", \"activation\": "
        "\"tanh\"}, {\"type\": \"conv1d\", \"filters\": 9, \"kernel_size\": 3}, {\"type\": "
        "\"conv1d\", \"filters\": 2, \"kernel_size\": 2, \"strides\": 2, \"padding\": "
        "\"same\"}]}",
        "{\"input\": [4, 3, 4], \"layers\": [{\"type\": \"dense\", \"units\": 6}, "
        "{\"type\": \"conv2d\", \"filters\": 4, \"kernel_size\": 1, \"groups\": 2, "
        "\"activation\": \"tanh\"}, {\"type\": \"conv2d\", \"filters\": 8, \"kernel_size\": 2, "
        "\"groups\": 4, \"use_bias\": false}]}",
        "{\"input\": [5, 6, 2], \"layers\": [{\"type\": \"dense\", \"units\": 5, \"name\": "
        "\"a\"}, {\"type\": \"conv2d\", \"filters\": 5, \"kernel_size\": [3, 2], \"groups\": 5, "
        "\"dilation\": [1, 2], \"padding\": \"same\", \"name\": \"b\"}, {\"type\": \"add\", "
        "\"input\": [\"a\", \"b\"]}, {\"type\": \"conv2d\", \"filters\": 5, \"kernel_size\": 4, "
        "\"groups\": 5, \"strides\": [2, 1], \"padding\": \"same\"}]}",
        "{\"input\": [4, 4, 2], \"layers\": [{\"type\": \"conv2d\", \"filters\": 3, "
        "\"kernel_size\": 3, \"padding\": \"same\", \"activation\": \"silu\", \"name\": \"a\"}, "
        "{\"type\": \"conv2d\", \"filters\": 3, \"kernel_size\": 3, \"padding\": \"same\", "
        "\"activation\": \"tanh\", \"name\": \"b\"}, {\"type\": \"conv2d_transpose\", "
        "\"filters\": 3, \"kernel_size\": 3, \"padding\": \"same\", \"input\": \"a\", \"name\": "
        "\"c\", \"use_bias\": false}, {\"type\": \"add\", \"input\": [\"a\", \"b\", \"c\"]}]}",
        "{\"input\": [3, 3, 1], \"layers\": [{\"type\": \"conv2d_transpose\", \"filters\": 2, "
        "\"kernel_size\": [1, 2], \"strides\": 3, \"activation\": \"softplus\"}, {\"type\": "
        "\"conv2d\", \"filters\": 2, \"kernel_size\": 2, \"strides\": 3}]}",
        "{\"input\": [9, 2], \"layers\": [{\"type\": \"conv1d\", \"filters\": 4, "
        "\"kernel_size\": 3, \"dilation\": 2, \"strides\": 2, \"activation\": \"mish\"}, "
        "{\"type\": \"conv1d\", \"filters\": 3, \"kernel_size\": 5, \"padding\": \"same\"}, "
        "{\"type\": \"average_pool1d\", \"pool_size\": 4, \"strides\": 1, \"padding\": "
        "\"same\"}]}",
        "{\"input\": [2], \"layers\": [{\"type\": \"embedding\", \"vocabulary\": 4, \"units\": 3, "
        "\"name\": \"e\"}, {\"type\": \"positional_embedding\"}, {\"type\": \"conv1d\", "
        "\"filters\": 3, \"kernel_size\": 2}, {\"type\": \"flatten\"}]}"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        check_text(texts[i]);
}
END_TEST

START_TEST(layers_over_time_have_right_gradients_in_all_their_forms)
{
    static const char *const texts[] = {
        /* both directions, of all steps and of the last */
        "{\"input\": [5, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
        "{\"type\": \"lstm\", \"units\": 4, \"bidirectional\": true, \"return_sequences\": true}]}",
        "{\"input\": [5, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
        "{\"type\": \"gru\", \"units\": 4, \"bidirectional\": true, \"return_sequences\": true}]}",
        "{\"input\": [5, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
        "{\"type\": \"lstm\", \"units\": 3, \"bidirectional\": true}]}",
        "{\"input\": [5, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
        "{\"type\": \"gru\", \"units\": 3, \"bidirectional\": true}]}",
        /* one after the other */
        "{\"input\": [4, 2], \"layers\": [{\"type\": \"lstm\", \"units\": 4, \"return_sequences\": "
        "true}, "
        "{\"type\": \"gru\", \"units\": 4, \"return_sequences\": true}, "
        "{\"type\": \"attention\", \"heads\": 2}]}",
        /* an input that is also read elsewhere, so that its gradient is added to */
        "{\"input\": [4, 3], \"layers\": [{\"type\": \"dense\", \"units\": 4, \"name\": \"a\"}, "
        "{\"type\": \"lstm\", \"units\": 4, \"return_sequences\": true, \"name\": \"l\"}, "
        "{\"type\": \"gru\", \"units\": 2, \"return_sequences\": true, \"bidirectional\": true, "
        "\"input\": \"a\", \"name\": \"g\"}, "
        "{\"type\": \"attention\", \"heads\": 2, \"input\": \"a\", \"name\": \"t\"}, "
        "{\"type\": \"add\", \"input\": [\"a\", \"l\", \"g\", \"t\"]}]}",
        /* queries, keys and values wider and narrower than the input; both masks */
        "{\"input\": [5, 4], \"layers\": [{\"type\": \"attention\", \"heads\": 3, \"units\": 6, "
        "\"causal\": true}]}",
        "{\"input\": [5, 4], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
        "{\"type\": \"attention\", \"heads\": 2, \"units\": 2}]}",
        /* a single time step: no state before any */
        "{\"input\": [1, 3], \"layers\": [{\"type\": \"lstm\", \"units\": 3}]}",
        "{\"input\": [1, 3], \"layers\": [{\"type\": \"gru\", \"units\": 3, \"bidirectional\": "
        "true}]}",
        /* more time steps than a block of queries has */
        "{\"input\": [37, 2], \"layers\": [{\"type\": \"attention\", \"heads\": 1, \"causal\": "
        "true}]}"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++)
        check_text(texts[i]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, every_layer_type_has_right_gradients);
    tcase_add_test(tests, every_layer_type_s_penalties_have_right_gradients);
    tcase_add_test(tests, planted_errors_in_any_layer_type_are_found);
    tcase_add_test(tests, missing_terms_of_normalizations_are_found);
    tcase_add_test(tests, every_activation_has_right_gradients_everywhere);
    tcase_add_test(tests, graphs_with_shared_outputs_have_right_gradients);
    tcase_add_test(tests, windows_of_every_kind_have_right_gradients);
    tcase_add_test(tests, layers_over_time_have_right_gradients_in_all_their_forms);
}

int main(void)
{
    return tests_run("gradients", add_tests);
}
