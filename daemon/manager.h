/* What a service manager such as systemd hands over and is told: a listening socket
 * (sd_listen_fds(3)), and datagrams that say how things stand (sd_notify(3)). Without such a
 * manager none of this does anything. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_MANAGER_H
#define PROPD_DAEMON_MANAGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Fits "[IPv6 address]:port". */
enum { MANAGER_ADDRESS_SIZE = 64 };

/* The socket that was handed over, the caller's to close, and its address as --listen has it; 0
 * where there is none. ERROR_INVALID: it is not one listening TCP socket. Takes the variables that
 * tell of it out of the environment. */
int manager_take_socket(int *listener, char address[MANAGER_ADDRESS_SIZE], struct error *error);
/* The check of a single descriptor, which comes out as accept(2) in a loop needs it: it does not
 * block, and is closed on exec. */
int manager_check_socket(int descriptor, char address[MANAGER_ADDRESS_SIZE], struct error *error);

/* Sends lines such as "READY=1\nSTATUS=…" to where NOTIFY_SOCKET points; waits some seconds at
 * most. */
int manager_tell(const char *lines, struct error *error);

/* How often at least the manager wants to hear "WATCHDOG=1", in milliseconds; 0: not at all. */
int64_t manager_watchdog_ms(void);

#endif
