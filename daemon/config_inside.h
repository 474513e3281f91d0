/* The checks of options, beyond what their table says of each (daemon/config_check.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_CONFIG_INSIDE_H
#define PROPD_DAEMON_CONFIG_INSIDE_H

#include "daemon/config.h"

/* config_kind's check: of the address and the webhook. */
int config_check(const void *options, const char *path, struct error *error);
/* What is needed before others than this machine may connect; after config_check(). */
int config_check_exposure(const struct config *config, struct error *error);

#endif
