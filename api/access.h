/* Who asks, and whether he may: tokens of requests (RFC 6750), cookies of browsers, failed logins.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_ACCESS_H
#define PROPD_API_ACCESS_H

#include "api/reply.h"
#include "api/request.h"

/* A route's scope that any token has. */
#define SCOPE_ANY "any"

/* Before the body: sets the request's token and viewer. Where tokens are required and the route is
 * not public: ERROR_UNAUTHORIZED with WWW-Authenticate in `reply`, ERROR_SCOPE that names the scope
 * which is needed, ERROR_TOO_MANY after failed logins; ERROR_FORBIDDEN for a change by cookie that
 * no page of ours sends. */
int access_check(struct request *request, struct reply *reply, struct error *error);

/* Whether the request's token still counts, for answers that go on. */
bool access_lasts(const struct request *request);

/* Whether requests need a token. */
bool access_is_limited(const struct service *service);

/* The token that a text stands for; NULL with the same errors. */
const struct token *access_login(struct request *request, const char *text, struct reply *reply,
                                 struct error *error);
/* "propd_…" of "Authorization: Bearer propd_…", NULL where there is none of that form. */
const char *access_bearer(const struct request *request);

#define SESSION_COOKIE "propd_session"
/* The id in the request's cookie; false where there is none. */
bool access_cookie(const struct request *request, char *id, size_t size);

#endif
