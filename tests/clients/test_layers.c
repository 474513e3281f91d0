/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/propctl/layers.h"
#include "tests/run.h"

#include <string.h>

/* What matters of the daemon's catalog: all types share `name` and `l2`, the rest is their own. */
static const char catalog_text[] =
    "{\"layers\": ["
    "{\"name\": \"flatten\", \"fields\": ["
    " {\"name\": \"name\", \"type\": \"string\"}, {\"name\": \"l2\", \"type\": \"number\"}]},"
    "{\"name\": \"dense\", \"fields\": ["
    " {\"name\": \"name\", \"type\": \"string\"}, {\"name\": \"l2\", \"type\": \"number\"},"
    " {\"name\": \"units\", \"type\": \"integer\", \"required\": true, \"word\": \"auto\"},"
    " {\"name\": \"activation\", \"type\": \"variant\", \"choices\": [\"relu\", \"softmax\"]},"
    " {\"name\": \"use_bias\", \"type\": \"boolean\"}]},"
    "{\"name\": \"conv2d\", \"fields\": ["
    " {\"name\": \"name\", \"type\": \"string\"}, {\"name\": \"l2\", \"type\": \"number\"},"
    " {\"name\": \"input\", \"type\": \"strings\"},"
    " {\"name\": \"strides\", \"type\": \"sizes\"},"
    " {\"name\": \"filters\", \"type\": \"integer\", \"required\": true},"
    " {\"name\": \"kernel_size\", \"type\": \"sizes\", \"required\": true},"
    " {\"name\": \"padding\", \"type\": \"choice\", \"choices\": [\"valid\", \"same\"]},"
    " {\"name\": \"activation\", \"type\": \"variant\", \"choices\": [\"relu\", \"softmax\"]}]}]}";

/* `expected` is JSON with ' for ". */
static void expect_layers(const char *line, const char *expected)
{
    struct text problem TEXT_AUTO = {0}, wanted TEXT_AUTO = {0};
    json_auto_t *catalog = json_loads(catalog_text, 0, NULL);
    json_auto_t *layers = layers_parse(line, catalog, &problem);
    for (; *expected != '\0'; expected++)
        text_append(&wanted, *expected == '\'' ? "\"" : expected, 1);
    json_auto_t *json = json_loads(wanted.data, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_msg(layers != NULL, "%s: %s", line, text_string(&problem));
    char *AUTO_FREE got = json_dumps(layers, JSON_COMPACT);
    ck_assert_msg(json_equal(layers, json) == 1, "%s: %s", line, got);
}

static void expect_problem(const char *line, const char *beginning)
{
    struct text problem TEXT_AUTO = {0};
    json_auto_t *catalog = json_loads(catalog_text, 0, NULL);
    json_auto_t *layers = layers_parse(line, catalog, &problem);
    ck_assert_ptr_null(layers);
    ck_assert_msg(strncmp(text_string(&problem), beginning, strlen(beginning)) == 0, "%s: %s", line,
                  text_string(&problem));
}

START_TEST(words_go_where_they_fit)
{
    expect_layers("dense 64 relu, dense auto softmax",
                  "[{'type': 'dense', 'units': 64, 'activation': 'relu'},"
                  " {'type': 'dense', 'units': 'auto', 'activation': 'softmax'}]");
    expect_layers("  dense   relu 64 ", "[{'type': 'dense', 'units': 64, 'activation': 'relu'}]");
    expect_layers("dense\f\f\v 4\t,\ndense 2\r",
                  "[{'type': 'dense', 'units': 4}, {'type': 'dense', 'units': 2}]");
    expect_layers("dense 8 use_bias", "[{'type': 'dense', 'units': 8, 'use_bias': true}]");
    expect_layers("conv2d 32 3 same relu", "[{'type': 'conv2d', 'filters': 32, 'kernel_size': 3,"
                                           " 'padding': 'same', 'activation': 'relu'}]");
}
END_TEST

START_TEST(required_numbers_come_before_optional_ones)
{
    expect_layers("conv2d 32 3x5 2", "[{'type': 'conv2d', 'filters': 32, 'kernel_size': [3, 5],"
                                     " 'strides': 2}]");
    expect_layers("conv2d filters=8 3", "[{'type': 'conv2d', 'filters': 8, 'kernel_size': 3}]");
}
END_TEST

START_TEST(layers_have_names_and_any_field_by_its_name)
{
    expect_layers("out: dense 3 l2=0.01", "[{'type': 'dense', 'name': 'out', 'units': 3,"
                                          " 'l2': 0.01}]");
    expect_layers("conv2d 4 3 input=[a, b] activation={\"type\": \"relu\"}",
                  "[{'type': 'conv2d', 'filters': 4, 'kernel_size': 3, 'input': ['a', 'b'],"
                  " 'activation': {'type': 'relu'}}]");
}
END_TEST

START_TEST(a_wrong_word_is_named_with_what_is_expected)
{
    expect_problem("dense 4, dens 3", "layer 2 \"dens 3\": \"dens\" is no layer type; did you mean "
                                      "dense? Layers are as in");
    expect_problem("dense 4 rleu", "layer 1 \"dense 4 rleu\": \"rleu\" is not expected; did you "
                                   "mean relu? Expected is an activation, or key=value with one "
                                   "of: name l2 units activation use_bias");
    expect_problem("dense 4 5", "layer 1 \"dense 4 5\": \"5\" is not expected. Expected is");
    expect_problem("dense unit=4", "layer 1 \"dense unit=4\": \"unit\" is not expected; did you "
                                   "mean units? Expected is a number for units, an activation");
    expect_problem("dense units=4 units=5", "layer 1 \"dense units=4 units=5\": units is given "
                                            "twice");
    expect_problem("dense 4 relu softmax", "layer 1 \"dense 4 relu softmax\": \"softmax\" is not");
}
END_TEST

START_TEST(empty_layers_are_refused)
{
    expect_problem("", "layer 1 is empty; layers are as in 'dense 64 relu");
    expect_problem("dense 4,", "layer 2 is empty");
    expect_problem(",dense 4", "layer 1 is empty");
    expect_problem("out:", "layer 1 is empty");
}
END_TEST

START_TEST(values_are_json_lists_or_texts)
{
    static const char *const cases[][2] = {
        {"3", "3"},         {"0.5", "0.5"},     {"true", "true"},
        {"abc", "\"abc\""}, {"[1,2]", "[1,2]"}, {"[a,\"b\"]", "[\"a\",\"b\"]"},
        {"", "\"\""},       {"[]", "[]"},       {"[", "\"[\""},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        json_auto_t *value = layers_value(cases[i][0]);
        char *AUTO_FREE got = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        ck_assert_str_eq(got, cases[i][1]);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, words_go_where_they_fit);
    tcase_add_test(tests, required_numbers_come_before_optional_ones);
    tcase_add_test(tests, layers_have_names_and_any_field_by_its_name);
    tcase_add_test(tests, a_wrong_word_is_named_with_what_is_expected);
    tcase_add_test(tests, empty_layers_are_refused);
    tcase_add_test(tests, values_are_json_lists_or_texts);
}

int main(void)
{
    return tests_run("layers", add_tests);
}
