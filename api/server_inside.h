/* What the files of the server share: one connection, one request on it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_SERVER_INSIDE_H
#define PROPD_API_SERVER_INSIDE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "api/reply.h"
#include "api/request.h"
#include "api/service.h"
#include "api/waits.h"
#include "api/watchdog.h"
#include "api/workers.h"

struct server {
    struct service service;
    struct MHD_Daemon *library;
    int socket;
    int port;
    char host[128]; /* as it stands in a Host header: "127.0.0.1", "[::1]" */
    char url[160];
    struct watchdog *watchdog;
    struct waits *waits;
    struct workers *workers;
    atomic_int stream_count;
    pthread_mutex_t mutex; /* of the counts below */
    pthread_cond_t changed;
    int open_count;   /* requests between their request line and their end */
    int busy_count;   /* handlers that run, or wait for a worker */
    int asleep_count; /* suspended connections: the library must not be stopped with one */
    bool refusing;    /* no handler starts any more */
};

/* One connection. */
struct client {
    struct server *server;
    struct watched *watched;
    bool served; /* a request was answered on it */
};

enum exchange_phase {
    EXCHANGE_HEAD,    /* the headers are coming */
    EXCHANGE_BODY,    /* the body is coming */
    EXCHANGE_REFUSED, /* the reply is there, but an answer now would end the connection */
    EXCHANGE_WORKED,  /* a worker has run the handler */
    EXCHANGE_WAITED,  /* run the handler again */
    EXCHANGE_ANSWERED
};

/* One request and its answer. */
struct exchange {
    struct client *client;
    struct server *server;
    struct MHD_Connection *connection;
    enum exchange_phase phase;
    struct request request;
    struct header *headers; /* owned */
    struct reply reply;
    const char *target; /* where the library keeps it, to compare addresses */
    size_t target_size;
    struct error target_error;      /* of the request line, told once the headers are there */
    struct MHD_PostProcessor *form; /* a multipart body */
    int64_t wire_bytes;             /* of the body, framing included */
    bool must_close, counts_as_stream, is_busy;
    struct work work;
    struct wait wait;
    struct bytes piece; /* of a stream: what is being sent */
    size_t piece_at;
    bool stream_ended;
    uint64_t heartbeat_ns;
};

/* api/server_exchange.c: the life of a request. The library's callbacks. */
void *exchange_start(void *server, const char *target, struct MHD_Connection *connection);
enum MHD_Result exchange_handle(void *server, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **exchange);
void exchange_end(void *server, struct MHD_Connection *connection, void **exchange,
                  enum MHD_RequestTerminationCode why);

/* api/server_head.c: method, version and headers into the request; target_error where there is one.
 */
int exchange_take_head(struct exchange *exchange, const char *method, const char *version,
                       struct error *error);

/* api/server_body.c: the body as it comes. */
void exchange_body_start(struct exchange *exchange);
void exchange_body_add(struct exchange *exchange, const char *data, size_t size);
void exchange_body_end(struct exchange *exchange);

/* api/server_answer.c: the reply on its way out. */
enum MHD_Result exchange_answer(struct exchange *exchange);

/* Suspends the connection; whoever wakes it calls exchange_resume(), from any thread. */
void exchange_suspend(struct exchange *exchange);
void exchange_resume(struct exchange *exchange);

#endif
