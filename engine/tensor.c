/* Named arrays and their elements. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tensor.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS_BITS = 40 };

const struct tensor_type tensor_types[] = {{"BOOL", {ARRAY_BOOLEAN, false, 1}, false, true},
                                           {"UINT8", {ARRAY_UNSIGNED, false, 1}, false, true},
                                           {"UINT16", {ARRAY_UNSIGNED, false, 2}, false, true},
                                           {"UINT32", {ARRAY_UNSIGNED, false, 4}, false, true},
                                           {"UINT64", {ARRAY_UNSIGNED, false, 8}, false, true},
                                           {"INT8", {ARRAY_SIGNED, false, 1}, false, true},
                                           {"INT16", {ARRAY_SIGNED, false, 2}, false, true},
                                           {"INT32", {ARRAY_SIGNED, false, 4}, false, true},
                                           {"INT64", {ARRAY_SIGNED, false, 8}, false, true},
                                           {"FP16", {ARRAY_FLOAT, false, 2}, false, false},
                                           {"FP32", {ARRAY_FLOAT, false, 4}, false, true},
                                           {"FP64", {ARRAY_FLOAT, false, 8}, false, true},
                                           {"BYTES", {ARRAY_BYTES, false, 0}, true, true},
                                           {.name = NULL}};

const struct tensor_type *tensor_type_find(const char *name)
{
    for (const struct tensor_type *type = tensor_types; type->name != NULL; type++)
        if (strcmp(type->name, name) == 0)
            return type;
    return NULL;
}

int tensor_set_sizes(struct tensor *tensor, const int64_t *sizes, size_t rank, const char *path,
                     struct error *error)
{
    int64_t product = 1;
    if (rank == 0 || rank > TENSOR_RANK_MAX)
        return error_set_at(error, ERROR_INVALID, path, "must have 1 to %d dimensions, not %zu",
                            TENSOR_RANK_MAX, rank);
    for (size_t i = 0; i < rank; i++) {
        if (sizes[i] < 0)
            return error_set_at(error, ERROR_INVALID, path,
                                "must have no negative dimension, as %" PRId64, sizes[i]);
        if (__builtin_mul_overflow(product, sizes[i], &product) || product >> ELEMENTS_BITS != 0)
            return error_set_at(error, ERROR_INVALID, path, "has more elements than 2^%d",
                                ELEMENTS_BITS);
        tensor->sizes[i] = sizes[i];
    }
    tensor->rank = (int)rank;
    tensor->elements = product;
    return 0;
}

void tensor_shape_append(const struct tensor *tensor, struct bytes *text)
{
    for (int i = 0; i < tensor->rank; i++)
        bytes_printf(text, "%s%" PRId64, i > 0 ? ", " : "[", tensor->sizes[i]);
    bytes_append_u8(text, ']');
}

/* ---- sizes of the data */

/* The text at `at`, which moves behind it; false where it does not end within the data. */
static bool next_text(const struct tensor *tensor, size_t *at, const char **text, size_t *length)
{
    struct bytes_reader reader = {.data = tensor->data, .size = tensor->size, .at = *at};
    *length = bytes_read_u32(&reader);
    *text = bytes_read(&reader, *length);
    *at = reader.at;
    return !reader.failed;
}

static int check_texts(const struct tensor *tensor, const char *path, struct error *error)
{
    const char *text;
    size_t at = 0, length;
    int64_t count = 0;
    for (; at < tensor->size; count++)
        if (!next_text(tensor, &at, &text, &length))
            return error_set_at(error, ERROR_INVALID, path,
                                "ends within element %" PRId64
                                ": each is its length (4 bytes, little-endian) and its bytes",
                                count);
    if (count == tensor->elements)
        return 0;
    return error_set_at(error, ERROR_INVALID, path, "has %" PRId64 " elements, expected %" PRId64,
                        count, tensor->elements);
}

int tensor_check(const struct tensor *tensor, const char *path, struct error *error)
{
    struct bytes shape AUTO_CLEAR(bytes_clear) = {0};
    if (tensor->is_text)
        return check_texts(tensor, path, error);
    if (tensor->size == (size_t)tensor->elements * tensor->array.size)
        return 0;
    tensor_shape_append(tensor, &shape);
    return error_set_at(error, ERROR_INVALID, path,
                        "has %zu bytes of data, expected %zu for the shape %s", tensor->size,
                        (size_t)tensor->elements * tensor->array.size,
                        bytes_text(&shape) != NULL ? (const char *)shape.data : "");
}

/* ---- elements */

/* Where the element lies, counted in elements. */
static int64_t place_of(const struct tensor *tensor, int64_t index)
{
    int64_t place = 0, stride = tensor->elements;
    if (!tensor->fortran)
        return index;
    for (int i = tensor->rank - 1; i >= 0; i--) {
        stride /= tensor->sizes[i];
        place += index % tensor->sizes[i] * stride;
        index /= tensor->sizes[i];
    }
    return place;
}

void tensor_numbers(const struct tensor *tensor, int64_t index, int64_t count, double *numbers)
{
    const size_t size = tensor->array.size;
    assert(!tensor->is_text && !array_type_is_text(&tensor->array));
    assert(index >= 0 && index + count <= tensor->elements);
    if (!tensor->fortran) {
        array_to_doubles(&tensor->array, tensor->data + (size_t)index * size, (size_t)count,
                         numbers);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        array_to_doubles(&tensor->array, tensor->data + (size_t)place_of(tensor, index + i) * size,
                         1, &numbers[i]);
}

static json_t *make_text(const char *text, size_t length, const char *path, struct error *error)
{
    json_t *json = json_stringn(text, length);
    if (json == NULL)
        error_set_at(error, ERROR_INVALID, path, "has text that is not UTF-8");
    return json;
}

static json_t *padded_text(const struct tensor *tensor, int64_t index, const char *path,
                           struct error *error)
{
    struct error failure = {0};
    AUTO_FREE char *text = malloc(array_text_room(&tensor->array) + 1);
    if (text == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for text");
        return NULL;
    }
    const ssize_t length = array_to_text(
        &tensor->array, tensor->data + (size_t)place_of(tensor, index) * tensor->array.size, text,
        &failure);
    if (length < 0) {
        error_set_at(error, failure.code, path, "%s", failure.message);
        return NULL;
    }
    return make_text(text, (size_t)length, path, error);
}

static json_t *make_number(const struct tensor *tensor, double number, const char *path,
                           struct error *error)
{
    static const double exact = 9007199254740992.0; /* 2^53 */
    if (tensor->array.kind == ARRAY_BOOLEAN)
        return json_boolean(number != 0);
    if (isnan(number))
        return json_null();
    if (isinf(number)) {
        error_set_at(error, ERROR_INVALID, path,
                     "must have finite numbers, or NaN for a missing one");
        return NULL;
    }
    if (tensor->array.kind != ARRAY_FLOAT && fabs(number) <= exact)
        return json_integer((json_int_t)number);
    return json_real(number);
}

json_t *tensor_value(struct tensor_cursor *cursor, int64_t index, const char *path,
                     struct error *error)
{
    const struct tensor *tensor = cursor->tensor;
    const char *text;
    size_t length;
    double number;
    if (tensor->is_text) {
        const bool whole = next_text(tensor, &cursor->at, &text, &length);
        assert(whole); /* tensor_check() */
        return whole ? make_text(text, length, path, error) : NULL;
    }
    if (array_type_is_text(&tensor->array))
        return padded_text(tensor, index, path, error);
    tensor_numbers(tensor, index, 1, &number);
    return make_number(tensor, number, path, error);
}
