/* Conventions that hold for all routes: idempotency keys, If-Match. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

#define JOB                                                                                        \
    "{\"dataset\": \"table\", \"target\": \"kind\", \"network\": {\"layers\": [{\"type\": "        \
    "\"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}, \"training\": {\"epochs\": "  \
    "1}}"

START_TEST(the_same_key_and_body_give_the_first_answer)
{
    test_upload_table("table");
    struct reply first = test_call("POST", "/v1/jobs", "Idempotency-Key: k1\n", JOB);
    struct reply second = test_call("POST", "/v1/jobs", "Idempotency-Key: k1\n", JOB);
    ck_assert_int_eq(first.status, 202);
    ck_assert_int_eq(second.status, 202);
    ck_assert_str_eq(bytes_text(&second.body), bytes_text(&first.body));
    ck_assert_str_eq(reply_header_value(&second, "Location"),
                     reply_header_value(&first, "Location"));
    ck_assert_str_eq(reply_header_value(&second, "Idempotency-Replayed"), "true");
    json_auto_t *list = test_json(200, "GET", "/v1/jobs", NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(list, "jobs")), 1);
    reply_clear(&first);
    reply_clear(&second);
}
END_TEST

START_TEST(the_same_key_with_another_request_is_refused)
{
    test_upload_table("table");
    struct reply first = test_call("POST", "/v1/jobs", "Idempotency-Key: k1\n", JOB);
    ck_assert_int_eq(first.status, 202);
    reply_clear(&first);
    test_problem(422, "invalid", "another request", "POST", "/v1/jobs", "Idempotency-Key: k1\n",
                 "{}");
    test_problem(422, "invalid", "another request", "POST", "/v1/datasets?name=a",
                 "Idempotency-Key: k1\n", JOB);
}
END_TEST

START_TEST(a_failure_does_not_use_the_key_up)
{
    test_problem(422, "invalid", "table", "POST", "/v1/jobs", "Idempotency-Key: k1\n", JOB);
    test_upload_table("table");
    struct reply reply = test_call("POST", "/v1/jobs", "Idempotency-Key: k1\n", JOB);
    ck_assert_int_eq(reply.status, 202);
    reply_clear(&reply);
}
END_TEST

START_TEST(if_match_guards_a_deletion)
{
    test_upload_table("table");
    struct reply reply = test_call("GET", "/v1/datasets/table", NULL, NULL);
    char header[128];
    (void)snprintf(header, sizeof header, "If-Match: %s\n", reply_header_value(&reply, "ETag"));
    reply_clear(&reply);
    test_problem(412, "precondition_failed", "changed", "DELETE", "/v1/datasets/table",
                 "If-Match: \"other\"\n", NULL);
    reply = test_call("DELETE", "/v1/datasets/table", header, NULL);
    ck_assert_int_eq(reply.status, 204);
    reply_clear(&reply);
    test_problem(404, "not_found", "table", "GET", "/v1/datasets/table", NULL, NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_open, test_close);
    tcase_add_test(tests, the_same_key_and_body_give_the_first_answer);
    tcase_add_test(tests, the_same_key_with_another_request_is_refused);
    tcase_add_test(tests, a_failure_does_not_use_the_key_up);
    tcase_add_test(tests, if_match_guards_a_deletion);
}

int main(void)
{
    return tests_run("dispatch", add_tests);
}
