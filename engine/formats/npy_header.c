/* The dictionary is read by a parser of just the Python that NumPy writes: strings, True, False,
 * whole numbers, tuples; keys in any order, each once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/npy_header.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_SIZE_MAX = 1 << 16, RANK_MAX = 32 };

struct cursor {
    const char *at, *end;
};

struct header {
    const char *descr;
    size_t descr_length;
    bool fortran;
    uint64_t sizes[RANK_MAX];
    int rank;
    bool has_descr, has_order, has_shape;
};

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at) != NULL && *cursor->at != 0)
        cursor->at++;
}

/* One character behind blanks. */
static bool take(struct cursor *cursor, char wanted)
{
    skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

/* A string without escapes, in either kind of quotes. */
static bool take_string(struct cursor *cursor, const char **text, size_t *length)
{
    skip_blanks(cursor);
    char quote = cursor->at < cursor->end ? *cursor->at : 0;
    if (quote != '\'' && quote != '"')
        return false;
    *text = ++cursor->at;
    while (cursor->at < cursor->end && *cursor->at != quote && *cursor->at != '\\')
        cursor->at++;
    *length = (size_t)(cursor->at - *text);
    return take(cursor, quote);
}

static bool take_word(struct cursor *cursor, const char *word)
{
    size_t length = strlen(word);
    skip_blanks(cursor);
    if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

static bool take_boolean(struct cursor *cursor, bool *value)
{
    *value = take_word(cursor, "True");
    return *value || take_word(cursor, "False");
}

/* Digits, with the L that Python 2 put behind long ones. */
static bool take_size(struct cursor *cursor, uint64_t *value)
{
    skip_blanks(cursor);
    const char *start = cursor->at;
    *value = 0;
    for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++)
        if (__builtin_mul_overflow(*value, 10, value) ||
            __builtin_add_overflow(*value, (uint64_t)(*cursor->at - '0'), value))
            return false;
    if (cursor->at == start)
        return false;
    if (cursor->at < cursor->end && *cursor->at == 'L')
        cursor->at++;
    return true;
}

/* (), (5,), (5, 3) */
static bool take_tuple(struct cursor *cursor, struct header *header)
{
    if (!take(cursor, '('))
        return false;
    header->rank = 0;
    while (!take(cursor, ')')) {
        if (header->rank == RANK_MAX || !take_size(cursor, &header->sizes[header->rank]))
            return false;
        header->rank++;
        if (!take(cursor, ','))
            return header->rank > 1 && take(cursor, ')');
    }
    return true;
}

static bool is(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

/* One key, its colon and its value. */
static bool take_entry(struct cursor *cursor, struct header *header)
{
    const char *key;
    size_t length;
    if (!take_string(cursor, &key, &length) || !take(cursor, ':'))
        return false;
    if (is(key, length, "descr") && !header->has_descr) {
        header->has_descr = true;
        return take_string(cursor, &header->descr, &header->descr_length);
    }
    if (is(key, length, "fortran_order") && !header->has_order) {
        header->has_order = true;
        return take_boolean(cursor, &header->fortran);
    }
    if (is(key, length, "shape") && !header->has_shape) {
        header->has_shape = true;
        return take_tuple(cursor, header);
    }
    return false;
}

static bool parse(const char *text, size_t size, struct header *header)
{
    struct cursor cursor = {text, text + size};
    *header = (struct header){.rank = 0};
    if (!take(&cursor, '{'))
        return false;
    while (!take(&cursor, '}')) {
        if (!take_entry(&cursor, header))
            return false;
        if (!take(&cursor, ',')) {
            if (!take(&cursor, '}'))
                return false;
            break;
        }
    }
    skip_blanks(&cursor);
    return cursor.at == cursor.end && header->has_descr && header->has_order && header->has_shape;
}

static int apply(const struct header *header, struct array *array, struct error *error)
{
    int shown = header->descr_length < 40 ? (int)header->descr_length : 40;
    if (header->rank == 0)
        return error_set(error, ERROR_INVALID,
                         "%s is a single value (rank 0): an array's first dimension is its rows",
                         array->name);
    if (!array_type_parse(header->descr, header->descr_length, &array->type))
        return error_set(error, ERROR_INVALID,
                         "%s: values of type \"%.*s\" cannot be read: booleans, whole numbers, "
                         "floats and text (b1, i1 … i8, u1 … u8, f2, f4, f8, S, U) can",
                         array->name, shown, header->descr);
    array->fortran = header->fortran;
    return array_set_sizes(array, header->sizes, header->rank, error);
}

/* The version, and with it the length of the header's length. */
static int read_length(const struct byte_source *source, uint32_t *length, uint64_t *start,
                       struct error *error)
{
    uint8_t head[NPY_MAGIC_SIZE + 2], size[4] = {0};
    int status = byte_source_fill(source, head, sizeof(head), error);
    if (status < 0)
        return -1;
    if (status == 0 || memcmp(head, NPY_MAGIC, NPY_MAGIC_SIZE) != 0)
        return error_set(error, ERROR_INVALID,
                         "%s does not begin like NPY: \\x93NUMPY and a version", source->name);
    uint8_t version = head[NPY_MAGIC_SIZE];
    if (version < 1 || version > 3)
        return error_set(error, ERROR_INVALID, "%s has NPY version %d; known are 1, 2 and 3",
                         source->name, version);
    size_t width = version == 1 ? 2 : 4;
    status = byte_source_fill(source, size, width, error);
    if (status == 0)
        return error_set(error, ERROR_INVALID, "%s ends within the NPY header", source->name);
    *length = (uint32_t)size[0] | (uint32_t)size[1] << 8 | (uint32_t)size[2] << 16 |
              (uint32_t)size[3] << 24;
    *start = sizeof(head) + width;
    return status < 0 ? -1 : 0;
}

int npy_header_read(struct array *array, const struct byte_source *source, uint64_t *header_size,
                    struct error *error)
{
    uint32_t length = 0;
    struct header header;
    char text[HEADER_SIZE_MAX];
    if (read_length(source, &length, header_size, error) != 0)
        return -1;
    if (length > HEADER_SIZE_MAX)
        return error_set(error, ERROR_INVALID, "%s has an NPY header of %" PRIu32 " bytes, over %d",
                         source->name, length, HEADER_SIZE_MAX);
    int status = byte_source_fill(source, text, length, error);
    if (status < 0)
        return -1;
    if (status == 0)
        return error_set(error, ERROR_INVALID, "%s ends within the NPY header", source->name);
    if (!parse(text, length, &header))
        return error_set(error, ERROR_INVALID,
                         "%s: the NPY header must be like {'descr': '<f4', 'fortran_order': False, "
                         "'shape': (150, 4), }",
                         source->name);
    *header_size += length;
    if (apply(&header, array, error) != 0)
        return -1;
    return array_check_size(array, *header_size, source->size, error);
}
