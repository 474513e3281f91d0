/* Binding, stepping and reading of prepared statements. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/statement.h"

#include <assert.h>
#include <string.h>

struct statement statement_start(struct connection *connection, const char *sql)
{
    struct statement statement = {.connection = connection, .column = -1, .is_kept = true};
    statement.handle = connection_prepare(connection, sql, &statement.code);
    assert(!statement.handle || !sqlite3_stmt_busy(statement.handle));
    return statement;
}

struct statement statement_start_once(struct connection *connection, const char *sql)
{
    struct statement statement = {.connection = connection, .column = -1};
    statement.code = sqlite3_prepare_v2(connection->database, sql, -1, &statement.handle, NULL);
    return statement;
}

void statement_end(struct statement *statement)
{
    if (!statement->handle)
        return;
    if (statement->is_kept) {
        sqlite3_reset(statement->handle);
        sqlite3_clear_bindings(statement->handle);
    } else {
        sqlite3_finalize(statement->handle);
    }
    statement->handle = NULL;
}

static void statement_note(struct statement *statement, int code)
{
    if (statement->code == SQLITE_OK)
        statement->code = code;
}

void statement_bind_text(struct statement *statement, const char *text)
{
    int parameter = ++statement->parameter;
    if (statement->handle)
        statement_note(statement,
                       sqlite3_bind_text(statement->handle, parameter, text, -1, SQLITE_STATIC));
}

void statement_bind_integer(struct statement *statement, int64_t value)
{
    int parameter = ++statement->parameter;
    if (statement->handle)
        statement_note(statement, sqlite3_bind_int64(statement->handle, parameter, value));
}

void statement_bind_number(struct statement *statement, double value)
{
    int parameter = ++statement->parameter;
    if (statement->handle)
        statement_note(statement, sqlite3_bind_double(statement->handle, parameter, value));
}

void statement_bind_null(struct statement *statement)
{
    int parameter = ++statement->parameter;
    if (statement->handle)
        statement_note(statement, sqlite3_bind_null(statement->handle, parameter));
}

void statement_bind_blob(struct statement *statement, const void *data, size_t size)
{
    int parameter = ++statement->parameter;
    /* A null pointer would bind NULL instead of an empty blob. */
    if (statement->handle)
        statement_note(statement, sqlite3_bind_blob64(statement->handle, parameter,
                                                      data ? data : "", size, SQLITE_STATIC));
}

int statement_check(struct statement *statement, struct error *error)
{
    if (statement->code == SQLITE_OK)
        return 0;
    return connection_fail(statement->connection, statement->code, error);
}

int statement_step(struct statement *statement, struct error *error)
{
    if (statement_check(statement, error) != 0)
        return -1;
    statement->column = -1;
    int code = sqlite3_step(statement->handle);
    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    statement_note(statement, code);
    return connection_fail(statement->connection, code, error);
}

int statement_run(struct statement *statement, struct error *error)
{
    int row = statement_step(statement, error);
    assert(row <= 0);
    return row;
}

int64_t statement_read_integer(struct statement *statement)
{
    return sqlite3_column_int64(statement->handle, ++statement->column);
}

const char *statement_borrow_text(struct statement *statement)
{
    int column = ++statement->column;
    const char *text = (const char *)sqlite3_column_text(statement->handle, column);
    if (!text && sqlite3_column_type(statement->handle, column) != SQLITE_NULL)
        statement_note(statement, SQLITE_NOMEM);
    return text;
}

char *statement_read_text(struct statement *statement)
{
    const char *text = statement_borrow_text(statement);
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        statement_note(statement, SQLITE_NOMEM);
    return copy;
}

const void *statement_borrow_blob(struct statement *statement, size_t *size)
{
    int column = ++statement->column;
    const void *data = sqlite3_column_blob(statement->handle, column);
    *size = (size_t)sqlite3_column_bytes(statement->handle, column);
    if (!data && *size > 0)
        statement_note(statement, SQLITE_NOMEM);
    return data;
}
