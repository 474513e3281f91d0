/* Arrays of values that come from outside by name, as the Open Inference Protocol has them and as
 * NumPy's files do: rows first, or one row alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TENSOR_H
#define PROPD_ENGINE_TENSOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/formats/array_type.h"

enum { TENSOR_RANK_MAX = 8 };

/* A datatype of the protocol (kserve/open-inference-protocol, inference_rest.md). */
struct tensor_type {
    const char *name;        /* "FP32" */
    struct array_type array; /* of its elements, little-endian */
    bool is_text;            /* BYTES: each element has its length before it, u32 little-endian */
    bool in_json;            /* whether JSON can hold its elements; FP16's it cannot */
};
/* All of them, ended by one without a name. */
extern const struct tensor_type tensor_types[];
const struct tensor_type *tensor_type_find(const char *name);

struct tensor {
    const char *name; /* borrowed */
    struct array_type array;
    bool is_text; /* as of tensor_type */
    bool fortran; /* the first index runs fastest */
    int rank;
    int64_t sizes[TENSOR_RANK_MAX];
    int64_t elements; /* the product of the sizes */
    const uint8_t *data;
    size_t size; /* of data, bytes */
};

/* Sets rank, sizes and elements; ERROR_INVALID at `path` for a rank of 0 or above TENSOR_RANK_MAX,
 * a negative size, and products above 2^40. */
int tensor_set_sizes(struct tensor *tensor, const int64_t *sizes, size_t rank, const char *path,
                     struct error *error);
/* Whether the data has exactly the elements that the sizes say; ERROR_INVALID. */
int tensor_check(const struct tensor *tensor, const char *path, struct error *error);
/* "[2, 3]" */
void tensor_shape_append(const struct tensor *tensor, struct bytes *text);

/* Elements one after the other. Text is read in order alone: `at` is the place of the next. */
struct tensor_cursor {
    const struct tensor *tensor;
    size_t at;
};
/* The element at `index` (row-major, whatever the order in memory); of BYTES it must be the next
 * one. Numbers, booleans, texts; null for NaN. NULL with ERROR_INVALID at `path` for infinities and
 * for text that is not UTF-8. */
json_t *tensor_value(struct tensor_cursor *cursor, int64_t index, const char *path,
                     struct error *error);
/* `count` elements from `index` on as doubles; not of text. */
void tensor_numbers(const struct tensor *tensor, int64_t index, int64_t count, double *numbers);

#endif
