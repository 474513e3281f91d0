/* Idempotency-Key: the answer to a POST is kept under its owner's key, and the same request again
 * gets it again (draft-ietf-httpapi-idempotency-key-header). What a request makes and its answer
 * are one transaction: either both are there or neither. Of a request that makes nothing the answer
 * is kept when it is known; where that fails, or the process ends before, the request can be sent
 * again: a move of a job is compared and set, and computing something again does no harm. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_KEYS_H
#define PROPD_API_KEYS_H

#include <stdbool.h>

#include "api/reply.h"
#include "api/request.h"

struct keys;

struct keys *keys_create(struct error *error);
void keys_free(struct keys *keys);

/* Takes the request's key, if it has one on a POST: *answered where `reply` is the kept answer.
 * ERROR_INVALID where the key came with another request, ERROR_CONFLICT while the first one still
 * runs. */
int keys_begin(struct request *request, struct reply *reply, bool *answered, struct error *error);

/* The answer with a record that is made: `is_new` where it was not there already. It may run in the
 * store's writer and must not use the store. */
struct keys_answer {
    int (*reply)(void *context, const void *record, bool is_new, struct reply *reply,
                 struct error *error);
    void *context;
};
/* The terms for making something that is answered for so. `answer` must stay until keys_reply(). */
const struct store_terms *keys_terms(struct request *request, const struct keys_answer *answer);
/* Once it is made: the answer, the same as was kept. */
int keys_reply(struct request *request, const struct keys_answer *answer, const void *record,
               bool is_new, struct reply *reply, struct error *error);

/* After the handler: keeps the answer of a success that is not kept yet, and gives the key free.
 * Only after a keys_begin() that succeeded without an answer. */
int keys_end(struct request *request, struct reply *reply, bool succeeded, struct error *error);

#endif
