/* Opening and closing the store: the order in which lock, writer, schema, readers and files come
 * up and go down. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/store.h"
#include "base/compiler.h"
#include "storage/health.h"
#include "storage/internal.h"
#include "storage/migrations.h"
#include "storage/statement.h"
#include "storage/tables.h"
#include "storage/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { READERS_DEFAULT = 4 };

int store_read(struct store *store, connection_fn run, void *context, struct error *error)
{
    return readers_run(store->readers, run, context, error);
}

int store_write(struct store *store, connection_fn run, void *context, struct error *error)
{
    return writer_run(store->writer, run, context, error);
}

int store_reserve(struct store *store, size_t size, struct error *error)
{
    return space_reserve(&store->space, size, error);
}

int store_write_growing(struct store *store, size_t size, connection_fn run, void *context,
                        struct error *error)
{
    if (store_reserve(store, size, error) != 0)
        return -1;
    return writer_run(store->writer, run, context, error);
}

/* The writer's connection with the schema of this version, on a database that is sound. */
static int database_open(struct store *store, struct error *error)
{
    bool unclean = health_is_doubtful(store->database_path);
    struct connection *connection = connection_open_writer(store->database_path, error);
    if (!connection)
        return -1;
    if ((unclean && health_check(connection, error) != 0) ||
        migrations_run(connection, store->database_path, migrations, migration_count, error) != 0) {
        connection_close(connection);
        return -1;
    }
    connection_note_changes(connection, store->changes);
    store->writer = writer_start(connection, error);
    return store->writer ? 0 : -1;
}

static int store_start(struct store *store, const struct store_options *options,
                       struct error *error)
{
    int readers = options->reader_count > 0 ? options->reader_count : READERS_DEFAULT;
    if (files_open(&store->files, options->folder, error) != 0 ||
        space_open(&store->space, store->files.folder, options->free_space_floor, error) != 0)
        return -1;
    store->changes = changes_create(error);
    if (!store->changes)
        return -1;
    store->database_path = text_print(error, "%s/propd.db", store->files.folder);
    if (!store->database_path || database_open(store, error) != 0)
        return -1;
    store->readers = readers_open(store->database_path, readers, error);
    if (!store->readers)
        return -1;
    return files_sweep(&store->files, dataset_file_is_wanted, store, error);
}

struct store *store_open(const struct store_options *options, struct error *error)
{
    struct store *store = calloc(1, sizeof(*store));
    if (!store) {
        error_set(error, ERROR_MEMORY, "no memory for the store");
        return NULL;
    }
    pthread_mutex_init(&store->dataset_files, NULL);
    pthread_mutex_init(&store->deliveries, NULL);
    if (store_start(store, options, error) != 0) {
        store_close(store);
        return NULL;
    }
    return store;
}

/* The readers go first: the last connection to close, the writer's, removes the log. */
void store_close(struct store *store)
{
    if (!store)
        return;
    readers_close(store->readers);
    writer_stop(store->writer);
    changes_free(store->changes);
    space_close(&store->space);
    files_close(&store->files);
    pthread_mutex_destroy(&store->dataset_files);
    pthread_mutex_destroy(&store->deliveries);
    free(store->database_path);
    free(store);
}

struct changes *store_changes(struct store *store)
{
    return store->changes;
}

void store_on_events(struct store *store, void (*notify)(void *context, int64_t seq), void *context)
{
    writer_on_events(store->writer, notify, context);
}

int store_upload_create(struct store *store, char **path, struct error *error)
{
    if (space_reserve(&store->space, 0, error) != 0)
        return -1;
    return files_upload_create(&store->files, path, error);
}

uint64_t store_free_space(struct store *store)
{
    return space_above_floor(&store->space);
}

static int statistics_run(struct connection *connection, void *context, struct error *error)
{
    struct store_statistics *statistics = context;
    AUTO_CLEAR(statement_end)
    struct statement sum = statement_start(
        connection, "SELECT coalesce(sum(bytes), 0) FROM "
                    "(SELECT max(file_bytes) AS bytes FROM datasets GROUP BY file_sha256)");
    if (statement_step(&sum, error) != 1)
        return -1;
    statistics->dataset_bytes = (uint64_t)statement_read_integer(&sum);
    return schema_version(connection, &statistics->schema_version, error);
}

static uint64_t file_size(const char *path, const char *suffix)
{
    struct stat status;
    AUTO_FREE char *whole = text_print(NULL, "%s%s", path, suffix);
    if (!whole || stat(whole, &status) != 0)
        return 0;
    return (uint64_t)status.st_size;
}

const struct timing *store_commit_timing(const struct store *store)
{
    return writer_timing(store->writer);
}

int store_statistics(struct store *store, struct store_statistics *statistics, struct error *error)
{
    struct store_statistics found = {0};
    if (store_read(store, statistics_run, &found, error) != 0)
        return -1;
    found.database_bytes =
        file_size(store->database_path, "") + file_size(store->database_path, "-wal");
    found.free_bytes = space_free(&store->space);
    found.floor_bytes = store->space.floor;
    writer_count(store->writer, &found.commits, &found.operations);
    found.reads = readers_count(store->readers);
    *statistics = found;
    return 0;
}
