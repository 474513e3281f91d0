/* The server over real sockets: framing, slow clients, many clients, streams, stopping. Its routes
 * here need no daemon. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <dirent.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: localhost\r\n"

static struct server *server;
static int port;
static atomic_bool slow_may_end;

/* ---- routes */

static int hello(struct request *request, struct reply *reply, struct error *error)
{
    return reply_json(reply, 200, json_pack("{s:s}", "path", request->path), error);
}

static int echo(struct request *request, struct reply *reply, struct error *error)
{
    return reply_json(reply, 200, request_json(request, error), error);
}

static int slow(struct request *request, struct reply *reply, struct error *error)
{
    while (!slow_may_end)
        usleep(1000);
    return hello(request, reply, error);
}

static int large(struct request *request, struct reply *reply, struct error *error)
{
    const size_t size = 32 << 20;
    void *data = bytes_extend(&reply->body, size);
    (void)request;
    reply->content_type = "text/plain";
    if (data != NULL)
        memset(data, 'x', size);
    return bytes_check(&reply->body, error);
}

static int wait_for_end(struct request *request, struct reply *reply, struct error *error)
{
    uint64_t end = request->started_ns + 300000000;
    if (clock_now_ns() >= end || request->service->stopping)
        return hello(request, reply, error);
    reply->wait_until_ns = end;
    return 0;
}

static int next_line(void *context, struct bytes *text, bool *ended)
{
    int *count = context;
    (void)ended;
    if (*count < 3)
        bytes_printf(text, "data: %d\n\n", ++*count);
    return 0;
}

static int stream(struct request *request, struct reply *reply, struct error *error)
{
    int *count = calloc(1, sizeof *count);
    (void)request;
    if (count == NULL)
        return error_set(error, ERROR_MEMORY, "no memory");
    reply->content_type = "text/event-stream";
    reply->stream = (struct reply_stream){.next = next_line, .free = free, .context = count};
    return 0;
}

static bool always(const struct request *request)
{
    (void)request;
    return true;
}

static const struct route routes[] = {
    {"GET", "/", hello, .help = "hello"},
    {"POST", "/echo", echo, .body_kind = BODY_JSON, .help = "the body again"},
    {"POST", "/slow", slow, .body_kind = BODY_JSON, .is_slow = always, .help = "takes long"},
    {"GET", "/large", large, .help = "32 MiB"},
    {"GET", "/wait", wait_for_end, .flags = ROUTE_STREAM, .help = "waits"},
    {"GET", "/stream", stream, .flags = ROUTE_STREAM, .help = "streams"},
    {.method = NULL}};

static void set_up(void)
{
    struct error error = {0};
    test_set_up();
    test_config.header_timeout_s = 1;
    test_config.stall_timeout_s = 1;
    test_config.max_predict_body = 1 << 20;
    server = server_start_routes(&test_config, NULL, routes, &error);
    ck_assert_ok(error);
    port = server_port(server);
}

static void tear_down(void)
{
    slow_may_end = true;
    server_stop(server);
    test_tear_down();
}

static int status_of(const char *text)
{
    return test_exchange(port, text, strlen(text));
}

/* The answer to one request on a connection that stays open. */
static char *ask(int connection, const char *text, double seconds)
{
    test_send(connection, text, strlen(text));
    return test_receive(connection, seconds);
}

/* ---- framing */

