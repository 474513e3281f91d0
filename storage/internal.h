/* The open store, and what the table files use of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_INTERNAL_H
#define PROPD_STORAGE_INTERNAL_H

#include <pthread.h>

#include "storage/connection.h"
#include "storage/files.h"
#include "storage/readers.h"
#include "storage/space.h"
#include "storage/store.h"
#include "storage/writer.h"

struct store {
    struct files files;
    struct space space;
    struct writer *writer;
    struct readers *readers;
    struct changes *changes;
    char *database_path;
    bool announces_ends;        /* set before the first change */
    pthread_mutex_t deliveries; /* guards the next two */
    void (*deliveries_notify)(void *context);
    void *deliveries_context;
    pthread_mutex_t dataset_files; /* held while a dataset's file and its row change together */
    bool dataset_files_held;       /* under it: no file goes while a backup reads them, … */
    bool dataset_files_dropped;    /* … after which those go that would have gone meanwhile */
};

/* Runs in a snapshot of a read connection. */
int store_read(struct store *store, connection_fn run, void *context, struct error *error);
/* Runs in the writer's transaction; returns after the commit. For what frees or barely grows. */
int store_write(struct store *store, connection_fn run, void *context, struct error *error);
/* Before a write that adds about `size` bytes: ERROR_STORAGE_FULL at the floor. */
int store_reserve(struct store *store, size_t size, struct error *error);
/* Both. */
int store_write_growing(struct store *store, size_t size, connection_fn run, void *context,
                        struct error *error);

#endif
