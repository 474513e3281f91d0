/* Arrays to tensors in row-major order, height, width, channels.
 *
 * What lies so in the file streams through. Planes are turned row by row. Where the first index
 * runs fastest, the elements of a row are as far apart as can be: they go behind the column file's
 * sections as they come, and from there block by block of rows to their places. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/array_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 32 << 20, PLANES_SIZE_MAX = 256 << 20 };

/* The elements of a row in the order of the file, each with its place in the tensor. */
struct walk {
    int rank;
    bool first_fastest;
    uint64_t dims[SHAPE_RANK_MAX], index[SHAPE_RANK_MAX], strides[SHAPE_RANK_MAX];
    uint64_t place;
};

static struct walk walk_start(const struct array *array)
{
    struct walk walk = {.rank = array->shape.rank, .first_fastest = array->fortran};
    uint64_t stride = 1;
    for (int i = walk.rank - 1; i >= 0; i--) {
        walk.dims[i] = (uint64_t)array->shape.dims[i];
        walk.strides[i] = stride;
        stride *= walk.dims[i];
    }
    if (array->planes) {
        walk.strides[0] = 1;
        walk.strides[1] = walk.dims[2] * walk.dims[0];
        walk.strides[2] = walk.dims[0];
    }
    return walk;
}

/* To the next element, behind the last one to the first. */
static void walk_step(struct walk *walk)
{
    for (int i = 0; i < walk->rank; i++) {
        int dim = walk->first_fastest ? i : walk->rank - 1 - i;
        walk->place += walk->strides[dim];
        if (++walk->index[dim] < walk->dims[dim])
            return;
        walk->place -= walk->strides[dim] * walk->dims[dim];
        walk->index[dim] = 0;
    }
}

static size_t element_width(const struct array *array)
{
    return array_is_bytes(array) ? 1 : sizeof(float);
}

static void put_element(uint8_t *to, uint64_t place, const uint8_t *from, uint64_t at, size_t width)
{
    if (width == 1)
        to[place] = from[at];
    else
        memcpy(to + place * sizeof(float), from + at * sizeof(float), sizeof(float));
}

/* ---- values of the tensor's type, in the order of the file */

static int to_floats(struct array_reader *reader, int64_t count, float *floats, struct error *error)
{
    const struct array *array = reader->array;
    static const struct error cause = {.code = ERROR_INVALID,
                                       .message = "a value is not a finite float"};
    for (int64_t i = 0; i < count; i++) {
        floats[i] = (float)reader->numbers[i];
        if (isfinite(floats[i]))
            continue;
        uint64_t at = reader->at - (uint64_t)(count - i);
        uint64_t row = array->fortran ? at % (uint64_t)array->rows : at / array->elements;
        return array_refuse_row(array, (int64_t)row, &cause, error);
    }
    return 0;
}

/* What is done with the next elements. */
typedef int (*take_fn)(void *context, const void *elements, size_t count, struct error *error);

static int take_chunk(struct array_reader *reader, int64_t count, float *floats, take_fn take,
                      void *context, struct error *error)
{
    if (array_is_bytes(reader->array))
        return take(context, reader->raw, (size_t)count, error);
    if (to_floats(reader, count, floats, error) != 0)
        return -1;
    return take(context, floats, (size_t)count, error);
}

static int read_elements(const struct array *array, struct table_builder *table,
                         const struct byte_source *source, take_fn take, void *context,
                         struct error *error)
{
    struct array_reader reader;
    int64_t count = 0;
    AUTO_FREE float *floats = malloc(CHUNK_SIZE * sizeof(*floats));
    int status = array_reader_start(&reader, array, table, source, error);
    if (floats == NULL)
        status = error_set(error, ERROR_MEMORY, "out of memory for reading %s", array->name);
    while (status == 0 && (count = array_reader_next(&reader, error)) > 0)
        status = take_chunk(&reader, count, floats, take, context, error);
    if (status == 0)
        status = count < 0 ? -1 : array_reader_end(&reader, error);
    array_reader_stop(&reader);
    return status;
}

static int append(void *column, const void *elements, size_t count, struct error *error)
{
    return column_builder_write_tensor(column, elements, count, error);
}

/* ---- planes */

