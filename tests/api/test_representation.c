/* Conditions, ranges and codings of an answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/representation.h"
#include "tests/api/support.h"

#include <string.h>

/* One answer of `size` bytes and a request with one header more. */
static struct reply answer(const char *method, const char *type, size_t size, bool takes_ranges,
                           const char *name, const char *value)
{
    static const struct route route = {.flags = ROUTE_RANGES};
    const struct header header = {.name = name,
                                  .value = value,
                                  .name_size = name != NULL ? strlen(name) : 0,
                                  .value_size = name != NULL ? strlen(value) : 0};
    const struct request request = {.service = &test_service,
                                    .route = &route,
                                    .method = method,
                                    .headers = &header,
                                    .header_count = name != NULL};
    struct reply reply = {.status = 200, .content_type = type, .takes_ranges = takes_ranges};
    for (size_t i = 0; i < size; i++)
        bytes_append_u8(&reply.body, (uint8_t)('a' + i % 20));
    reply_finish(&reply, &request);
    return reply;
}

static void check_range(const char *range, int status, const char *content_range, size_t size)
{
    struct reply reply = answer("GET", "image/png", 100, true, "Range", range);
    ck_assert_msg(reply.status == status, "%s: %d", range, reply.status);
    const char *found = reply_header_value(&reply, "Content-Range");
    ck_assert_msg(content_range != NULL ? found != NULL && strcmp(found, content_range) == 0
                                        : found == NULL,
                  "%s: %s", range, found != NULL ? found : "none");
    ck_assert_str_eq(reply_header_value(&reply, "Accept-Ranges"), "bytes");
    if (status != 416)
        ck_assert_uint_eq(reply.body.size - reply.body_start, size);
    reply_clear(&reply);
}

START_TEST(a_range_is_a_piece)
{
    check_range("bytes=0-0", 206, "bytes 0-0/100", 1);
    check_range("bytes=10-19", 206, "bytes 10-19/100", 10);
    check_range("bytes=90-", 206, "bytes 90-99/100", 10);
    check_range("bytes=-5", 206, "bytes 95-99/100", 5);
    check_range("bytes=-500", 206, "bytes 0-99/100", 100);
    check_range("BYTES= 50-99999999999999999999999 ", 206, "bytes 50-99/100", 50);
}
END_TEST

START_TEST(a_range_outside_is_refused_with_the_size)
{
    check_range("bytes=100-", 416, "bytes */100", 0);
    check_range("bytes=99999999999999999999999-", 416, "bytes */100", 0);
    check_range("bytes=-0", 416, "bytes */100", 0);
}
END_TEST

START_TEST(what_is_no_single_range_gets_the_whole)
{
    static const char *const ranges[] = {"bytes=5-2",  "bytes=",    "bytes=-",
                                         "bytes=a-b",  "lines=1-2", "bytes=1-2,4-5",
                                         "bytes=1-2x", "bytes 1-2", ""};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        check_range(ranges[i], 200, NULL, 100);
    struct reply head = answer("HEAD", "image/png", 100, true, "Range", "bytes=0-1");
    ck_assert_int_eq(head.status, 200);
    reply_clear(&head);
}
END_TEST

START_TEST(a_piece_fits_only_what_it_was_cut_from)
{
    struct reply whole = answer("GET", "image/png", 100, true, NULL, NULL);
    const char *etag = reply_header_value(&whole, "ETag");
    const struct {
        const char *if_range;
        int status;
    } cases[] = {{etag, 206}, {"\"other\"", 200}, {"Thu, 26 Nov 2026 00:00:00 GMT", 200}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const struct route route = {.flags = ROUTE_RANGES};
        const struct header headers[] = {
            {.name = "Range", .value = "bytes=5-", .name_size = 5},
            {.name = "If-Range", .value = cases[i].if_range, .name_size = 8}};
        const struct request request = {.service = &test_service,
                                        .route = &route,
                                        .method = "GET",
                                        .headers = headers,
                                        .header_count = 2};
        struct reply reply = {.status = 200, .content_type = "image/png", .takes_ranges = true};
        bytes_append(&reply.body, whole.body.data, whole.body.size);
        reply_finish(&reply, &request);
        ck_assert_msg(reply.status == cases[i].status, "%s", cases[i].if_range);
        reply_clear(&reply);
    }
    reply_clear(&whole);
}
END_TEST

