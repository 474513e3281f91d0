/* GET /metrics, and the text format. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/exposition.h"
#include "tests/api/support.h"

#include <string.h>

START_TEST(buckets_count_what_the_ones_before_count_too)
{
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    struct timing timing = {0};
    timing_add(&timing, 50000, 2);
    timing_add(&timing, 2000000000, 1);
    exposition_family(&text, "x_seconds", "histogram", "Help.");
    exposition_timing(&text, "x_seconds", &timing);
    const char *written = bytes_text(&text);
    ck_assert_ptr_eq(strstr(written, "# HELP x_seconds Help.\n# TYPE x_seconds histogram\n"),
                     written);
    ck_assert_ptr_nonnull(strstr(written, "\nx_seconds_bucket{le=\"0.0001\"} 2.0\n"));
    ck_assert_ptr_nonnull(strstr(written, "\nx_seconds_bucket{le=\"1\"} 2.0\n"));
    ck_assert_ptr_nonnull(strstr(written, "\nx_seconds_bucket{le=\"2.5\"} 3.0\n"));
    ck_assert_ptr_nonnull(strstr(written, "\nx_seconds_bucket{le=\"+Inf\"} 3.0\n"));
    ck_assert_ptr_nonnull(strstr(written, "\nx_seconds_sum 2.0001\nx_seconds_count 3.0\n"));
}
END_TEST

START_TEST(requests_without_a_route_are_counted_together)
{
    struct traffic traffic = {0};
    struct request request = {.service = &test_service};
    traffic_count(&traffic, &request, 404);
    traffic_count(&traffic, &request, 400);
    request.route = &test_service.routes[1];
    traffic_count(&traffic, &request, 200);
    ck_assert_uint_eq(traffic.requests[TRAFFIC_ROUTES_MAX][3], 2);
    ck_assert_uint_eq(traffic.requests[1][1], 1);
}
END_TEST

START_TEST(all_families_have_help_and_type_once)
{
    struct reply reply = test_call("GET", "/metrics", NULL, NULL);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(reply.content_type, EXPOSITION_TYPE);
    const char *text = bytes_text(&reply.body);
    int helps = 0, types = 0;
    for (const char *at = text; (at = strstr(at, "# HELP ")) != NULL; at++)
        helps++;
    for (const char *at = text; (at = strstr(at, "# TYPE ")) != NULL; at++)
        types++;
    ck_assert_int_eq(helps, types);
    ck_assert_int_ge(helps, 30);
    ck_assert_ptr_nonnull(strstr(text, "\npropd_jobs{state=\"queued\"} 0.0\n"));
    reply_clear(&reply);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_open, test_close);
    tcase_add_test(tests, buckets_count_what_the_ones_before_count_too);
    tcase_add_test(tests, requests_without_a_route_are_counted_together);
    tcase_add_test(tests, all_families_have_help_and_type_once);
}

int main(void)
{
    return tests_run("metrics", add_tests);
}
