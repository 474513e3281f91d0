/* One HTTP call of a webhook, by libcurl: no redirects, no proxy, no cookies, an answer that
 * nobody reads, and a connection only to the very address that was found to be allowed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_WEBHOOK_CALL_H
#define PROPD_DAEMON_WEBHOOK_CALL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/error.h"
#include "daemon/config.h"
#include "storage/deliveries.h"

struct webhook_call {
    struct delivery_record delivery; /* owned */
    CURL *easy;                      /* its private pointer is this struct */
    struct curl_slist *headers;
    bool allow_private, is_refused; /* an address was private */
    size_t received;                /* bytes of the answer */
    char failure[CURL_ERROR_SIZE];
};

/* The delivery, which has its body, is taken over. NULL: nothing was begun. */
struct webhook_call *webhook_call_make(struct delivery_record *delivery_taken,
                                       const struct config *config, struct error *error);
void webhook_call_free(struct webhook_call *call);

/* What is to be written down of a call that has ended with `code`; *change points into the call. */
void webhook_call_judge(struct webhook_call *call, CURLcode code, const struct config *config,
                        struct delivery_change *change);

#endif
