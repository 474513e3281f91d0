/* First fit over a list that is sorted by offset. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static bool meet(const struct arena_item *a, const struct arena_item *b)
{
    return a->first <= b->last && b->first <= a->last;
}

void arena_place(struct arena *arena, struct arena_item *item)
{
    int64_t offset = 0;

    assert(item->size >= 0 && item->first <= item->last);
    for (int i = 0; i < arena->count; i++) {
        const struct arena_item *other = arena->placed[i];
        if (!meet(item, other))
            continue;
        if (other->offset >= offset + item->size)
            break;
        if (other->offset + other->size > offset)
            offset = other->offset + other->size;
    }
    item->offset = offset;
    if (offset + item->size > arena->size)
        arena->size = offset + item->size;

    int at = arena->count;
    while (at > 0 && arena->placed[at - 1]->offset > offset)
        at--;
    memmove(&arena->placed[at + 1], &arena->placed[at],
            (size_t)(arena->count - at) * sizeof(arena->placed[0]));
    arena->placed[at] = item;
    arena->count++;
}
