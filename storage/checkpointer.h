/* When the write-ahead log moves into the database: PASSIVE at each 4 MiB of it, TRUNCATE beyond
 * 64 MiB. Only the writer's thread calls this, since SQLite 3.40.1 may lose a commit that another
 * connection makes meanwhile (sqlite.org/wal.html#walresetbug). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_CHECKPOINTER_H
#define PROPD_STORAGE_CHECKPOINTER_H

#include "storage/connection.h"

/* All zero at first. */
struct checkpointer {
    int page_size;
    int pages;      /* in the log when last looked at */
    int next_pages; /* the log's length at which the next checkpoint is due */
};

/* After each commit. A checkpoint that a reader holds up is tried again later; one that fails is
 * harmless, as the log has everything, but for a failed fsync, which ends the process. */
void checkpointer_run(struct checkpointer *checkpointer, struct connection *connection);
/* All of the log into the database, at the end. */
void checkpointer_truncate(struct connection *connection);

#endif
