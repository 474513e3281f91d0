/* The server's loops under many clients: what comes together is run together, and as many events at
 * once as the library looks at hold nothing up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct server *server;
static int port;
static atomic_int most_together;

/* Asked for by these numbers, a run takes until it may end: beside the loops, or in one. */
enum { LONG = 14, HELD = 999 };
static atomic_bool long_may_end, is_held, held_may_end;

/* ---- a route in steps: {"n": 4} to {"twice": 8} */

static int double_begin(struct request *request, struct reply *reply, struct error *error)
{
    json_auto_t *json = request_json(request, error);
    json_int_t *work = calloc(1, sizeof *work);
    (void)reply;
    ck_assert_ptr_nonnull(work);
    request->work = work;
    *work = json_integer_value(json_object_get(json, "n"));
    return *work >= 0 ? 0 : error_set(error, ERROR_INVALID, "n must not be negative");
}

static bool double_is_long(const struct request *request)
{
    return *(const json_int_t *)request->work == LONG;
}

static void double_run(struct request *const *requests, size_t count)
{
    int most = most_together;
    if (double_is_long(requests[0])) {
        ck_assert_uint_eq(count, 1);
        while (!long_may_end)
            usleep(1000);
    }
    if (*(const json_int_t *)requests[0]->work == HELD) {
        is_held = true;
        while (!held_may_end)
            usleep(1000);
    }
    while ((int)count > most && !atomic_compare_exchange_weak(&most_together, &most, (int)count))
        continue;
    for (size_t i = 0; i < count; i++)
        *(json_int_t *)requests[i]->work *= 2;
}

static int double_end(struct request *request, struct reply *reply, struct error *error)
{
    const json_int_t *work = request->work;
    if (*work == 2 * 13)
        return error_set(error, ERROR_BUSY, "not today");
    return reply_json(reply, 200, json_pack("{s:I}", "twice", *work), error);
}

static const struct route_steps double_steps = {.begin = double_begin,
                                                .is_long = double_is_long,
                                                .run = double_run,
                                                .end = double_end,
                                                .free = free};

static const struct route routes[] = {
    {"POST", "/double", .steps = &double_steps, .body_kind = BODY_JSON, .help = "twice"},
    {.method = NULL}};

static void set_up(void)
{
    struct error error = {0};
    test_set_up();
    test_config.max_predict_body = 1 << 20;
    server = server_start_routes(&test_config, NULL, routes, &error);
    ck_assert_ok(error);
    port = server_port(server);
    most_together = 0;
}

static void tear_down(void)
{
    long_may_end = true;
    held_may_end = true;
    server_stop(server);
    test_tear_down();
}

/* ---- clients */

static void ask(int connection, int n)
{
    char body[32], text[160];
    int body_size = snprintf(body, sizeof body, "{\"n\": %d}", n);
    int size = snprintf(text, sizeof text,
                        "POST /double HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s",
                        body_size, body);
    test_send(connection, text, (size_t)size);
}

/* One answer on a connection that stays open: its body is an object without objects inside. */
static void hear(int connection, char *answer, size_t room)
{
    size_t size = 0;
    answer[0] = '\0';
    while (strchr(answer, '}') == NULL) {
        struct pollfd wanted = {.fd = connection, .events = POLLIN};
        ck_assert_msg(poll(&wanted, 1, 5000) == 1, "no answer after 5 s");
        ssize_t got = recv(connection, answer + size, room - size - 1, 0);
        ck_assert_int_gt(got, 0);
        size += (size_t)got;
        answer[size] = '\0';
    }
}

static void check_double(int connection, int n)
{
    char answer[1024], expected[64];
    hear(connection, answer, sizeof answer);
    (void)snprintf(expected, sizeof expected, "\r\n\r\n{\"twice\":%d}", 2 * n);
    ck_assert_msg(strstr(answer, expected) != NULL, "%d: %s", n, answer);
}

/* All ask, then all listen, again and again. */
static void check_rounds(int count, int rounds)
{
    int connections[256];
    for (int i = 0; i < count; i++)
        connections[i] = test_connect(port);
    for (int round = 0; round < rounds; round++) {
        uint64_t start = clock_now_ns();
        for (int i = 0; i < count; i++)
            ask(connections[i], 1000 * round + 20 + i);
        for (int i = 0; i < count; i++)
            check_double(connections[i], 1000 * round + 20 + i);
        ck_assert_double_lt(clock_since_s(start), 5);
    }
    for (int i = 0; i < count; i++)
        (void)close(connections[i]);
}

START_TEST(as_many_events_as_the_library_takes_at_once_do_not_stall)
{
    check_rounds(128, 20);
    check_rounds(256, 20);
}
END_TEST

START_TEST(requests_that_come_together_are_run_together)
{
    check_rounds(64, 30);
    ck_assert_int_gt(most_together, 1);
}
END_TEST

START_TEST(a_lone_client_s_requests_are_run_alone)
{
    int connection = test_connect(port);
    for (int n = 100; n < 400; n++) {
        ask(connection, n);
        check_double(connection, n);
    }
    (void)close(connection);
    ck_assert_int_eq(most_together, 1);
}
END_TEST

