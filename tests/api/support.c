/* What the tests of the api share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/api/support.h"
#include "api/attempts.h"
#include "api/etags.h"
#include "api/keys.h"
#include "api/sessions.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct config test_config;
struct service test_service;
static struct keys *keys;
static char folder[64];

void test_set_up(void)
{
    struct error error = {0};
    log_set_level(LOG_LEVEL_OFF);
    ck_assert_int_eq(fields_default(&config_kind, &test_config, &error), 0);
    free(test_config.listen);
    test_config.listen = strdup("127.0.0.1:0");
    test_config.cores = 2;
    test_service = (struct service){.config = &test_config,
                                    .routes = api_routes,
                                    .budget.most = 1 << 24,
                                    .started_ns = clock_now_ns()};
}

void test_tear_down(void)
{
    config_clear(&test_config);
}

void test_open(void)
{
    struct error error = {0};
    test_set_up();
    (void)snprintf(folder, sizeof folder, "/tmp/propd-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    free(test_config.data);
    test_config.data = strdup(folder);
    test_service.daemon = daemon_start(&test_config, &error);
    ck_assert_ok(error);
    keys = keys_create(&error);
    test_service.keys = keys;
    test_service.attempts = attempts_create(&error);
    test_service.sessions = sessions_create(&error);
    ck_assert_ok(error);
    test_service.etags = etags_create(&error);
}

void test_close(void)
{
    char command[96];
    daemon_stop(test_service.daemon);
    keys_free(keys);
    attempts_free(test_service.attempts);
    sessions_free(test_service.sessions);
    etags_free(test_service.etags);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq(system(command), 0);
    test_tear_down();
}

/* Cuts lines up in place. */
static size_t read_headers(char *lines, struct header *headers, size_t max)
{
    size_t count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\n", &rest); line != NULL && count < max;
         line = strtok_r(NULL, "\n", &rest)) {
        char *value = strstr(line, ": ");
        ck_assert_ptr_nonnull(value);
        *value = '\0';
        value += 2;
        headers[count++] = (struct header){
            .name = line, .value = value, .name_size = strlen(line), .value_size = strlen(value)};
    }
    return count;
}

struct reply test_call(const char *method, const char *target, const char *headers,
                       const char *body)
{
    struct request request;
    struct reply reply = {0};
    struct error error = {0};
    struct header list[16];
    AUTO_FREE char *lines = strdup(headers != NULL ? headers : "");
    ck_assert_int_eq(request_open(&request, &test_service, method, &error), 0);
    request.headers = list;
    request.header_count = read_headers(lines, list, ARRAY_COUNT(list));
    if (request_set_target(&request, target, &error) != 0)
        dispatch_refuse(&request, &reply, &error);
    else
        dispatch(&request, body, body != NULL ? strlen(body) : 0, &reply);
    request_clear(&request);
    return reply;
}

static json_t *reply_body(const struct reply *reply)
{
    struct error error = {0};
    if (reply->body.size == 0)
        return NULL;
    return fields_parse((const char *)reply->body.data, reply->body.size, &error);
}

json_t *test_json(int status, const char *method, const char *target, const char *body)
{
    struct reply reply = test_call(method, target, NULL, body);
    ck_assert_msg(reply.status == status, "%s %s: %d %.*s", method, target, reply.status,
                  (int)reply.body.size, (const char *)reply.body.data);
    json_t *json = reply_body(&reply);
    reply_clear(&reply);
    return json;
}

void test_problem(int status, const char *code, const char *words, const char *method,
                  const char *target, const char *headers, const char *body)
{
    struct reply reply = test_call(method, target, headers, body);
    json_auto_t *json = reply_body(&reply);
    ck_assert_msg(reply.status == status, "%s %s: %d %.*s", method, target, reply.status,
                  (int)reply.body.size, (const char *)reply.body.data);
    ck_assert_str_eq(reply.content_type, "application/problem+json");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "status")), status);
    ck_assert_str_eq(json_string_value(json_object_get(json, "code")), code);
    const char *detail = json_string_value(json_object_get(json, "detail"));
    ck_assert_msg(strstr(detail, words) != NULL, "\"%s\" lacks \"%s\"", detail, words);
    reply_clear(&reply);
}

/* ---- things to work with */

void test_upload_table(const char *name)
{
    struct bytes table AUTO_CLEAR(bytes_clear) = {0};
    char target[128];
    bytes_printf(&table, "x,y,kind\n");
    for (int i = 0; i < 60; i++)
        bytes_printf(&table, "%d.5,%d,%s\n", i % 7 + (i % 2) * 10, i % 5, i % 2 ? "far" : "near");
    (void)snprintf(target, sizeof target, "/v1/datasets/%s", name);
    json_auto_t *answer = test_json(201, "PUT", target, bytes_text(&table));
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "rows")), 60);
}

void test_wait_finished(const char *id)
{
    char target[128];
    (void)snprintf(target, sizeof target, "/v1/jobs/%s", id);
    for (int i = 0; i < 3000; i++) {
        json_auto_t *job = test_json(200, "GET", target, NULL);
        if (!json_is_null(json_object_get(job, "finished_at")))
            return;
        usleep(10000);
    }
    ck_abort_msg("%s has not ended", id);
}

void test_train(const char *dataset, char id[ID_SIZE])
{
    char document[512];
    (void)snprintf(
        document, sizeof document,
        "{\"dataset\": \"%s\", \"target\": \"kind\", \"network\": {\"layers\": [{\"type\": "
        "\"dense\", \"units\": \"auto\", \"activation\": \"softmax\"}]}, \"training\": "
        "{\"epochs\": 5}}",
        dataset);
    json_auto_t *job = test_json(202, "POST", "/v1/jobs", document);
    (void)snprintf(id, ID_SIZE, "%s", json_string_value(json_object_get(job, "id")));
    test_wait_finished(id);
}

/* ---- sockets */

int test_connect(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(connection, 0);
    ck_assert_int_eq(connect(connection, (struct sockaddr *)&address, sizeof address), 0);
    return connection;
}

void test_send(int connection, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(connection, data, size, MSG_NOSIGNAL);
        if (sent < 0)
            return; /* the server has closed: what it said can still be read */
        data += sent;
        size -= (size_t)sent;
    }
}

char *test_receive(int connection, double seconds)
{
    struct bytes answer = {0};
    uint64_t start = clock_now_ns();
    char block[4096];
    for (double left = seconds; left > 0; left = seconds - clock_since_s(start)) {
        struct pollfd wanted = {.fd = connection, .events = POLLIN};
        if (poll(&wanted, 1, (int)(left * 1000) + 1) <= 0)
            break;
        ssize_t size = recv(connection, block, sizeof block, 0);
        if (size <= 0)
            break;
        bytes_append(&answer, block, (size_t)size);
    }
    ck_assert_ptr_nonnull(bytes_text(&answer));
    return (char *)answer.data;
}

int test_exchange(int port, const char *data, size_t size)
{
    int status = 0, connection = test_connect(port);
    test_send(connection, data, size);
    (void)shutdown(connection, SHUT_WR);
    AUTO_FREE char *answer = test_receive(connection, 5);
    (void)close(connection);
    return sscanf(answer, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}
