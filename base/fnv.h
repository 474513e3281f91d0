/* FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): where a text goes in a table, or
 * which of a fixed number of inputs it takes. Part of what a model is: the same text has the same
 * hash everywhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_FNV_H
#define PROPD_BASE_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)

/* `hash` of what came before (FNV_START: nothing), with `length` more bytes. */
static inline uint64_t fnv_add(uint64_t hash, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

#endif
