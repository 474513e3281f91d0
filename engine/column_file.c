/* Writing a column file. Reading one is dataset.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_file.h"
#include "base/fields.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct column_file_preamble) == COLUMN_FILE_ALIGNMENT,
               "the preamble fills the first section");

void column_file_start(struct column_file *file, int descriptor, uint64_t limit)
{
    *file = (struct column_file){
        .file = descriptor, .end = sizeof(struct column_file_preamble), .limit = limit};
}

int column_file_reserve(struct column_file *file, uint64_t count, uint64_t width,
                        struct column_section *section, struct error *error)
{
    uint64_t size, end;
    if (__builtin_mul_overflow(count, width, &size) ||
        __builtin_add_overflow(file->end, size, &end) || end > file->limit)
        return error_set(error, ERROR_TOO_LARGE,
                         "the parsed dataset would be larger than the limit of %" PRIu64 " bytes",
                         file->limit);
    *section = (struct column_section){.offset = file->end, .size = size};
    uint64_t rest = end % COLUMN_FILE_ALIGNMENT;
    file->end = rest == 0 ? end : end + COLUMN_FILE_ALIGNMENT - rest;
    return 0;
}

int column_file_borrow(const struct column_file *file, uint64_t count, uint64_t width,
                       struct column_section *section, struct error *error)
{
    struct column_file copy = *file;
    return column_file_reserve(&copy, count, width, section, error);
}

/* A hole lies before it, which takes no space. */
uint64_t column_file_beyond(const struct column_file *file)
{
    enum { PAGE = 4096 };
    uint64_t start;
    return __builtin_add_overflow(file->limit, PAGE, &start) ? UINT64_MAX : start / PAGE * PAGE;
}

/* A process that passes its limit is ended by a signal. */
bool column_file_may_reach(uint64_t offset)
{
    struct rlimit most;
    return offset <= INT64_MAX && getrlimit(RLIMIT_FSIZE, &most) == 0 && offset <= most.rlim_cur;
}

void column_file_cut(const struct column_file *file, uint64_t offset)
{
    struct stat status;
    if (fstat(file->file, &status) != 0 || (uint64_t)status.st_size <= offset ||
        ftruncate(file->file, (off_t)offset) != 0)
        return; /* what is there stays until the file is finished */
}

int column_file_write(const struct column_file *file, uint64_t offset, const void *data,
                      size_t size, struct error *error)
{
    const char *at = data;
    while (size > 0) {
        ssize_t written = pwrite(file->file, at, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return error_set_errno(error, "cannot write the column file");
        at += written;
        size -= (size_t)written;
        offset += (uint64_t)written;
    }
    return 0;
}

int column_file_read(const struct column_file *file, uint64_t offset, void *data, size_t size,
                     struct error *error)
{
    char *at = data;
    while (size > 0) {
        ssize_t got = pread(file->file, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, "cannot read the column file");
        if (got == 0)
            return error_set(error, ERROR_IO, "the column file ended while it was written");
        at += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

int column_file_finish(struct column_file *file, uint64_t rows, const json_t *header,
                       struct error *error)
{
    AUTO_FREE char *text = fields_print(header);
    if (text == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the column file's header");
    struct column_section section = {0};
    if (column_file_reserve(file, strlen(text), 1, &section, error) != 0)
        return -1;
    struct column_file_preamble preamble = {.version = COLUMN_FILE_VERSION,
                                            .byte_order = COLUMN_FILE_ORDER,
                                            .rows = rows,
                                            .header_offset = section.offset,
                                            .header_size = section.size,
                                            .file_size = section.offset + section.size};
    memcpy(preamble.magic, COLUMN_FILE_MAGIC, sizeof(preamble.magic));
    if (column_file_write(file, section.offset, text, section.size, error) != 0)
        return -1;
    if (ftruncate(file->file, (off_t)preamble.file_size) != 0)
        return error_set_errno(error, "cannot cut the column file");
    return column_file_write(file, 0, &preamble, sizeof(preamble), error);
}

void column_stream_start(struct column_stream *stream, const struct column_file *file,
                         struct column_section section, char *buffer, size_t capacity)
{
    *stream = (struct column_stream){.file = file,
                                     .offset = section.offset,
                                     .left = section.size,
                                     .buffer = buffer,
                                     .capacity = capacity};
}

/* Both passes over the input must agree: a source that was changed in between ends here and not in
 * the next section. */
static int write_out(struct column_stream *stream, const void *data, size_t size,
                     struct error *error)
{
    if (size > stream->left)
        return error_set(error, ERROR_IO, "the uploaded file was changed while it was read");
    if (column_file_write(stream->file, stream->offset, data, size, error) != 0)
        return -1;
    stream->offset += size;
    stream->left -= size;
    return 0;
}

int column_stream_flush(struct column_stream *stream, struct error *error)
{
    size_t size = stream->used;
    stream->used = 0;
    return write_out(stream, stream->buffer, size, error);
}

int column_stream_append_long(struct column_stream *stream, const void *data, size_t size,
                              struct error *error)
{
    if (column_stream_flush(stream, error) != 0)
        return -1;
    if (size >= stream->capacity)
        return write_out(stream, data, size, error);
    memcpy(stream->buffer, data, size);
    stream->used = size;
    return 0;
}
