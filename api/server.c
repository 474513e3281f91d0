/* Starting and stopping the HTTP server (GNU libmicrohttpd 0.9.75). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/server.h"
#include "api/attempts.h"
#include "api/etags.h"
#include "api/hosts.h"
#include "api/json.h"
#include "api/keys.h"
#include "api/route.h"
#include "api/server_inside.h"
#include "api/sessions.h"
#include "api/tls.h"
#include "base/clock.h"
#include "daemon/daemon.h"

#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    LISTEN_BACKLOG = 512,
    WORKER_THREADS = 4,
    DRAIN_SECONDS = 5,
    BODIES_IN_MEMORY = 4, /* of the largest kind at once */
    OTHER_FILES = 256     /* descriptors for the database, datasets, jobs */
};

/* ---- listening */

/* "127.0.0.1:8420" or "[::1]:8420" in two. */
static int split_address(const char *listen_on, char *host, size_t host_size, const char **port,
                         struct error *error)
{
    const char *colon = strrchr(listen_on, ':');
    bool bracketed = listen_on[0] == '[' && colon != NULL && colon > listen_on && colon[-1] == ']';
    size_t size = colon != NULL ? (size_t)(colon - listen_on) : 0;
    if (size == 0 || size >= host_size || colon[1] == '\0' ||
        (!bracketed && memchr(listen_on, ':', size) != NULL))
        return error_set(error, ERROR_INVALID,
                         "listen must be address:port, as in 127.0.0.1:8420, not \"%.100s\"",
                         listen_on);
    (void)snprintf(host, host_size, "%.*s", (int)size, listen_on);
    *port = colon + 1;
    return 0;
}

static int open_socket(const struct addrinfo *address, struct error *error)
{
    const int on = 1;
    int listener =
        socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (listener < 0)
        return error_set_errno(error, "cannot make a socket");
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(listener, LISTEN_BACKLOG) == 0)
        return listener;
    (void)error_set_errno(error, "cannot listen there");
    (void)close(listener);
    return -1;
}

static int taken_port(int listener)
{
    struct sockaddr_storage taken = {0};
    socklen_t size = sizeof taken;
    char port[NI_MAXSERV];
    if (getsockname(listener, (struct sockaddr *)&taken, &size) != 0 ||
        getnameinfo((struct sockaddr *)&taken, size, NULL, 0, port, sizeof port, NI_NUMERICSERV) !=
            0)
        return 0;
    return (int)strtol(port, NULL, 10);
}

static int open_address(const char *host, const char *port, struct error *error)
{
    const struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    char bare[sizeof((struct server *)NULL)->host];
    (void)snprintf(bare, sizeof bare, "%s", host + (host[0] == '['));
    bare[strcspn(bare, "]")] = '\0';
    int result = getaddrinfo(bare, port, &hints, &found);
    if (result != 0)
        return error_set(error, ERROR_INVALID, "cannot listen on %.100s:%s: %s", host, port,
                         gai_strerror(result));
    int listener = open_socket(found, error);
    freeaddrinfo(found);
    return listener;
}

/* At the configuration's address, where a socket of the service manager's listens already. */
static int listen_on(struct server *server, const struct config *config, struct error *error)
{
    const char *port = NULL;
    if (split_address(config->listen, server->host, sizeof server->host, &port, error) != 0)
        return -1;
    server->socket = config->listen_socket != 0 ? config->listen_socket
                                                : open_address(server->host, port, error);
    if (server->socket < 0)
        return -1;
    server->port = taken_port(server->socket);
    (void)snprintf(server->url, sizeof server->url, "http%s://%s:%d",
                   server->tls != NULL ? "s" : "", server->host, server->port);
    return 0;
}

/* ---- the server */

static int check_descriptors(const struct config *config, struct error *error)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)config->max_connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return 0;
    if (limit.rlim_max >= wanted) {
        limit.rlim_cur = wanted;
        return setrlimit(RLIMIT_NOFILE, &limit) == 0
                   ? 0
                   : error_set_errno(error, "cannot raise the limit of open files");
    }
    return error_set(error, ERROR_INVALID,
                     "max_connections must be at most %lld, as the limit of open files is %lld",
                     (long long)limit.rlim_max - OTHER_FILES, (long long)limit.rlim_max);
}

