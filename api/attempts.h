/* Failed logins by address: ten a minute, then none for the rest of it. A table of fixed size: of
 * more addresses than it holds, those that failed longest ago are forgotten. Thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_ATTEMPTS_H
#define PROPD_API_ATTEMPTS_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

struct attempts;

enum { ATTEMPTS_MOST = 10, ATTEMPTS_SECONDS = 60 };

/* A client's address as a key: IPv4 whole, IPv6 by its /64, which is one customer's. */
struct client_address {
    unsigned char bytes[16];
};
struct client_address client_address(const struct sockaddr *address);

struct attempts *attempts_create(struct error *error);
void attempts_free(struct attempts *attempts);

/* Counts a failed login; 0, or the seconds to wait where it is one too many. Takes NULL: 0. */
int attempts_fail(struct attempts *attempts, const struct client_address *address, uint64_t now_ns);

#endif
