/* Inputs as sources of bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/byte_source.h"

static ssize_t read_input(void *from, void *data, size_t size, struct error *error)
{
    return input_read(from, data, size, error);
}

struct byte_source byte_source_of_input(struct input *input)
{
    return (struct byte_source){
        .name = input->name, .size = input->size, .from = input, .read = read_input};
}

int byte_source_fill(const struct byte_source *source, void *data, size_t size, struct error *error)
{
    ssize_t got = byte_source_read(source, data, size, error);
    return got < 0 ? -1 : (size_t)got == size;
}

int byte_source_skip(const struct byte_source *source, uint64_t size, struct error *error)
{
    char block[4096];
    while (size > 0) {
        size_t part = size < sizeof(block) ? (size_t)size : sizeof(block);
        int status = byte_source_fill(source, block, part, error);
        if (status <= 0)
            return status;
        size -= part;
    }
    return 1;
}
