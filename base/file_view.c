/* Mapped at once, so that there are no faults on the way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file_view.h"

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

int file_view_open(struct file_view *view, int file, uint64_t offset, size_t size)
{
    size_t before = (size_t)(offset % (uint64_t)sysconf(_SC_PAGESIZE));
    assert(size > 0);
    void *map = mmap(NULL, before + size, PROT_READ, MAP_SHARED | MAP_POPULATE, file,
                     (off_t)(offset - before));
    *view = (struct file_view){0};
    if (map == MAP_FAILED)
        return -1;
    *view = (struct file_view){
        .data = (uint8_t *)map + before, .size = size, .map = map, .map_size = before + size};
    return 0;
}

void file_view_close(struct file_view *view)
{
    if (view->map != NULL)
        (void)munmap(view->map, view->map_size);
    *view = (struct file_view){0};
}
