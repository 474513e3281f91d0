/* Checks of a request's head that need no route: what a proxy could read in another way than we
 * do (request smuggling, RFC 9112 section 11), and requests that a foreign web page makes a
 * browser send (DNS rebinding, CSRF). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_GUARD_H
#define PROPD_API_GUARD_H

#include <stdbool.h>

#include "api/request.h"
#include "base/error.h"

/* All headers together, and one of them (name and value). */
enum { GUARD_HEADERS_MAX = 16384, GUARD_HEADER_MAX = 8000 };

/* Header syntax, sizes, and the framing of the body. The connection must be closed after a failure.
 */
int guard_check_framing(const struct request *request, struct error *error);

/* Host is ours (ERROR_MISDIRECTED); on unsafe methods Origin and Sec-Fetch-Site too
 * (ERROR_FORBIDDEN). */
int guard_check_site(const struct request *request, struct error *error);

/* The same for a request that a cookie speaks for: what changes something must say that a page of
 * ours sends it. */
int guard_check_own_page(const struct request *request, struct error *error);

/* Whether the request has an Origin that the configuration lists, which may read answers (CORS). */
bool guard_origin_is_listed(const struct request *request);

/* Content-Length of the request, 0 where it has none, -1 for a chunked body. */
int64_t guard_content_length(const struct request *request);

#endif
