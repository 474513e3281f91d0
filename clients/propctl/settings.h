/* Which daemon, and how to speak to it: flags before environment before the configuration file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPCTL_SETTINGS_H
#define PROPCTL_SETTINGS_H

#include "clients/propctl/options.h"

struct settings {
    char *url;        /* without a slash at its end */
    char *token;      /* or NULL */
    char *ca_file;    /* or NULL: the system's */
    bool is_insecure; /* the certificate is not looked at */
    double timeout_s; /* to connect, and to come back to a lost connection */
};

/* Options that every command takes. */
extern const struct option settings_options[];

/* Complains of a file that cannot be read or holds what it should not, and of a configuration file
 * with a token that others can read. */
enum outcome settings_read(struct settings *settings, const struct arguments *arguments);
void settings_clear(struct settings *settings);

#endif
