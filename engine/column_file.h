/* The file that an import writes and jobs map: 64 bytes of preamble, sections of raw values, each
 * starting at a multiple of 64 bytes, and a JSON header at the end that says where they lie.
 *
 *     0   8  magic "PROPDCOL"
 *     8   4  version
 *    12   4  0x01020304 in the machine's byte order: values lie as the machine has them
 *    16   8  rows
 *    24   8  offset of the header      32   8  its size
 *    40   8  size of the file          48  16  zero
 *
 * The same input and options give the same bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_COLUMN_FILE_H
#define PROPD_ENGINE_COLUMN_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

enum { COLUMN_FILE_VERSION = 1, COLUMN_FILE_ORDER = 0x01020304, COLUMN_FILE_ALIGNMENT = 64 };
#define COLUMN_FILE_MAGIC "PROPDCOL"

struct column_file_preamble {
    char magic[8];
    uint32_t version, byte_order;
    uint64_t rows, header_offset, header_size, file_size, zero[2];
};

/* A part of the file. */
struct column_section {
    uint64_t offset, size;
};

/* A column file while it is written. Sections are first all reserved, then filled in any order. */
struct column_file {
    int file;
    uint64_t end;   /* of what is reserved */
    uint64_t limit; /* of the whole file */
};

/* Starts on an empty file. */
void column_file_start(struct column_file *file, int descriptor, uint64_t limit);
/* Sets aside `count` times `width` bytes. ERROR_TOO_LARGE where the file would pass its limit. */
int column_file_reserve(struct column_file *file, uint64_t count, uint64_t width,
                        struct column_section *section, struct error *error) MUST_CHECK;
/* Room behind all sections, until the next reservation takes it back. */
int column_file_borrow(const struct column_file *file, uint64_t count, uint64_t width,
                       struct column_section *section, struct error *error) MUST_CHECK;
/* An offset that no section can come to reach, for what is written and read back meanwhile;
 * UINT64_MAX where there is none. */
uint64_t column_file_beyond(const struct column_file *file);
/* Whether a file may be written up to an offset. */
bool column_file_may_reach(uint64_t offset);
/* Gives back what was written from an offset on, as far as can be. */
void column_file_cut(const struct column_file *file, uint64_t offset);
int column_file_write(const struct column_file *file, uint64_t offset, const void *data,
                      size_t size, struct error *error) MUST_CHECK;
/* Reads back what was written. */
int column_file_read(const struct column_file *file, uint64_t offset, void *data, size_t size,
                     struct error *error) MUST_CHECK;
/* Writes the header behind the sections, cuts what was borrowed there, and then writes the
 * preamble.
 */
int column_file_finish(struct column_file *file, uint64_t rows, const json_t *header,
                       struct error *error) MUST_CHECK;

/* Appends to one section through a buffer that the caller lends. */
struct column_stream {
    const struct column_file *file;
    uint64_t offset, left; /* where the buffer goes, and how much room is behind it */
    char *buffer;
    size_t used, capacity;
};

void column_stream_start(struct column_stream *stream, const struct column_file *file,
                         struct column_section section, char *buffer, size_t capacity);
int column_stream_flush(struct column_stream *stream, struct error *error) MUST_CHECK;
int column_stream_append_long(struct column_stream *stream, const void *data, size_t size,
                              struct error *error) MUST_CHECK;

static inline int column_stream_append(struct column_stream *stream, const void *data, size_t size,
                                       struct error *error)
{
    if (size > stream->capacity - stream->used)
        return column_stream_append_long(stream, data, size, error);
    memcpy(stream->buffer + stream->used, data, size);
    stream->used += size;
    return 0;
}

#endif
