/* The threads that run the library, each with connections of its own. The library gives a turn and
 * returns (its external event loop, by epoll): what requests left for the turn's end is then
 * computed at once, and nothing is handed from thread to thread. Since a turn never waits, 0.9.75
 * cannot stall where exactly 128 events are ready. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/dispatch.h"
#include "api/server_inside.h"
#include "api/tls.h"
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY = 64 << 10,
    LOOPS_MAX = 4,
    TOGETHER_MAX = 64 /* requests that are computed at once */
};
static const uint64_t window_ns = 5000000, gather_ns = 200000;

/* ---- requests left for the end of the turn */

static void begin_window(struct loop *loop, uint64_t now)
{
    loop->crowd_before = now - loop->window_ns < 2 * window_ns ? loop->crowd : 0;
    loop->crowd = 0;
    loop->window++;
    loop->window_ns = now;
}

bool loop_gathers(struct loop *loop, struct exchange *exchange)
{
    struct client *client = exchange->client;
    const uint64_t now = exchange->request.started_ns;
    if (now - loop->window_ns >= window_ns)
        begin_window(loop, now);
    if (client->window != loop->window)
        loop->crowd++;
    client->window = loop->window;
    return loop->crowd > 1 || loop->crowd_before > 1;
}

void loop_gather(struct loop *loop, struct exchange *exchange)
{
    exchange->phase = EXCHANGE_LEFT;
    exchange->next = NULL;
    *loop->gathered_end = exchange;
    loop->gathered_end = &exchange->next;
    loop->gathered_count++;
}

void loop_drop(struct loop *loop, struct exchange *exchange)
{
    struct exchange **place = &loop->gathered;
    while (*place != exchange)
        place = &(*place)->next;
    *place = exchange->next;
    if (*place == NULL)
        loop->gathered_end = place;
    loop->gathered_count--;
}

/* Those of one route that stand behind each other, at most TOGETHER_MAX. */
static size_t take_gathered(struct loop *loop, struct exchange **exchanges)
{
    size_t count = 0;
    const struct route *route = loop->gathered->request.route;
    struct exchange *at = loop->gathered;
    for (; at != NULL && count < TOGETHER_MAX && at->request.route == route; at = at->next)
        exchanges[count++] = at;
    loop->gathered = at;
    if (at == NULL)
        loop->gathered_end = &loop->gathered;
    return count;
}

static void answer_gathered(struct loop *loop)
{
    struct exchange *exchanges[TOGETHER_MAX];
    struct request *requests[TOGETHER_MAX];
    while (loop->gathered != NULL) {
        size_t count = take_gathered(loop, exchanges);
        for (size_t i = 0; i < count; i++)
            requests[i] = &exchanges[i]->request;
        dispatch_run_together(requests, count);
        for (size_t i = 0; i < count; i++) {
            dispatch_end(&exchanges[i]->request, &exchanges[i]->reply);
            exchanges[i]->phase = EXCHANGE_WORKED;
        }
    }
    loop->gathered_count = 0;
}

