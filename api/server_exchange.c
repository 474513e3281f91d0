/* The life of a request: head, body, handler (here, on a worker, or again when something happens),
 * answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/dispatch.h"
#include "api/guard.h"
#include "api/keys.h"
#include "api/server_inside.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ---- counts that the stop waits for */

/* Whoever waits has set `stopping` before, so that one of both sees what the other did. */
static void count_down(struct server *server, atomic_int *counter)
{
    atomic_fetch_sub(counter, 1);
    if (!server->service.stopping)
        return;
    pthread_mutex_lock(&server->mutex);
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
}

/* A handler may run: not once the stop has begun to wait for the last of them. */
static bool enter(struct exchange *exchange)
{
    struct server *server = exchange->server;
    atomic_fetch_add(&server->busy_count, 1);
    exchange->is_busy = !server->refusing;
    if (!exchange->is_busy)
        count_down(server, &server->busy_count);
    return exchange->is_busy;
}

static void leave(struct exchange *exchange)
{
    if (exchange->is_busy)
        count_down(exchange->server, &exchange->server->busy_count);
    exchange->is_busy = false;
}

void exchange_suspend(struct exchange *exchange)
{
    atomic_fetch_add(&exchange->server->asleep_count, 1);
    MHD_suspend_connection(exchange->connection);
}

void exchange_resume(struct exchange *exchange)
{
    struct server *server = exchange->server;
    struct loop *loop = exchange->loop;
    MHD_resume_connection(exchange->connection); /* the exchange may be gone from here on */
    loop_wake(loop);
    count_down(server, &server->asleep_count);
}

/* ---- start and end */

/* All zero. One that ended before is warm, and takes no way into the heap. */
static struct exchange *exchange_new(struct loop *loop)
{
    struct exchange *exchange = loop->spare;
    if (exchange == NULL)
        return calloc(1, sizeof *exchange);
    loop->spare = exchange->next;
    memset(exchange, 0, sizeof *exchange);
    return exchange;
}

static void exchange_keep(struct exchange *exchange)
{
    struct loop *loop = exchange->loop;
    exchange->next = loop->spare;
    loop->spare = exchange;
}

void exchanges_free(struct exchange *first)
{
    while (first != NULL) {
        struct exchange *next = first->next;
        free(first);
        first = next;
    }
}

void *exchange_start(void *context, const char *target, struct MHD_Connection *connection)
{
    struct loop *loop = context;
    struct server *server = loop->server;
    struct client *client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    if (client == NULL)
        return NULL;
    struct exchange *exchange = exchange_new(loop);
    if (exchange == NULL)
        return NULL;
    exchange->server = server;
    exchange->loop = loop;
    exchange->client = client;
    exchange->connection = connection;
    exchange->target = target;
    exchange->target_size = strlen(target);
    if (client->served)
        watchdog_expect(client->watched, server->service.config->header_timeout_s);
    if (request_open(&exchange->request, &server->service, "", &exchange->target_error) == 0)
        (void)request_set_target(&exchange->request, target, &exchange->target_error);
    exchange->request.address = client->address;
    atomic_fetch_add(&server->open_count, 1);
    return exchange;
}

static void expect_next_request(struct exchange *exchange)
{
    const struct config *config = exchange->server->service.config;
    exchange->client->served = true;
    watchdog_expect(exchange->client->watched, config->idle_timeout_s + config->header_timeout_s);
}

/* A client that sends its end together with its request waits for ours. The library with epoll does
 * not see such an end: a short read takes it for the last news, and no more come. */
static void notice_end(struct MHD_Connection *connection)
{
    int file = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    char byte;
    if (recv(file, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) == 0)
        (void)shutdown(file, SHUT_RDWR);
}

void exchange_end(void *context, struct MHD_Connection *connection, void **exchange_pointer,
                  enum MHD_RequestTerminationCode why)
{
    struct server *server = ((struct loop *)context)->server;
    struct exchange *exchange = *exchange_pointer;
    if (exchange == NULL)
        return;
    if (why == MHD_REQUEST_TERMINATED_COMPLETED_OK)
        notice_end(connection);
    *exchange_pointer = NULL;
    if (exchange->phase == EXCHANGE_LEFT)
        loop_drop(exchange->loop, exchange);
    leave(exchange);
    if (exchange->counts_as_stream)
        atomic_fetch_sub(&server->service.traffic.streams, 1);
    if (exchange->form != NULL)
        (void)MHD_destroy_post_processor(exchange->form);
    expect_next_request(exchange);
    bytes_clear(&exchange->piece);
    reply_clear(&exchange->reply);
    request_clear(&exchange->request);
    free(exchange->headers);
    exchange_keep(exchange);
    count_down(server, &server->open_count);
}

/* ---- head */

/* The answer to what cannot be trusted, or cannot be served: the connection ends with it. */
static enum MHD_Result refuse(struct exchange *exchange, const struct error *error)
{
    exchange->must_close = true;
    dispatch_refuse(&exchange->request, &exchange->reply, error);
    return exchange_answer(exchange);
}

/* An answer at this point makes the library close the connection, which is right where a body is
 * still to come: it would be read as the next request. Else the answer waits for the next call. */
static enum MHD_Result answer_head(struct exchange *exchange)
{
    exchange->must_close = guard_content_length(&exchange->request) != 0;
    if (exchange->must_close)
        return exchange_answer(exchange);
    exchange->phase = EXCHANGE_REFUSED;
    return MHD_YES;
}

