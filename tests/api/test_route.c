/* Finding routes, and the table itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <stdlib.h>
#include <string.h>

static void check_allow(const char *method, const char *target, const char *methods)
{
    struct reply reply = test_call(method, target, NULL, NULL);
    ck_assert_int_eq(reply.status, 405);
    ck_assert_str_eq(reply_header_value(&reply, "Allow"), methods);
    reply_clear(&reply);
}

static const struct route *find(const char *method, const char *path, char **capture)
{
    struct request request = {.service = &test_service, .method = method, .path = strdup(path)};
    struct reply reply = {0};
    struct error error = {0};
    (void)route_find(&request, &reply, &error);
    const struct route *route = request.route;
    *capture = request.captures[0] != NULL ? strdup(request.captures[0]) : NULL;
    request_clear(&request);
    reply_clear(&reply);
    return route;
}

START_TEST(paths_find_their_route)
{
    static const struct {
        const char *method, *path, *pattern, *capture;
    } cases[] = {{"GET", "/", "/", NULL},
                 {"GET", "/v1/jobs", "/v1/jobs", NULL},
                 {"HEAD", "/v1/jobs/iris", "/v1/jobs/{job}", "iris"},
                 {"POST", "/v1/jobs/iris:cancel", "/v1/jobs/{job}:cancel", "iris"},
                 {"POST", "/v1/models/iris@2:predict", "/v1/models/{model}:predict", "iris@2"},
                 {"GET", "/v1/jobs/iris/history", "/v1/jobs/{job}/history", "iris"}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        AUTO_FREE char *capture = NULL;
        const struct route *route = find(cases[i].method, cases[i].path, &capture);
        ck_assert_ptr_nonnull(route);
        ck_assert_str_eq(route->path, cases[i].pattern);
        ck_assert_pstr_eq(capture, cases[i].capture);
    }
}
END_TEST

START_TEST(other_paths_find_none)
{
    static const char *const paths[] = {
        "/v1",          "/v1/jobs/",        "/v1/jobs/a/b",
        "/v1/jobs/a:b", "/v1/jobs/:cancel", "/v1/jobs/iris/history/"};
    for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
        AUTO_FREE char *capture = NULL;
        ck_assert_msg(find("GET", paths[i], &capture) == NULL, "%s", paths[i]);
    }
}
END_TEST

START_TEST(unknown_paths_name_the_nearest)
{
    test_problem(404, "not_found", "did you mean /v1/jobs?", "GET", "/v1/job", NULL, NULL);
    test_problem(404, "not_found", "did you mean /v1/models/iris:predict?", "POST",
                 "/v1/model/iris:predict", NULL, NULL);
    test_problem(404, "not_found", "see GET /", "GET", "/something/else/entirely", NULL, NULL);
}
END_TEST

START_TEST(other_methods_are_told_which_there_are)
{
    check_allow("POST", "/healthz", "GET, HEAD");
    check_allow("DELETE", "/v1/datasets", "GET, HEAD, POST");
    check_allow("BREW", "/v1/models/iris", "GET, HEAD, PATCH, DELETE");
    check_allow("GET", "/v1/jobs/iris:pause", "POST");
}
END_TEST

START_TEST(options_lists_methods)
{
    struct reply reply = test_call("OPTIONS", "/v1/jobs", NULL, NULL);
    ck_assert_int_eq(reply.status, 204);
    ck_assert_str_eq(reply_header_value(&reply, "Allow"), "GET, HEAD, POST, OPTIONS");
    reply_clear(&reply);
    test_problem(404, "not_found", "/nowhere", "OPTIONS", "/nowhere", NULL, NULL);
}
END_TEST

START_TEST(every_route_is_described)
{
    for (const struct route *route = api_routes; route->method != NULL; route++) {
        ck_assert((route->handler != NULL) != (route->steps != NULL));
        ck_assert_ptr_nonnull(route->help);
        ck_assert_int_eq(route->path[0], '/');
        /* What is of somebody is never public. */
        ck_assert_msg(route->scope != NULL || strchr(route->path, '{') == NULL ||
                          strcmp(route->path, "/dashboard/{build}/{file}") == 0,
                      "%s", route->path);
        ck_assert_msg(route->body == NULL || route->body_kind == BODY_JSON, "%s", route->path);
    }
}
END_TEST

START_TEST(every_route_says_what_it_answers)
{
    for (const struct route *route = api_routes; route->method != NULL; route++) {
        const struct route_answer *answer = route->answers;
        ck_assert_msg(answer->status != 0, "%s %s has no answers", route->method, route->path);
        for (size_t i = 0; i < ROUTE_ANSWERS_MAX && answer[i].status != 0; i++) {
            bool is_empty = answer[i].schema == NULL && answer[i].type == NULL;
            ck_assert_msg(answer[i].status / 100 == 2, "%s", route->path);
            ck_assert_msg(is_empty == (answer[i].status == 204), "%s", route->path);
        }
    }
}
END_TEST

START_TEST(every_json_body_has_an_example)
{
    for (const struct route *route = api_routes; route->method != NULL; route++) {
        struct error error = {0};
        if (route->body_kind != BODY_JSON)
            continue;
        ck_assert_msg(route->body != NULL || route->body_schema != NULL, "%s", route->path);
        ck_assert_msg(route->example != NULL, "%s %s", route->method, route->path);
        json_auto_t *json = fields_parse(route->example, strlen(route->example), &error);
        ck_assert_msg(json != NULL, "%s: %s", route->path, error.message);
        if (route->body == NULL)
            continue;
        AUTO_FREE void *options = calloc(1, route->body->size + 1);
        ck_assert_ptr_nonnull(options);
        ck_assert_msg(fields_read(route->body, json, options, "", &error) == 0, "%s: %s",
                      route->path, error.message);
        fields_clear(route->body, options);
    }
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_set_up, test_tear_down);
    tcase_add_test(tests, paths_find_their_route);
    tcase_add_test(tests, other_paths_find_none);
    tcase_add_test(tests, unknown_paths_name_the_nearest);
    tcase_add_test(tests, other_methods_are_told_which_there_are);
    tcase_add_test(tests, options_lists_methods);
    tcase_add_test(tests, every_route_is_described);
    tcase_add_test(tests, every_route_says_what_it_answers);
    tcase_add_test(tests, every_json_body_has_an_example);
}

int main(void)
{
    return tests_run("route", add_tests);
}