START_TEST(requests_that_could_be_read_in_two_ways_are_refused)
{
    static const struct {
        int status;
        const char *text;
    } cases[] = {
        {200, "GET / HTTP/1.1\r\n" HOST "\r\n"},
        {200, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}"},
        {200,
         "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"},
        {400, "POST /echo HTTP/1.1\r\n" HOST
              "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n"},
        {400, "GET / HTTP/1.1\r\n\r\n"},
        {400, "POST /echo HTTP/1.1\r\n" HOST "Content-Length : 2\r\n\r\n{}"},
        {400, "POST /echo HTTP/1.1\r\n" HOST "Content: 2\r\n -Length\r\n\r\n{}"},
        {400, "GET / HTTP/1.1\r\n" HOST "X-Long: a\r\n b\r\n\r\n"},
        {400,
         "POST /echo HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
        {400,
         "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n"},
        {501, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n{}"},
        {400, "GET /%2e%2e/ HTTP/1.1\r\n" HOST "\r\n"},
        {400, "GET /%00 HTTP/1.1\r\n" HOST "\r\n"},
        {400, "GET http://localhost/ HTTP/1.1\r\n" HOST "\r\n"},
        {421, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"},
        {403, "POST /echo HTTP/1.1\r\n" HOST
              "Origin: http://evil.example\r\nContent-Length: 2\r\n\r\n{}"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int status = status_of(cases[i].text);
        ck_assert_msg(status == cases[i].status, "%d and not %d for %s", status, cases[i].status,
                      cases[i].text);
    }
}
END_TEST

START_TEST(a_nul_hides_nothing)
{
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
#define RAW(text) {text, sizeof(text) - 1}
        RAW("GET\0 / HTTP/1.1\r\n" HOST "\r\n"), RAW("GET /\0a HTTP/1.1\r\n" HOST "\r\n"),
        RAW("GET / HTTP/1.1\0\r\n" HOST "\r\n"), RAW("GET / HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n"),
        RAW("GET / HTTP/1.1\r\n" HOST "X\0Y: a\r\n\r\n")};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++)
        ck_assert_msg(test_exchange(port, cases[i].text, cases[i].size) == 400, "case %zu", i);
}
END_TEST

START_TEST(sizes_have_limits)
{
    static char text[40000];
    char *end = text + sprintf(text, "GET /");
    memset(end, 'a', 3000);
    (void)sprintf(end + 3000, " HTTP/1.1\r\n" HOST "\r\n");
    ck_assert_int_eq(status_of(text), 414);
    end = text + sprintf(text, "GET / HTTP/1.1\r\n" HOST "X: ");
    memset(end, 'a', 20000);
    (void)sprintf(end + 20000, "\r\n\r\n");
    ck_assert_int_eq(status_of(text), 431);
    ck_assert_int_eq(status_of("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n{}"),
                     413);
}
END_TEST

START_TEST(a_refused_body_is_never_read_as_a_request)
{
    int connection = test_connect(port);
    AUTO_FREE char *answer = ask(connection,
                                 "PUT /nowhere HTTP/1.1\r\n" HOST
                                 "Content-Length: 36\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
                                 3);
    (void)close(connection);
    ck_assert_ptr_nonnull(strstr(answer, "404 Not Found"));
    ck_assert_ptr_nonnull(strstr(answer, "Connection: close"));
    ck_assert_ptr_null(strstr(answer, "200 OK"));
}
END_TEST

START_TEST(a_refused_request_without_body_keeps_the_connection)
{
    int connection = test_connect(port);
    AUTO_FREE char *first = ask(connection, "GET /nowhere HTTP/1.1\r\n" HOST "\r\n", 0.3);
    AUTO_FREE char *second = ask(connection, "GET / HTTP/1.1\r\n" HOST "\r\n", 0.3);
    (void)close(connection);
    ck_assert_ptr_nonnull(strstr(first, "404 Not Found"));
    ck_assert_ptr_nonnull(strstr(second, "200 OK"));
}
END_TEST

START_TEST(refusals_come_before_the_body)
{
    int connection = test_connect(port);
    AUTO_FREE char *answer = ask(connection,
                                 "POST /echo HTTP/1.1\r\n" HOST
                                 "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n",
                                 2);
    (void)close(connection);
    ck_assert_ptr_null(strstr(answer, "100 Continue"));
    ck_assert_ptr_nonnull(strstr(answer, "413"));
}
END_TEST

/* ---- collections of malformed requests */

static int check_folder(const char *folder)
{
    static char data[1 << 16];
    DIR *entries = opendir(folder);
    int count = 0;
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = entry->d_name[0] != '.' ? fopen(path, "rb") : NULL;
        if (file == NULL)
            continue;
        size_t size = fread(data, 1, sizeof data, file);
        (void)fclose(file);
        int status = test_exchange(port, data, size);
        ck_assert_msg(status == 0 || status >= 400, "%s: %d", path, status);
        ck_assert_int_eq(status_of("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
        count++;
    }
    if (entries != NULL)
        (void)closedir(entries);
    return count;
}

START_TEST(malformed_requests_are_refused_and_the_server_goes_on)
{
    ck_assert_int_gt(check_folder(TEST_DATA "/invalid/http"), 5);
    (void)check_folder(TEST_DATA "/../../../shared/data/http_requests/invalid");
}
END_TEST

/* ---- time */

START_TEST(slow_heads_are_cut)
{
    int connection = test_connect(port);
    uint64_t start = clock_now_ns();
    test_send(connection, "GET / HTTP/1.1\r\n", 16);
    AUTO_FREE char *answer = test_receive(connection, 5);
    (void)close(connection);
    ck_assert_str_eq(answer, "");
    ck_assert_double_lt(clock_since_s(start), 4);
}
END_TEST

START_TEST(readers_that_stall_are_cut)
{
    int connection = test_connect(port);
    test_send(connection, "GET /large HTTP/1.1\r\n" HOST "\r\n", 40);
    usleep(4000000); /* two windows of a second, and more for a loaded machine */
    AUTO_FREE char *answer = test_receive(connection, 10);
    (void)close(connection);
    ck_assert_uint_gt(strlen(answer), 0);
    ck_assert_uint_lt(strlen(answer), 32 << 20);
}
END_TEST

START_TEST(large_answers_arrive_whole)
{
    int connection = test_connect(port);
    AUTO_FREE char *answer =
        ask(connection, "GET /large HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 10);
    (void)close(connection);
    const char *body = strstr(answer, "\r\n\r\n");
    ck_assert_ptr_nonnull(body);
    ck_assert_uint_eq(strlen(body + 4), 32 << 20);
}
END_TEST

START_TEST(slow_handlers_hold_up_nobody)
{
    int connections[8];
    const char *text =
        "POST /slow HTTP/1.1\r\n" HOST "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
    for (int i = 0; i < 8; i++) {
        connections[i] = test_connect(port);
        test_send(connections[i], text, strlen(text));
    }
    usleep(50000);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(status_of("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    slow_may_end = true;
    for (int i = 0; i < 8; i++) {
        AUTO_FREE char *answer = test_receive(connections[i], 5);
        ck_assert_ptr_nonnull(strstr(answer, "200 OK"));
        (void)close(connections[i]);
    }
}
END_TEST

START_TEST(idle_connections_hold_up_nobody)
{
    enum { IDLE = 400 };
    int connections[IDLE];
    for (int i = 0; i < IDLE; i++)
        connections[i] = test_connect(port);
    uint64_t start = clock_now_ns();
    ck_assert_int_eq(status_of("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    ck_assert_double_lt(clock_since_s(start), 1);
    for (int i = 0; i < IDLE; i++)
        (void)close(connections[i]);
}
END_TEST

/* ---- streams, long polls, the stop */

START_TEST(a_stream_gives_what_there_is_and_stays_open)
{
    int connection = test_connect(port);
    AUTO_FREE char *answer = ask(connection, "GET /stream HTTP/1.1\r\n" HOST "\r\n", 1.5);
    ck_assert_ptr_nonnull(strstr(answer, "data: 1\n\n"));
    ck_assert_ptr_nonnull(strstr(answer, "data: 3\n\n"));
    ck_assert_ptr_null(strstr(answer, "\r\n0\r\n"));
    (void)close(connection);
}
END_TEST

START_TEST(a_long_poll_is_answered_when_its_time_is_over)
{
    uint64_t start = clock_now_ns();
    int connection = test_connect(port);
    AUTO_FREE char *answer =
        ask(connection, "GET /wait HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 5);
    (void)close(connection);
    ck_assert_ptr_nonnull(strstr(answer, "200 OK"));
    ck_assert_double_ge(clock_since_s(start), 0.29);
    ck_assert_double_lt(clock_since_s(start), 3);
}
END_TEST

START_TEST(streams_are_at_most_a_quarter_of_the_connections)
{
    enum { MOST = 128 };
    int connections[MOST];
    for (int i = 0; i < MOST; i++) {
        connections[i] = test_connect(port);
        test_send(connections[i], "GET /stream HTTP/1.1\r\n" HOST "\r\n", 41);
    }
    AUTO_FREE char *last = test_receive(connections[MOST - 1], 0.5);
    ck_assert_ptr_nonnull(strstr(last, "200 OK"));
    ck_assert_int_eq(status_of("GET /stream HTTP/1.1\r\n" HOST "\r\n"), 503);
    for (int i = 0; i < MOST; i++)
        (void)close(connections[i]);
}
END_TEST

START_TEST(a_stop_ends_streams_and_waits_for_handlers)
{
    int streaming = test_connect(port), working = test_connect(port), idle = test_connect(port);
    const char *text =
        "POST /slow HTTP/1.1\r\n" HOST "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
    test_send(streaming, "GET /stream HTTP/1.1\r\n" HOST "\r\n", 41);
    test_send(working, text, strlen(text));
    usleep(100000);
    slow_may_end = true;
    uint64_t start = clock_now_ns();
    server_stop(server);
    server = NULL;
    ck_assert_double_lt(clock_since_s(start), 4);
    AUTO_FREE char *streamed = test_receive(streaming, 1), *worked = test_receive(working, 1);
    ck_assert_ptr_nonnull(strstr(streamed, "\r\n0\r\n"));
    ck_assert_ptr_nonnull(strstr(worked, "200 OK"));
    (void)close(streaming);
    (void)close(working);
    (void)close(idle);
}
END_TEST

START_TEST(an_address_that_is_taken_is_an_error)
{
    struct error error = {0};
    struct config config = test_config;
    char address[64];
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", port);
    config.listen = address;
    ck_assert_ptr_null(server_start_routes(&config, NULL, routes, &error));
    ck_assert_int_eq(error.code, ERROR_IO);
    char nonsense[] = "nonsense";
    error = (struct error){0};
    config.listen = nonsense;
    ck_assert_ptr_null(server_start_routes(&config, NULL, routes, &error));
    ck_assert_int_eq(error.code, ERROR_INVALID);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, requests_that_could_be_read_in_two_ways_are_refused);
    tcase_add_test(tests, a_nul_hides_nothing);
    tcase_add_test(tests, sizes_have_limits);
    tcase_add_test(tests, a_refused_body_is_never_read_as_a_request);
    tcase_add_test(tests, a_refused_request_without_body_keeps_the_connection);
    tcase_add_test(tests, refusals_come_before_the_body);
    tcase_add_test(tests, malformed_requests_are_refused_and_the_server_goes_on);
    tcase_add_test(tests, slow_heads_are_cut);
    tcase_add_test(tests, readers_that_stall_are_cut);
    tcase_add_test(tests, large_answers_arrive_whole);
    tcase_add_test(tests, slow_handlers_hold_up_nobody);
    tcase_add_test(tests, idle_connections_hold_up_nobody);
    tcase_add_test(tests, a_stream_gives_what_there_is_and_stays_open);
    tcase_add_test(tests, a_long_poll_is_answered_when_its_time_is_over);
    tcase_add_test(tests, streams_are_at_most_a_quarter_of_the_connections);
    tcase_add_test(tests, a_stop_ends_streams_and_waits_for_handlers);
    tcase_add_test(tests, an_address_that_is_taken_is_an_error);
}

int main(void)
{
    return tests_run("server", add_tests);
}
