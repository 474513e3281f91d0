/* A piece of a file as memory, without a copy. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_FILE_VIEW_H
#define PROPD_BASE_FILE_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* All zero is a closed one. */
struct file_view {
    const uint8_t *data;
    size_t size;
    void *map;
    size_t map_size;
};

/* Looks at `size` > 0 bytes from `offset` on, for reading. -1 with errno, which leaves it closed:
 * not every file can be seen like this. The file must have these bytes as long as the view is open,
 * so it is for files that only this process changes. */
int file_view_open(struct file_view *view, int file, uint64_t offset, size_t size) MUST_CHECK;
void file_view_close(struct file_view *view);

#endif
