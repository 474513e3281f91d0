/* One SQLite connection with the settings that all of ours share, its prepared statements, and the
 * one place where SQLite's result codes become errors. A connection is used by one thread at a
 * time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_CONNECTION_H
#define PROPD_STORAGE_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/changes.h"

enum { CONNECTION_STATEMENTS_MAX = 256, CONNECTION_BUSY_TIMEOUT_MS = 5000 };

struct connection {
    sqlite3 *database;
    sqlite3_stmt *statements[CONNECTION_STATEMENTS_MAX]; /* hash table by their SQL */
    int statement_count;
    bool opening;  /* a corrupt database is still an error to return, not the end of the process */
    int spoiled;   /* the result code after which the transaction must be rolled back; 0: none */
    int wal_pages; /* in the write-ahead log after the last commit */
    int64_t newest_event;    /* seq of the newest event that this transaction added; 0: none */
    struct changes *changes; /* where the writer notes them; NULL: nowhere */
    bool is_changed[CHANGE_COUNT]; /* by the transaction under way */
    bool has_changed;              /* any of them */
};

/* What runs inside a transaction: returns 0, or -1 with `error` set and then leaves no trace. */
typedef int (*connection_fn)(struct connection *connection, void *context, struct error *error);

/* The one connection that writes and checkpoints: WAL, synchronous=FULL, foreign keys. Makes the
 * file if absent. */
struct connection *connection_open_writer(const char *path, struct error *error);
/* A connection that can only read. The writer's must be open. */
struct connection *connection_open_reader(const char *path, struct error *error);
void connection_close(struct connection *connection);

/* The prepared statement for `sql`, made at its first use and kept. NULL: *code says why. */
sqlite3_stmt *connection_prepare(struct connection *connection, const char *sql, int *code);

/* Sets `error` for a failed call and returns -1. Full disks, I/O errors and lack of memory spoil
 * the transaction; a failed fsync and a corrupt database end the process. */
int connection_fail(struct connection *connection, int code, struct error *error);

/* The writer's connection: from here on what it changes is noted, row by row (sqlite3_update_hook).
 */
void connection_note_changes(struct connection *connection, struct changes *changes);
/* Notes a change that no row of a noted table tells of. */
void connection_change(struct connection *connection, int what);
/* After the commit or rollback: everybody sees them. */
void connection_changes_end(struct connection *connection);

/* Runs SQL that is given once, such as a PRAGMA or a schema. */
int connection_execute(struct connection *connection, const char *sql, struct error *error);

#endif