/* Of this thread: what others take of a processor is no time that the loop adds. */
static uint64_t processor_time_ns(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Further turns while they bring requests, which came while others were read; the first one does
 * not wait long for them. */
static void gather_more(struct loop *loop)
{
    if (loop->gathered_count == 0)
        return;
    const uint64_t start = processor_time_ns();
    int before = 0;
    while (loop->gathered_count > before && loop->gathered_count < TOGETHER_MAX &&
           processor_time_ns() - start < gather_ns) {
        before = loop->gathered_count;
        (void)MHD_run(loop->library);
    }
}

/* ---- turns */

static void await_events(struct loop *loop)
{
    MHD_UNSIGNED_LONG_LONG until = 0;
    struct pollfd files[] = {{.fd = loop->events, .events = POLLIN},
                             {.fd = loop->wake, .events = POLLIN}};
    int timeout = -1;
    if (MHD_get_timeout(loop->library, &until) == MHD_YES)
        timeout = until < 1000 ? (int)until : 1000;
    if (timeout != 0)
        (void)poll(files, 2, timeout);
    if (files[1].revents != 0) {
        eventfd_t count;
        (void)eventfd_read(loop->wake, &count);
    }
}

static void *run(void *context)
{
    struct loop *loop = context;
    struct server *server = loop->server;
    bool quiesced = false;
    tls_serve(server->tls);
    while (!server->loops_end) {
        atomic_fetch_add(&loop->turns, 1);
        await_events(loop);
        if (server->service.stopping && !quiesced) {
            (void)MHD_quiesce_daemon(loop->library); /* the socket is the server's to close */
            quiesced = true;
        }
        (void)MHD_run(loop->library);
        gather_more(loop);
        answer_gathered(loop);
    }
    return NULL;
}

void loop_wake(struct loop *loop)
{
    (void)eventfd_write(loop->wake, 1);
}

void loops_wake(struct server *server)
{
    for (int i = 0; i < server->loop_count; i++)
        loop_wake(&server->loops[i]);
}

bool loops_turn(struct server *server)
{
    bool all = true;
    for (int i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        const unsigned turns = atomic_load(&loop->turns);
        all = all && turns != loop->turns_seen;
        loop->turns_seen = turns;
        loop_wake(loop);
    }
    return all;
}

/* ---- the library */

static void log_library(void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void log_library(void *context, const char *format, va_list arguments)
{
    char text[512];
    (void)context;
    (void)vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    log_write(LOG_LEVEL_DEBUG, "http_library", "message", LOG_TEXT(text), NULL);
}

static void connection_changed(void *context, struct MHD_Connection *connection,
                               void **socket_context, enum MHD_ConnectionNotificationCode what)
{
    struct server *server = ((struct loop *)context)->server;
    struct client *client = *socket_context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (client != NULL) {
            watchdog_remove(server->watchdog, client->watched);
            atomic_fetch_sub(&server->service.traffic.connections, 1);
        }
        free(client);
        *socket_context = NULL;
        return;
    }
    client = calloc(1, sizeof *client);
    if (client == NULL)
        return; /* exchange_start() refuses to go on without one */
    int file = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    client->server = server;
    client->address = client_address(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    client->watched = watchdog_add(server->watchdog, file);
    if (client->watched == NULL) {
        free(client);
        return;
    }
    watchdog_expect(client->watched, server->service.config->header_timeout_s);
    atomic_fetch_add(&server->service.traffic.connections, 1);
    *socket_context = client;
}

static struct MHD_Daemon *start_library(struct loop *loop, unsigned connections)
{
    const struct config *config = loop->server->service.config;
    const bool is_secure = loop->server->tls != NULL;
    struct MHD_OptionItem secure[] = {
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(intptr_t)tls_retrieve},
        {MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
            (is_secure ? MHD_USE_TLS : MHD_NO_FLAG),
        0, NULL, NULL, exchange_handle, loop, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, loop->server->socket, MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(config->idle_timeout_s + 0.999), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, exchange_start, loop,
        MHD_OPTION_NOTIFY_COMPLETED, exchange_end, loop, MHD_OPTION_NOTIFY_CONNECTION,
        connection_changed, loop, MHD_OPTION_ARRAY, is_secure ? secure : &secure[2],
        MHD_OPTION_END);
}

static int start_loop(struct loop *loop, struct server *server, unsigned connections,
                      struct error *error)
{
    loop->server = server;
    loop->gathered_end = &loop->gathered;
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->wake < 0)
        return error_set_errno(error, "cannot make an event descriptor");
    loop->library = start_library(loop, connections);
    if (loop->library != NULL) {
        loop->events = MHD_get_daemon_info(loop->library, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
        loop->runs = pthread_create(&loop->thread, NULL, run, loop) == 0;
    }
    return loop->runs ? 0 : error_set(error, ERROR_INTERNAL, "cannot start the server");
}

int loops_start(struct server *server, struct error *error)
{
    const unsigned connections = (unsigned)server->service.config->max_connections;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int count = cores < 1 ? 1 : cores < LOOPS_MAX ? (int)cores : LOOPS_MAX;
    if (connections < (unsigned)count)
        count = (int)connections;
    server->loops = calloc((size_t)count, sizeof *server->loops);
    if (server->loops == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the server");
    for (int i = 0; i < count; i++) {
        server->loop_count++;
        if (start_loop(&server->loops[i], server, (connections + (unsigned)i) / (unsigned)count,
                       error) != 0)
            return -1;
    }
    return 0;
}

void loops_stop(struct server *server)
{
    server->loops_end = true;
    loops_wake(server);
    for (int i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        if (loop->runs)
            pthread_join(loop->thread, NULL);
        if (loop->library != NULL) {
            (void)MHD_quiesce_daemon(loop->library);
            MHD_stop_daemon(loop->library);
        }
        if (loop->wake >= 0)
            (void)close(loop->wake);
        exchanges_free(loop->spare);
    }
    free(server->loops);
    server->loops = NULL;
    server->loop_count = 0;
}
