/* Heads that could be read in two ways, and requests from foreign pages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/guard.h"
#include "tests/api/support.h"

#include <string.h>

static struct header headers[8];
static struct request request;
static struct error error;

static void add(const char *name, const char *value)
{
    headers[request.header_count++] = (struct header){
        .name = name, .value = value, .name_size = strlen(name), .value_size = strlen(value)};
}

static void start(const char *method)
{
    error = (struct error){0};
    request = (struct request){
        .service = &test_service, .method = method, .version = "HTTP/1.1", .headers = headers};
}

static enum error_code framing(const char *name, const char *value, const char *second,
                               const char *second_value)
{
    start("POST");
    add("Host", "localhost");
    add(name, value);
    if (second != NULL)
        add(second, second_value);
    (void)guard_check_framing(&request, &error);
    return error.code;
}

START_TEST(plain_requests_pass)
{
    ck_assert_int_eq(framing("Content-Length", "12", "Content-Type", "application/json"),
                     ERROR_NONE);
    ck_assert_int_eq(guard_content_length(&request), 12);
    ck_assert_int_eq(framing("Transfer-Encoding", "Chunked", NULL, NULL), ERROR_NONE);
    ck_assert_int_eq(guard_content_length(&request), -1);
    ck_assert_int_eq(framing("X-Note", "a\tb \xc3\xa9", NULL, NULL), ERROR_NONE);
    ck_assert_int_eq(guard_content_length(&request), 0);
}
END_TEST

START_TEST(a_body_is_framed_in_one_way)
{
    ck_assert_int_eq(framing("Content-Length", "1", "content-length", "1"), ERROR_MALFORMED);
    ck_assert_int_eq(framing("Content-Length", "1", "Transfer-Encoding", "chunked"),
                     ERROR_MALFORMED);
    ck_assert_int_eq(framing("Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"),
                     ERROR_MALFORMED);
    ck_assert_int_eq(framing("Transfer-Encoding", "gzip, chunked", NULL, NULL),
                     ERROR_NOT_IMPLEMENTED);
    static const char *const lengths[] = {
        "", "-1", "+1", "0x1", "1 ", "1,1", "1 1", "1_0", "9999999999999999999"};
    for (size_t i = 0; i < ARRAY_COUNT(lengths); i++)
        ck_assert_int_eq(framing("Content-Length", lengths[i], NULL, NULL), ERROR_MALFORMED);
}
END_TEST

START_TEST(http_1_1_has_a_host)
{
    start("GET");
    ck_assert_int_eq(guard_check_framing(&request, &error), -1);
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
    error = (struct error){0};
    request.version = "HTTP/1.0";
    ck_assert_int_eq(guard_check_framing(&request, &error), 0);
}
END_TEST

START_TEST(http_1_0_has_no_chunks)
{
    (void)framing("Transfer-Encoding", "chunked", NULL, NULL);
    request.version = "HTTP/1.0";
    ck_assert_int_eq(guard_check_framing(&request, &error), -1);
    error = (struct error){0};
    request.version = "HTTP/1.2";
    ck_assert_int_eq(guard_check_framing(&request, &error), -1);
}
END_TEST

START_TEST(header_names_are_words)
{
    static const char *const names[] = {
        "Content-Length ", "Content_Length", "Transfer_Encoding", "Content-Length\xdf", "", "A(b)"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        ck_assert_int_eq(framing(names[i], "1", NULL, NULL), ERROR_MALFORMED);
}
END_TEST

START_TEST(values_have_no_control_bytes)
{
    ck_assert_int_eq(framing("X-A", "a\x07", NULL, NULL), ERROR_MALFORMED);
    ck_assert_int_eq(framing("X-A", "a\x7f", NULL, NULL), ERROR_MALFORMED);
    start("GET");
    headers[request.header_count++] =
        (struct header){.name = "X-A", .value = "a\0b", .name_size = 3, .value_size = 3};
    ck_assert_int_eq(guard_check_framing(&request, &error), -1);
    ck_assert_int_eq(framing("Host", "b", NULL, NULL), ERROR_MALFORMED);
}
END_TEST

START_TEST(folded_lines_are_refused)
{
    start("GET");
    add("X-A", "a");
    headers[0].is_folded = true;
    ck_assert_int_eq(guard_check_framing(&request, &error), -1);
    ck_assert_int_eq(error.code, ERROR_MALFORMED);
}
END_TEST

START_TEST(large_heads_are_refused)
{
    static char value[GUARD_HEADERS_MAX + 1];
    memset(value, 'v', sizeof value - 1);
    ck_assert_int_eq(framing("X-A", value, NULL, NULL), ERROR_HEADERS_TOO_LARGE);
}
END_TEST

static enum error_code site(const char *method, const char *host, const char *name,
                            const char *value)
{
    start(method);
    add("Host", host);
    if (name != NULL)
        add(name, value);
    (void)guard_check_site(&request, &error);
    return error.code;
}

START_TEST(only_our_hosts_are_served)
{
    static const char *const ours[] = {"localhost",     "LOCALHOST:8420", "127.0.0.1:1",
                                       "[::1]:8420",    "[::1]",          "named.example:80",
                                       "192.0.2.1:8420"};
    static const char *const foreign[] = {"evil.example",    "localhost.evil.example",
                                          "127.0.0.1.x",     "[::1",
                                          "localhost:80:80", "",
                                          "localhost@x",     "localhost:x",
                                          "127.0.0.2"};
    struct config config = test_config;
    char *names[] = {strdup("named.example")};
    config.allowed_hosts = (struct strings){1, names};
    test_service.config = &config;
    test_service.address = "192.0.2.1";
    for (size_t i = 0; i < ARRAY_COUNT(ours); i++)
        ck_assert_msg(site("GET", ours[i], NULL, NULL) == ERROR_NONE, "%s", ours[i]);
    for (size_t i = 0; i < ARRAY_COUNT(foreign); i++)
        ck_assert_msg(site("GET", foreign[i], NULL, NULL) == ERROR_MISDIRECTED, "%s", foreign[i]);
    free(names[0]);
}
END_TEST

START_TEST(foreign_pages_may_read_nothing_and_write_nothing)
{
    const char *host = "localhost:8420";
    ck_assert_int_eq(site("POST", host, "Origin", "http://localhost:8420"), ERROR_NONE);
    ck_assert_int_eq(site("POST", host, "Origin", "http://localhost:3000"), ERROR_FORBIDDEN);
    ck_assert_int_eq(site("POST", host, "Origin", "http://evil.example"), ERROR_FORBIDDEN);
    ck_assert_int_eq(site("DELETE", host, "Origin", "null"), ERROR_FORBIDDEN);
    ck_assert_int_eq(site("PUT", host, "Sec-Fetch-Site", "cross-site"), ERROR_FORBIDDEN);
    ck_assert_int_eq(site("PUT", host, "Sec-Fetch-Site", "same-origin"), ERROR_NONE);
    ck_assert_int_eq(site("GET", host, "Origin", "http://evil.example"), ERROR_NONE);
    ck_assert(!guard_origin_is_listed(&request)); /* so the page cannot read the answer */
}
END_TEST

