/* Where the bytes of one thing come from, a file or a member of an archive, from their start to
 * their end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_BYTE_SOURCE_H
#define PROPD_ENGINE_FORMATS_BYTE_SOURCE_H

#include "engine/input.h"

struct byte_source {
    const char *name; /* for messages */
    uint64_t size;    /* of all of it; INPUT_SIZE_UNKNOWN */
    void *from;
    /* As input_read(). */
    ssize_t (*read)(void *from, void *data, size_t size, struct error *error);
};

struct byte_source byte_source_of_input(struct input *input);
static inline ssize_t byte_source_read(const struct byte_source *source, void *data, size_t size,
                                       struct error *error)
{
    return source->read(source->from, data, size, error);
}
/* 1: exactly `size` bytes were read; 0: there are fewer; -1. */
int byte_source_fill(const struct byte_source *source, void *data, size_t size,
                     struct error *error) MUST_CHECK;
/* Reads and forgets; as byte_source_fill(). */
int byte_source_skip(const struct byte_source *source, uint64_t size,
                     struct error *error) MUST_CHECK;

#endif
