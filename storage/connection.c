/* SQLite connections: settings, prepared statements, result codes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/connection.h"
#include "base/compiler.h"
#include "storage/fatal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Statement journals stay in memory: a savepoint must not need a temporary file.
 * secure_delete=FAST: ON writes every deleted page a second time. */
static const char writer_settings[] = "PRAGMA synchronous=FULL;"
                                      "PRAGMA foreign_keys=ON;"
                                      "PRAGMA secure_delete=FAST;"
                                      "PRAGMA cache_size=-16384;"
                                      "PRAGMA wal_autocheckpoint=0;"
                                      "PRAGMA trusted_schema=OFF;"
                                      "PRAGMA cell_size_check=ON;"
                                      "PRAGMA temp_store=MEMORY;"
                                      "PRAGMA mmap_size=0;";
static const char reader_settings[] = "PRAGMA query_only=ON;"
                                      "PRAGMA trusted_schema=OFF;"
                                      "PRAGMA cell_size_check=ON;"
                                      "PRAGMA temp_store=MEMORY;"
                                      "PRAGMA mmap_size=0;";

static bool code_is_fatal(int code)
{
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC ||
           code == SQLITE_IOERR_CORRUPTFS || (code & 0xff) == SQLITE_CORRUPT ||
           (code & 0xff) == SQLITE_NOTADB;
}

/* SQLite says SQLITE_FULL for ENOSPC alone, and a failed COMMIT leaves its cause in errno only. */
static enum error_code io_error_code(struct connection *connection)
{
    int number = sqlite3_system_errno(connection->database);
    number = number ? number : errno;
    return number == EDQUOT || number == EFBIG || number == ENOSPC ? ERROR_STORAGE_FULL : ERROR_IO;
}

static enum error_code error_code_of(struct connection *connection, int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return ERROR_STORAGE_FULL;
    case SQLITE_IOERR:
        return code == SQLITE_IOERR_NOMEM ? ERROR_MEMORY : io_error_code(connection);
    case SQLITE_NOMEM:
        return ERROR_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERROR_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERROR_BUSY;
    case SQLITE_CONSTRAINT:
        return ERROR_CONFLICT;
    case SQLITE_TOOBIG:
        return ERROR_TOO_LARGE;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return ERROR_IO;
    default:
        return ERROR_INTERNAL;
    }
}

int connection_fail(struct connection *connection, int code, struct error *error)
{
    const char *text = connection->database ? sqlite3_errmsg(connection->database) : "";
    if (code_is_fatal(code) && !connection->opening)
        fatal_stop("the database cannot be trusted any more: %s (%s)", sqlite3_errstr(code), text);
    int kind = code & 0xff;
    if (kind == SQLITE_FULL || kind == SQLITE_IOERR || kind == SQLITE_NOMEM)
        connection->spoiled = code;
    return error_set(error, error_code_of(connection, code), "the database says: %s (%d)", text,
                     code);
}

