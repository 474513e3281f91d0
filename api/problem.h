/* Errors as answers: application/problem+json (RFC 9457). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_PROBLEM_H
#define PROPD_API_PROBLEM_H

#include "api/reply.h"
#include "api/request.h"
#include "base/error.h"

/* The HTTP status of an error, and its reason phrase. */
int problem_status(enum error_code code);
const char *problem_title(int status);

/* Makes `reply` (its headers stay) the answer for an error; reply_finish() is still to come. For
 * routes in TensorFlow Serving's form and under /v2 it is {"error": "…"}. */
void problem_reply(const struct request *request, const struct error *error, struct reply *reply);

#endif
