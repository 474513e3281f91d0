/* Which network addresses belong to the public internet. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_ADDRESS_H
#define PROPD_DAEMON_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether anybody on the internet could be meant: false for loopback, private, link-local, shared
 * (carrier-grade NAT), multicast, documentation and other special-purpose addresses (IANA's
 * registries, RFC 6890), for IPv6 addresses that hold an IPv4 one, and for any other family. */
bool address_is_public(const struct sockaddr *address);

#endif
