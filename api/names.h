/* Names of things, as the security rules have them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_API_NAMES_H
#define PROPD_API_NAMES_H

#include "base/error.h"

enum { NAME_MAX_LENGTH = 64, NAME_SIZE = NAME_MAX_LENGTH + 1 };

/* ERROR_INVALID unless `name` is [A-Za-z0-9][A-Za-z0-9._-]{0,63}. `what` begins the message. */
int name_check(const char *what, const char *name, struct error *error);

/* The dataset name for a file name: without ".gz" and one known ending (".csv", ".idx" …). */
int name_of_file(const char *file_name, char name[NAME_SIZE], struct error *error);

#endif
