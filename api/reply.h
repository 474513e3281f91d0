/* One answer as handlers make it: JSON, bytes, a stream of text, or "call me again later". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_REPLY_H
#define PROPD_API_REPLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/error.h"

struct request;

enum { REPLY_HEADERS_MAX = 20, REPLY_ETAG_SIZE = 192 };

/* An answer whose end is not known. next() appends what there is to `text` (nothing: wait for an
 * event and ask again) and sets *ended with the last piece. Called by one thread at a time. */
struct reply_stream {
    int (*next)(void *context, struct bytes *text, bool *ended);
    void (*free)(void *context);
    void *context; /* owned; NULL: no stream */
    bool is_file;  /* its reader must keep up, and an end before *ended is a failure */
};

struct reply {
    int status;
    json_t *json; /* owned; printed into body by reply_finish() */
    struct bytes body;
    const char *content_type;   /* static */
    bool keeps;                 /* may be kept by caches: no "Cache-Control: no-store" */
    char etag[REPLY_ETAG_SIZE]; /* with its quotes; "": made of the body */
    bool is_json;               /* may be indented */
    bool takes_ranges;          /* pieces of it can be asked for (ROUTE_RANGES); it is not packed */
    bool is_packed_always;      /* where it is asked for: whatever its type and size */
    bool varies_by_accept;
    uint64_t unsent_size; /* what Content-Length says to HEAD, in place of a body */
    size_t body_start;    /* where in the body the piece begins that is sent */
    int header_count;
    struct {
        const char *name; /* static */
        const char *value;
        char *owned; /* the value, where it is not static */
    } headers[REPLY_HEADERS_MAX];
    struct reply_stream stream;
    uint64_t wait_until_ns; /* not 0: nothing to say yet; dispatch_run() again on the next event, at
                               the latest then */
};

void reply_clear(struct reply *reply);

/* Both return 0, or -1 with ERROR_MEMORY where json_taken is NULL or memory ran out. */
int reply_json(struct reply *reply, int status, json_t *json_taken, struct error *error);
/* Compact JSON text. */
int reply_json_text(struct reply *reply, int status, struct bytes *text_taken, struct error *error);
int reply_text(struct reply *reply, int status, const char *content_type, const char *text,
               struct error *error);

/* Adds a header. What does not fit or contains control bytes is an assert: values are our own. */
int reply_header(struct reply *reply, struct error *error, const char *name, const char *format,
                 ...) PRINTF_LIKE(4, 5);
/* The same with a static value. */
void reply_header_static(struct reply *reply, const char *name, const char *value);
/* Value of a header that was added, NULL where there is none. */
const char *reply_header_value(const struct reply *reply, const char *name);
/* Sets ETag before there is a body, and where the request has it already returns true: the reply is
 * 304 then. `etag` has its quotes and REPLY_ETAG_SIZE bytes at most. (representation.c) */
bool reply_unchanged(struct reply *reply, const struct request *request, const char *etag);

/* Prints reply->json into the body. */
void reply_print(struct reply *reply);
/* Prints the JSON, chooses its form (representation.h), adds ETag and the headers that every answer
 * has. Out of memory it becomes a plain 503. */
void reply_finish(struct reply *reply, const struct request *request);

#endif
