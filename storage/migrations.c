/* Bringing a database to the newest schema. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/migrations.h"
#include "base/compiler.h"
#include "storage/files.h"
#include "storage/statement.h"
#include "storage/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x70727064 }; /* "prpd": what file(1) and a curious user find */

static int number_read(struct connection *connection, const char *sql, int64_t *number,
                       struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement read = statement_start(connection, sql);
    int row = statement_step(&read, error);
    if (row == 1)
        *number = statement_read_integer(&read);
    return row == 1 ? 0 : -1;
}

int schema_version(struct connection *connection, int *version, struct error *error)
{
    int64_t number;
    if (number_read(connection, "PRAGMA user_version", &number, error) != 0)
        return -1;
    *version = (int)number;
    return 0;
}

int database_owner_check(struct connection *connection, const char *path, struct error *error)
{
    int64_t tables, application;
    if (number_read(connection, "SELECT count(*) FROM sqlite_schema", &tables, error) != 0 ||
        number_read(connection, "PRAGMA application_id", &application, error) != 0)
        return -1;
    if (tables > 0 && application != APPLICATION_ID)
        return error_set(error, ERROR_INVALID, "%s must be a database of propd, not another's",
                         path);
    return 0;
}

static int copy_sync(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set_errno(error, "%s cannot be opened", path);
    int result = fsync(descriptor);
    if (result != 0)
        error_set_errno(error, "%s cannot be written", path);
    close(descriptor);
    return result;
}

static int copy_into(struct connection *connection, const char *path, struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement copy = statement_start(connection, "VACUUM INTO ?");
    statement_bind_text(&copy, path);
    return statement_run(&copy, error);
}

/* Complete and on disk under its name, or not there. */
static int copy_make(struct connection *connection, const char *path, size_t version,
                     struct error *error)
{
    AUTO_FREE char *folder = text_print(error, "%s", path);
    AUTO_FREE char *target = text_print(error, "%s.before-%zu", path, version);
    AUTO_FREE char *partial = text_print(error, "%s.before-%zu.partial", path, version);
    if (!folder || !target || !partial)
        return -1;
    if (unlink(partial) != 0 && errno != ENOENT)
        return error_set_errno(error, "%s cannot be removed", partial);
    if (copy_into(connection, partial, error) != 0 || copy_sync(partial, error) != 0)
        return -1;
    if (rename(partial, target) != 0)
        return error_set_errno(error, "%s cannot be renamed", partial);
    return files_sync_folder(dirname(folder), error);
}

static int migration_apply(struct connection *connection, const struct migration *migration,
                           size_t version, struct error *error)
{
    AUTO_FREE char *sql = text_print(
        error, "BEGIN IMMEDIATE; %s; PRAGMA application_id=%d; PRAGMA user_version=%zu; COMMIT",
        migration->sql, APPLICATION_ID, version);
    if (!sql)
        return -1;
    if (connection_execute(connection, sql, error) == 0)
        return 0;
    if (!sqlite3_get_autocommit(connection->database))
        sqlite3_exec(connection->database, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

int migrations_run(struct connection *connection, const char *path, const struct migration *list,
                   size_t count, struct error *error)
{
    int version;
    if (database_owner_check(connection, path, error) != 0 ||
        schema_version(connection, &version, error) != 0)
        return -1;
    if (version < 0 || (size_t)version > count)
        return error_set(error, ERROR_INVALID,
                         "%s has schema version %d, but this propd knows versions up to %zu: a "
                         "newer propd is needed",
                         path, version, count);
    if (version > 0 && (size_t)version < count && copy_make(connection, path, count, error) != 0)
        return -1;
    for (size_t next = (size_t)version; next < count; next++)
        if (migration_apply(connection, &list[next], next + 1, error) != 0)
            return -1;
    return 0;
}
