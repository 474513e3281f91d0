/* Reading safetensors with distrust, writing them in one form only. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/safetensors.h"
#include "base/fields.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "tensors are copied as they lie in files");

static const char metadata_key[] = "__metadata__";

static const struct {
    const char *name;
    size_t size;
} types[] = {
#define TYPE_ENTRY(type, bytes) {.name = #type, .size = (bytes)},
    SAFETENSORS_TYPES(TYPE_ENTRY)
#undef TYPE_ENTRY
};

const char *safetensors_type_name(enum safetensors_type type)
{
    return types[type].name;
}

static int refuse(const char *name, const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID, "tensor \"%.100s\": %s", name, what);
}

static int read_type(struct safetensors_tensor *tensor, const json_t *entry, struct error *error)
{
    const char *name = json_string_value(json_object_get(entry, "dtype"));
    for (size_t i = 0; name && i < ARRAY_COUNT(types); i++)
        if (strcmp(types[i].name, name) == 0) {
            tensor->type = (enum safetensors_type)i;
            return 0;
        }
    return refuse(tensor->name, "dtype must be a type of the format such as \"F32\"", error);
}

/* Sets the shape, and the size that follows from it and the type. */
static int read_shape(struct safetensors_tensor *tensor, const json_t *entry, struct error *error)
{
    const json_t *dims = json_object_get(entry, "shape");
    if (!json_is_array(dims) || json_array_size(dims) > SHAPE_RANK_MAX)
        return refuse(tensor->name, "shape must be a list of at most 6 sizes", error);
    tensor->shape.rank = (int)json_array_size(dims);
    tensor->size = types[tensor->type].size;
    for (int i = 0; i < tensor->shape.rank; i++) {
        const json_t *dim = json_array_get(dims, (size_t)i);
        if (!json_is_integer(dim) || json_integer_value(dim) < 0)
            return refuse(tensor->name, "shape must hold whole numbers from 0", error);
        tensor->shape.dims[i] = json_integer_value(dim);
        if (__builtin_mul_overflow(tensor->size, (size_t)tensor->shape.dims[i], &tensor->size))
            return refuse(tensor->name, "shape does not fit into memory", error);
    }
    return 0;
}

/* Sets the data; offsets count from the end of the header. */
static int read_offsets(struct safetensors_tensor *tensor, const json_t *entry, const uint8_t *data,
                        size_t size, struct error *error)
{
    const json_t *offsets = json_object_get(entry, "data_offsets");
    const json_t *first = json_array_get(offsets, 0), *last = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(last))
        return refuse(tensor->name, "data_offsets must be a list of two offsets", error);
    const json_int_t begin = json_integer_value(first), end = json_integer_value(last);
    if (begin < 0 || end < begin || (uint64_t)end > size)
        return refuse(tensor->name, "data_offsets must lie in order inside of the file's data",
                      error);
    if ((uint64_t)(end - begin) != tensor->size)
        return refuse(tensor->name, "data_offsets must hold as many bytes as dtype and shape say",
                      error);
    tensor->data = data + begin;
    return 0;
}

static int read_tensor(struct safetensors_tensor *tensor, const json_t *entry, const uint8_t *data,
                       size_t size, struct error *error)
{
    if (json_object_size(entry) != 3)
        return refuse(tensor->name, "must be an object of dtype, shape and data_offsets", error);
    if (read_type(tensor, entry, error) || read_shape(tensor, entry, error))
        return -1;
    return read_offsets(tensor, entry, data, size, error);
}

static int check_metadata(const json_t *metadata, struct error *error)
{
    const char *key;
    json_t *value;
    if (!json_is_object(metadata))
        return error_set(error, ERROR_INVALID, "%s must be an object of texts", metadata_key);
    /* jansson iterates over objects that are not const only. */
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value)
    {
        if (!json_is_string(value))
            return error_set(error, ERROR_INVALID, "%s: \"%.100s\" must be a text", metadata_key,
                             key);
    }
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    const struct safetensors_tensor *first = a, *second = b;
    if (first->data != second->data)
        return (const uint8_t *)first->data < (const uint8_t *)second->data ? -1 : 1;
    return (first->size > second->size) - (first->size < second->size);
}

static int compare_names(const void *a, const void *b)
{
    const struct safetensors_tensor *first = a, *second = b;
    return strcmp(first->name, second->name);
}

/* Tensors must follow one another from the first byte of the data to the last. Leaves them in the
 * order of their names. */
static int check_places(struct safetensors *safetensors, const uint8_t *data, size_t size,
                        struct error *error)
{
    const uint8_t *at = data;
    if (safetensors->count > 0)
        qsort(safetensors->tensors, safetensors->count, sizeof(*safetensors->tensors),
              compare_places);
    for (size_t i = 0; i < safetensors->count; i++) {
        const struct safetensors_tensor *tensor = &safetensors->tensors[i];
        if ((const uint8_t *)tensor->data != at)
            return refuse(tensor->name,
                          (const uint8_t *)tensor->data < at ? "its data overlap another tensor's"
                                                             : "there is a gap before its data",
                          error);
        at += tensor->size;
    }
    if (at != data + size)
        return error_set(error, ERROR_INVALID,
                         "the file has %zu bytes of data, but its tensors end after %zu", size,
                         (size_t)(at - data));
    if (safetensors->count > 0)
        qsort(safetensors->tensors, safetensors->count, sizeof(*safetensors->tensors),
              compare_names);
    return 0;
}

