/* A pool of read-only connections. What runs on one sees a single snapshot of the database. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_READERS_H
#define PROPD_STORAGE_READERS_H

#include "storage/connection.h"

struct readers;

struct readers *readers_open(const char *path, int count, struct error *error);
/* Nobody may still be reading. */
void readers_close(struct readers *readers);

/* How often something was read so far. */
uint64_t readers_count(struct readers *readers);

/* Runs `run` on a free connection, waiting for one. Calls do not nest. */
int readers_run(struct readers *readers, connection_fn run, void *context, struct error *error);

#endif
