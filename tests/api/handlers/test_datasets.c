/* Uploads and what is told of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

static int64_t integer(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

START_TEST(an_upload_is_described)
{
    struct reply reply = test_call("PUT", "/v1/datasets/small.csv", NULL, "a,b\n1,x\n2,y\n3,x\n");
    ck_assert_int_eq(reply.status, 201);
    const char *location = reply_header_value(&reply, "Location");
    ck_assert_ptr_nonnull(location);
    json_auto_t *dataset = test_json(200, "GET", location, NULL);
    ck_assert_str_eq(text(dataset, "name"), "small");
    ck_assert_int_eq(integer(dataset, "version"), 1);
    ck_assert_int_eq(integer(dataset, "rows"), 3);
    ck_assert_int_eq(integer(dataset, "bytes"), 16);
    ck_assert_str_eq(text(json_array_get(json_object_get(dataset, "columns"), 1), "name"), "b");
    reply_clear(&reply);
}
END_TEST

START_TEST(the_same_bytes_are_stored_once_and_others_are_the_next_version)
{
    json_auto_t *first = test_json(201, "PUT", "/v1/datasets/d", "a,b\n1,2\n");
    json_auto_t *same = test_json(200, "PUT", "/v1/datasets/d", "a,b\n1,2\n");
    json_auto_t *next = test_json(201, "PUT", "/v1/datasets/d", "a,b\n1,3\n");
    ck_assert_str_eq(text(same, "id"), text(first, "id"));
    ck_assert_int_eq(integer(next, "version"), 2);
    json_auto_t *newest = test_json(200, "GET", "/v1/datasets/d", NULL);
    ck_assert_int_eq(integer(newest, "version"), 2);
    json_auto_t *old = test_json(200, "GET", "/v1/datasets/d@1", NULL);
    ck_assert_str_eq(text(old, "id"), text(first, "id"));
}
END_TEST

START_TEST(options_come_from_the_query)
{
    json_auto_t *dataset =
        test_json(201, "POST",
                  "/v1/datasets?name=d&target=column_1&header=no&separator=semicolon"
                  "&types=column_2=text",
                  "1;2\n3;4\n");
    ck_assert_int_eq(integer(dataset, "rows"), 2);
    ck_assert_str_eq(text(dataset, "target"), "column_1");
    ck_assert_str_eq(text(json_array_get(json_object_get(dataset, "columns"), 1), "type"), "text");
    test_problem(422, "invalid", "separator", "POST", "/v1/datasets?name=d&separator=x", NULL,
                 "a\n1\n");
}
END_TEST

START_TEST(a_name_is_needed_and_checked)
{
    test_problem(422, "invalid", "?name=iris", "POST", "/v1/datasets", NULL, "a\n1\n");
    test_problem(422, "invalid", "letters, digits", "POST", "/v1/datasets?name=a/b", NULL,
                 "a\n1\n");
    test_problem(422, "invalid", "letters, digits", "PUT", "/v1/datasets/a%20b.csv", NULL,
                 "a\n1\n");
}
END_TEST

START_TEST(malformed_files_name_the_line)
{
    test_problem(422, "invalid", "line 3", "PUT", "/v1/datasets/d", NULL, "a,b\n1,2\n3\n");
    test_problem(422, "invalid", "empty", "PUT", "/v1/datasets/d", NULL, "");
    test_problem(404, "not_found", "d", "GET", "/v1/datasets/d", NULL, NULL);
}
END_TEST

/* A form as the server takes it apart: two fields. */
static struct reply send_pair(const char *features, size_t features_size, const char *labels,
                              size_t labels_size)
{
    struct request request;
    struct reply reply = {0};
    struct error error = {0};
    ck_assert_int_eq(request_open(&request, &test_service, "POST", &error), 0);
    ck_assert_int_eq(request_set_target(&request, "/v1/datasets?name=pair", &error), 0);
    ck_assert_int_eq(dispatch_head(&request, &reply), 0);
    if (labels != NULL)
        body_add_field(&request.body, "labels", labels, labels_size);
    if (features != NULL)
        body_add_field(&request.body, "features", features, features_size);
    dispatch_run(&request, &reply);
    request_clear(&request);
    return reply;
}

START_TEST(features_and_labels_make_one_dataset)
{
    static const char features[] = "\0\0\x08\x02\0\0\0\x03\0\0\0\x02"
                                   "abcdef";
    static const char labels[] = "\0\0\x08\x01\0\0\0\x03\0\1\0";
    struct reply reply = send_pair(features, sizeof features - 1, labels, sizeof labels - 1);
    ck_assert_msg(reply.status == 201, "%.*s", (int)reply.body.size, (char *)reply.body.data);
    json_auto_t *dataset = test_json(200, "GET", "/v1/datasets/pair", NULL);
    ck_assert_int_eq(integer(dataset, "rows"), 3);
    ck_assert_uint_eq(json_array_size(json_object_get(dataset, "columns")), 2);
    reply_clear(&reply);
    reply = send_pair(NULL, 0, labels, sizeof labels - 1);
    ck_assert_int_eq(reply.status, 422);
    reply_clear(&reply);
}
END_TEST

START_TEST(lists_go_on_where_they_ended)
{
    static const char *const names[] = {"/v1/datasets/a", "/v1/datasets/b", "/v1/datasets/c"};
    for (size_t i = 0; i < 3; i++)
        json_decref(test_json(201, "PUT", names[i], "a\n1\n2\n"));
    json_auto_t *first = test_json(200, "GET", "/v1/datasets?limit=2", NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(first, "datasets")), 2);
    json_decref(test_json(201, "PUT", "/v1/datasets/d", "a\n1\n2\n"));
    char target[128];
    (void)snprintf(target, sizeof target, "/v1/datasets?limit=2&cursor=%s", text(first, "next"));
    json_auto_t *second = test_json(200, "GET", target, NULL);
    const json_t *rest = json_object_get(second, "datasets");
    ck_assert_uint_eq(json_array_size(rest), 1);
    ck_assert_str_eq(text(json_array_get(rest, 0), "name"), "a");
    ck_assert(json_is_null(json_object_get(second, "next")));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_open, test_close);
    tcase_add_test(tests, an_upload_is_described);
    tcase_add_test(tests, the_same_bytes_are_stored_once_and_others_are_the_next_version);
    tcase_add_test(tests, options_come_from_the_query);
    tcase_add_test(tests, a_name_is_needed_and_checked);
    tcase_add_test(tests, malformed_files_name_the_line);
    tcase_add_test(tests, features_and_labels_make_one_dataset);
    tcase_add_test(tests, lists_go_on_where_they_ended);
}

int main(void)
{
    return tests_run("datasets", add_tests);
}