static int read_header(struct safetensors *safetensors, const uint8_t *data, size_t size,
                       struct error *error)
{
    const char *name;
    json_t *entry;
    safetensors->tensors =
        calloc(json_object_size(safetensors->header) + 1, sizeof(*safetensors->tensors));
    if (!safetensors->tensors)
        return error_set(error, ERROR_MEMORY, "out of memory for a safetensors header");
    json_object_foreach(safetensors->header, name, entry)
    {
        if (strcmp(name, metadata_key) == 0) {
            if (check_metadata(entry, error))
                return -1;
            continue;
        }
        struct safetensors_tensor *tensor = &safetensors->tensors[safetensors->count++];
        tensor->name = name;
        if (read_tensor(tensor, entry, data, size, error))
            return -1;
    }
    return check_places(safetensors, data, size, error);
}

struct safetensors *safetensors_read(const void *file, size_t size, struct error *error)
{
    struct bytes_reader reader = {.data = file, .size = size};
    const uint64_t header_size = bytes_read_u64(&reader);
    if (reader.failed || header_size > size - reader.at) {
        error_set(error, ERROR_MALFORMED, "not a safetensors file: it ends before its header does");
        return NULL;
    }
    if (header_size > SAFETENSORS_HEADER_MAX) {
        error_set(error, ERROR_TOO_LARGE, "the safetensors header must be at most 16 MiB");
        return NULL;
    }
    const char *header = bytes_read(&reader, (size_t)header_size);
    struct safetensors *safetensors = calloc(1, sizeof(*safetensors));
    if (!safetensors) {
        error_set(error, ERROR_MEMORY, "out of memory for a safetensors file");
        return NULL;
    }
    safetensors->header = fields_parse(header, (size_t)header_size, error);
    if (!safetensors->header)
        goto fail;
    if (!json_is_object(safetensors->header)) {
        error_set(error, ERROR_INVALID, "the safetensors header must be an object");
        goto fail;
    }
    if (read_header(safetensors, reader.data + reader.at, size - reader.at, error))
        goto fail;
    return safetensors;
fail:
    safetensors_free(safetensors);
    return NULL;
}

void safetensors_free(struct safetensors *safetensors)
{
    if (!safetensors)
        return;
    free(safetensors->tensors);
    json_decref(safetensors->header);
    free(safetensors);
}

const struct safetensors_tensor *safetensors_find(const struct safetensors *safetensors,
                                                  const char *name)
{
    const struct safetensors_tensor wanted = {.name = name};
    if (safetensors->count == 0)
        return NULL;
    return bsearch(&wanted, safetensors->tensors, safetensors->count, sizeof(wanted),
                   compare_names);
}

const char *safetensors_metadata(const struct safetensors *safetensors, const char *key,
                                 size_t *size)
{
    const json_t *value = json_object_get(json_object_get(safetensors->header, metadata_key), key);
    if (size)
        *size = json_string_length(value);
    return json_string_value(value);
}

/* {"dtype", "shape", "data_offsets"} of a tensor whose data begin at *offset, which moves on. NULL
 * when out of memory. */
static json_t *describe_tensor(const struct safetensors_tensor *tensor, size_t *offset)
{
    json_t *dims = json_array();
    for (int i = 0; i < tensor->shape.rank; i++)
        if (json_array_append_new(dims, json_integer(tensor->shape.dims[i]))) {
            json_decref(dims);
            return NULL;
        }
    const size_t begin = *offset;
    *offset += tensor->size;
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", types[tensor->type].name, "shape", dims,
                     "data_offsets", (json_int_t)begin, (json_int_t)*offset);
}

/* The header's text; NULL when out of memory. The caller frees it. */
static char *describe(const struct safetensors_tensor *tensors, size_t count,
                      const json_t *metadata)
{
    json_auto_t *header = json_object();
    size_t offset = 0;
    /* A copy, since counting references would write to what is const. */
    if (json_object_size(metadata) > 0 &&
        json_object_set_new(header, metadata_key, json_deep_copy(metadata)))
        return NULL;
    for (size_t i = 0; i < count; i++) {
        assert(i == 0 || strcmp(tensors[i - 1].name, tensors[i].name) < 0);
        if (json_object_set_new(header, tensors[i].name, describe_tensor(&tensors[i], &offset)))
            return NULL;
    }
    return header ? fields_print(header) : NULL;
}

int safetensors_write(const struct safetensors_tensor *tensors, size_t count,
                      const json_t *metadata, struct bytes *file, struct error *error)
{
    AUTO_FREE char *header = describe(tensors, count, metadata);
    if (!header)
        return error_set(error, ERROR_MEMORY, "out of memory for a safetensors header");
    const size_t size = strlen(header), padding = (8 - size % 8) % 8;
    bytes_append_u64(file, size + padding);
    bytes_append(file, header, size);
    bytes_append(file, "        ", padding);
    for (size_t i = 0; i < count; i++)
        bytes_append(file, tensors[i].data, tensors[i].size);
    return bytes_check(file, error);
}
