/* A growing run of bytes and a cursor over one. Numbers are taken apart by shifts, so that the
 * format is little-endian on every machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_clear(struct bytes *bytes)
{
    if (bytes == NULL)
        return;
    free(bytes->data);
    memset(bytes, 0, sizeof(*bytes));
}

/* Room for `size` more, at least doubled, so that n appends cost O(n). */
static bool reserve(struct bytes *bytes, size_t size)
{
    size_t needed = 0;
    if (bytes->failed || __builtin_add_overflow(bytes->size, size, &needed))
        return false;
    if (bytes->data != NULL && needed <= bytes->capacity)
        return true;
    size_t capacity = bytes->capacity <= SIZE_MAX / 2 ? bytes->capacity * 2 : SIZE_MAX;
    if (capacity < 64)
        capacity = 64;
    if (capacity < needed)
        capacity = needed;
    uint8_t *data = realloc(bytes->data, capacity);
    if (data == NULL)
        return false;
    bytes->data = data;
    bytes->capacity = capacity;
    return true;
}

void *bytes_extend(struct bytes *bytes, size_t size)
{
    if (!reserve(bytes, size)) {
        bytes->failed = true;
        return NULL;
    }
    uint8_t *start = bytes->data + bytes->size;
    bytes->size += size;
    return start;
}

void bytes_append(struct bytes *bytes, const void *data, size_t size)
{
    if (size == 0)
        return;
    void *start = bytes_extend(bytes, size);
    if (start != NULL)
        memcpy(start, data, size);
}

static void append_little_endian(struct bytes *bytes, uint64_t value, size_t size)
{
    uint8_t raw[8];
    assert(size <= sizeof(raw));
    for (size_t i = 0; i < size; i++)
        raw[i] = (uint8_t)(value >> (8 * i));
    bytes_append(bytes, raw, size);
}

void bytes_append_u8(struct bytes *bytes, uint8_t value)
{
    bytes_append(bytes, &value, 1);
}

void bytes_append_u32(struct bytes *bytes, uint32_t value)
{
    append_little_endian(bytes, value, 4);
}

void bytes_append_u64(struct bytes *bytes, uint64_t value)
{
    append_little_endian(bytes, value, 8);
}

void bytes_append_f64(struct bytes *bytes, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    append_little_endian(bytes, bits, 8);
}

void bytes_append_string(struct bytes *bytes, const char *text)
{
    size_t size = strlen(text);
    if (size > UINT32_MAX) {
        bytes->failed = true;
        return;
    }
    bytes_append_u32(bytes, (uint32_t)size);
    bytes_append(bytes, text, size);
}

void bytes_printf(struct bytes *bytes, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        bytes->failed = true;
    /* One more for vsnprintf's NUL, taken back at once. */
    char *start = length < 0 ? NULL : bytes_extend(bytes, (size_t)length + 1);
    if (start != NULL) {
        vsnprintf(start, (size_t)length + 1, format, again);
        bytes->size--;
    }
    va_end(again);
}

const char *bytes_text(struct bytes *bytes)
{
    char *end = bytes_extend(bytes, 1);
    if (end == NULL)
        return NULL;
    *end = '\0';
    bytes->size--;
    return (const char *)bytes->data;
}

int bytes_check(const struct bytes *bytes, struct error *error)
{
    if (bytes->failed)
        return error_set(error, ERROR_MEMORY, "out of memory after %zu bytes of output",
                         bytes->size);
    return 0;
}

const void *bytes_read(struct bytes_reader *reader, size_t size)
{
    if (reader->failed || size > reader->size - reader->at) {
        reader->failed = true;
        return NULL;
    }
    /* Of no bytes the place is nobody's, and not NULL, which would say that they are not there. */
    const uint8_t *start = reader->size == 0 ? (const uint8_t *)"" : reader->data + reader->at;
    reader->at += size;
    return start;
}

static uint64_t read_little_endian(struct bytes_reader *reader, size_t size)
{
    const uint8_t *raw = bytes_read(reader, size);
    uint64_t value = 0;
    for (size_t i = 0; raw != NULL && i < size; i++)
        value |= (uint64_t)raw[i] << (8 * i);
    return value;
}

uint8_t bytes_read_u8(struct bytes_reader *reader)
{
    return (uint8_t)read_little_endian(reader, 1);
}

uint32_t bytes_read_u32(struct bytes_reader *reader)
{
    return (uint32_t)read_little_endian(reader, 4);
}

uint64_t bytes_read_u64(struct bytes_reader *reader)
{
    return read_little_endian(reader, 8);
}

double bytes_read_f64(struct bytes_reader *reader)
{
    uint64_t bits = read_little_endian(reader, 8);
    double value = 0;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

char *bytes_read_string(struct bytes_reader *reader)
{
    uint32_t size = bytes_read_u32(reader);
    const char *start = bytes_read(reader, size);
    if (start == NULL)
        return NULL;
    char *text = size > 0 && memchr(start, '\0', size) != NULL ? NULL : malloc((size_t)size + 1);
    if (text == NULL) {
        reader->failed = true;
        return NULL;
    }
    memcpy(text, start, size);
    text[size] = '\0';
    return text;
}
