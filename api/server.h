/* The HTTP server: the only thing of propd that listens. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_SERVER_H
#define PROPD_API_SERVER_H

#include <stdbool.h>

#include "base/error.h"
#include "daemon/config.h"

struct daemon;
struct route;
struct server;

/* Listens on the configuration's address and serves what the daemon (borrowed) can do. ERROR_IO:
 * the address cannot be taken. */
struct server *server_start(struct daemon *daemon, struct error *error);
/* The same with routes of one's own, which need no daemon where it is NULL: for tests. */
struct server *server_start_routes(const struct config *config, struct daemon *daemon,
                                   const struct route *routes, struct error *error);

/* "http://127.0.0.1:8420" or "https://…", with the port that was taken. */
const char *server_url(const struct server *server);
int server_port(const struct server *server);

/* Whether each of the threads that answer requests has had a turn since this was asked last, or
 * since the start; has them take one for the next time. One thread asks. */
bool server_turns(struct server *server);

/* Whether it speaks HTTPS. */
bool server_is_secure(const struct server *server);
/* Reads the certificate of HTTPS again; on failure the old one stays. */
int server_reload(struct server *server, struct error *error);

/* readyz says 503, streams and long polls end, nothing new is accepted, what runs gets 5 s, then
 * everything is closed. Returns when no handler runs any more. Takes NULL. */
void server_stop(struct server *server);

#endif