static void check_coding(const char *type, size_t size, const char *accepted, const char *coding)
{
    struct reply plain = answer("GET", type, size, false, NULL, NULL);
    struct reply reply = answer("GET", type, size, false, "Accept-Encoding", accepted);
    const char *found = reply_header_value(&reply, "Content-Encoding");
    ck_assert_msg(coding != NULL ? found != NULL && strcmp(found, coding) == 0 : found == NULL,
                  "%s, %s", type, accepted);
    const char *tag = reply_header_value(&reply, "ETag");
    bool same = strcmp(tag, reply_header_value(&plain, "ETag")) == 0;
    ck_assert_msg(same == (coding == NULL), "%s", tag);
    reply_clear(&plain);
    reply_clear(&reply);
}

START_TEST(text_is_packed_where_it_is_asked_for_and_worth_it)
{
    check_coding("application/json", 5000, "gzip", "gzip");
    check_coding("text/csv; charset=utf-8", 5000, "br, gzip;q=0.2", "gzip");
    check_coding("text/html", 5000, "deflate", "deflate");
    check_coding("text/html", 5000, "*", "gzip");
    check_coding("text/html", 5000, "gzip;q=0", NULL);
    check_coding("text/html", 5000, "br", NULL);
    check_coding("text/html", 500, "gzip", NULL);
    check_coding("image/png", 5000, "gzip", NULL);
}
END_TEST

START_TEST(what_could_be_packed_says_that_it_varies)
{
    struct reply text = answer("GET", "text/html", 10, false, NULL, NULL);
    ck_assert_str_eq(reply_header_value(&text, "Vary"), "Accept-Encoding");
    struct reply image = answer("GET", "image/png", 10, false, NULL, NULL);
    ck_assert_ptr_null(reply_header_value(&image, "Vary"));
    reply_clear(&text);
    reply_clear(&image);
}
END_TEST

static bool finds(const char *header, const char *list)
{
    const struct header only = {.name = header, .value = list, .name_size = strlen(header)};
    const struct request request = {.headers = &only, .header_count = 1};
    size_t size;
    return representation_find_tag(&request, header, "\"a\"", &size) != NULL;
}

START_TEST(tags_are_found_in_lists_in_all_their_forms)
{
    ck_assert(finds("If-None-Match", "\"a\""));
    ck_assert(finds("If-None-Match", "\"b\", W/\"a\""));
    ck_assert(finds("If-None-Match", "*"));
    ck_assert(finds("If-None-Match", "\"a-gzip\""));
    ck_assert(finds("If-None-Match", "W/\"a-pretty-deflate\""));
    ck_assert(finds("If-Match", "\"x\",\"a-pretty\""));
    ck_assert(!finds("If-None-Match", "\"ab\""));
    ck_assert(!finds("If-None-Match", "\"a-gzip"));
    ck_assert(!finds("If-None-Match", "\"a-gzip-pretty\""));
    ck_assert(!finds("If-None-Match", ""));
    ck_assert(!finds("If-None-Match", "a"));
    ck_assert(!finds("If-Match", "W/\"a\""));
}
END_TEST

START_TEST(not_modified_has_no_body_and_tells_no_length)
{
    struct reply whole = answer("GET", "text/html", 5000, false, NULL, NULL);
    struct reply same = answer("GET", "text/html", 5000, false, "If-None-Match",
                               reply_header_value(&whole, "ETag"));
    ck_assert_int_eq(same.status, 304);
    ck_assert_uint_eq(same.body.size, 0);
    ck_assert_uint_eq(same.unsent_size, 0);
    ck_assert_str_eq(reply_header_value(&same, "ETag"), reply_header_value(&whole, "ETag"));
    ck_assert_str_eq(reply_header_value(&same, "Vary"), "Accept-Encoding");
    reply_clear(&whole);
    reply_clear(&same);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_checked_fixture(tests, test_set_up, test_tear_down);
    tcase_add_test(tests, a_range_is_a_piece);
    tcase_add_test(tests, a_range_outside_is_refused_with_the_size);
    tcase_add_test(tests, what_is_no_single_range_gets_the_whole);
    tcase_add_test(tests, a_piece_fits_only_what_it_was_cut_from);
    tcase_add_test(tests, text_is_packed_where_it_is_asked_for_and_worth_it);
    tcase_add_test(tests, what_could_be_packed_says_that_it_varies);
    tcase_add_test(tests, tags_are_found_in_lists_in_all_their_forms);
    tcase_add_test(tests, not_modified_has_no_body_and_tells_no_length);
}

int main(void)
{
    return tests_run("representation", add_tests);
}
