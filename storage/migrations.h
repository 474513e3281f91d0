/* The schema and how it came to be: one migration a version, in `PRAGMA user_version`. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_MIGRATIONS_H
#define PROPD_STORAGE_MIGRATIONS_H

#include <stddef.h>

#include "storage/connection.h"

/* Migration i of a list makes version i + 1 out of version i. To change the schema add one; never
 * change one that was released. */
struct migration {
    const char *help; /* what it changes */
    const char *sql;
};
extern const struct migration migrations[];
extern const size_t migration_count;

/* Brings the database at `path` to the newest version of the list, each migration in a transaction
 * of its own. A database that has tables already is copied to <path>.before-<version> first.
 * ERROR_INVALID where its version is newer than the list, or where it is somebody else's. */
int migrations_run(struct connection *connection, const char *path, const struct migration *list,
                   size_t count, struct error *error);

/* ERROR_INVALID unless the database is empty or one of ours. */
int database_owner_check(struct connection *connection, const char *path, struct error *error);
int schema_version(struct connection *connection, int *version, struct error *error);

#endif
