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
    struct loop *loops; /* owned */
    int loop_count;
    atomic_bool loops_end;
    int socket;
    int port;
    char host[128]; /* as it stands in a Host header: "127.0.0.1", "[::1]" */
    char url[160];
    struct tls *tls; /* owned; NULL: plain HTTP */
    struct watchdog *watchdog;
    struct waits *waits;
    struct workers *workers;
    pthread_mutex_t mutex; /* of what waits for a count below while the server stops */
    pthread_cond_t changed;
    atomic_int open_count;   /* requests between their request line and their end */
    atomic_int busy_count;   /* handlers that run, or wait for a worker */
    atomic_int asleep_count; /* suspended connections: the library must not be stopped with one */
    atomic_bool refusing;    /* no handler starts any more */
};

/* A thread that runs the library. */
struct loop {
    struct server *server;
    struct MHD_Daemon *library;
    int events; /* what the library waits for: its epoll descriptor */
    int wake;   /* an event descriptor for whoever wants a turn */
    bool runs;
    pthread_t thread;
    atomic_uint turns;   /* begun so far */
    unsigned turns_seen; /* by loops_turn() */
    /* Requests that are left for the end of the turn, and who asks for such: clients in the window
     * of some milliseconds before this one, and in this one so far. */
    struct exchange *gathered, **gathered_end;
    struct exchange *spare; /* owned; ended ones, for requests to come */
    int gathered_count;
    uint64_t window_ns; /* its begin */
    uint32_t window;
    int crowd_before, crowd;
};

/* One connection. */
struct client {
    struct server *server;
    struct watched *watched;
    struct client_address address;
    uint32_t window; /* of its loop, when it last asked for something that can wait for others */
    bool served;     /* a request was answered on it */
};

enum exchange_phase {
    EXCHANGE_HEAD,    /* the headers are coming */
    EXCHANGE_BODY,    /* the body is coming */
    EXCHANGE_REFUSED, /* the reply is there, but an answer now would end the connection */
    EXCHANGE_LEFT,    /* begun, and left for the end of the loop's turn */
    EXCHANGE_WORKED,  /* the handler has run */
    EXCHANGE_WAITED,  /* run the handler again */
    EXCHANGE_ANSWERED
};

/* One request and its answer. */
struct exchange {
    struct client *client;
    struct server *server;
    struct loop *loop;
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
    struct exchange *next; /* gathered, or spare */
    struct wait wait;
    struct bytes piece; /* of a stream: what is being sent */
    size_t piece_at;
    bool stream_ended;
    uint64_t heartbeat_ns;
};

/* api/server_exchange.c: the life of a request. The library's callbacks. */
void *exchange_start(void *loop, const char *target, struct MHD_Connection *connection);
enum MHD_Result exchange_handle(void *loop, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **exchange);
void exchange_end(void *loop, struct MHD_Connection *connection, void **exchange,
                  enum MHD_RequestTerminationCode why);

/* api/server_loop.c */
int loops_start(struct server *server, struct error *error);
void loop_wake(struct loop *loop); /* from any thread */
void loops_wake(struct server *server);
bool loops_turn(struct server *server); /* server_turns() */
/* Ends the threads and closes all connections. */
void loops_stop(struct server *server);
/* Whether a request of a route with steps is better left for the end of the turn: where others
 * ask at the same time. Asked once a request, in the loop's thread. */
bool loop_gathers(struct loop *loop, struct exchange *exchange);
/* Leaves one that has begun. The library asks for the answer again in every turn, until it is
 * there.
 */
void loop_gather(struct loop *loop, struct exchange *exchange);
/* Forgets one whose client has gone meanwhile. */
void loop_drop(struct loop *loop, struct exchange *exchange);

/* api/server_exchange.c: a list of spare ones. */
void exchanges_free(struct exchange *first);

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
