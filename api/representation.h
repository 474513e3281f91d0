/* Which form of an answer goes out: none where the client has it already (RFC 9110 section 13),
 * indented, packed, or the piece of it that was asked for (section 14).
 *
 * An ETag is strong and belongs to the very bytes: that of the same thing indented, packed or both
 * is told apart by what stands before its last quote. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_REPRESENTATION_H
#define PROPD_API_REPRESENTATION_H

#include "api/reply.h"
#include "api/request.h"

/* Makes the body of a finished reply the bytes to send, and adds ETag, Vary and the headers of
 * ranges. Out of memory the body has `failed` set. */
void representation_choose(struct reply *reply, const struct request *request);

/* The tag in the comma-separated list of If-Match or If-None-Match that means `etag` (with its
 * quotes) in any of its forms, or "*"; `*size` bytes, NULL where there is none. If-Match compares
 * strongly: W/ is no match there (RFC 9110 section 13.1.1). */
const char *representation_find_tag(const struct request *request, const char *header,
                                    const char *etag, size_t *size);

#endif
