/* Plain files by pread, gzip (RFC 1952, one or more members) by zlib in constant memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PACKED_SIZE = 1 << 16, GZIP_WINDOW = 15 + 16, VIEW_SIZE = 1 << 20 };

static ssize_t read_file(struct input *input, void *data, size_t size, struct error *error)
{
    for (;;) {
        ssize_t got = pread(input->file, data, size, (off_t)input->offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, "cannot read %s", input->name);
        input->offset += (uint64_t)got;
        return got;
    }
}

static int broken_gzip(const struct input *input, struct error *error)
{
    return error_set(error, ERROR_INVALID, "%s is gzip but damaged or cut short: %s", input->name,
                     input->inflater.msg == NULL ? "unexpected end" : input->inflater.msg);
}

static int refill(struct input *input, struct error *error)
{
    ssize_t got = read_file(input, input->packed, PACKED_SIZE, error);
    if (got < 0)
        return -1;
    input->inflater.next_in = input->packed;
    input->inflater.avail_in = (uInt)got;
    return 0;
}

/* After a member's end: another member, or only padding and the end of the file. */
static int start_next_member(struct input *input, struct error *error)
{
    if (input->inflater.avail_in == 0 && refill(input, error) != 0)
        return -1;
    if (input->inflater.avail_in == 0 || input->inflater.next_in[0] != 0x1f) {
        input->ended = true;
        return 0;
    }
    return inflateReset(&input->inflater) == Z_OK ? 0 : broken_gzip(input, error);
}

/* At least one byte unless the end was reached. */
static ssize_t inflate_some(struct input *input, void *data, size_t size, struct error *error)
{
    z_stream *inflater = &input->inflater;
    inflater->next_out = data;
    inflater->avail_out = (uInt)size;
    while (inflater->avail_out == size && !input->ended) {
        if (inflater->avail_in == 0) {
            if (refill(input, error) != 0)
                return -1;
            if (inflater->avail_in == 0 && input->may_be_cut) {
                input->ended = input->is_cut = true;
                break;
            }
            if (inflater->avail_in == 0)
                return broken_gzip(input, error);
        }
        int status = inflate(inflater, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR)
            return error_set(error, ERROR_MEMORY, "out of memory for unpacking gzip");
        if (status != Z_OK && status != Z_STREAM_END)
            return broken_gzip(input, error);
        if (status == Z_STREAM_END && start_next_member(input, error) != 0)
            return -1;
    }
    return (ssize_t)(size - inflater->avail_out);
}

/* The view that holds the byte at input->offset; false at the end, and for what cannot be seen so.
 */
static bool find_view(struct input *input)
{
    struct stat status;
    uint64_t start = input->offset / VIEW_SIZE * VIEW_SIZE;
    if (input->view.map != NULL && input->view_offset == start &&
        input->offset - start < input->view.size)
        return true;
    file_view_close(&input->view);
    if (input->size == INPUT_SIZE_UNKNOWN || fstat(input->file, &status) != 0 ||
        (uint64_t)status.st_size <= input->offset)
        return false;
    uint64_t left = (uint64_t)status.st_size - start;
    input->view_offset = start;
    return file_view_open(&input->view, input->file, start,
                          left < VIEW_SIZE ? (size_t)left : VIEW_SIZE) == 0;
}

/* Copies out of a view, which costs a fraction of what pread does. */
static ssize_t read_plain(struct input *input, void *data, size_t size, struct error *error)
{
    if (!find_view(input))
        return read_file(input, data, size, error);
    size_t at = (size_t)(input->offset - input->view_offset);
    size_t count = input->view.size - at < size ? input->view.size - at : size;
    memcpy(data, input->view.data + at, count);
    input->offset += count;
    return (ssize_t)count;
}

