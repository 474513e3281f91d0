/* What propctl can do, in words, out of the table of commands. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_HELP_H
#define PROPCTL_HELP_H

#include "clients/propctl/command.h"

void help_print(const struct terminal *terminal, const struct command *command);

#endif
