/* Request targets: what is read out of them, and what is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>

static struct request request;
static struct error error;

static int set(const char *target)
{
    request_clear(&request);
    error = (struct error){0};
    ck_assert_int_eq(request_open(&request, &test_service, "GET", &error), 0);
    return request_set_target(&request, target, &error);
}

START_TEST(path_and_parameters_are_decoded)
{
    ck_assert_int_eq(set("/v1/jobs/a%20b?name=x+y%26z&flag&empty="), 0);
    ck_assert_str_eq(request.path, "/v1/jobs/a b");
    ck_assert_uint_eq(request.parameter_count, 3);
    ck_assert_str_eq(request.parameters[0].name, "name");
    ck_assert_str_eq(request.parameters[0].value, "x y&z");
    ck_assert_str_eq(request.parameters[1].name, "flag");
    ck_assert_str_eq(request.parameters[1].value, "");
    ck_assert_str_eq(request.parameters[2].value, "");
}
END_TEST

START_TEST(a_refused_target_says_whether_its_answer_is_open_inference)
{
    static const char *const inside[] = {"/v2", "/v2/", "/v2?x=%zz", "/v2/models/a%2fb", "/v2/%00"};
    static const char *const outside[] = {"/v1/models/a%2fb", "/v20", "/v", "", "*", "/V2/models"};
    for (size_t i = 0; i < ARRAY_COUNT(inside); i++) {
        (void)set(inside[i]);
        ck_assert_msg(request.is_open_inference, "%s", inside[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(outside); i++) {
        (void)set(outside[i]);
        ck_assert_msg(!request.is_open_inference, "%s", outside[i]);
    }
}
END_TEST

START_TEST(a_slash_at_the_end_is_kept)
{
    ck_assert_int_eq(set("/v1/datasets/"), 0);
    ck_assert_str_eq(request.path, "/v1/datasets/");
}
END_TEST

START_TEST(ambiguous_paths_are_refused)
{
    static const char *const targets[] = {
        "/a/../b", "/a/..",    "/./a",    "/a/%2e%2e/b",  "/a/%2E/b", "//a", "/a//b", "/a%2fb",
        "/a%5cb",  "/a\\b",    "/a%00",   "/a%0ab",       "/a%7f",    "/a%", "/a%4",  "/a%zz",
        "/a b",    "/a\tb",    "/a#b",    "/caf\xc3\xa9", "/%ff",     "*",   "a/b",   "http://a/",
        "",        "/a?b=%00", "/a?b=%f", "/a?%ff=1"};
    for (size_t i = 0; i < ARRAY_COUNT(targets); i++) {
        ck_assert_msg(set(targets[i]) == -1, "%s was taken", targets[i]);
        ck_assert_int_eq(error.code, ERROR_MALFORMED);
    }
}
END_TEST

START_TEST(a_long_target_is_refused)
{
    char target[REQUEST_TARGET_MAX + 2];
    memset(target, 'a', sizeof target);
    target[0] = '/';
    target[REQUEST_TARGET_MAX] = '\0';
    ck_assert_int_eq(set(target), 0);
    target[REQUEST_TARGET_MAX] = 'a';
    target[REQUEST_TARGET_MAX + 1] = '\0';
    ck_assert_int_eq(set(target), -1);
    ck_assert_int_eq(error.code, ERROR_URI_TOO_LONG);
}
END_TEST

START_TEST(too_many_parameters_are_refused)
{
    ck_assert_int_eq(set("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&t&u&v&w&x&y&z&1&2&3&4&5&6"), 0);
    ck_assert_int_eq(set("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&t&u&v&w&x&y&z&1&2&3&4&5&6&7"),
                     -1);
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
}
END_TEST

static void tear_down(void)
{
    request_clear(&request);
    test_tear_down();
}

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_set_up, tear_down);
    tcase_add_test(tests, path_and_parameters_are_decoded);
    tcase_add_test(tests, a_refused_target_says_whether_its_answer_is_open_inference);
    tcase_add_test(tests, a_slash_at_the_end_is_kept);
    tcase_add_test(tests, ambiguous_paths_are_refused);
    tcase_add_test(tests, a_long_target_is_refused);
    tcase_add_test(tests, too_many_parameters_are_refused);
}

int main(void)
{
    return tests_run("target", add_tests);
}
