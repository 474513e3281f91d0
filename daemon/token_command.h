/* propd --create-token: a token made in a data folder on which no daemon runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_DAEMON_TOKEN_COMMAND_H
#define PROPD_DAEMON_TOKEN_COMMAND_H

#include <stdio.h>

#include "daemon/config.h"

/* Makes the token that config->create_token describes and prints its text, alone on a line, to
 * `out`. ERROR_CONFLICT where a daemon has the folder: that one makes tokens itself. */
int token_command_run(const struct config *config, FILE *out, struct error *error);

#endif
