/* NumPy's types (numpy.org/doc/stable/reference/arrays.interface.html) and their values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/array_type.h"
#include "base/utf8.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static bool size_is_one_of(size_t size, size_t least, size_t most)
{
    return size >= least && size <= most && (size & (size - 1)) == 0;
}

static bool kind_find(char letter, size_t count, struct array_type *type)
{
    type->size = count;
    switch (letter) {
    case 'b':
        type->kind = ARRAY_BOOLEAN;
        return count == 1;
    case 'i':
        type->kind = ARRAY_SIGNED;
        return size_is_one_of(count, 1, 8);
    case 'u':
        type->kind = ARRAY_UNSIGNED;
        return size_is_one_of(count, 1, 8);
    case 'f':
        type->kind = ARRAY_FLOAT;
        return size_is_one_of(count, 2, 8);
    case 'S':
        type->kind = ARRAY_BYTES;
        return count >= 1;
    case 'U':
        type->kind = ARRAY_UNICODE;
        type->size = 4 * count;
        return count >= 1 && type->size <= ARRAY_TEXT_MAX;
    default:
        return false;
    }
}

bool array_type_parse(const char *text, size_t length, struct array_type *type)
{
    const char *at = text, *end = text + length;
    size_t count = 0;
    *type = (struct array_type){.big_endian = false};
    if (at < end && strchr("<>|=", *at) != NULL && *at != 0)
        type->big_endian = *at++ == '>';
    if (end - at < 2)
        return false;
    char letter = *at++;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9' || count > ARRAY_TEXT_MAX / 10)
            return false;
        count = count * 10 + (size_t)(*at - '0');
    }
    return count <= ARRAY_TEXT_MAX && kind_find(letter, count, type);
}

bool array_type_is_text(const struct array_type *type)
{
    return type->kind == ARRAY_BYTES || type->kind == ARRAY_UNICODE;
}

/* The element's bits in the lowest bytes. */
static inline uint64_t read_bits(const uint8_t *at, size_t size, bool big_endian)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits |= (uint64_t)at[big_endian ? size - 1 - i : i] << 8 * i;
    return bits;
}

/* Sign, five bits of exponent, ten of mantissa. */
static double half_to_double(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double mantissa = (double)(bits & 1023);
    double value = exponent == 0 ? ldexp(mantissa, -24) : ldexp(mantissa + 1024, exponent - 25);
    if (exponent == 31)
        value = mantissa == 0 ? (double)INFINITY : (double)NAN;
    return (bits & 0x8000) != 0 ? -value : value;
}

static double bits_to_float(uint64_t bits, size_t size)
{
    float single;
    double value;
    uint32_t low = (uint32_t)bits;
    if (size == 2)
        return half_to_double(bits);
    memcpy(&single, &low, sizeof(single));
    memcpy(&value, &bits, sizeof(value));
    return size == 4 ? (double)single : value;
}

static double bits_to_double(uint64_t bits, enum array_kind kind, size_t size)
{
    unsigned unused = 64 - 8 * (unsigned)size;
    switch (kind) {
    case ARRAY_BOOLEAN:
        return bits != 0;
    case ARRAY_SIGNED:
        return (double)((int64_t)(bits << unused) >> unused);
    case ARRAY_UNSIGNED:
        return (double)bits;
    case ARRAY_FLOAT:
        return bits_to_float(bits, size);
    case ARRAY_BYTES:
    case ARRAY_UNICODE:
        break;
    }
    assert(false && "text is no number");
    return 0;
}

void array_to_doubles(const struct array_type *type, const uint8_t *raw, size_t count, double *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = bits_to_double(read_bits(raw + i * type->size, type->size, type->big_endian),
                                type->kind, type->size);
}

size_t array_text_room(const struct array_type *type)
{
    return type->size + 1; /* four bytes of UCS-4 are at most four of UTF-8 */
}

static ssize_t copy_bytes(const uint8_t *raw, size_t size, char *out, struct error *error)
{
    while (size > 0 && raw[size - 1] == 0)
        size--;
    memcpy(out, raw, size);
    out[size] = 0;
    if (memchr(out, 0, size) != NULL)
        return error_set(error, ERROR_INVALID, "has a NUL byte within");
    return utf8_is_valid(out) ? (ssize_t)size : error_set(error, ERROR_INVALID, "is not UTF-8");
}

static ssize_t copy_characters(const struct array_type *type, const uint8_t *raw, char *out,
                               struct error *error)
{
    size_t count = type->size / 4, length = 0;
    while (count > 0 && read_bits(raw + 4 * (count - 1), 4, false) == 0)
        count--;
    for (size_t i = 0; i < count; i++) {
        uint32_t character = (uint32_t)read_bits(raw + 4 * i, 4, type->big_endian);
        if (character == 0)
            return error_set(error, ERROR_INVALID, "has a NUL within");
        if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
            return error_set(error, ERROR_INVALID, "is not Unicode");
        length += utf8_put(character, out + length);
    }
    out[length] = 0;
    return (ssize_t)length;
}

ssize_t array_to_text(const struct array_type *type, const uint8_t *raw, char *out,
                      struct error *error)
{
    assert(array_type_is_text(type));
    return type->kind == ARRAY_BYTES ? copy_bytes(raw, type->size, out, error)
                                     : copy_characters(type, raw, out, error);
}
