/* Models: descriptions, files, import, removal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

static char id[ID_SIZE];

static void set_up(void)
{
    test_open();
    test_upload_table("table");
    test_train("table", id);
}

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static struct reply import(const char *target, const struct bytes *file)
{
    struct request request;
    struct reply reply = {0};
    struct error error = {0};
    ck_assert_int_eq(request_open(&request, &test_service, "POST", &error), 0);
    ck_assert_int_eq(request_set_target(&request, target, &error), 0);
    dispatch(&request, file->data, file->size, &reply);
    request_clear(&request);
    return reply;
}

START_TEST(a_model_is_described)
{
    json_auto_t *model = test_json(200, "GET", "/v1/models/table@1", NULL);
    ck_assert_str_eq(text(model, "name"), "table");
    ck_assert_int_eq(json_integer_value(json_object_get(model, "version")), 1);
    ck_assert_str_eq(text(model, "job"), id);
    ck_assert_uint_eq(strlen(text(model, "sha256")), 64);
    ck_assert(json_is_object(json_object_get(model, "metrics")));
    json_auto_t *list = test_json(200, "GET", "/v1/models", NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(list, "models")), 1);
}
END_TEST

START_TEST(a_file_comes_back_with_the_same_bytes)
{
    struct reply file = test_call("GET", "/v1/models/table/file", NULL, NULL);
    ck_assert_int_eq(file.status, 200);
    ck_assert_str_eq(reply_header_value(&file, "Content-Disposition"),
                     "attachment; filename=\"table@1.safetensors\"");
    struct reply imported = import("/v1/models?name=again", &file.body);
    ck_assert_msg(imported.status == 201, "%.*s", (int)imported.body.size,
                  (char *)imported.body.data);
    struct reply again = test_call("GET", "/v1/models/again/file?format=safetensors", NULL, NULL);
    ck_assert_uint_eq(again.body.size, file.body.size);
    ck_assert_mem_eq(again.body.data, file.body.data, file.body.size);
    reply_clear(&file);
    reply_clear(&imported);
    reply_clear(&again);
}
END_TEST

START_TEST(a_file_that_is_known_is_not_sent_again)
{
    char header[128];
    struct reply file = test_call("GET", "/v1/models/table/file", NULL, NULL);
    (void)snprintf(header, sizeof header, "If-None-Match: %s\n", reply_header_value(&file, "ETag"));
    struct reply again = test_call("GET", "/v1/models/table/file", header, NULL);
    ck_assert_int_eq(again.status, 304);
    ck_assert_uint_eq(again.body.size, 0);
    reply_clear(&file);
    reply_clear(&again);
}
END_TEST

START_TEST(what_is_no_model_is_refused)
{
    test_problem(422, "invalid", "safetensors", "POST", "/v1/models?name=a", NULL, "");
    struct reply reply = test_call("POST", "/v1/models?name=a", NULL, "nonsense that is no model");
    ck_assert(reply.status == 400 || reply.status == 422);
    reply_clear(&reply);
    test_problem(422, "invalid", "letters, digits", "POST", "/v1/models?name=.a", NULL, "x");
    test_problem(422, "invalid", "safetensors", "GET", "/v1/models/table/file?format=tflite", NULL,
                 NULL);
}
END_TEST

START_TEST(a_model_is_removed)
{
    json_decref(test_json(204, "DELETE", "/v1/models/table@1", NULL));
    test_problem(404, "not_found", "table", "GET", "/v1/models/table", NULL, NULL);
    char target[128];
    (void)snprintf(target, sizeof target, "/v1/jobs/%s", id);
    json_auto_t *job = test_json(200, "GET", target, NULL);
    ck_assert(json_is_null(json_object_get(job, "model")));
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, set_up, test_close);
    tcase_add_test(tests, a_model_is_described);
    tcase_add_test(tests, a_file_comes_back_with_the_same_bytes);
    tcase_add_test(tests, a_file_that_is_known_is_not_sent_again);
    tcase_add_test(tests, what_is_no_model_is_refused);
    tcase_add_test(tests, a_model_is_removed);
}

int main(void)
{
    return tests_run("models", add_tests);
}
