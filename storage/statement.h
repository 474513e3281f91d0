/* One use of a prepared statement: bind in order, step, read columns in order. A failed bind or
 * copy is remembered and reported by the next step or check, so that callers check once.
 *
 *     AUTO_CLEAR(statement_end) struct statement find = statement_start(
 *         connection, "SELECT state FROM jobs WHERE id = ?");
 *     statement_bind_text(&find, id);
 *     int row = statement_step(&find, error); */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_STATEMENT_H
#define PROPD_STORAGE_STATEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "storage/connection.h"

struct statement {
    struct connection *connection;
    sqlite3_stmt *handle;
    int parameter, column; /* the last ones used */
    int code;              /* of the first failure */
    bool is_kept;          /* prepared for further uses */
};

/* `sql` is text that recurs: it stays prepared. Statements of one SQL text do not nest. */
struct statement statement_start(struct connection *connection, const char *sql);
/* `sql` is put together for one use: the statement goes at its end. */
struct statement statement_start_once(struct connection *connection, const char *sql);
/* Resets the statement; what columns gave without a copy is gone. */
void statement_end(struct statement *statement);

/* Borrowed until statement_end(). NULL text binds NULL. */
void statement_bind_text(struct statement *statement, const char *text);
void statement_bind_integer(struct statement *statement, int64_t value);
void statement_bind_number(struct statement *statement, double value);
void statement_bind_null(struct statement *statement);
void statement_bind_blob(struct statement *statement, const void *data, size_t size);

/* 1: there is a row; 0: no more; -1 with `error`. */
int statement_step(struct statement *statement, struct error *error);
/* Runs a statement whose rows nobody reads. */
int statement_run(struct statement *statement, struct error *error);
/* 0, or -1 where a bind or a copy failed. */
int statement_check(struct statement *statement, struct error *error);

/* The next column of the row. */
int64_t statement_read_integer(struct statement *statement);
/* A copy for the caller to free, NULL for NULL. */
char *statement_read_text(struct statement *statement);
/* Valid until the next step or the end. */
const char *statement_borrow_text(struct statement *statement);
const void *statement_borrow_blob(struct statement *statement, size_t *size);

#endif
