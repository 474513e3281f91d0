/* A source's bytes from start to end, inflated where they are gzip, as often as wanted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_INPUT_H
#define PROPD_ENGINE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <zlib.h>

#include "base/error.h"
#include "base/file_view.h"
#include "engine/dataset.h"

#define INPUT_SIZE_UNKNOWN UINT64_MAX

struct input {
    const char *name;
    int file;
    uint64_t limit;                /* of bytes handed out */
    uint64_t size;                 /* of a plain file; INPUT_SIZE_UNKNOWN for gzip */
    const atomic_bool *called_off; /* NULL, or true once reading is to end */
    uint64_t given;                /* since the start */
    uint64_t offset;               /* in the file */
    struct file_view view;         /* of a plain file */
    uint64_t view_offset;          /* of its first byte in the file */
    bool gzip;
    bool may_be_cut; /* gzip that ends too early just ends */
    bool is_cut;     /* and it did */
    bool ended;
    z_stream inflater;
    uint8_t *packed; /* what the inflater reads from; NULL for a plain file */
};

/* Finds out whether the source is gzip. The source stays the caller's. */
int input_open(struct input *input, const struct dataset_source *source,
               const struct dataset_limits *limits, struct error *error) MUST_CHECK;
void input_close(struct input *input);
/* Up to `size` bytes, fewer only at the end; -1 with ERROR_INVALID for broken gzip, ERROR_TOO_LARGE
 * over the limit, ERROR_BUSY once called off. */
ssize_t input_read(struct input *input, void *data, size_t size, struct error *error) MUST_CHECK;
/* How many lines a plain file has, by the line feeds in it; 0 where that takes reading it. */
int64_t input_count_lines(struct input *input);
/* Back to the first byte. */
int input_rewind(struct input *input, struct error *error) MUST_CHECK;

#endif
