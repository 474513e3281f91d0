/* Idempotency-Key: the answer to a POST is kept under its key, and the same request again gets it
 * again (draft-ietf-httpapi-idempotency-key-header). */
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

/* After the handler: keeps the answer of a success, and gives the key free. Only after a
 * keys_begin() that succeeded without an answer. */
int keys_end(struct request *request, struct reply *reply, bool succeeded, struct error *error);

#endif
