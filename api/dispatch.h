/* From a request to its answer, without a socket. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_DISPATCH_H
#define PROPD_API_DISPATCH_H

#include "api/reply.h"
#include "api/request.h"
#include "api/route.h"

/* What is decided once the head is there, before a byte of the body: route, query, media type,
 * size, free space. 0: the body may come (request->body is prepared); -1: `reply` is finished. */
int dispatch_head(struct request *request, struct reply *reply);

/* Runs the handler and finishes the reply; with reply->wait_until_ns set it is to be called again
 * with a cleared reply. Every error becomes an answer. */
void dispatch_run(struct request *request, struct reply *reply);

/* The same in three steps, where dispatch_has_steps(): begin (0, or -1 where `reply` is finished
 * already), run of several requests with one route, on a worker thread where it is long, end. */
bool dispatch_has_steps(const struct request *request);
int dispatch_begin(struct request *request, struct reply *reply);
bool dispatch_is_long(const struct request *request);
void dispatch_run_together(struct request *const *requests, size_t count);
void dispatch_end(struct request *request, struct reply *reply);

/* The answer to a request that failed before it got here. */
void dispatch_refuse(struct request *request, struct reply *reply, const struct error *error);

/* Whether the request is better run on a worker thread; after the body. */
bool dispatch_is_slow(const struct request *request);

/* All in turn, for a body that is already there (tests). */
void dispatch(struct request *request, const void *body, size_t size, struct reply *reply);

#endif
