/* What this machine is called, for a server that listens on all its addresses. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_HOSTS_H
#define PROPD_API_HOSTS_H

#include "base/error.h"
#include "base/fields.h"

/* Its name, and the addresses of its interfaces as a Host header has them ("192.0.2.1",
 * "[2001:db8::1]"); what cannot be found out is left out. The caller clears. */
int hosts_find(struct strings *hosts, struct error *error);
void hosts_clear(struct strings *hosts);

#endif
