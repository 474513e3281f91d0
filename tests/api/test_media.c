/* Which form of rows a request gets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/accept.h"
#include "api/media.h"
#include "tests/api/support.h"

#include <string.h>

static int choose(const char *accept, enum media asked, struct error *error)
{
    const struct header header = {
        .name = "Accept", .value = accept, .name_size = 6, .value_size = strlen(accept)};
    const struct request request = {.headers = &header, .header_count = accept[0] != '\0'};
    struct reply reply = {0};
    return media_choose_rows(&request, asked, &reply, error);
}

static void check(const char *accept, enum media expected)
{
    struct error error = {0};
    ck_assert_msg(choose(accept, MEDIA_AUTO, &error) == (int)expected, "%s", accept);
}

START_TEST(who_does_not_care_gets_json)
{
    check("", MEDIA_JSON);
    check("*/*", MEDIA_JSON);
    check("application/*", MEDIA_JSON);
    check(" , ", MEDIA_JSON);
    check("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", MEDIA_JSON);
}
END_TEST

START_TEST(weights_decide_and_names_before_asterisks)
{
    check("text/csv", MEDIA_CSV);
    check("TEXT/CSV; charset=utf-8", MEDIA_CSV);
    check("text/*", MEDIA_CSV);
    check("application/x-ndjson, */*", MEDIA_NDJSON);
    check("text/csv;q=0.5, application/json", MEDIA_JSON);
    check("text/csv;q=0.9, application/json;q=0.2", MEDIA_CSV);
    check("application/json;q=0, */*;q=0.1", MEDIA_CSV);
    check("*/*, application/json;q=0.1, text/csv ; q = 0.4;q=0.2", MEDIA_NDJSON);
}
END_TEST

START_TEST(what_there_is_not_is_refused_with_what_there_is)
{
    struct error error = {0};
    ck_assert_int_eq(choose("application/pdf", MEDIA_AUTO, &error), -1);
    ck_assert_int_eq(error.code, ERROR_NOT_ACCEPTABLE);
    ck_assert_ptr_nonnull(
        strstr(error.message, "application/json, text/csv or application/x-ndjson"));
    error_clear(&error);
    ck_assert_int_eq(choose("*/*;q=0", MEDIA_AUTO, &error), -1);
    error_clear(&error);
    ck_assert_int_eq(choose("application/pdf", MEDIA_CSV, &error), MEDIA_CSV);
}
END_TEST

START_TEST(odd_lists_are_read_to_their_ends)
{
    static const char *const lists[] = {";",      ",,,",     ";q=",  "a;q=x;q=0.5",  "text/csv;",
                                        ";;;q=1", "*/*;q=9", "/,*/", "text/csv;q=-1"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct error error = {0};
        (void)choose(lists[i], MEDIA_AUTO, &error);
    }
}
END_TEST

START_TEST(the_next_page_is_this_request_with_another_value)
{
    struct error error = {0};
    struct request request;
    struct reply reply = {0};
    ck_assert_int_eq(request_open(&request, &test_service, "GET", &error), 0);
    ck_assert_int_eq(
        request_set_target(&request, "/v1/jobs?cursor=a&name=%C3%BC%26b&limit=2", &error), 0);
    ck_assert_int_eq(media_link_next(&request, "cursor", "job_1", &reply, &error), 0);
    ck_assert_str_eq(reply_header_value(&reply, "Link"),
                     "</v1/jobs?cursor=job_1&name=%C3%BC%26b&limit=2>; rel=\"next\"");
    reply_clear(&reply);
    request_clear(&request);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_set_up, test_tear_down);
    tcase_add_test(tests, who_does_not_care_gets_json);
    tcase_add_test(tests, weights_decide_and_names_before_asterisks);
    tcase_add_test(tests, what_there_is_not_is_refused_with_what_there_is);
    tcase_add_test(tests, odd_lists_are_read_to_their_ends);
    tcase_add_test(tests, the_next_page_is_this_request_with_another_value);
}

int main(void)
{
    return tests_run("media", add_tests);
}
