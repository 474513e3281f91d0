/* The one thread that writes: operations of all threads are queued, run in one transaction with a
 * savepoint each, and answered once the commit is on disk (group commit). It also moves the
 * write-ahead log into the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_WRITER_H
#define PROPD_STORAGE_WRITER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/timing.h"
#include "storage/connection.h"

enum { WRITER_GROUP_MAX = 1000, WRITER_GROUP_MS = 5, WRITER_PATIENCE_MS = 20 };

struct writer;

/* Takes the connection, also when it fails. */
struct writer *writer_start(struct connection *connection_taken, struct error *error);
/* Runs what is queued, truncates the log, closes the connection. No writer_run() may come after. */
void writer_stop(struct writer *writer);

/* Its caller's, who sets the first three, until writer_end() has returned. It may be undone with
 * others of its group, for a full disk say; so it must set what callers see only through `context`,
 * to be looked at after a return of 0. */
struct operation {
    connection_fn run;
    void *context;
    bool is_patient; /* it may wait for another to share its commit, for WRITER_PATIENCE_MS */
    /* The writer's. */
    int result;
    struct error error;
    bool queued, done;
    pthread_cond_t finished;
    struct operation *next;
};

/* Queues the operation. Those of one thread run in the order in which it began them. */
void writer_begin(struct writer *writer, struct operation *operation);
/* Whether writer_end() would return at once. */
bool writer_is_done(struct writer *writer, const struct operation *operation);
/* Returns after the operation's commit, which is not put off any more. */
int writer_end(struct writer *writer, struct operation *operation, struct error *error);
/* Both. */
int writer_run(struct writer *writer, connection_fn run, void *context, struct error *error);

void writer_on_events(struct writer *writer, void (*notify)(void *context, int64_t seq),
                      void *context);
void writer_count(struct writer *writer, uint64_t *commits, uint64_t *operations);
/* Of the transactions that were committed; lives as long as the writer. */
const struct timing *writer_timing(const struct writer *writer);

#endif
