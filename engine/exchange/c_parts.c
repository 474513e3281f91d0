/* The functions that C files are made of, out of c_parts/ by c_parts.awk. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"
#include "engine/exchange/c_source.h"
/* `parts`, in an order in which each comes after those that it calls. */
#include "engine/exchange/c_parts.inc"

#include <assert.h>
#include <string.h>

_Static_assert(ARRAY_COUNT(parts) <= C_PARTS_MAX, "a mark for each part");

void c_use(struct c_writer *writer, const char *part)
{
    size_t i = 0;
    while (i < ARRAY_COUNT(parts) && strcmp(parts[i].name, part) != 0)
        i++;
    assert(i < ARRAY_COUNT(parts));
    writer->parts[i] = true;
}

void c_parts_append(const struct c_writer *writer, struct bytes *bytes)
{
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++)
        if (writer->parts[i])
            bytes_append(bytes, parts[i].text, strlen(parts[i].text));
}
