/* Errors that the daemon tells: problem documents (RFC 9457), and the {"error": …} of predictions.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_PROBLEM_H
#define PROPCTL_PROBLEM_H

#include "clients/propctl/outcome.h"

#include <stdbool.h>

/* 502 to 504 are a daemon that stops, or a proxy before one that is away: OUTCOME_LOST. */
enum outcome problem_outcome(long status);

/* Prints to standard error what is wrong and where, or the document as it is. */
enum outcome problem_tell(long status, const char *body, bool as_json);

#endif
