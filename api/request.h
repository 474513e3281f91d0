/* One request as handlers see it: plain values, no socket, so that a test fills the struct and
 * calls dispatch(). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_REQUEST_H
#define PROPD_API_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/attempts.h"
#include "api/body.h"
#include "api/service.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fields.h"
#include "storage/store.h"

enum { REQUEST_CAPTURES_MAX = 2, REQUEST_TARGET_MAX = 2048 };

struct token;

struct header {
    const char *name, *value; /* borrowed */
    size_t name_size, value_size;
    bool is_folded; /* its line was continued by the next (obsolete line folding, RFC 9112 section
                       5.2) */
};

struct parameter {
    char *name, *value; /* owned, decoded */
};

struct request {
    struct service *service;
    struct viewer viewer;          /* who asks; borrowed */
    const struct token *token;     /* that he has; NULL: none, or none is needed */
    struct client_address address; /* where from */
    char id[ID_SIZE];       /* "req_…", in the answer's X-Request-Id and in every problem */
    const char *method;     /* borrowed */
    const char *version;    /* "HTTP/1.1", borrowed; NULL in tests */
    char *path;             /* decoded and checked; NULL until request_set_target() */
    bool is_open_inference; /* the target is under /v2, be it refused or not */
    struct parameter *parameters;
    size_t parameter_count;
    const struct header *headers; /* borrowed */
    size_t header_count;
    struct body body;
    uint64_t started_ns;
    const struct route *route; /* NULL until found */
    char *captures[REQUEST_CAPTURES_MAX];
    bool pretty;
    void *query;           /* struct of route->query, its defaults and what the URI says */
    void *work;            /* owned; what the steps of a route keep of the request */
    bool error_is_in_head; /* in the query, whose parameter its path names then, or in a header */

    uint64_t since;            /* a time of the store's changes before anything was looked at */
    struct change_set made_of; /* what a handler's answer to GET is made of; empty: unknown */
    struct store_terms terms;  /* for what a handler writes */
    struct key_use *key;       /* api/keys.c's, while it answers a request with a key; NULL */
};

/* Starts a request: id and time. */
int request_open(struct request *request, struct service *service, const char *method,
                 struct error *error);
void request_clear(struct request *request);

/* Path and query out of the raw target as it stood in the request line. Refuses what two readers
 * could read in two ways: %00, %2f, %5c, control bytes, dot segments, "//", broken escapes. */
int request_set_target(struct request *request, const char *target, struct error *error);

/* Appends the request's own target, escaped, with a query parameter set to another value. */
void request_append_target(const struct request *request, const char *name, const char *value,
                           struct bytes *target);

/* Appends the query's parameters, escaped, but for some (NULL-terminated); `before` is the
 * character before the first of them: ? or &. */
void request_append_parameters(const struct request *request, const char *const *but, char before,
                               struct bytes *target);

/* Fills request->query (of `kind`; NULL: no parameters but "pretty"). An unknown parameter is an
 * error that lists the known ones. */
int request_read_query(struct request *request, const struct kind *kind, struct error *error);

/* Says that the answer to a GET is made of this (enum change_kind): so that it need not be made
 * again as long as none of it changes. Whatever else it is made of must not change. */
void request_depends(struct request *request, int what);
/* Of a job and what came with its changes. Where it was asked for by name it is another one as soon
 * as there is a newer one of that name. */
void request_depends_on_job(struct request *request, const struct job_record *job);

/* First header of that name (any case) as text, NULL where there is none. */
const char *request_header(const struct request *request, const char *name);
size_t request_header_count(const struct request *request, const char *name);

/* Whether the query has it, with whatever value. */
bool request_has_parameter(const struct request *request, const char *name);

/* Whether the Accept header names exactly this type; "*" does not count. */
bool request_prefers(const struct request *request, const char *media_type);
/* The body as JSON; an empty body reads as {} where `kind` is given and nothing in it is required.
 * The caller owns it. */
json_t *request_json(const struct request *request, struct error *error);
/* The body read into a zeroed struct of `kind`. */
int request_read_body(const struct request *request, const struct kind *kind, void *options,
                      struct error *error);

#endif
