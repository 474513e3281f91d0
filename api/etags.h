/* What answers to GET stand for, remembered: whoever polls with If-None-Match is told 304 out of
 * memory, without the database, as long as nothing has changed of what the answer was made of
 * (request_depends()). Not more is remembered than has room; what is forgotten is made again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_ETAGS_H
#define PROPD_API_ETAGS_H

#include <stdbool.h>

#include "api/reply.h"
#include "api/request.h"

struct etags;

struct etags *etags_create(struct error *error);
void etags_free(struct etags *etags);

/* Whether the request has the ETag of what its answer still is; `reply` is a 304 then. */
bool etags_answer(struct request *request, struct reply *reply);
/* Remembers a finished reply. */
void etags_keep(struct request *request, const struct reply *reply);

#endif
