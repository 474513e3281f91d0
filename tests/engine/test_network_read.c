/* Reading network documents: what is refused and with which words, and what is read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/check.h"
#include "tests/engine/trial.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *layers;
    enum error_code code;
    const char *message;
} refused[] = {
    {"[]", ERROR_INVALID, "network.layers must have 1 to 1024 layers, not 0"},
    {"{}", ERROR_INVALID, "network.layers must be a list of layers"},
    {"[7]", ERROR_INVALID, "network.layers[0] must be an object with the layer's type"},
    {"[{\"units\": 3}]", ERROR_INVALID, "network.layers[0].type must be the name of a layer type"},
    {"[{\"type\": \"dens\", \"units\": 3}]", ERROR_INVALID,
     "network.layers[0].type must be a layer type, not \"dens\" (did you mean \"dense\"?)"},
    {"[{\"type\": \"zzzzzzzzzzzz\"}]", ERROR_INVALID,
     "network.layers[0].type must be a layer type, not \"zzzzzzzzzzzz\""},
    {"[{\"type\": \"dense\", \"units\": 3, \"max_norm\": 0}]", ERROR_INVALID,
     "network.layers[0].max_norm must be above 0 and at most 1e+30, not 0"},
    {"[{\"type\": \"batch_norm\", \"max_norm\": 2}]", ERROR_INVALID,
     "network.layers[0] has no kernel for max_norm"},
    {"[{\"type\": \"dense\", \"units\": 0}]", ERROR_INVALID,
     "network.layers[0].units must be between 1 and 65536, not 0"},
    {"[{\"type\": \"dense\"}]", ERROR_INVALID, "network.layers[0].units is required"},
    {"[{\"type\": \"dense\", \"units\": 2}, {\"type\": \"dense\", \"units\": \"auto\"}]",
     ERROR_INVALID,
     "network.layers[1].units must be a number: there is no target to take \"auto\" from"},
    {"[{\"type\": \"dense\", \"units\": \"auto\"}, {\"type\": \"dense\", \"units\": 2}]",
     ERROR_INVALID,
     "network.layers[0].units must be a number: only the last dense layer can be \"auto\""},
    {"[{\"type\": \"dense\", \"units\": 2, \"name\": \"input\"}]", ERROR_INVALID,
     "network.layers[0].name must not be \"input\", which names the network's input"},
    {"[{\"type\": \"dense\", \"units\": 2, \"name\": \"a/b\"}]", ERROR_INVALID,
     "network.layers[0].name must be 1 to 64 letters, digits, dots, dashes and underscores, the "
     "first a letter or digit, not \"a/b\""},
    {"[{\"type\": \"dense\", \"units\": 2, \"name\": \"dense_2\"}, "
     "{\"type\": \"dense\", \"units\": 2}]",
     ERROR_INVALID, "network.layers[1].name must be unique: \"dense_2\" is also network.layers[0]"},
    {"[{\"type\": \"flatten\", \"input\": \"later\"}, "
     "{\"type\": \"flatten\", \"name\": \"later\"}]",
     ERROR_INVALID,
     "network.layers[0].input must name earlier layers or \"input\"; \"later\" is none"},
    {"[{\"type\": \"add\"}]", ERROR_INVALID,
     "network.layers[0].input must name 2 to 16 layers for add, not 1"},
    {"[{\"type\": \"flatten\", \"input\": [\"input\", \"input\"]}]", ERROR_INVALID,
     "network.layers[0].input must name 1 layer for flatten, not 2"},
    {"[{\"type\": \"dense\", \"units\": 2, \"name\": \"lost\"}, "
     "{\"type\": \"dense\", \"units\": 2, \"input\": \"input\"}]",
     ERROR_INVALID, "network.layers[0] (\"lost\") is read by no other layer and is not the last"},
    {"[{\"type\": \"dense\", \"units\": 2}, {\"type\": \"add\", \"input\": [\"input\", "
     "\"dense_1\"]}]",
     ERROR_INVALID,
     "network.layers[1] has inputs of shapes [6, 4] and [6, 2], but add takes inputs of one shape"},
    {"[{\"type\": \"dense\", \"units\": 2}, {\"type\": \"concat\", \"axis\": 0, \"input\": "
     "[\"input\", \"dense_1\"]}]",
     ERROR_INVALID,
     "network.layers[1] has inputs of shapes [6, 4] and [6, 2], which differ beside axis 0"},
    {"[{\"type\": \"concat\", \"axis\": 2, \"input\": [\"input\", \"input\"]}]", ERROR_INVALID,
     "network.layers[0] has no axis 2 in inputs of shape [6, 4]"},
    {"[{\"type\": \"reshape\", \"shape\": [5, 5]}]", ERROR_INVALID,
     "network.layers[0] cannot give [6, 4] the shape [5, 5]: their sizes differ"},
    {"[{\"type\": \"dropout\", \"rate\": 1}]", ERROR_INVALID, NULL},
    {"[{\"type\": \"flatten\", \"l2\": 0.1}]", ERROR_INVALID,
     "network.layers[0] has no kernel for l1 and l2"},
    {"[{\"type\": \"dense\", \"units\": 2, \"use_bias\": false, \"bias_l2\": 0.1}]", ERROR_INVALID,
     "network.layers[0] has no bias for bias_l1 and bias_l2"},
    {"[{\"type\": \"dense\", \"units\": 2, \"unit\": 3}]", ERROR_INVALID,
     "network.layers[0].unit is not known; did you mean units?"},
    {"[{\"type\": \"dense\", \"units\": 65536}, {\"type\": \"dense\", \"units\": 65536, "
     "\"kernel_initializer\": \"orthogonal\"}]",
     ERROR_TOO_LARGE,
     "network.layers[1].kernel_initializer is orthogonal, which takes matrices whose shorter side "
     "is at most 4096, not 65536"},
};

START_TEST(documents_that_cannot_be_are_refused_by_path)
{
    struct error error = {0};
    char text[1024];

    snprintf(text, sizeof(text), "{\"input\": [6, 4], \"layers\": %s}", refused[_i].layers);
    ck_assert_ptr_null(network_from_text(text, 0, &error));
    ck_assert_str_eq(error_code_name(error.code), error_code_name(refused[_i].code));
    if (refused[_i].message != NULL)
        ck_assert_str_eq(error.message, refused[_i].message);
    ck_assert(strncmp(error.path, "network.layers", 14) == 0);
}
END_TEST

START_TEST(unknown_keys_beside_the_layers_are_refused)
{
    struct error error = {0};

    ck_assert_ptr_null(network_from_text(
        "{\"input\": [2], \"layers\": [{\"type\": \"flatten\"}], \"layer\": 1}", 0, &error));
    ck_assert_str_eq(error.path, "network.layer");
}
END_TEST

START_TEST(too_many_layers_are_refused)
{
    struct error error = {0};
    struct shape shape = {.rank = 1, .dims = {2}};
    json_t *list = json_array();

    for (int i = 0; i <= NETWORK_LAYERS_MAX; i++)
        json_array_append_new(list, json_pack("{s:s}", "type", "flatten"));
    json_t *document = json_pack("{s:o}", "layers", list);
    ck_assert_ptr_null(network_create(document, &shape, 0, &error));
    ck_assert_error(error, ERROR_INVALID, "network.layers must have 1 to 1024 layers, not 1025");
    json_array_remove(list, 0);
    error_clear(&error);
    struct network *network = network_create(document, &shape, 0, &error);
    ck_assert_ok(error);
    network_free(network);
    json_decref(document);
}
END_TEST

START_TEST(absurd_sizes_are_refused_before_anything_is_allocated)
{
    static const char *const texts[] = {
        "{\"input\": [1099511627776], \"layers\": [{\"type\": \"dense\", \"units\": 2}]}",
        "{\"input\": [33554432, 4], \"layers\": [{\"type\": \"dense\", \"units\": 65536}]}",
        ("{\"input\": [1099511627776], \"layers\": [{\"type\": \"concat\", "
         "\"input\": [\"input\", \"input\"]}]}")};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct error error = {0};
        ck_assert_ptr_null(network_from_text(texts[i], 0, &error));
        ck_assert_int_eq(error.code, ERROR_TOO_LARGE);
    }
}
END_TEST

START_TEST(input_shapes_that_cannot_be_are_refused)
{
    static const char *const inputs[] = {"[]", "[0]", "[3, -1]", "[1099511627776, 2]"};
    char text[128];

    for (size_t i = 0; i < ARRAY_COUNT(inputs); i++) {
        struct error error = {0};
        snprintf(text, sizeof(text), "{\"input\": %s, \"layers\": [{\"type\": \"flatten\"}]}",
                 inputs[i]);
        ck_assert_ptr_null(network_from_text(text, 0, &error));
        ck_assert_int_eq(error.code, ERROR_INVALID);
    }
}
END_TEST

START_TEST(auto_takes_the_width_of_the_target)
{
    struct error error = {0};
    struct network *network = network_from_text(
        "{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": 8}, {\"type\": \"dense\", "
        "\"units\": \"auto\"}, {\"type\": \"activation\", \"activation\": \"softmax\"}]}",
        3, &error);

    ck_assert_ok(error);
    ck_assert_int_eq(shape_last(&network->output_shape), 3);
    const json_t *layers = json_object_get(network->document, "layers");
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(layers, 1), "units")), 3);
    network_free(network);
    ck_assert_ptr_null(network_from_text(
        "{\"input\": [4], \"layers\": [{\"type\": \"dense\", \"units\": \"auto\"}]}", 70000,
        &error));
    ck_assert_error(error, ERROR_TOO_LARGE,
                    "network.layers[0].units would be 70000 by the target, more than 65536");
}
END_TEST

static const char residual[] =
    "{\"input\": [5], \"layers\": ["
    "{\"type\": \"dense\", \"units\": 8, \"activation\": \"relu\", \"name\": \"a\"}, "
    "{\"type\": \"dense\", \"units\": 8, \"name\": \"b\"}, "
    "{\"type\": \"add\", \"input\": [\"a\", \"b\"]}, {\"type\": \"batch_norm\"}, "
    "{\"type\": \"concat\", \"input\": [\"batch_norm_1\", \"a\"]}, "
    "{\"type\": \"dense\", \"units\": 3, \"activation\": \"softmax\"}]}";

START_TEST(the_document_written_back_makes_the_same_network)
{
    struct error error = {0};
    struct network *network = network_from_text(residual, 0, &error);
    struct network *again = network_create(network->document, &network->input_shape, 0, &error);

    ck_assert_ok(error);
    ck_assert(json_equal(network->document, again->document));
    const json_t *add = json_array_get(json_object_get(network->document, "layers"), 2);
    ck_assert_str_eq(json_string_value(json_object_get(add, "name")), "add_1");
    const json_t *norm = json_array_get(json_object_get(network->document, "layers"), 3);
    ck_assert_double_eq(json_real_value(json_object_get(norm, "momentum")), 0.1);
    network_free(network);
    network_free(again);
}
END_TEST

static const struct {
    const char *layers;
    enum activation_code activation;
    int64_t width;
} outputs[] = {
    {"[{\"type\": \"dense\", \"units\": 3, \"activation\": \"softmax\"}]", ACTIVATION_SOFTMAX, 3},
    {"[{\"type\": \"dense\", \"units\": \"auto\"}]", ACTIVATION_LINEAR, 0},
    {"[{\"type\": \"dense\", \"units\": 3}, {\"type\": \"activation\", \"activation\": "
     "\"sigmoid\"}]",
     ACTIVATION_SIGMOID, 0},
    {"[{\"type\": \"dense\", \"units\": 3, \"activation\": \"relu\"}, {\"type\": \"flatten\"}]",
     ACTIVATION_LINEAR, 0},
};

START_TEST(a_document_tells_its_output_before_it_is_planned)
{
    struct error error = {0};
    enum activation_code activation = ACTIVATION_COUNT;
    int64_t width = -1;

    for (size_t i = 0; i < ARRAY_COUNT(outputs); i++) {
        json_t *document = json_pack(
            "{s:o}", "layers", fields_parse(outputs[i].layers, strlen(outputs[i].layers), &error));
        ck_assert_int_eq(network_document_output(document, &activation, &width, &error), 0);
        ck_assert_int_eq(activation, outputs[i].activation);
        ck_assert_int_eq(width, outputs[i].width);
        json_decref(document);
    }
    json_t *wrong = json_pack("{s:[{s:s}]}", "layers", "type", "dense");
    ck_assert_int_eq(network_document_output(wrong, &activation, &width, &error), -1);
    ck_assert_str_eq(error.path, "network.layers[0].units");
    json_decref(wrong);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, documents_that_cannot_be_are_refused_by_path, 0,
                        ARRAY_COUNT(refused));
    tcase_add_test(tests, unknown_keys_beside_the_layers_are_refused);
    tcase_add_test(tests, too_many_layers_are_refused);
    tcase_add_test(tests, absurd_sizes_are_refused_before_anything_is_allocated);
    tcase_add_test(tests, input_shapes_that_cannot_be_are_refused);
    tcase_add_test(tests, auto_takes_the_width_of_the_target);
    tcase_add_test(tests, the_document_written_back_makes_the_same_network);
    tcase_add_test(tests, a_document_tells_its_output_before_it_is_planned);
}

int main(void)
{
    return tests_run("network_read", add_tests);
}
