/* How much room the disk has left above the floor that must stay free. Thread-safe. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_STORAGE_SPACE_H
#define PROPD_STORAGE_SPACE_H

#include <pthread.h>
#include <stdint.h>

#include "base/error.h"

struct space {
    const char *folder; /* borrowed */
    uint64_t floor;
    pthread_mutex_t mutex; /* guards everything below */
    uint64_t free_bytes;   /* as statvfs last said */
    uint64_t reserved;     /* for writes since then */
    uint64_t read_ns;
};

/* floor 0: max of 1 GiB and 5 % of the file system, but at most a quarter of what is free. */
int space_open(struct space *space, const char *folder, uint64_t floor, struct error *error);
void space_close(struct space *space);

/* Bytes that are free in all. At most a second old. */
uint64_t space_free(struct space *space);
/* How many of them are above the floor. */
uint64_t space_above_floor(struct space *space);
/* ERROR_STORAGE_FULL where `size` more bytes would go below the floor. */
int space_reserve(struct space *space, uint64_t size, struct error *error);

#endif
