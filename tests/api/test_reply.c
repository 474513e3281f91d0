/* What every answer has. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

START_TEST(every_answer_has_the_headers_that_browsers_need)
{
    struct reply reply = test_call("GET", "/healthz", NULL, NULL);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply_header_value(&reply, "X-Content-Type-Options"), "nosniff");
    ck_assert_str_eq(reply_header_value(&reply, "Referrer-Policy"), "no-referrer");
    ck_assert_str_eq(reply_header_value(&reply, "Cache-Control"), "no-store");
    ck_assert_ptr_null(reply_header_value(&reply, "Access-Control-Allow-Origin"));
    ck_assert(strncmp(reply_header_value(&reply, "X-Request-Id"), "req_", 4) == 0);
    reply_clear(&reply);
}
END_TEST

START_TEST(what_has_not_changed_is_not_sent_again)
{
    struct reply first = test_call("GET", "/healthz", NULL, NULL);
    char header[128];
    (void)snprintf(header, sizeof header, "If-None-Match: %s\n",
                   reply_header_value(&first, "ETag"));
    struct reply second = test_call("GET", "/healthz", header, NULL);
    ck_assert_int_eq(second.status, 304);
    ck_assert_uint_eq(second.body.size, 0);
    ck_assert_str_eq(reply_header_value(&second, "ETag"), reply_header_value(&first, "ETag"));
    struct reply other = test_call("GET", "/healthz", "If-None-Match: \"other\"\n", NULL);
    ck_assert_int_eq(other.status, 200);
    reply_clear(&first);
    reply_clear(&second);
    reply_clear(&other);
}
END_TEST

START_TEST(pretty_breaks_lines_and_nothing_else)
{
    struct error error = {0};
    struct request request = {.service = &test_service, .method = "POST", .pretty = true};
    struct reply reply = {0};
    ck_assert_int_eq(reply_json(&reply, 200,
                                json_pack("{s:[f, s, {}], s:[]}", "a", 0.1, "x\"{,:\\", "b"),
                                &error),
                     0);
    reply_finish(&reply, &request);
    ck_assert_str_eq(bytes_text(&reply.body), "{\n  \"a\": [\n    0.1,\n    \"x\\\"{,:\\\\\",\n"
                                              "    {}\n  ],\n  \"b\": []\n}\n");
    reply_clear(&reply);
}
END_TEST

START_TEST(listed_origins_may_read_answers)
{
    struct config config = test_config;
    char *origins[] = {strdup("http://app.example")};
    config.allowed_origins = (struct strings){1, origins};
    test_service.config = &config;
    struct reply reply = test_call("GET", "/healthz", "Origin: http://app.example\n", NULL);
    ck_assert_str_eq(reply_header_value(&reply, "Access-Control-Allow-Origin"),
                     "http://app.example");
    reply_clear(&reply);
    free(origins[0]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_set_up, test_tear_down);
    tcase_add_test(tests, every_answer_has_the_headers_that_browsers_need);
    tcase_add_test(tests, what_has_not_changed_is_not_sent_again);
    tcase_add_test(tests, pretty_breaks_lines_and_nothing_else);
    tcase_add_test(tests, listed_origins_may_read_answers);
}

int main(void)
{
    return tests_run("reply", add_tests);
}
