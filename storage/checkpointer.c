/* Moving the write-ahead log into the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/checkpointer.h"
#include "storage/statement.h"

enum { PASSIVE_BYTES = 4 << 20, TRUNCATE_BYTES = 64 << 20, TRUNCATE_WAIT_MS = 100 };

static int page_size_read(struct connection *connection)
{
    AUTO_CLEAR(statement_end)
    struct statement read = statement_start(connection, "PRAGMA page_size");
    return statement_step(&read, NULL) == 1 ? (int)statement_read_integer(&read) : 4096;
}

static int log_checkpoint(struct connection *connection, int mode)
{
    int code = sqlite3_wal_checkpoint_v2(connection->database, NULL, mode, NULL, NULL);
    if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_LOCKED)
        connection_fail(connection, code, NULL);
    return code;
}

void checkpointer_truncate(struct connection *connection)
{
    /* TRUNCATE waits for readers, and so would every write behind it. */
    sqlite3_busy_timeout(connection->database, TRUNCATE_WAIT_MS);
    log_checkpoint(connection, SQLITE_CHECKPOINT_TRUNCATE);
    sqlite3_busy_timeout(connection->database, CONNECTION_BUSY_TIMEOUT_MS);
}

void checkpointer_run(struct checkpointer *checkpointer, struct connection *connection)
{
    if (checkpointer->page_size == 0)
        checkpointer->page_size = page_size_read(connection);
    int passive_pages = PASSIVE_BYTES / checkpointer->page_size;
    int pages = connection->wal_pages;
    if (pages < checkpointer->pages || checkpointer->next_pages == 0)
        checkpointer->next_pages = passive_pages; /* the log began anew */
    checkpointer->pages = pages;
    if (pages < checkpointer->next_pages)
        return;
    checkpointer->next_pages = pages + passive_pages;
    if (pages < TRUNCATE_BYTES / checkpointer->page_size)
        log_checkpoint(connection, SQLITE_CHECKPOINT_PASSIVE);
    else
        checkpointer_truncate(connection);
}
