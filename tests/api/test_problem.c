/* Errors as answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/problem.h"
#include "tests/api/support.h"

static struct request request;
static struct reply reply;
static struct error error;

static void set_up(void)
{
    test_set_up();
    ck_assert_int_eq(request_open(&request, &test_service, "POST", &error), 0);
}

static void tear_down(void)
{
    reply_clear(&reply);
    request_clear(&request);
    test_tear_down();
}

static const json_t *first(const char *member)
{
    return json_object_get(json_array_get(json_object_get(reply.json, "errors"), 0), member);
}

START_TEST(every_code_has_a_status_with_a_title)
{
    for (int code = ERROR_NONE; code <= ERROR_INTERNAL; code++) {
        int status = problem_status((enum error_code)code);
        ck_assert(status >= 400 && status < 600);
        ck_assert_str_ne(problem_title(status), "Error");
    }
    ck_assert_int_eq(problem_status(ERROR_STORAGE_FULL), 507);
    ck_assert_int_eq(problem_status(ERROR_INVALID), 422);
}
END_TEST

START_TEST(a_problem_says_what_and_where)
{
    const struct route route = {.body_kind = BODY_JSON};
    request.route = &route;
    (void)error_set_at(&error, ERROR_INVALID, "network.layers[2].a~b/c", "must be smaller");
    problem_reply(&request, &error, &reply);
    ck_assert_int_eq(reply.status, 422);
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "title")),
                     "Unprocessable Content");
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "request_id")), request.id);
    ck_assert_str_eq(json_string_value(first("pointer")), "#/network/layers/2/a~0b~1c");
    ck_assert_str_eq(json_string_value(first("detail")), "network.layers[2].a~b/c must be smaller");
    request.route = NULL;
}
END_TEST

START_TEST(a_query_parameter_is_no_pointer)
{
    request.error_is_in_head = true;
    (void)error_set_at(&error, ERROR_INVALID, "limit", "must be smaller");
    problem_reply(&request, &error, &reply);
    ck_assert_str_eq(json_string_value(first("parameter")), "limit");
}
END_TEST

static const json_t *shown(enum error_code code, const char *path)
{
    error_clear(&error);
    (void)error_set_at(&error, code, path, "must be smaller");
    problem_reply(&request, &error, &reply);
    return json_object_get(reply.json, "example");
}

START_TEST(a_body_that_is_not_right_is_shown_one_that_is)
{
    const struct route route = {.body_kind = BODY_JSON, .example = "{\"keep\": false}"};
    request.route = &route;
    ck_assert(json_is_false(json_object_get(shown(ERROR_INVALID, "keep"), "keep")));
    ck_assert(json_is_false(json_object_get(shown(ERROR_MALFORMED, ""), "keep")));
    ck_assert_ptr_null(shown(ERROR_NOT_FOUND, ""));
    request.error_is_in_head = true;
    ck_assert_ptr_null(shown(ERROR_INVALID, "limit"));
    request.route = NULL;
}
END_TEST

START_TEST(busy_says_when_to_come_again)
{
    (void)error_set(&error, ERROR_BUSY, "later");
    problem_reply(&request, &error, &reply);
    ck_assert_int_eq(reply.status, 503);
    ck_assert_str_eq(reply_header_value(&reply, "Retry-After"), "2");
}
END_TEST

START_TEST(predictions_fail_as_tensorflow_serving_does)
{
    const struct route route = {.flags = ROUTE_TENSORFLOW};
    request.route = &route;
    (void)error_set(&error, ERROR_NOT_FOUND, "there is no model");
    problem_reply(&request, &error, &reply);
    ck_assert_int_eq(reply.status, 404);
    ck_assert_uint_eq(json_object_size(reply.json), 1);
    ck_assert_str_eq(json_string_value(json_object_get(reply.json, "error")), "there is no model");
    request.route = NULL;
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_code_has_a_status_with_a_title);
    tcase_add_test(tests, a_problem_says_what_and_where);
    tcase_add_test(tests, a_query_parameter_is_no_pointer);
    tcase_add_test(tests, a_body_that_is_not_right_is_shown_one_that_is);
    tcase_add_test(tests, busy_says_when_to_come_again);
    tcase_add_test(tests, predictions_fail_as_tensorflow_serving_does);
}

int main(void)
{
    return tests_run("problem", add_tests);
}
