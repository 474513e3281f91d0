/* Predictions in TensorFlow Serving's form. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

static void set_up(void)
{
    char id[ID_SIZE];
    test_open();
    test_upload_table("table");
    test_train("table", id);
}

START_TEST(rows_by_position_and_by_name_give_the_same)
{
    json_auto_t *answer = test_json(200, "POST", "/v1/models/table:predict",
                                    "{\"instances\": [[11.5, 3], {\"y\": 3, \"x\": 11.5}]}");
    const json_t *predictions = json_object_get(answer, "predictions");
    ck_assert_uint_eq(json_array_size(predictions), 2);
    ck_assert(json_equal(json_array_get(predictions, 0), json_array_get(predictions, 1)));
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "labels")), 2);
    ck_assert_str_eq(json_string_value(json_object_get(answer, "model")), "table");
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "version")), 1);
}
END_TEST

static void check_error(int status, const char *target, const char *body, const char *words)
{
    json_auto_t *answer = test_json(status, "POST", target, body);
    ck_assert_uint_eq(json_object_size(answer), 1);
    const char *message = json_string_value(json_object_get(answer, "error"));
    ck_assert_msg(strstr(message, words) != NULL, "\"%s\" lacks \"%s\"", message, words);
}

START_TEST(errors_have_tensorflow_servings_form)
{
    check_error(404, "/v1/models/nobody:predict", "{\"instances\": [[1, 2]]}", "nobody");
    check_error(422, "/v1/models/table:predict", "{\"instances\": [[1]]}", "instances[0]");
    check_error(422, "/v1/models/table:predict", "{\"instances\": [{\"z\": 1}]}", "instances[0]");
    check_error(422, "/v1/models/table:predict", "{}", "instances");
    check_error(400, "/v1/models/table:predict", "{", "line 1");
    check_error(422, "/v1/models/table:predict?x=1", "{}", "x");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, test_close);
    tcase_add_test(tests, rows_by_position_and_by_name_give_the_same);
    tcase_add_test(tests, errors_have_tensorflow_servings_form);
}

int main(void)
{
    return tests_run("predict", add_tests);
}
