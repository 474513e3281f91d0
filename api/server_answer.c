/* Replies on their way out: small ones from memory at once, large ones by blocks so that the
 * watchdog sees them move, streams as events come. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/access.h"
#include "api/server_inside.h"
#include "base/clock.h"
#include "base/log.h"

#include <string.h>

enum { BLOCK_SIZE = 32 << 10, SMALL_SIZE = 64 << 10, STREAM_BLOCK_SIZE = 16 << 10 };
static const uint64_t heartbeat_every_ns = UINT64_C(15000000000);
static const char heartbeat[] = ": still here\n\n";

static ssize_t read_body(void *context, uint64_t position, char *buffer, size_t max)
{
    struct exchange *exchange = context;
    const struct bytes *body = &exchange->reply.body;
    size_t start = exchange->reply.body_start + (size_t)position;
    size_t size = body->size - start;
    if (size > max)
        size = max;
    memcpy(buffer, body->data + start, size);
    watchdog_moved(exchange->client->watched, (int64_t)size);
    return (ssize_t)size;
}

/* The library takes the size of what it does not send, and would end the connection if it did. */
static ssize_t read_nothing(void *context, uint64_t position, char *buffer, size_t max)
{
    (void)context, (void)position, (void)buffer, (void)max;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void wake_stream(struct wait *wait)
{
    struct exchange *exchange =
        (struct exchange *)(void *)((char *)wait - offsetof(struct exchange, wait));
    exchange_resume(exchange);
}

/* Fills the empty piece; false: nothing to send now. -1 in *result ends the stream. */
static bool next_piece(struct exchange *exchange, bool *failed)
{
    const struct reply_stream *stream = &exchange->reply.stream;
    uint64_t now = clock_now_ns();
    exchange->piece.size = 0;
    exchange->piece_at = 0;
    *failed = stream->next(stream->context, &exchange->piece, &exchange->stream_ended) != 0;
    if (!*failed && exchange->piece.size == 0 && !exchange->stream_ended &&
        now >= exchange->heartbeat_ns)
        bytes_append(&exchange->piece, heartbeat, strlen(heartbeat));
    *failed = *failed || exchange->piece.failed;
    if (exchange->piece.size > 0)
        exchange->heartbeat_ns = now + heartbeat_every_ns;
    return exchange->piece.size > 0;
}

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t max)
{
    struct exchange *exchange = context;
    struct server *server = exchange->server;
    bool failed = false;
    (void)position;
    if (exchange->piece_at == exchange->piece.size) {
        uint64_t happened = waits_happened(server->waits);
        if (exchange->stream_ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (server->service.stopping || !access_lasts(&exchange->request))
            return exchange->reply.stream.is_file ? MHD_CONTENT_READER_END_WITH_ERROR
                                                  : MHD_CONTENT_READER_END_OF_STREAM;
        if (!next_piece(exchange, &failed) && !failed) {
            if (exchange->stream_ended)
                return MHD_CONTENT_READER_END_OF_STREAM;
            exchange->wait.wake = wake_stream;
            exchange_suspend(exchange);
            waits_add(server->waits, &exchange->wait, happened, exchange->heartbeat_ns);
            return 0; /* only ever while suspended: else the library would ask again at once */
        }
        if (failed)
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t size = exchange->piece.size - exchange->piece_at;
    if (size > max)
        size = max;
    memcpy(buffer, exchange->piece.data + exchange->piece_at, size);
    exchange->piece_at += size;
    if (exchange->reply.stream.is_file)
        watchdog_moved(exchange->client->watched, (int64_t)size);
    return (ssize_t)size;
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    struct server *server = exchange->server;
    double stall = server->service.config->stall_timeout_s;
    if (reply->stream.context != NULL) {
        exchange->heartbeat_ns = clock_now_ns() + heartbeat_every_ns;
        watchdog_expect_flow(exchange->client->watched, reply->stream.is_file ? stall : 0,
                             reply->stream.is_file ? BLOCK_SIZE : 0);
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_SIZE, read_stream,
                                                 exchange, NULL);
    }
    uint64_t size = reply->body.size - reply->body_start;
    if (reply->unsent_size > 0) {
        watchdog_expect(exchange->client->watched, stall);
        return MHD_create_response_from_callback(reply->unsent_size, BLOCK_SIZE, read_nothing, NULL,
                                                 NULL);
    }
    if (size > SMALL_SIZE) {
        watchdog_expect_flow(exchange->client->watched, stall, BLOCK_SIZE);
        return MHD_create_response_from_callback(size, BLOCK_SIZE, read_body, exchange, NULL);
    }
    watchdog_expect(exchange->client->watched, stall);
    return MHD_create_response_from_buffer(
        size, size > 0 ? reply->body.data + reply->body_start : NULL, MHD_RESPMEM_PERSISTENT);
}

static bool add_headers(const struct exchange *exchange, struct MHD_Response *response)
{
    const struct reply *reply = &exchange->reply;
    bool added = true;
    for (int i = 0; i < reply->header_count; i++)
        added &= MHD_add_response_header(response, reply->headers[i].name,
                                         reply->headers[i].value) == MHD_YES;
    if (reply->content_type != NULL &&
        (reply->status == 200 || reply->body.size > 0 || reply->unsent_size > 0))
        added &= MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                         reply->content_type) == MHD_YES;
    if (exchange->must_close || exchange->server->service.stopping)
        added &= MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;
    return added;
}

enum MHD_Result exchange_answer(struct exchange *exchange)
{
    exchange->phase = EXCHANGE_ANSWERED;
    traffic_count(&exchange->server->service.traffic, &exchange->request, exchange->reply.status);
    struct MHD_Response *response = make_response(exchange);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (add_headers(exchange, response))
        result =
            MHD_queue_response(exchange->connection, (unsigned)exchange->reply.status, response);
    MHD_destroy_response(response);
    log_write(LOG_LEVEL_DEBUG, "request", "request", LOG_TEXT(exchange->request.id), "method",
              LOG_TEXT(exchange->request.method), "path",
              LOG_TEXT(exchange->request.path != NULL ? exchange->request.path : ""), "status",
              LOG_INTEGER(exchange->reply.status), "ms",
              LOG_NUMBER(1e3 * clock_since_s(exchange->request.started_ns)), NULL);
    return result;
}
