/* A restored database is looked at as a whole, and as somebody else's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/restore_check.h"
#include "base/compiler.h"
#include "storage/migrations.h"
#include "storage/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_sound(struct connection *connection, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement check = statement_start(connection, "PRAGMA quick_check(1)");
    if (statement_step(&check, error) != 1)
        return error_set(error, ERROR_CORRUPT, "the database cannot be checked");
    const char *finding = statement_borrow_text(&check);
    if (finding != NULL && strcmp(finding, "ok") == 0)
        return 0;
    return error_set(error, ERROR_CORRUPT, "the database is damaged: %.200s",
                     finding != NULL ? finding : "unknown");
}

/* Triggers and views would run with our own statements. */
static int check_schema(struct connection *connection, int64_t expected, struct error *error)
{
    int version;
    if (database_owner_check(connection, DATABASE_NAME, error) != 0 ||
        schema_version(connection, &version, error) != 0)
        return -1;
    if (version != expected)
        return error_set(error, ERROR_INVALID,
                         "the database has schema version %d, but the manifest says %" PRId64,
                         version, expected);
    AUTO_CLEAR(statement_end)
    struct statement find =
        statement_start(connection, "SELECT name FROM sqlite_schema WHERE type NOT IN "
                                    "('table', 'index') OR sql LIKE 'CREATE VIRTUAL%' LIMIT 1");
    int row = statement_step(&find, error);
    if (row != 1)
        return row;
    return error_set(error, ERROR_INVALID,
                     "the database has \"%.64s\", which no propd made: it must have tables and "
                     "indexes alone",
                     statement_borrow_text(&find));
}

static int path_compare(const void *key, const void *member)
{
    return strcmp(key, (*(const struct manifest_file *const *)member)->path);
}

static int member_compare(const void *left, const void *right)
{
    return path_compare((*(const struct manifest_file *const *)left)->path, right);
}

static int file_find(const struct manifest_file **sorted, size_t count, const char *sha256,
                     int64_t size, struct error *error)
{
    char path[MEMBER_PATH_SIZE];
    (void)snprintf(path, sizeof path, DATASETS_FOLDER "%s", sha256);
    const struct manifest_file **found = bsearch(path, sorted, count, sizeof *sorted, path_compare);
    if (found != NULL && (*found)->size == size)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "the database refers to %.100s of %" PRId64 " bytes, which the backup lacks",
                     path, size);
}

static int check_files(struct connection *connection, const struct manifest *manifest,
                       struct error *error)
{
    AUTO_FREE const struct manifest_file **sorted = calloc(manifest->count, sizeof *sorted);
    if (sorted == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a backup's list of files");
    for (size_t i = 0; i < manifest->count; i++)
        sorted[i] = &manifest->files[i];
    qsort(sorted, manifest->count, sizeof *sorted, member_compare);
    AUTO_CLEAR(statement_end)
    struct statement select =
        statement_start(connection, "SELECT file_sha256, file_bytes FROM datasets");
    int row;
    while ((row = statement_step(&select, error)) == 1) {
        const char *sha256 = statement_borrow_text(&select);
        if (statement_check(&select, error) != 0 ||
            file_find(sorted, manifest->count, sha256 != NULL ? sha256 : "",
                      statement_read_integer(&select), error) != 0)
            return -1;
    }
    return row;
}

int restore_check_database(const char *path, const struct manifest *manifest, struct error *error)
{
    struct connection *connection = connection_open_reader(path, error);
    if (connection == NULL)
        return -1;
    connection->opening = true; /* what is wrong with it is no reason to end */
    int result = check_sound(connection, error);
    if (result == 0)
        result = check_schema(connection, manifest->schema_version, error);
    if (result == 0)
        result = check_files(connection, manifest, error);
    connection_close(connection);
    return result;
}