struct turning {
    struct column_builder *column;
    const struct array *array;
    struct walk walk;
    uint64_t filled;
    uint8_t *row;
};

static int turn(void *context, const void *elements, size_t count, struct error *error)
{
    struct turning *turning = context;
    size_t width = element_width(turning->array);
    for (size_t i = 0; i < count; i++) {
        put_element(turning->row, turning->walk.place, elements, i, width);
        walk_step(&turning->walk);
        if (++turning->filled < turning->array->elements)
            continue;
        turning->filled = 0;
        if (append(turning->column, turning->row, turning->array->elements, error) != 0)
            return -1;
    }
    return 0;
}

static int write_planes(const struct array *array, struct table_builder *table,
                        const struct byte_source *source, struct error *error)
{
    uint64_t size = array->elements * element_width(array);
    if (size > PLANES_SIZE_MAX)
        return error_set(error, ERROR_TOO_LARGE,
                         "the planes of a row of %s have more than %d bytes", array->name,
                         PLANES_SIZE_MAX);
    AUTO_FREE uint8_t *row = malloc(size);
    if (row == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a row of %s", array->name);
    struct turning turning = {.column = &table->columns[array->first_column],
                              .array = array,
                              .walk = walk_start(array),
                              .row = row};
    return read_elements(array, table, source, turn, &turning, error);
}

/* ---- the first index fastest */

struct borrowed {
    const struct column_file *file;
    struct column_section section;
    uint64_t filled;
    size_t width;
};

static int put_aside(void *context, const void *elements, size_t count, struct error *error)
{
    struct borrowed *borrowed = context;
    uint64_t offset = borrowed->section.offset + borrowed->filled;
    borrowed->filled += count * borrowed->width;
    return column_file_write(borrowed->file, offset, elements, count * borrowed->width, error);
}

/* Rows first … first + count. */
static int gather_rows(const struct array *array, const struct borrowed *borrowed, uint64_t first,
                       uint64_t count, uint8_t *run, uint8_t *rows, struct error *error)
{
    size_t width = borrowed->width;
    struct walk walk = walk_start(array);
    for (uint64_t i = 0; i < array->elements; i++) {
        uint64_t at = (i * (uint64_t)array->rows + first) * width;
        if (column_file_read(borrowed->file, borrowed->section.offset + at, run, count * width,
                             error) != 0)
            return -1;
        for (uint64_t row = 0; row < count; row++)
            put_element(rows, row * array->elements + walk.place, run, row, width);
        walk_step(&walk);
    }
    return 0;
}

static int gather_all(const struct array *array, struct table_builder *table,
                      const struct borrowed *borrowed, struct error *error)
{
    uint64_t rows = (uint64_t)array->rows, size = array->elements * borrowed->width;
    uint64_t count = size >= BLOCK_SIZE ? 1 : BLOCK_SIZE / size;
    count = count < rows ? count : rows;
    AUTO_FREE uint8_t *block = malloc(count * size);
    AUTO_FREE uint8_t *run = malloc(count * borrowed->width);
    if (block == NULL || run == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for rows of %s", array->name);
    for (uint64_t first = 0; first < rows; first += count) {
        uint64_t part = rows - first < count ? rows - first : count;
        if (gather_rows(array, borrowed, first, part, run, block, error) != 0 ||
            append(&table->columns[array->first_column], block, part * array->elements, error) != 0)
            return -1;
    }
    return 0;
}

static int write_fortran(const struct array *array, struct table_builder *table,
                         const struct byte_source *source, struct error *error)
{
    struct borrowed borrowed = {.file = table->file, .width = element_width(array)};
    if (column_file_borrow(table->file, array->elements * (uint64_t)array->rows, borrowed.width,
                           &borrowed.section, error) != 0 ||
        read_elements(array, table, source, put_aside, &borrowed, error) != 0)
        return -1;
    return gather_all(array, table, &borrowed, error);
}

int array_write_tensors(const struct array *array, struct table_builder *table,
                        const struct byte_source *source, struct error *error)
{
    if (array->fortran && array->shape.rank > 0)
        return write_fortran(array, table, source, error);
    if (array->planes)
        return write_planes(array, table, source, error);
    return read_elements(array, table, source, append, &table->columns[array->first_column], error);
}