START_TEST(listed_origins_may_write)
{
    struct config config = test_config;
    char *origins[] = {strdup("http://app.example")};
    config.allowed_origins = (struct strings){1, origins};
    test_service.config = &config;
    ck_assert_int_eq(site("POST", "localhost", "Origin", "http://app.example"), ERROR_NONE);
    ck_assert(guard_origin_is_listed(&request));
    ck_assert_int_eq(site("POST", "localhost", "Origin", "http://app.example.evil"),
                     ERROR_FORBIDDEN);
    free(origins[0]);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_set_up, test_tear_down);
    tcase_add_test(tests, plain_requests_pass);
    tcase_add_test(tests, a_body_is_framed_in_one_way);
    tcase_add_test(tests, http_1_1_has_a_host);
    tcase_add_test(tests, http_1_0_has_no_chunks);
    tcase_add_test(tests, header_names_are_words);
    tcase_add_test(tests, values_have_no_control_bytes);
    tcase_add_test(tests, folded_lines_are_refused);
    tcase_add_test(tests, large_heads_are_refused);
    tcase_add_test(tests, only_our_hosts_are_served);
    tcase_add_test(tests, foreign_pages_may_read_nothing_and_write_nothing);
    tcase_add_test(tests, listed_origins_may_write);
}

int main(void)
{
    return tests_run("guard", add_tests);
}
