/* Predictions: rows, lists and objects, column-wise requests, labels, original units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/model.h"
#include "tests/check.h"
#include "tests/engine/example_models.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The answer to a request is this text. */
static void check_answer(const struct model *model, const char *request, const char *expected)
{
    struct error error = {0};
    json_auto_t *answer = example_predict(model, request, &error);
    ck_assert_ok(error);
    AUTO_FREE char *text = fields_print(answer);
    ck_assert_str_eq(text, expected);
}

static void check_refusal(const struct model *model, const char *request, enum error_code code,
                          const char *part)
{
    struct error error = {0};
    ck_assert_ptr_null(example_predict(model, request, &error));
    ck_assert_msg(error.code == code && strstr(error.message, part), "%s: %s (%s)", request,
                  error.message, error_code_name(error.code));
}

START_TEST(classes_are_answered_with_probabilities_and_labels)
{
    struct error error = {0};
    struct model *model = example_classes();
    json_auto_t *answer = example_predict(
        model, "{\"instances\": [[1, \"red\"], {\"colour\": \"green\", \"length\": 5}]}", &error);
    ck_assert_ok(error);
    const json_t *rows = json_object_get(answer, "predictions");
    const json_t *labels = json_object_get(answer, "labels");
    ck_assert_uint_eq(json_array_size(rows), 2);
    ck_assert_uint_eq(json_array_size(labels), 2);
    for (size_t row = 0; row < 2; row++) {
        const json_t *shares = json_array_get(rows, row);
        double sum = 0, best = -1;
        size_t best_class = 0;
        ck_assert_uint_eq(json_array_size(shares), 3);
        for (size_t i = 0; i < 3; i++) {
            double share = json_real_value(json_array_get(shares, i));
            best_class = share > best ? i : best_class;
            best = fmax(best, share);
            sum += share;
        }
        ck_assert(fabs(sum - 1) < 1e-5);
        ck_assert(
            json_equal(json_array_get(labels, row),
                       json_array_get(preprocessing_classes(model->preprocessing), best_class)));
    }
    model_free(model);
}
END_TEST

START_TEST(values_are_answered_in_original_units)
{
    struct model *model = example_values();
    /* x has mean 0 and deviation 1, price 200 and 100: 100 (2x + 1) + 200. */
    check_answer(model, "{\"instances\": [[-1], [0], {\"x\": 0.25}]}",
                 "{\"predictions\":[100.0,300.0,350.0]}");
    model_free(model);
}
END_TEST

START_TEST(one_sigmoid_is_the_probability_of_the_second_class)
{
    struct model *model = example_binary();
    check_answer(
        model, "{\"instances\": [[-1], [0], [1]]}",
        "{\"predictions\":[0.01798621,0.5,0.98201376],\"labels\":[\"no\",\"no\",\"yes\"]}");
    model_free(model);
}
END_TEST

START_TEST(inputs_are_taken_as_they_come_without_preprocessing)
{
    struct model *model = example_identity();
    check_answer(model, "{\"instances\": [[[1, 0, 0], [0, 0, 0]], [0, 0, 0, 0, 0, 1]]}",
                 "{\"predictions\":[[1.0,2.0],[11.0,12.0]]}");
    model_free(model);
}
END_TEST

START_TEST(columns_are_the_same_as_rows)
{
    struct model *model = example_values();
    const char *expected = "{\"outputs\":[100.0,300.0],\"predictions\":[100.0,300.0]}";
    check_answer(model, "{\"inputs\": {\"x\": [-1, 0]}}", expected);
    check_answer(model, "{\"inputs\": [[-1], [0]]}", expected);
    check_answer(model, "{\"inputs\": {\"x\": -1}}",
                 "{\"outputs\":[100.0],\"predictions\":[100.0]}");
    check_answer(model, "{\"signature_name\": \"serving_default\", \"instances\": [[-1], [0]]}",
                 "{\"predictions\":[100.0,300.0]}");
    model_free(model);
}
END_TEST

START_TEST(what_is_not_a_request_is_refused)
{
    struct model *model = example_classes();
    check_refusal(model, "{}", ERROR_INVALID, "a right body is {\"instances\"");
    check_refusal(model, "[]", ERROR_INVALID, "a right body is {\"instances\"");
    check_refusal(model, "{\"instances\": [[1, \"red\"]], \"inputs\": [[1, \"red\"]]}",
                  ERROR_INVALID, "not both");
    check_refusal(model, "{\"instance\": [[1, \"red\"]]}", ERROR_INVALID, "instance is not known");
    check_refusal(model, "{\"instances\": []}", ERROR_INVALID, "at least one row");
    check_refusal(model, "{\"instances\": 7}", ERROR_INVALID, "must be a list of rows");
    check_refusal(model, "{\"instances\": [[1, \"red\"], [1]]}", ERROR_INVALID, "instances[1]");
    check_refusal(model, "{\"instances\": [[1, \"red\"], 5]}", ERROR_INVALID, "instances[1]");
    check_refusal(model, "{\"instances\": [{\"length\": \"long\"}]}", ERROR_INVALID,
                  "instances[0].length");
    check_refusal(model, "{\"inputs\": {}}", ERROR_INVALID, "at least one column");
    check_refusal(model, "{\"inputs\": {\"length\": [1, 2], \"colour\": [\"red\"]}}", ERROR_INVALID,
                  "inputs.colour must have 2 values");
    model_free(model);
}
END_TEST

