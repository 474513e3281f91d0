/* Whether the database is sound after a stop that was not clean. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_HEALTH_H
#define PROPD_STORAGE_HEALTH_H

#include <stdbool.h>

#include "storage/connection.h"

enum { HEALTH_CHECK_MS = 1000, HEALTH_WHOLE_BYTES = 1 << 30 };

/* A clean stop leaves no write-ahead log. To be asked before the database is opened. */
bool health_is_doubtful(const char *path);

/* quick_check table by table, those with the records first, of rows for HEALTH_CHECK_MS. A database
 * of more than HEALTH_WHOLE_BYTES is served again without a look at its chunks: those are checked
 * as they are read, by SQLite's own checks of each page and our digests. ERROR_CORRUPT says what is
 * wrong. */
int health_check(struct connection *connection, struct error *error);

#endif
