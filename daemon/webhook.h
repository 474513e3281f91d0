/* One call of a webhook: where it may go, and how it is signed, by Standard Webhooks 1.0.0
 * (https://www.standardwebhooks.com): headers webhook-id, webhook-timestamp and webhook-signature,
 * "v1," and the base64 of HMAC-SHA256 over "<id>.<timestamp>.<body>". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_WEBHOOK_H
#define PROPD_DAEMON_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/fields.h"

enum { WEBHOOK_SIGNATURE_SIZE = 64 };

/* A job document's member. */
struct webhook_options {
    char *url;
    char *secret; /* "whsec_…"; NULL: calls are not signed */
};
extern const struct kind webhook_options_kind;

/* ERROR_INVALID at `path` unless it is an http or https URL without user and password, and its
 * host, where that is written as an address, is public or `allow_private`. What a host's name
 * stands for is seen when it is called. */
int webhook_check_url(const char *url, bool allow_private, const char *path, struct error *error);
/* ERROR_INVALID at `path` unless it is "whsec_" and the base64 of 24 to 64 bytes. */
int webhook_check_secret(const char *secret, const char *path, struct error *error);
/* Both, of a document's; NULL is fine. */
int webhook_check(const struct webhook_options *webhook, bool allow_private, struct error *error);

/* The header's value. The secret is one that was checked; ERROR_INVALID else. */
int webhook_sign(const char *secret, const char *id, int64_t unix_s, const char *body,
                 char signature[WEBHOOK_SIGNATURE_SIZE], struct error *error);

/* How long to wait after `tries` (from 1) have failed: base_s times 4 for each but the first, at
 * most 6 hours, of which a random half is taken off, so that those that failed together come back
 * one by one. */
int64_t webhook_wait_ms(double base_s, int64_t tries);

#endif
