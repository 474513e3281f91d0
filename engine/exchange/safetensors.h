/* safetensors files: named tensors and text beside them. A file is a little-endian u64 (the size of
 * the header), the header in JSON, the data. Format: https://huggingface.co/docs/safetensors */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_EXCHANGE_SAFETENSORS_H
#define PROPD_ENGINE_EXCHANGE_SAFETENSORS_H

#include <jansson.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/shape.h"

/* Element types, the name in the file, bytes of an element. */
#define SAFETENSORS_TYPES(TYPE)                                                                    \
    TYPE(BOOL, 1)                                                                                  \
    TYPE(U8, 1)                                                                                    \
    TYPE(I8, 1)                                                                                    \
    TYPE(U16, 2)                                                                                   \
    TYPE(I16, 2)                                                                                   \
    TYPE(F16, 2)                                                                                   \
    TYPE(BF16, 2)                                                                                  \
    TYPE(U32, 4)                                                                                   \
    TYPE(I32, 4)                                                                                   \
    TYPE(F32, 4)                                                                                   \
    TYPE(U64, 8)                                                                                   \
    TYPE(I64, 8)                                                                                   \
    TYPE(F64, 8)

enum safetensors_type {
#define SAFETENSORS_ENUMERATOR(name, size) SAFETENSORS_##name,
    SAFETENSORS_TYPES(SAFETENSORS_ENUMERATOR)
#undef SAFETENSORS_ENUMERATOR
};

/* The type's name in files: "F32". */
const char *safetensors_type_name(enum safetensors_type type);

struct safetensors_tensor {
    const char *name;
    enum safetensors_type type;
    struct shape shape;
    const void *data; /* of any alignment: copy it out */
    size_t size;      /* bytes */
};

/* A file that was read. Names and texts belong to it, data to whoever gave the bytes. */
struct safetensors {
    size_t count;
    struct safetensors_tensor *tensors; /* in byte order of their names */
    json_t *header;
};

enum { SAFETENSORS_HEADER_MAX = 16 << 20 };

/* Checks everything that the header says against `size` before memory is taken for it: type, shape,
 * offsets; tensors that overlap, leave a gap or end elsewhere than the file. `file` must outlive
 * the result. ERROR_MALFORMED where the header cannot be parsed, else ERROR_INVALID naming the
 * tensor. */
struct safetensors *safetensors_read(const void *file, size_t size, struct error *error);
void safetensors_free(struct safetensors *safetensors);

/* NULL where there is none. */
const struct safetensors_tensor *safetensors_find(const struct safetensors *safetensors,
                                                  const char *name);
/* The text of a metadata key, NULL where there is none; *size (may be NULL): its bytes. */
const char *safetensors_metadata(const struct safetensors *safetensors, const char *key,
                                 size_t *size);

/* Appends a file of `count` tensors, which must be in byte order of their names, with the texts of
 * the object `metadata` (NULL or empty: none). The same tensors and texts always give the same
 * bytes: a compact header, metadata first, padded with spaces to a multiple of 8. */
int safetensors_write(const struct safetensors_tensor *tensors, size_t count,
                      const json_t *metadata, struct bytes *file, struct error *error);

#endif
