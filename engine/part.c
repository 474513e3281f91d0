/* Bounded memory: what is read is held once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/part.h"
#include "base/bytes.h"
#include "engine/formats/format.h"

#include <string.h>
#include <unistd.h>

enum { PART_MOST = 16 << 20, BLOCK_SIZE = 1 << 16 };

/* True in *more where the source goes on. */
static int read_beginning(struct input *input, struct bytes *bytes, bool *more, struct error *error)
{
    ssize_t got = 1;
    while (got > 0 && bytes->size < PART_MOST) {
        uint8_t *block = bytes_extend(bytes, BLOCK_SIZE);
        if (block == NULL)
            return bytes_check(bytes, error);
        got = input_read(input, block, BLOCK_SIZE, error);
        if (got < 0)
            return -1;
        bytes->size -= BLOCK_SIZE - (size_t)got;
    }
    *more = got > 0;
    return 0;
}

static const struct format *find_format(const struct bytes *bytes, const char *name,
                                        const struct dataset_options *options, struct error *error)
{
    const struct format *format = format_find(dataset_format_names[options->format]);
    size_t size = bytes->size < FORMAT_HEAD_SIZE ? bytes->size : FORMAT_HEAD_SIZE;
    if (bytes->size == 0)
        (void)error_set(error, ERROR_INVALID, "%s is empty: a dataset has at least one row", name);
    else if (format == NULL)
        format = format_sniff(bytes->data, size, name, error);
    return bytes->size == 0 ? NULL : format;
}

static int write_all(const struct bytes *bytes, int file, struct error *error)
{
    for (size_t at = 0; at < bytes->size;) {
        ssize_t written = write(file, bytes->data + at, bytes->size - at);
        if (written < 0)
            return error_set_errno(error, "cannot write the beginning of a file");
        at += (size_t)written;
    }
    return 0;
}

/* A quote at a line's beginning or behind a separator. */
static bool has_quotes(const struct bytes *bytes)
{
    for (size_t i = 0; i < bytes->size; i++)
        if (bytes->data[i] == '"' && (i == 0 || memchr(",;\t|\n\r", bytes->data[i - 1], 6) != NULL))
            return true;
    return false;
}

static int make(struct input *input, const struct dataset_options *options, int file,
                struct dataset_part *part, struct error *error)
{
    struct bytes bytes AUTO_CLEAR(bytes_clear) = {0};
    bool more = false;
    input->may_be_cut = true;
    if (read_beginning(input, &bytes, &more, error) != 0)
        return -1;
    const struct format *format = find_format(&bytes, input->name, options, error);
    size_t whole = bytes.size;
    if (format == NULL || (format->cut != NULL && format->cut(&bytes, options, error) != 0))
        return -1;
    *part = (struct dataset_part){.format = format->kind.name,
                                  .gzip = input->gzip,
                                  .is_cut = more || input->is_cut || bytes.size != whole,
                                  .has_quotes = format == &csv_format && has_quotes(&bytes),
                                  .bytes_read = bytes.size};
    return write_all(&bytes, file, error);
}

int dataset_part_make(const struct dataset_source *source, const struct dataset_options *options,
                      int file, struct dataset_part *part, struct error *error)
{
    const struct dataset_limits limits = {.bytes = UINT64_MAX};
    struct input input;
    if (input_open(&input, source, &limits, error) != 0)
        return -1;
    int result = make(&input, options, file, part, error);
    input_close(&input);
    return result;
}