int connection_execute(struct connection *connection, const char *sql, struct error *error)
{
    int code = sqlite3_exec(connection->database, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? 0 : connection_fail(connection, code, error);
}

static int wal_committed(void *context, sqlite3 *database UNUSED, const char *name UNUSED,
                         int pages)
{
    struct connection *connection = context;
    connection->wal_pages = pages;
    return SQLITE_OK;
}

static void connection_harden(sqlite3 *database)
{
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_timeout(database, CONNECTION_BUSY_TIMEOUT_MS);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}

static struct connection *connection_open(const char *path, int flags, const char *settings,
                                          struct error *error)
{
    struct connection *connection = calloc(1, sizeof(*connection));
    if (!connection) {
        error_set(error, ERROR_MEMORY, "no memory for a database connection");
        return NULL;
    }
    connection->opening = true;
    int code = sqlite3_open_v2(path, &connection->database, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        connection_fail(connection, code, error);
        connection_close(connection);
        return NULL;
    }
    connection_harden(connection->database);
    if (connection_execute(connection, settings, error) != 0) {
        connection_close(connection);
        return NULL;
    }
    return connection;
}

/* A file system without shared memory leaves the journal as it was. */
static int wal_start(struct connection *connection, struct error *error)
{
    int code;
    sqlite3_stmt *statement = connection_prepare(connection, "PRAGMA journal_mode=WAL", &code);
    if (statement)
        code = sqlite3_step(statement);
    if (code != SQLITE_ROW) {
        sqlite3_reset(statement);
        return connection_fail(connection, code, error);
    }
    const char *mode = (const char *)sqlite3_column_text(statement, 0);
    bool started = mode && strcmp(mode, "wal") == 0;
    sqlite3_reset(statement);
    return started ? 0 : error_set(error, ERROR_IO, "the file system must allow WAL databases");
}

struct connection *connection_open_writer(const char *path, struct error *error)
{
    struct connection *connection =
        connection_open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, writer_settings, error);
    if (!connection)
        return NULL;
    if (wal_start(connection, error) != 0) {
        connection_close(connection);
        return NULL;
    }
    sqlite3_wal_hook(connection->database, wal_committed, connection);
    return connection;
}

struct connection *connection_open_reader(const char *path, struct error *error)
{
    struct connection *connection =
        connection_open(path, SQLITE_OPEN_READONLY, reader_settings, error);
    if (connection)
        connection->opening = false;
    return connection;
}

void connection_change(struct connection *connection, int what)
{
    if (!connection->changes || connection->is_changed[what])
        return;
    connection->is_changed[what] = connection->has_changed = true;
    changes_begin(connection->changes, what);
}

void connection_changes_end(struct connection *connection)
{
    for (int what = 0; connection->has_changed && what < CHANGE_COUNT; what++) {
        if (connection->is_changed[what])
            changes_end(connection->changes, what);
        connection->is_changed[what] = false;
    }
    connection->has_changed = false;
}

static void job_changed(struct connection *connection, int operation, int64_t number)
{
    connection_change(connection, change_of_job(number));
    connection_change(connection, CHANGE_JOBS);
    if (operation != SQLITE_UPDATE)
        connection_change(connection, CHANGE_JOB_LIST);
}

static void row_changed(void *context, int operation, const char *database UNUSED,
                        const char *table, sqlite3_int64 number)
{
    struct connection *connection = context;
    if (strcmp(table, "jobs") == 0)
        job_changed(connection, operation, number);
    else if (strcmp(table, "datasets") == 0)
        connection_change(connection, CHANGE_DATASETS);
    else if (strcmp(table, "models") == 0 || strcmp(table, "aliases") == 0)
        connection_change(connection, CHANGE_MODELS);
}

void connection_note_changes(struct connection *connection, struct changes *changes)
{
    connection->changes = changes;
    sqlite3_update_hook(connection->database, row_changed, connection);
}

void connection_close(struct connection *connection)
{
    if (!connection)
        return;
    for (int i = 0; i < CONNECTION_STATEMENTS_MAX; i++)
        sqlite3_finalize(connection->statements[i]);
    int code = sqlite3_close(connection->database);
    assert(code == SQLITE_OK);
    (void)code;
    free(connection);
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t text_hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

sqlite3_stmt *connection_prepare(struct connection *connection, const char *sql, int *code)
{
    size_t slot = text_hash(sql) % CONNECTION_STATEMENTS_MAX;
    while (connection->statements[slot]) {
        if (strcmp(sqlite3_sql(connection->statements[slot]), sql) == 0) {
            *code = SQLITE_OK;
            return connection->statements[slot];
        }
        slot = (slot + 1) % CONNECTION_STATEMENTS_MAX;
    }
    assert(connection->statement_count < CONNECTION_STATEMENTS_MAX / 2);
    sqlite3_stmt *statement = NULL;
    *code = sqlite3_prepare_v3(connection->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                               NULL);
    if (*code != SQLITE_OK)
        return NULL;
    connection->statements[slot] = statement;
    connection->statement_count++;
    return statement;
}
