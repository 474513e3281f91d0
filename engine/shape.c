/* Shapes of tensors and sizes, with every product checked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/shape.h"

#include <assert.h>
#include <stdio.h>

/* A tensor of 2^40 floats is 4 TiB: beyond any machine that this is for, and far enough from 2^63
 * that sums and byte counts of a few of them cannot overflow. */
static const int64_t ELEMENTS_MAX = INT64_C(1) << 40;

int64_t shape_elements(const struct shape *shape, struct error *error)
{
    int64_t elements = 1;
    char text[160];

    for (int i = 0; i < shape->rank; i++) {
        assert(shape->dims[i] >= 0);
        if (__builtin_mul_overflow(elements, shape->dims[i], &elements) ||
            elements > ELEMENTS_MAX) {
            error_set(error, ERROR_INVALID, "a tensor of shape %s has more than 2^40 elements",
                      shape_text(shape, text, sizeof(text)));
            return -1;
        }
    }
    return elements;
}

int shape_check(const struct shape *shape, const char *path, const char *what, struct error *error)
{
    char text[160];

    if (shape_elements(shape, NULL) >= 0)
        return 0;
    return error_set_at(error, ERROR_TOO_LARGE, path, "has %s of shape %s: more than 2^40 elements",
                        what, shape_text(shape, text, sizeof(text)));
}

bool shape_equal(const struct shape *a, const struct shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dims[i] != b->dims[i])
            return false;
    return true;
}

int64_t shape_last(const struct shape *shape)
{
    assert(shape->rank > 0);
    return shape->dims[shape->rank - 1];
}

char *shape_text(const struct shape *shape, char *text, size_t size)
{
    size_t at = 0;

    assert(size > 0);
    text[0] = '\0';
    for (int i = 0; i <= shape->rank; i++) {
        int length = 0;
        if (i < shape->rank)
            length = snprintf(text + at, size - at, "%s%lld", i == 0 ? "[" : ", ",
                              (long long)shape->dims[i]);
        else
            length = snprintf(text + at, size - at, "%s]", shape->rank == 0 ? "[" : "");
        if (length < 0 || (size_t)length >= size - at)
            break;
        at += (size_t)length;
    }
    return text;
}

int size_multiply(size_t a, size_t b, size_t *product, struct error *error)
{
    size_t result;

    if (__builtin_mul_overflow(a, b, &result))
        return error_set(error, ERROR_TOO_LARGE, "%zu times %zu bytes does not fit", a, b);
    *product = result;
    return 0;
}

int size_add(size_t a, size_t b, size_t *sum, struct error *error)
{
    size_t result;

    if (__builtin_add_overflow(a, b, &result))
        return error_set(error, ERROR_TOO_LARGE, "%zu and %zu bytes together do not fit", a, b);
    *sum = result;
    return 0;
}
