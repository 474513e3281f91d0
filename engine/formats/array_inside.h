/* What the files of arrays share: elements chunk by chunk. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARRAY_INSIDE_H
#define PROPD_ENGINE_FORMATS_ARRAY_INSIDE_H

#include "engine/formats/array.h"

enum { CHUNK_SIZE = 1 << 16 };

/* One reading of all elements, in the order of the file. */
struct array_reader {
    const struct array *array;
    struct table_builder *table;
    const struct byte_source *source;
    bool survey;     /* the first time */
    uint64_t at;     /* elements read */
    size_t room;     /* elements of a chunk */
    uint8_t *raw;    /* the chunk */
    double *numbers; /* the same; NULL for text */
    char *text;      /* room for one element; NULL for numbers */
};

/* Stop it also after a failure. */
int array_reader_start(struct array_reader *reader, const struct array *array,
                       struct table_builder *table, const struct byte_source *source,
                       struct error *error) MUST_CHECK;
void array_reader_stop(struct array_reader *reader);
/* How many elements came into the chunk, 0 at the end, -1 where the source is cut short. */
int64_t array_reader_next(struct array_reader *reader, struct error *error) MUST_CHECK;
/* ERROR_INVALID where the source has more. */
int array_reader_end(struct array_reader *reader, struct error *error) MUST_CHECK;

static inline bool array_is_bytes(const struct array *array)
{
    return array->type.kind == ARRAY_UNSIGNED && array->type.size == 1;
}

/* Puts the source and the row before what is said about a value. Always -1. */
int array_refuse_row(const struct array *array, int64_t row, const struct error *inner,
                     struct error *error);

/* array_tensor.c */
int array_write_tensors(const struct array *array, struct table_builder *table,
                        const struct byte_source *source, struct error *error) MUST_CHECK;

#endif
