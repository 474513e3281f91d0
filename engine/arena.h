/* Sharing memory between things that live at different times. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_ARENA_H
#define PROPD_ENGINE_ARENA_H

#include <stdint.h>

/* Something of `size` that is in use from time `first` to time `last`, both included. */
struct arena_item {
    int64_t size;
    int first, last;
    int64_t offset; /* set by arena_place() */
};

/* A plan in the making: what is placed so far, by offset. `placed` has room for all items. */
struct arena {
    const struct arena_item **placed;
    int count;
    int64_t size; /* of all that is placed */
};

/* Gives the item the lowest offset at which it overlaps nothing that is in use at the same time
 * (first fit), and keeps a pointer to it. */
void arena_place(struct arena *arena, struct arena_item *item);

#endif
