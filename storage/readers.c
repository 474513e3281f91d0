/* The pool of read-only connections: a stack of free ones under a mutex. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/readers.h"
#include "storage/statement.h"

#include <pthread.h>
#include <stdlib.h>

struct readers {
    pthread_mutex_t mutex;
    pthread_cond_t released;
    int count, free_count;
    uint64_t reads;
    struct connection *free[]; /* the first free_count are free */
};

struct readers *readers_open(const char *path, int count, struct error *error)
{
    struct readers *readers = calloc(1, sizeof(*readers) + count * sizeof(readers->free[0]));
    if (!readers) {
        error_set(error, ERROR_MEMORY, "no memory for %d read connections", count);
        return NULL;
    }
    pthread_mutex_init(&readers->mutex, NULL);
    pthread_cond_init(&readers->released, NULL);
    readers->count = count;
    while (readers->free_count < count) {
        struct connection *connection = connection_open_reader(path, error);
        if (!connection) {
            readers_close(readers);
            return NULL;
        }
        readers->free[readers->free_count++] = connection;
    }
    return readers;
}

void readers_close(struct readers *readers)
{
    if (!readers)
        return;
    for (int i = 0; i < readers->free_count; i++)
        connection_close(readers->free[i]);
    pthread_cond_destroy(&readers->released);
    pthread_mutex_destroy(&readers->mutex);
    free(readers);
}

static struct connection *connection_hold(struct readers *readers)
{
    pthread_mutex_lock(&readers->mutex);
    while (readers->free_count == 0)
        pthread_cond_wait(&readers->released, &readers->mutex);
    struct connection *connection = readers->free[--readers->free_count];
    readers->reads++;
    pthread_mutex_unlock(&readers->mutex);
    return connection;
}

static void connection_release(struct readers *readers, struct connection *connection)
{
    pthread_mutex_lock(&readers->mutex);
    readers->free[readers->free_count++] = connection;
    pthread_cond_signal(&readers->released);
    pthread_mutex_unlock(&readers->mutex);
}

static int snapshot_begin(struct connection *connection, struct error *error)
{
    AUTO_CLEAR(statement_end) struct statement begin = statement_start(connection, "BEGIN");
    return statement_run(&begin, error);
}

static void snapshot_end(struct connection *connection)
{
    AUTO_CLEAR(statement_end) struct statement end = statement_start(connection, "ROLLBACK");
    statement_run(&end, NULL);
}

uint64_t readers_count(struct readers *readers)
{
    pthread_mutex_lock(&readers->mutex);
    uint64_t reads = readers->reads;
    pthread_mutex_unlock(&readers->mutex);
    return reads;
}

int readers_run(struct readers *readers, connection_fn run, void *context, struct error *error)
{
    struct connection *connection = connection_hold(readers);
    int result = snapshot_begin(connection, error);
    if (result == 0) {
        result = run(connection, context, error);
        if (!sqlite3_get_autocommit(connection->database))
            snapshot_end(connection);
    }
    connection_release(readers, connection);
    return result;
}
