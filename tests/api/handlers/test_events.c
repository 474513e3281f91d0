/* Events: streams, pages, long polls. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <string.h>
#include <unistd.h>

static char id[ID_SIZE];
static char target[192];

static const char *events(const char *query)
{
    (void)snprintf(target, sizeof target, "/v1/jobs/%s/events%s", id, query);
    return target;
}

static void set_up(void)
{
    test_open();
    test_upload_table("table");
    test_train("table", id);
}

START_TEST(a_page_has_all_in_order)
{
    json_auto_t *page = test_json(200, "GET", events("?after=0"), NULL);
    const json_t *list = json_object_get(page, "events");
    int64_t last = 0;
    size_t index;
    json_t *event;
    ck_assert_uint_ge(json_array_size(list), 3);
    json_array_foreach((json_t *)(uintptr_t)list, index, event)
    {
        int64_t seq = json_integer_value(json_object_get(event, "seq"));
        ck_assert_int_gt(seq, last);
        last = seq;
        ck_assert(json_is_string(json_object_get(event, "at")));
    }
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "state")),
                     "queued");
    ck_assert_int_eq(json_integer_value(json_object_get(page, "seq")), last);
}
END_TEST

START_TEST(a_stream_tells_the_same_and_ends_with_the_job)
{
    struct reply reply = test_call("GET", events(""), NULL, NULL);
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    bool ended = false;
    ck_assert_str_eq(reply.content_type, "text/event-stream; charset=utf-8");
    for (int i = 0; i < 10 && !ended; i++)
        ck_assert_int_eq(reply.stream.next(reply.stream.context, &text, &ended), 0);
    ck_assert(ended);
    ck_assert_ptr_nonnull(strstr(bytes_text(&text), "event: state\ndata: {"));
    ck_assert_ptr_nonnull(strstr(bytes_text(&text), "\"succeeded\""));
    reply_clear(&reply);
}
END_TEST

START_TEST(a_stream_goes_on_after_the_last_event_that_was_seen)
{
    json_auto_t *page = test_json(200, "GET", events("?after=0"), NULL);
    long long last = json_integer_value(json_object_get(page, "seq"));
    char header[64];
    (void)snprintf(header, sizeof header, "Last-Event-ID: %lld\n", last);
    struct reply done = test_call("GET", events(""), header, NULL);
    ck_assert_int_eq(done.status, 204);
    reply_clear(&done);
    (void)snprintf(header, sizeof header, "Last-Event-ID: %lld\n", last - 1);
    struct reply rest = test_call("GET", events(""), header, NULL);
    struct bytes text AUTO_CLEAR(bytes_clear) = {0};
    bool ended = false;
    ck_assert_int_eq(rest.stream.next(rest.stream.context, &text, &ended), 0);
    ck_assert(strncmp(bytes_text(&text), "id: ", 4) == 0);
    ck_assert_int_eq(atoll(bytes_text(&text) + 4), last);
    reply_clear(&rest);
    test_problem(400, "malformed", "Last-Event-ID", "GET", events(""), "Last-Event-ID: x\n", NULL);
}
END_TEST

START_TEST(a_long_poll_on_a_finished_job_is_answered_at_once)
{
    json_auto_t *page = test_json(200, "GET", events("?after=999999&wait=60"), NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(page, "events")), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(page, "seq")), 999999);
}
END_TEST

START_TEST(a_long_poll_waits_for_what_is_to_come)
{
    json_auto_t *job = test_json(
        202, "POST", "/v1/jobs",
        "{\"dataset\": \"table\", \"target\": \"kind\", \"network\": {\"layers\": [{\"type\": "
        "\"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}, \"training\": "
        "{\"epochs\": 1000000}}");
    (void)snprintf(id, sizeof id, "%s", json_string_value(json_object_get(job, "id")));
    struct reply reply = test_call("GET", events("?after=999999&wait=60"), NULL, NULL);
    ck_assert_uint_gt(reply.wait_until_ns, clock_now_ns() + UINT64_C(50000000000));
    reply_clear(&reply);
    struct reply at_once = test_call("GET", events("?after=999999"), NULL, NULL);
    ck_assert_uint_eq(at_once.wait_until_ns, 0);
    ck_assert_int_eq(at_once.status, 200);
    reply_clear(&at_once);
    test_problem(422, "invalid", "wait", "GET", events("?wait=61"), NULL, NULL);
}
END_TEST

START_TEST(a_long_poll_through_the_server_is_woken_by_the_event)
{
    struct error error = {0};
    struct server *server = server_start(test_service.daemon, &error);
    ck_assert_ok(error);
    char request[320];
    json_auto_t *page = test_json(200, "GET", events("?after=0"), NULL);
    long long last = json_integer_value(json_object_get(page, "seq"));
    json_auto_t *job = test_json(
        202, "POST", "/v1/jobs",
        "{\"dataset\": \"table\", \"target\": \"kind\", \"network\": {\"layers\": [{\"type\": "
        "\"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}, \"training\": "
        "{\"epochs\": 3}}");
    (void)snprintf(id, sizeof id, "%s", json_string_value(json_object_get(job, "id")));
    (void)last;
    uint64_t start = clock_now_ns();
    int connection = test_connect(server_port(server));
    (void)snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", events(""));
    test_send(connection, request, strlen(request));
    AUTO_FREE char *answer = test_receive(connection, 20);
    (void)close(connection);
    ck_assert_ptr_nonnull(strstr(answer, "\"succeeded\""));
    ck_assert_double_lt(clock_since_s(start), 10);
    server_stop(server);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, test_close);
    tcase_add_test(tests, a_page_has_all_in_order);
    tcase_add_test(tests, a_stream_tells_the_same_and_ends_with_the_job);
    tcase_add_test(tests, a_stream_goes_on_after_the_last_event_that_was_seen);
    tcase_add_test(tests, a_long_poll_on_a_finished_job_is_answered_at_once);
    tcase_add_test(tests, a_long_poll_waits_for_what_is_to_come);
    tcase_add_test(tests, a_long_poll_through_the_server_is_woken_by_the_event);
}

int main(void)
{
    return tests_run("events", add_tests);
}