START_TEST(long_runs_hold_up_nobody)
{
    enum { COUNT = 4 };
    int connections[COUNT], other = test_connect(port);
    for (int i = 0; i < COUNT; i++) {
        connections[i] = test_connect(port);
        ask(connections[i], LONG);
    }
    for (int n = 100; n < 150; n++) {
        ask(other, n);
        check_double(other, n);
    }
    long_may_end = true;
    for (int i = 0; i < COUNT; i++) {
        check_double(connections[i], LONG);
        (void)close(connections[i]);
    }
    (void)close(other);
}
END_TEST

/* Refused before and after the run, beside others. */
START_TEST(each_request_gets_its_own_error)
{
    enum { COUNT = 32 };
    int connections[COUNT];
    char answer[1024];
    for (int i = 0; i < COUNT; i++)
        connections[i] = test_connect(port);
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < COUNT; i++)
            ask(connections[i], i % 4 == 1 ? -1 : i % 4 == 2 ? 13 : i);
        for (int i = 0; i < COUNT; i++) {
            hear(connections[i], answer, sizeof answer);
            ck_assert_ptr_nonnull(strstr(answer, i % 4 == 1   ? "HTTP/1.1 422"
                                                 : i % 4 == 2 ? "HTTP/1.1 503"
                                                              : "HTTP/1.1 200"));
        }
    }
    for (int i = 0; i < COUNT; i++)
        (void)close(connections[i]);
}
END_TEST

/* With a reset, so that the server sees it at once. */
static void leave(int connection)
{
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(connection, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    (void)close(connection);
}

START_TEST(clients_that_leave_without_their_answer_disturb_nobody)
{
    enum { COUNT = 64 };
    for (int round = 0; round < 30; round++) {
        int connections[COUNT];
        for (int i = 0; i < COUNT; i++)
            connections[i] = test_connect(port);
        for (int i = 0; i < COUNT; i++)
            ask(connections[i], 100 + i);
        for (int i = 0; i < COUNT; i += 2)
            leave(connections[i]);
        for (int i = 1; i < COUNT; i += 2) {
            check_double(connections[i], 100 + i);
            (void)close(connections[i]);
        }
    }
    ck_assert_int_gt(most_together, 1);
}
END_TEST

/* A client that sends its end with its request is not kept waiting for ours. */
START_TEST(an_end_sent_with_the_request_is_answered_with_an_end)
{
    for (int i = 0; i < 20; i++) {
        int connection = test_connect(port);
        uint64_t start = clock_now_ns();
        ask(connection, 100 + i);
        (void)shutdown(connection, SHUT_WR);
        AUTO_FREE char *answer = test_receive(connection, 5);
        ck_assert_ptr_nonnull(strstr(answer, "\"twice\""));
        ck_assert_double_lt(clock_since_s(start), 4);
        (void)close(connection);
    }
}
END_TEST

START_TEST(a_stop_answers_or_refuses_what_is_there)
{
    enum { COUNT = 64 };
    int connections[COUNT];
    for (int i = 0; i < COUNT; i++)
        connections[i] = test_connect(port);
    for (int i = 0; i < COUNT; i++) {
        ask(connections[i], 100 + i);
        check_double(connections[i], 100 + i);
        ask(connections[i], 200 + i);
    }
    server_stop(server);
    server = NULL;
    for (int i = 0; i < COUNT; i++) {
        AUTO_FREE char *answer = test_receive(connections[i], 5);
        ck_assert_msg(answer[0] == '\0' || strstr(answer, "{\"twice\":") != NULL ||
                          strstr(answer, "the service is stopping") != NULL,
                      "%s", answer);
        (void)close(connections[i]);
    }
}
END_TEST

/* Threads that answer take the turn that they are asked for, at once or when they come to it. */
static void await_turns(void)
{
    int tries = 0;
    while (!server_turns(server)) {
        ck_assert_int_lt(tries++, 20000);
        usleep(1000);
    }
}

START_TEST(a_loop_that_does_not_come_back_is_noticed)
{
    await_turns();
    await_turns();
    int connection = test_connect(port);
    ask(connection, HELD);
    while (!is_held)
        usleep(1000);
    (void)server_turns(server); /* of before */
    for (int i = 0; i < 50; i++) {
        usleep(2000);
        ck_assert(!server_turns(server));
    }
    held_may_end = true;
    check_double(connection, HELD);
    await_turns();
    (void)close(connection);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, as_many_events_as_the_library_takes_at_once_do_not_stall);
    tcase_add_test(tests, requests_that_come_together_are_run_together);
    tcase_add_test(tests, a_lone_client_s_requests_are_run_alone);
    tcase_add_test(tests, long_runs_hold_up_nobody);
    tcase_add_test(tests, each_request_gets_its_own_error);
    tcase_add_test(tests, clients_that_leave_without_their_answer_disturb_nobody);
    tcase_add_test(tests, an_end_sent_with_the_request_is_answered_with_an_end);
    tcase_add_test(tests, a_loop_that_does_not_come_back_is_noticed);
    tcase_add_test(tests, a_stop_answers_or_refuses_what_is_there);
}

int main(void)
{
    return tests_run("loops", add_tests);
}