START_TEST(too_many_rows_are_refused)
{
    struct error error = {0};
    struct model *model = example_values();
    struct prediction prediction AUTO_CLEAR(prediction_clear) = {.model = model};
    const char *rows = "{\"instances\": [[1], [2], [3]]}";
    ck_assert_int_eq(prediction_read(&prediction, rows, strlen(rows), 3, &error), 0);
    ck_assert_int_eq(prediction_read(&prediction, rows, strlen(rows), 2, &error), -1);
    ck_assert_error(error, ERROR_TOO_LARGE, "instances must have at most 2 rows, not 3");
    const char *columns = "{\"inputs\": {\"x\": [1, 2, 3]}}";
    error_clear(&error);
    ck_assert_int_eq(prediction_read(&prediction, columns, strlen(columns), 2, &error), -1);
    ck_assert_error(error, ERROR_TOO_LARGE, "inputs must have at most 2 rows, not 3");
    model_free(model);
}
END_TEST

START_TEST(a_value_that_is_not_finite_is_null)
{
    struct model *model = example_values();
    model->parameters[0] = INFINITY;
    check_answer(model, "{\"instances\": [[1]]}", "{\"predictions\":[null],\"nonfinite\":\"inf\"}");
    model_free(model);
}
END_TEST

/* More rows than a block has, whatever is predicted with them. */
START_TEST(a_row_does_not_depend_on_the_rows_beside_it)
{
    enum { ROWS = 700, WIDTH = 6 };
    static float x[ROWS * WIDTH], y[ROWS * 2], alone[2];
    struct error error = {0};
    struct model *model = example_identity();
    for (int i = 0; i < ROWS * WIDTH; i++)
        x[i] = sinf((float)i);
    ck_assert_int_eq(model_predict(model, x, ROWS, y, &error), 0);
    for (int row = 0; row < ROWS; row += 50) {
        ck_assert_int_eq(model_predict(model, x + row * WIDTH, 1, alone, &error), 0);
        ck_assert_mem_eq(alone, y + 2 * row, sizeof(alone));
    }
    ck_assert_int_eq(model_predict(model, NULL, 0, NULL, &error), 0);
    model_free(model);
}
END_TEST

START_TEST(tokens_that_are_no_ids_are_refused_by_row)
{
    struct error error = {0};
    struct model *model = example_tokens();
    const float x[] = {0, 2, 2, 3};
    float y[8];
    check_answer(model, "{\"instances\": [[0, 2], [1, 1]]}",
                 "{\"predictions\":[[1.0,2.0,5.0,6.0],[3.0,4.0,3.0,4.0]]}");
    check_refusal(model, "{\"instances\": [[0, 2], [1, 3]]}", ERROR_INVALID,
                  "instances[1] has 3 for a token, but layer \"words\" has a vocabulary of 3: ids "
                  "are whole numbers from 0 to 2");
    check_refusal(model, "{\"inputs\": [[0.5, 2]]}", ERROR_INVALID, "inputs[0] has 0.5");
    ck_assert_int_eq(model_predict(model, x, 1, y, &error), 0);
    ck_assert_int_eq(model_predict(model, x, 2, y, &error), -1);
    ck_assert_int_eq(error.code, ERROR_INVALID);
    ck_assert_ptr_nonnull(strstr(error.message, "row 1 has 3"));
    model_free(model);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, classes_are_answered_with_probabilities_and_labels);
    tcase_add_test(tests, values_are_answered_in_original_units);
    tcase_add_test(tests, one_sigmoid_is_the_probability_of_the_second_class);
    tcase_add_test(tests, inputs_are_taken_as_they_come_without_preprocessing);
    tcase_add_test(tests, columns_are_the_same_as_rows);
    tcase_add_test(tests, what_is_not_a_request_is_refused);
    tcase_add_test(tests, too_many_rows_are_refused);
    tcase_add_test(tests, a_value_that_is_not_finite_is_null);
    tcase_add_test(tests, tokens_that_are_no_ids_are_refused_by_row);
    tcase_add_test(tests, a_row_does_not_depend_on_the_rows_beside_it);
}

int main(void)
{
    return tests_run("model_predict", add_tests);
}