int input_open(struct input *input, const struct dataset_source *source,
               const struct dataset_limits *limits, struct error *error)
{
    *input = (struct input){.name = source->name,
                            .file = source->file,
                            .limit = limits->bytes,
                            .called_off = limits->called_off};
    uint8_t magic[2];
    struct stat status;
    input->size = fstat(source->file, &status) == 0 && S_ISREG(status.st_mode)
                      ? (uint64_t)status.st_size
                      : INPUT_SIZE_UNKNOWN;
    ssize_t got = read_file(input, magic, sizeof(magic), error);
    if (got < 0)
        return -1;
    input->offset = 0;
    if (got < 2 || magic[0] != 0x1f || magic[1] != 0x8b)
        return 0;
    input->packed = malloc(PACKED_SIZE);
    if (input->packed == NULL || inflateInit2(&input->inflater, GZIP_WINDOW) != Z_OK) {
        free(input->packed);
        input->packed = NULL;
        return error_set(error, ERROR_MEMORY, "out of memory for unpacking gzip");
    }
    input->gzip = true;
    input->size = INPUT_SIZE_UNKNOWN;
    return 0;
}

void input_close(struct input *input)
{
    if (input->gzip)
        inflateEnd(&input->inflater);
    free(input->packed);
    file_view_close(&input->view);
    *input = (struct input){0};
}

ssize_t input_read(struct input *input, void *data, size_t size, struct error *error)
{
    size_t used = 0;
    while (used < size && !input->ended) {
        if (input->called_off != NULL && atomic_load(input->called_off))
            return error_set(error, ERROR_BUSY, "reading %s was called off", input->name);
        size_t room = size - used < 1 << 30 ? size - used : 1 << 30;
        ssize_t got = input->gzip ? inflate_some(input, (char *)data + used, room, error)
                                  : read_plain(input, (char *)data + used, room, error);
        if (got < 0)
            return -1;
        if (got == 0)
            input->ended = true;
        used += (size_t)got;
        input->given += (uint64_t)got;
        if (input->given > input->limit)
            return error_set(error, ERROR_TOO_LARGE,
                             "%s is larger than the limit of %" PRIu64 " bytes%s", input->name,
                             input->limit, input->gzip ? " when unpacked" : "");
    }
    return (ssize_t)used;
}

typedef uint8_t lanes_t __attribute__((vector_size(16)));

/* Sixteen counts at once, for as long as none of them can overflow. */
static int64_t count_feeds(const uint8_t *data, size_t size)
{
    enum { LANES = sizeof(lanes_t), ROUNDS = 255 };
    int64_t count = 0;
    size_t at = 0;
    while (size - at >= LANES) {
        lanes_t lanes = {0}, bytes;
        size_t left = (size - at) / LANES, rounds = left < ROUNDS ? left : ROUNDS;
        for (const uint8_t *end = data + at + rounds * LANES; data + at < end; at += LANES) {
            memcpy(&bytes, data + at, sizeof(bytes));
            lanes -= (lanes_t)(bytes == '\n'); /* all ones where they are equal */
        }
        for (int i = 0; i < LANES; i++)
            count += lanes[i];
    }
    for (; at < size; at++)
        count += data[at] == '\n';
    return count;
}

int64_t input_count_lines(struct input *input)
{
    int64_t count = 0;
    bool open_line = false;
    if (input->gzip || input->size == INPUT_SIZE_UNKNOWN)
        return 0;
    for (uint64_t at = 0; at < input->size; at += VIEW_SIZE) {
        struct file_view view;
        uint64_t left = input->size - at;
        if ((input->called_off != NULL && atomic_load(input->called_off)) ||
            file_view_open(&view, input->file, at, left < VIEW_SIZE ? (size_t)left : VIEW_SIZE) !=
                0)
            return 0;
        count += count_feeds(view.data, view.size);
        open_line = view.data[view.size - 1] != '\n';
        file_view_close(&view);
    }
    return count + open_line;
}

int input_rewind(struct input *input, struct error *error)
{
    input->offset = 0;
    input->given = 0;
    input->ended = false;
    if (!input->gzip)
        return 0;
    input->inflater.avail_in = 0;
    return inflateReset(&input->inflater) == Z_OK ? 0 : broken_gzip(input, error);
}
