/* Cuts clients that are too slow. The HTTP library's own timeout does not: any byte resets it. Each
 * connection has a deadline; one that moved enough bytes since the last gets another, else its
 * socket is shut down, which makes the library close the connection. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_WATCHDOG_H
#define PROPD_API_WATCHDOG_H

#include <stdint.h>

#include "base/error.h"

struct watchdog;
struct watched;

struct watchdog *watchdog_start(struct error *error);
/* All connections must be gone. */
void watchdog_stop(struct watchdog *watchdog);

/* Watches a socket, without a deadline at first. NULL: out of memory. The socket must stay open
 * until watchdog_remove(), which also takes NULL. */
struct watched *watchdog_add(struct watchdog *watchdog, int socket);
void watchdog_remove(struct watchdog *watchdog, struct watched *watched);

/* Of one connection at a time. The next step of the connection must be reached within `seconds`; 0:
 * no deadline. */
void watchdog_expect(struct watched *watched, double seconds);
/* At least `bytes` must move in every `seconds` from now on. */
void watchdog_expect_flow(struct watched *watched, double seconds, int64_t bytes);
void watchdog_moved(struct watched *watched, int64_t bytes);

/* Cuts all that are being watched. */
void watchdog_cut_all(struct watchdog *watchdog);

#endif