static enum MHD_Result handle_head(struct exchange *exchange, const char *method,
                                   const char *version)
{
    struct error *error = &exchange->target_error;
    watchdog_expect(exchange->client->watched, 0);
    if (exchange_take_head(exchange, method, version, error) != 0 ||
        guard_check_framing(&exchange->request, error) != 0)
        return refuse(exchange, error);
    if (dispatch_head(&exchange->request, &exchange->reply) != 0)
        return answer_head(exchange);
    exchange->phase = EXCHANGE_BODY;
    exchange_body_start(exchange);
    return MHD_YES;
}

/* ---- handler */

static bool take_stream_slot(struct exchange *exchange)
{
    struct server *server = exchange->server;
    int most = (int)(server->service.config->max_connections / 4);
    if (exchange->counts_as_stream || (exchange->request.route->flags & ROUTE_STREAM) == 0)
        return true;
    exchange->counts_as_stream = true;
    return atomic_fetch_add(&server->service.traffic.streams, 1) < (most > 0 ? most : 1);
}

static void wake_waiting(struct wait *wait)
{
    struct exchange *exchange =
        (struct exchange *)(void *)((char *)wait - offsetof(struct exchange, wait));
    exchange->phase = EXCHANGE_WAITED;
    exchange_resume(exchange);
}

static void run_on_worker(struct work *work)
{
    struct exchange *exchange =
        (struct exchange *)(void *)((char *)work - offsetof(struct exchange, work));
    dispatch_run(&exchange->request, &exchange->reply);
    exchange->phase = EXCHANGE_WORKED;
    exchange_resume(exchange);
}

/* Sends what the handler made, or sleeps until there is something to say. */
static enum MHD_Result after_run(struct exchange *exchange, uint64_t happened)
{
    leave(exchange);
    if (exchange->reply.wait_until_ns == 0)
        return exchange_answer(exchange);
    uint64_t until = exchange->reply.wait_until_ns;
    reply_clear(&exchange->reply);
    exchange->wait.wake = wake_waiting;
    exchange_suspend(exchange);
    waits_add(exchange->server->waits, &exchange->wait, happened, until);
    return MHD_YES;
}

static void run_steps(struct exchange *exchange)
{
    struct request *request = &exchange->request;
    dispatch_run_together(&request, 1);
    dispatch_end(request, &exchange->reply);
}

static void run_steps_on_worker(struct work *work)
{
    struct exchange *exchange =
        (struct exchange *)(void *)((char *)work - offsetof(struct exchange, work));
    run_steps(exchange);
    exchange->phase = EXCHANGE_WORKED;
    exchange_resume(exchange);
}

static enum MHD_Result give_to_worker(struct exchange *exchange, void (*work)(struct work *work))
{
    exchange->work.run = work;
    exchange_suspend(exchange);
    workers_add(exchange->server->workers, &exchange->work);
    return MHD_YES;
}

/* What follows the first step comes from a worker, at the end of the turn or at once. */
static enum MHD_Result run_in_steps(struct exchange *exchange)
{
    if (dispatch_begin(&exchange->request, &exchange->reply) != 0)
        return after_run(exchange, 0);
    if (dispatch_is_long(&exchange->request))
        return give_to_worker(exchange, run_steps_on_worker);
    if (loop_gathers(exchange->loop, exchange)) {
        loop_gather(exchange->loop, exchange);
        return MHD_YES;
    }
    run_steps(exchange);
    return after_run(exchange, 0);
}

static enum MHD_Result run(struct exchange *exchange)
{
    struct server *server = exchange->server;
    struct error error = {0};
    uint64_t happened = waits_happened(server->waits);
    if (!enter(exchange)) {
        (void)error_set(&error, ERROR_BUSY, "the service is stopping");
        return refuse(exchange, &error);
    }
    if (!take_stream_slot(exchange)) {
        (void)error_set(&error, ERROR_BUSY,
                        "a quarter of the connections are event streams already");
        return refuse(exchange, &error);
    }
    if (dispatch_is_slow(&exchange->request))
        return give_to_worker(exchange, run_on_worker);
    if (dispatch_has_steps(&exchange->request))
        return run_in_steps(exchange);
    dispatch_run(&exchange->request, &exchange->reply);
    return after_run(exchange, happened);
}

static enum MHD_Result handle_body(struct exchange *exchange, const char *data, size_t *size)
{
    if (*size == 0) {
        exchange_body_end(exchange);
        return run(exchange);
    }
    exchange_body_add(exchange, data, *size);
    *size = 0;
    return body_is_hopeless(&exchange->request.body) ? MHD_NO : MHD_YES;
}

enum MHD_Result exchange_handle(void *context, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **exchange_pointer)
{
    struct exchange *exchange = *exchange_pointer;
    (void)context, (void)connection, (void)url;
    if (exchange == NULL)
        return MHD_NO;
    switch (exchange->phase) {
    case EXCHANGE_HEAD:
        return handle_head(exchange, method, version);
    case EXCHANGE_BODY:
        return handle_body(exchange, data, size);
    case EXCHANGE_REFUSED:
        return exchange_answer(exchange);
    case EXCHANGE_LEFT:
        return MHD_YES;
    case EXCHANGE_WORKED:
        return after_run(exchange, 0);
    case EXCHANGE_WAITED:
        return run(exchange);
    case EXCHANGE_ANSWERED:
        break;
    }
    return MHD_NO;
}
