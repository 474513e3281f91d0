/* Tensors: bytes to [0, 1], floats as they come. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/encoder.h"

#include <string.h>

static int tensor_learn(struct encoder *encoder, const struct encoder_lesson *lesson,
                        struct error *error UNUSED)
{
    encoder->shape = lesson->column->shape;
    encoder->tensor_is_bytes = lesson->column->tensor_is_bytes;
    return 0;
}

static int64_t tensor_width(const struct encoder *encoder)
{
    return shape_elements(&encoder->shape, NULL);
}

/* Rows come in random order out of a mapped file: while one is encoded, the next one is fetched. */
static void prefetch(const void *memory, int64_t size)
{
    enum { CACHE_LINE = 64, PREFETCH_MAX = 4096 };
    for (int64_t at = 0; at < size && at < PREFETCH_MAX; at += CACHE_LINE)
        __builtin_prefetch((const char *)memory + at);
}

static void tensor_encode_floats(const struct encoder_source *source, int64_t width,
                                 const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    const float *floats = source->column->tensor_floats;
    size_t size = (size_t)width * sizeof(*x);
    for (int64_t i = 0; i < row_count; i++) {
        if (i + 1 < row_count)
            prefetch(floats + rows[i + 1] * width, (int64_t)size);
        memcpy(x + i * stride, floats + rows[i] * width, size);
    }
}

static void tensor_encode(const struct encoder *encoder, const struct encoder_source *source,
                          const uint32_t *rows, int64_t row_count, float *x, int64_t stride)
{
    const uint8_t *bytes = source->column->tensor_bytes;
    int64_t width = encoder->width;
    if (!encoder->tensor_is_bytes) {
        tensor_encode_floats(source, width, rows, row_count, x, stride);
        return;
    }
    for (int64_t i = 0; i < row_count; i++) {
        if (i + 1 < row_count)
            prefetch(bytes + rows[i + 1] * width, width);
        source->kernels->bytes_to_floats(width, bytes + rows[i] * width, x + i * stride);
    }
}

static int tensor_write(const struct encoder *encoder, json_t *object)
{
    json_t *dims = json_array();
    for (int i = 0; i < encoder->shape.rank; i++)
        if (json_array_append_new(dims, json_integer(encoder->shape.dims[i]))) {
            json_decref(dims);
            return -1;
        }
    if (json_object_set_new(object, "shape", dims))
        return -1;
    return json_object_set_new(object, "bytes", json_boolean(encoder->tensor_is_bytes));
}

static int tensor_read(struct encoder *encoder, const json_t *object, const char *path,
                       struct error *error)
{
    const json_t *dims = json_object_get(object, "shape");
    const json_t *bytes = json_object_get(object, "bytes");
    size_t rank = json_array_size(dims);
    if (!json_is_array(dims) || rank > SHAPE_RANK_MAX || !json_is_boolean(bytes))
        return error_set_at(error, ERROR_INVALID, path,
                            "must hold a \"shape\" of at most %d dimensions and \"bytes\"",
                            SHAPE_RANK_MAX);
    encoder->shape.rank = (int)rank;
    encoder->tensor_is_bytes = json_is_true(bytes);
    for (size_t i = 0; i < rank; i++) {
        encoder->shape.dims[i] = json_integer_value(json_array_get(dims, i));
        if (encoder->shape.dims[i] < 1)
            return error_set_at(error, ERROR_INVALID, path, "must have positive dimensions");
    }
    return 0;
}

const struct encoder_kind encoder_tensor = {
    .kind = {.name = "tensor", .help = "a tensor: bytes to [0, 1], floats as they come"},
    .type = COLUMN_TENSOR,
    .expected = "a tensor",
    .learn = tensor_learn,
    .width = tensor_width,
    .encode = tensor_encode,
    .write = tensor_write,
    .read = tensor_read};