static int open_tls(struct server *server, struct error *error)
{
    const struct config *config = server->service.config;
    if (config->tls_certificate == NULL)
        return 0;
    server->tls = tls_open(config->tls_certificate, config->tls_key, error);
    server->service.is_secure = server->tls != NULL;
    return server->tls != NULL ? 0 : -1;
}

/* The names that a Host header may have where we listen on every address. */
static int find_hosts(struct server *server, struct error *error)
{
    bool listens_on_all = strcmp(server->host, "0.0.0.0") == 0 || strcmp(server->host, "[::]") == 0;
    return listens_on_all ? hosts_find(&server->service.hosts, error) : 0;
}

static int start_parts(struct server *server, struct error *error)
{
    const struct config *config = server->service.config;
    if (open_tls(server, error) != 0 || check_descriptors(config, error) != 0 ||
        listen_on(server, config, error) != 0 || find_hosts(server, error) != 0)
        return -1;
    server->service.attempts = attempts_create(error);
    server->service.sessions = sessions_create(error);
    if (server->service.daemon != NULL) {
        server->service.keys = keys_create(error);
        server->service.etags = etags_create(error);
    }
    server->watchdog = watchdog_start(error);
    server->waits = waits_start(error);
    server->workers = workers_start(WORKER_THREADS, error);
    if (error->code != ERROR_NONE)
        return -1;
    if (server->service.daemon != NULL)
        store_on_events(daemon_store(server->service.daemon), waits_notify, server->waits);
    if (server->service.daemon != NULL &&
        daemon_webhooks_start(server->service.daemon, json_job_found, error) != 0)
        return -1;
    return loops_start(server, error);
}

static void server_free(struct server *server)
{
    if (server->service.daemon != NULL)
        store_on_events(daemon_store(server->service.daemon), NULL, NULL);
    loops_stop(server);
    if (server->socket >= 0)
        (void)close(server->socket);
    workers_stop(server->workers);
    waits_stop(server->waits);
    watchdog_stop(server->watchdog);
    keys_free(server->service.keys);
    attempts_free(server->service.attempts);
    sessions_free(server->service.sessions);
    hosts_clear(&server->service.hosts);
    tls_close(server->tls);
    etags_free(server->service.etags);
    free(server->service.openapi);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

struct server *server_start_routes(const struct config *config, struct daemon *daemon,
                                   const struct route *routes, struct error *error)
{
    struct server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        (void)error_set(error, ERROR_MEMORY, "no memory for the server");
        return NULL;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    server->socket = -1;
    server->service = (struct service){.daemon = daemon,
                                       .config = config,
                                       .routes = routes,
                                       .budget.most = BODIES_IN_MEMORY * config->max_predict_body,
                                       .address = server->host,
                                       .http_library = MHD_get_version(),
                                       .started_ns = clock_now_ns()};
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->changed, NULL);
    if (start_parts(server, error) == 0)
        return server;
    server_free(server);
    return NULL;
}

struct server *server_start(struct daemon *daemon, struct error *error)
{
    return server_start_routes(daemon_config(daemon), daemon, api_routes, error);
}

const char *server_url(const struct server *server)
{
    return server->url;
}

bool server_is_secure(const struct server *server)
{
    return server->tls != NULL;
}

bool server_turns(struct server *server)
{
    return loops_turn(server);
}

int server_reload(struct server *server, struct error *error)
{
    return tls_reload(server->tls, error);
}

int server_port(const struct server *server)
{
    return server->port;
}

/* Waits until no request is open, at most DRAIN_SECONDS. */
static void drain(struct server *server)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += DRAIN_SECONDS;
    pthread_mutex_lock(&server->mutex);
    while (server->open_count > 0)
        if (pthread_cond_timedwait(&server->changed, &server->mutex, &until) != 0)
            break;
    server->refusing = true;
    pthread_mutex_unlock(&server->mutex);
}

static void await_handlers(struct server *server)
{
    pthread_mutex_lock(&server->mutex);
    while (server->busy_count > 0 || server->asleep_count > 0)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    server->service.stopping = true;
    waits_end(server->waits);
    loops_wake(server); /* they take nothing new any more */
    drain(server);
    await_handlers(server);
    watchdog_cut_all(server->watchdog);
    server_free(server);
}
