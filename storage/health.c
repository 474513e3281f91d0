/* quick_check within a time limit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/health.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "storage/statement.h"
#include "storage/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { STEPS_BETWEEN_LOOKS = 10000 }; /* instructions of SQLite's virtual machine */

bool health_is_doubtful(const char *path)
{
    struct stat status;
    AUTO_FREE char *log = text_print(NULL, "%s-wal", path);
    return !log || (stat(log, &status) == 0 && status.st_size > 0);
}

static int time_is_up(void *context)
{
    const uint64_t *start_ns = context;
    return clock_now_ns() - *start_ns > HEALTH_CHECK_MS * 1000000u;
}

/* 1: sound; 0: time is up; -1: error. */
static int table_check(struct connection *connection, const char *table, struct error *error)
{
    char sql[128];
    sqlite3_stmt *check;
    snprintf(sql, sizeof(sql), "PRAGMA quick_check('%.64s')", table);
    int code = sqlite3_prepare_v2(connection->database, sql, -1, &check, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(check);
    int result = 1;
    if (code == SQLITE_ROW) {
        const char *finding = (const char *)sqlite3_column_text(check, 0);
        if (!finding || strcmp(finding, "ok") != 0)
            result = error_set(error, ERROR_CORRUPT, "the database is damaged at table %s: %s",
                               table, finding ? finding : "unknown");
    } else if (code == SQLITE_INTERRUPT) {
        result = 0;
    } else {
        result = connection_fail(connection, code, error);
    }
    sqlite3_finalize(check);
    return result;
}

static int size_read(struct connection *connection, int64_t *bytes, struct error *error)
{
    AUTO_CLEAR(statement_end)
    struct statement read = statement_start(
        connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    int row = statement_step(&read, error);
    if (row == 1)
        *bytes = statement_read_integer(&read);
    return row == 1 ? 0 : -1;
}

/* Tables without big values first. */
static int tables_check(struct connection *connection, struct error *error)
{
    int64_t bytes;
    if (size_read(connection, &bytes, error) != 0)
        return -1;
    AUTO_CLEAR(statement_end)
    struct statement select = statement_start(
        connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table' "
        "AND name NOT LIKE 'sqlite_%' AND (name NOT LIKE '%\\_chunks' ESCAPE '\\' OR ?) "
        "ORDER BY name LIKE '%\\_chunks' ESCAPE '\\'");
    statement_bind_integer(&select, bytes <= HEALTH_WHOLE_BYTES);
    int row;
    while ((row = statement_step(&select, error)) == 1) {
        const char *table = statement_borrow_text(&select);
        if (statement_check(&select, error) != 0)
            return -1;
        int sound = table_check(connection, table, error);
        if (sound != 1)
            return sound;
    }
    return row;
}

int health_check(struct connection *connection, struct error *error)
{
    uint64_t start_ns = clock_now_ns();
    sqlite3_progress_handler(connection->database, STEPS_BETWEEN_LOOKS, time_is_up, &start_ns);
    int result = tables_check(connection, error);
    sqlite3_progress_handler(connection->database, 0, NULL, NULL);
    return result;
}
