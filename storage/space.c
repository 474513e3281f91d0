/* Free space, asked of the file system at most once a second. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/space.h"
#include "base/clock.h"

#include <inttypes.h>
#include <sys/statvfs.h>

enum { REFRESH_NS = 1000000000 };

static int space_read(struct space *space, struct statvfs *system)
{
    if (statvfs(space->folder, system) != 0)
        return -1;
    space->free_bytes = (uint64_t)system->f_bavail * system->f_frsize;
    space->reserved = 0;
    space->read_ns = clock_now_ns();
    return 0;
}

static uint64_t floor_default(const struct statvfs *system, uint64_t free_bytes)
{
    uint64_t floor = (uint64_t)system->f_blocks * system->f_frsize / 20;
    if (floor < (uint64_t)1 << 30)
        floor = (uint64_t)1 << 30;
    return floor < free_bytes / 4 ? floor : free_bytes / 4;
}

int space_open(struct space *space, const char *folder, uint64_t floor, struct error *error)
{
    struct statvfs system;
    space->folder = folder;
    if (space_read(space, &system) != 0)
        return error_set_errno(error, "the free space of %s cannot be read", folder);
    space->floor = floor ? floor : floor_default(&system, space->free_bytes);
    pthread_mutex_init(&space->mutex, NULL);
    return 0;
}

void space_close(struct space *space)
{
    pthread_mutex_destroy(&space->mutex);
}

/* With the mutex held. A file system that no longer answers keeps its last figure: the write itself
 * will say what is wrong. */
static uint64_t space_left(struct space *space)
{
    struct statvfs system;
    if (clock_now_ns() - space->read_ns >= REFRESH_NS)
        (void)space_read(space, &system);
    return space->free_bytes > space->reserved ? space->free_bytes - space->reserved : 0;
}

uint64_t space_free(struct space *space)
{
    pthread_mutex_lock(&space->mutex);
    uint64_t left = space_left(space);
    pthread_mutex_unlock(&space->mutex);
    return left;
}

uint64_t space_above_floor(struct space *space)
{
    uint64_t left = space_free(space);
    return left > space->floor ? left - space->floor : 0;
}

int space_reserve(struct space *space, uint64_t size, struct error *error)
{
    pthread_mutex_lock(&space->mutex);
    uint64_t left = space_left(space);
    bool fits = left > space->floor && left - space->floor >= size;
    if (fits)
        space->reserved += size;
    pthread_mutex_unlock(&space->mutex);
    if (fits)
        return 0;
    return error_set(error, ERROR_STORAGE_FULL,
                     "%s has %" PRIu64 " bytes free: %" PRIu64 " more would go below the floor of "
                     "%" PRIu64,
                     space->folder, left, size, space->floor);
}
