/* Activations in documents. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/activation.h"
#include "tests/check.h"

#include <string.h>

static struct variant read_activation(const char *text, struct error *error)
{
    struct variant activation = {0};
    json_t *json = fields_parse(text, strlen(text), error);

    if (json != NULL && fields_read_variant(activation_kinds, json, &activation, "a", error) != 0)
        activation.kind = NULL;
    json_decref(json);
    return activation;
}

START_TEST(every_code_has_its_kind_in_order)
{
    for (int code = 0; code < ACTIVATION_COUNT; code++) {
        struct variant activation = {.kind = activation_kinds[code]};
        ck_assert_int_eq(activation_code(&activation), code);
        ck_assert_str_eq(activation_name((enum activation_code)code), activation_kinds[code]->name);
    }
    ck_assert_ptr_null(activation_kinds[ACTIVATION_COUNT]);
    ck_assert_str_eq(activation_name(ACTIVATION_LOG_SOFTMAX), "log_softmax");
}
END_TEST

START_TEST(absent_is_linear)
{
    struct variant absent = {0};

    ck_assert_int_eq(activation_code(&absent), ACTIVATION_LINEAR);
    ck_assert_float_eq(activation_alpha(&absent), 0.0F);
}
END_TEST

START_TEST(alpha_has_the_defaults_of_pytorch)
{
    static const struct {
        const char *text;
        enum activation_code code;
        float alpha;
    } cases[] = {{"\"leaky_relu\"", ACTIVATION_LEAKY_RELU, 0.01F},
                 {"\"elu\"", ACTIVATION_ELU, 1.0F},
                 {"\"relu\"", ACTIVATION_RELU, 0.0F},
                 {"{\"type\": \"leaky_relu\", \"alpha\": 0.2}", ACTIVATION_LEAKY_RELU, 0.2F},
                 {"{\"type\": \"elu\", \"alpha\": 2}", ACTIVATION_ELU, 2.0F}};

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct error error = {0};
        struct variant activation = read_activation(cases[i].text, &error);
        ck_assert_ok(error);
        ck_assert_int_eq(activation_code(&activation), cases[i].code);
        ck_assert_float_eq(activation_alpha(&activation), cases[i].alpha);
        variant_clear(&activation);
    }
}
END_TEST

START_TEST(parameters_that_do_not_fit_are_refused)
{
    static const char *const texts[] = {"\"swoosh\"", "{\"type\": \"relu\", \"alpha\": 1}",
                                        "{\"type\": \"elu\", \"alpha\": -1}",
                                        "{\"type\": \"elu\", \"alpha\": \"big\"}"};

    for (size_t i = 0; i < ARRAY_COUNT(texts); i++) {
        struct error error = {0};
        struct variant activation = read_activation(texts[i], &error);
        ck_assert_ptr_null(activation.kind);
        ck_assert_int_eq(error.code, ERROR_INVALID);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, every_code_has_its_kind_in_order);
    tcase_add_test(tests, absent_is_linear);
    tcase_add_test(tests, alpha_has_the_defaults_of_pytorch);
    tcase_add_test(tests, parameters_that_do_not_fit_are_refused);
}

int main(void)
{
    return tests_run("activation", add_tests);
}
