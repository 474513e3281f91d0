/* Query parameters, lists in headers, bodies. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

static bool prefers(const char *accept, const char *type)
{
    const struct header header = {.name = "Accept", .value = accept, .name_size = 6};
    const struct request request = {.headers = &header, .header_count = 1};
    return request_prefers(&request, type);
}

START_TEST(accept_names_types)
{
    ck_assert(prefers("text/html, text/CSV;q=0.5", "text/csv"));
    ck_assert(prefers("text/csv", "text/csv"));
    ck_assert(!prefers("*/*", "text/csv"));
    ck_assert(!prefers("text/csvx,", "text/csv"));
}
END_TEST

START_TEST(unknown_parameters_are_refused_with_the_known_ones)
{
    test_problem(422, "invalid",
                 "limit, cursor, name, created_after, created_before, format, pretty", "GET",
                 "/v1/models?limt=3", NULL, NULL);
    test_problem(422, "invalid", "pretty", "GET", "/healthz?x=1", NULL, NULL);
    test_problem(422, "invalid", "once", "GET", "/v1/models?limit=3&limit=4", NULL, NULL);
    test_problem(422, "invalid", "limit must be", "GET", "/v1/models?limit=501", NULL, NULL);
    test_problem(422, "invalid", "limit must be", "GET", "/v1/models?limit=", NULL, NULL);
}
END_TEST

START_TEST(a_body_where_none_belongs_is_refused)
{
    test_problem(400, "malformed", "takes no body", "GET", "/healthz", "Content-Length: 3\n", NULL);
    test_problem(400, "malformed", "takes no body", "GET", "/healthz", NULL, "abc");
}
END_TEST

START_TEST(documents_over_the_limit_are_refused_before_they_come)
{
    test_problem(413, "too_large", "1048576", "POST", "/v1/jobs", "Content-Length: 1048577\n",
                 NULL);
}
END_TEST

START_TEST(other_media_types_are_refused)
{
    test_problem(415, "unsupported_media_type", "application/json", "POST", "/v1/jobs",
                 "Content-Type: text/csv\n", "{}");
    test_problem(415, "unsupported_media_type", "Content-Encoding", "POST", "/v1/jobs",
                 "Content-Encoding: br\n", "{}");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_set_up, test_tear_down);
    tcase_add_test(tests, accept_names_types);
    tcase_add_test(tests, unknown_parameters_are_refused_with_the_known_ones);
    tcase_add_test(tests, a_body_where_none_belongs_is_refused);
    tcase_add_test(tests, documents_over_the_limit_are_refused_before_they_come);
    tcase_add_test(tests, other_media_types_are_refused);
}

int main(void)
{
    return tests_run("request", add_tests);
}
