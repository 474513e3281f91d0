/* What a client would take, by Accept (RFC 9110 section 12.5.1). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_ACCEPT_H
#define PROPD_API_ACCEPT_H

#include "api/request.h"

enum { ACCEPT_QUALITY_MAX = 1000 };

/* How a list with weights speaks of one thing. The most precise element counts. */
struct wish {
    int precision; /* 0: not at all; 1: by "*", 2: by "text" and "*"; 3: by its name */
    int quality;   /* 0 (not acceptable) to ACCEPT_QUALITY_MAX */
};

/* Of a media type as "text/csv". Without an Accept header all is wanted alike. */
struct wish accept_type(const struct request *request, const char *media_type);

#endif
