/* What all handlers share: the daemon behind them, the routes, and whether the service is going
 * down. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_SERVICE_H
#define PROPD_API_SERVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/body.h"
#include "api/traffic.h"
#include "daemon/config.h"

struct attempts;
struct daemon;
struct etags;
struct keys;
struct route;
struct sessions;

struct service {
    struct daemon *daemon;       /* borrowed; NULL only in tests of the server alone */
    const struct config *config; /* borrowed */
    const struct route *routes;  /* ended by a route without a method */
    struct keys *keys;           /* idempotency keys that are being answered; may be NULL */
    struct attempts *attempts;   /* failed logins; NULL: not counted */
    struct sessions *sessions;   /* logins by cookie */
    struct strings hosts;        /* further names and addresses of this machine */
    bool is_secure;              /* HTTPS */
    struct etags *etags;         /* what answers stand for; may be NULL */
    struct body_budget budget;
    struct traffic traffic;
    const char *address;      /* "127.0.0.1" out of config->listen: a Host that is ours; NULL */
    const char *http_library; /* name and version, for GET /v1/system */
    _Atomic(char *) openapi;  /* owned; /openapi.json, NULL until it is asked for */
    uint64_t started_ns;
    atomic_bool stopping; /* readyz says 503, streams and long polls end */
};

#endif
