/* A growing run of bytes, and little-endian numbers in and out of it: checkpoints, model files,
 * blobs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_BASE_BYTES_H
#define PROPD_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

/* All zero is an empty one. `failed` stays set once memory ran out: append freely, check once. */
struct bytes {
    uint8_t *data; /* owned */
    size_t size, capacity;
    bool failed;
};

void bytes_clear(struct bytes *bytes);
void bytes_append(struct bytes *bytes, const void *data, size_t size);
void bytes_append_u8(struct bytes *bytes, uint8_t value);
void bytes_append_u32(struct bytes *bytes, uint32_t value);
void bytes_append_u64(struct bytes *bytes, uint64_t value);
void bytes_append_f64(struct bytes *bytes, double value);
/* A u32 length and the bytes of the string without its NUL. */
void bytes_append_string(struct bytes *bytes, const char *text);
void bytes_printf(struct bytes *bytes, const char *format, ...) PRINTF_LIKE(2, 3);
/* Makes room for `size` more bytes, adds them to `size` uninitialized and returns their start, NULL
 * when out of memory. */
void *bytes_extend(struct bytes *bytes, size_t size);
/* A NUL behind the last byte (not counted) and the data as text; NULL when memory ran out. Still
 * owned by `bytes`. */
const char *bytes_text(struct bytes *bytes);
/* 0, or -1 with ERROR_MEMORY when an append failed. */
int bytes_check(const struct bytes *bytes, struct error *error) MUST_CHECK;

/* A cursor over bytes that are somebody else's. Reading past the end sets `failed`, gives zeros and
 * never touches memory outside. */
struct bytes_reader {
    const uint8_t *data;
    size_t size, at;
    bool failed;
};

uint8_t bytes_read_u8(struct bytes_reader *reader);
uint32_t bytes_read_u32(struct bytes_reader *reader);
uint64_t bytes_read_u64(struct bytes_reader *reader);
double bytes_read_f64(struct bytes_reader *reader);
/* `size` bytes inside the reader's data, NULL (and failed) where there are fewer. */
const void *bytes_read(struct bytes_reader *reader, size_t size);
/* A copy as a C string for the caller to free; NULL (and failed) where it is cut short or has a NUL
 * inside. */
char *bytes_read_string(struct bytes_reader *reader);

#endif
