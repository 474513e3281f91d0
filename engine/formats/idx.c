/* IDX, the format of MNIST (yann.lecun.com/exdb/mnist): two zero bytes, a type, a rank, as many
 * big-endian sizes, and the values, big-endian, row by row.
 *
 * Values stream through fixed buffers into the column file, so that a header that promises more
 * than there is costs nothing; at the end the bytes must be exactly as many as it promised. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset_options.h"
#include "engine/description.h"
#include "engine/formats/format.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum idx_type { IDX_U8 = 8, IDX_I8 = 9, IDX_I16 = 11, IDX_I32 = 12, IDX_F32 = 13, IDX_F64 = 14 };
static const uint8_t type_sizes[16] = {
    [IDX_U8] = 1, [IDX_I8] = 1, [IDX_I16] = 2, [IDX_I32] = 4, [IDX_F32] = 4, [IDX_F64] = 8};

enum { CHUNK_VALUES = 8192, LABEL_BUFFER = 8192 };

struct idx_source {
    struct input *input;
    uint8_t type;
    int64_t rows;
    struct shape shape; /* of a row */
    uint64_t elements;  /* of a row */
};

/* What is written so far. */
struct idx_reader {
    struct import *import;
    json_t *columns, *places;
    uint8_t raw[CHUNK_VALUES * 8];
    union {
        float floats[CHUNK_VALUES];
        double doubles[CHUNK_VALUES];
    } out;
};

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static double read_value(uint8_t type, const uint8_t *at)
{
    uint32_t bits;
    uint64_t long_bits;
    float value;
    double long_value;
    switch ((enum idx_type)type) {
    case IDX_U8:
        return at[0];
    case IDX_I8:
        return (int8_t)at[0];
    case IDX_I16:
        return (int16_t)(at[0] << 8 | at[1]);
    case IDX_I32:
        return (int32_t)read_u32(at);
    case IDX_F32:
        bits = read_u32(at);
        memcpy(&value, &bits, sizeof(value));
        return (double)value;
    case IDX_F64:
        long_bits = (uint64_t)read_u32(at) << 32 | read_u32(at + 4);
        memcpy(&long_value, &long_bits, sizeof(long_value));
        return long_value;
    }
    assert(false && "the header's type was checked");
    return 0;
}

static bool sniff_idx(const uint8_t *head, size_t size)
{
    if (size < 8 || head[0] != 0 || head[1] != 0 || head[2] >= sizeof(type_sizes))
        return false;
    return type_sizes[head[2]] != 0 && head[3] >= 1 && head[3] <= SHAPE_RANK_MAX + 1;
}

static int read_sizes(struct idx_source *source, int rank, struct error *error)
{
    uint8_t sizes[4 * (SHAPE_RANK_MAX + 1)];
    size_t size = 4 * (size_t)rank;
    ssize_t got = input_read(source->input, sizes, size, error);
    if (got < 0)
        return -1;
    if ((size_t)got < size)
        return error_set(error, ERROR_INVALID, "%s ends within the IDX header",
                         source->input->name);
    source->rows = read_u32(sizes);
    source->shape.rank = rank - 1;
    source->elements = 1;
    bool fits = source->rows > 0;
    for (int i = 0; i < rank - 1; i++) {
        uint32_t dim = read_u32(sizes + 4 * (i + 1));
        source->shape.dims[i] = dim;
        fits = fits && dim > 0 && !__builtin_mul_overflow(source->elements, dim, &source->elements);
    }
    uint64_t all;
    if (!fits || __builtin_mul_overflow(source->elements * 8, (uint64_t)source->rows, &all) ||
        source->elements > UINT64_MAX / 8)
        return error_set(error, ERROR_INVALID,
                         "%s: the IDX header has a size of 0, or sizes too large to multiply",
                         source->input->name);
    return 0;
}

static int read_header(struct idx_source *source, struct input *input, struct error *error)
{
    uint8_t magic[4];
    source->input = input;
    ssize_t got = input_read(input, magic, sizeof(magic), error);
    if (got < 0)
        return -1;
    if (got < 4 || magic[0] != 0 || magic[1] != 0 || magic[2] >= sizeof(type_sizes) ||
        type_sizes[magic[2]] == 0)
        return error_set(error, ERROR_INVALID,
                         "%s does not begin like IDX: two zero bytes and a type of 8, 9, 11 … 14",
                         input->name);
    if (magic[3] < 1 || magic[3] > SHAPE_RANK_MAX + 1)
        return error_set(error, ERROR_INVALID, "%s: the IDX rank must be between 1 and %d, not %d",
                         input->name, SHAPE_RANK_MAX + 1, magic[3]);
    source->type = magic[2];
    return read_sizes(source, magic[3], error);
}

/* `count` values into reader->raw. */
static int read_raw(struct idx_reader *reader, struct idx_source *source, size_t count,
                    struct error *error)
{
    size_t size = count * type_sizes[source->type];
    ssize_t got = input_read(source->input, reader->raw, size, error);
    if (got < 0)
        return -1;
    if ((size_t)got == size)
        return 0;
    uint64_t values = source->elements * (uint64_t)source->rows;
    return error_set(error, ERROR_INVALID,
                     "%s is cut short: its header says %" PRIu64 " values of %d byte%s",
                     source->input->name, values, type_sizes[source->type],
                     type_sizes[source->type] == 1 ? "" : "s");
}

static int check_end(struct idx_source *source, struct error *error)
{
    uint8_t more;
    ssize_t got = input_read(source->input, &more, 1, error);
    if (got <= 0)
        return (int)got;
    return error_set(error, ERROR_INVALID, "%s has more bytes than its IDX header says",
                     source->input->name);
}

static int refuse_value(const struct idx_source *source, uint64_t at, const char *what,
                        struct error *error)
{
    return error_set(error, ERROR_INVALID, "%s: row %" PRIu64 " has a value that is %s",
                     source->input->name, at / source->elements, what);
}

static int convert_floats(struct idx_reader *reader, const struct idx_source *source, uint64_t at,
                          size_t count, struct error *error)
{
    uint8_t size = type_sizes[source->type];
    for (size_t i = 0; i < count; i++) {
        reader->out.floats[i] = (float)read_value(source->type, reader->raw + i * size);
        if (!isfinite(reader->out.floats[i]))
            return refuse_value(source, at + i, "not a finite float", error);
    }
    return 0;
}

static int write_tensors(struct idx_reader *reader, struct idx_source *source,
                         struct column_section section, struct error *error)
{
    bool bytes = source->type == IDX_U8;
    size_t width = bytes ? 1 : sizeof(float);
    uint64_t total = source->elements * (uint64_t)source->rows;
    for (uint64_t at = 0; at < total;) {
        size_t count = total - at < CHUNK_VALUES ? (size_t)(total - at) : CHUNK_VALUES;
        if (read_raw(reader, source, count, error) != 0)
            return -1;
        if (!bytes && convert_floats(reader, source, at, count, error) != 0)
            return -1;
        const void *data = bytes ? (const void *)reader->raw : reader->out.floats;
        if (column_file_write(reader->import->file, section.offset + at * width, data,
                              count * width, error) != 0)
            return -1;
        at += count;
    }
    return check_end(source, error);
}

static int add_tensors(struct idx_reader *reader, struct idx_source *source, struct error *error)
{
    struct column_file *file = reader->import->file;
    bool bytes = source->type == IDX_U8;
    struct column_section section;
    struct column_statistics statistics;
    if (column_file_reserve(file, source->elements * (uint64_t)source->rows,
                            bytes ? 1 : sizeof(float), &section, error) != 0 ||
        write_tensors(reader, source, section, error) != 0 ||
        column_statistics_compute(file, section, bytes ? SECTION_BYTES : SECTION_FLOATS,
                                  &statistics, error) != 0 ||
        description_add_tensors(reader->columns, "features", &source->shape, &statistics, error) !=
            0)
        return -1;
    return description_add_place(reader->places, &section, NULL, NULL, error);
}

/* Row by row: value i of a row goes to stream i % count. */
static int write_numbers(struct idx_reader *reader, struct idx_source *source,
                         struct column_stream *streams, struct error *error)
{
    uint64_t total = source->elements * (uint64_t)source->rows;
    uint8_t size = type_sizes[source->type];
    for (uint64_t at = 0; at < total;) {
        size_t count = total - at < CHUNK_VALUES ? (size_t)(total - at) : CHUNK_VALUES;
        if (read_raw(reader, source, count, error) != 0)
            return -1;
        for (size_t i = 0; i < count; i++, at++) {
            double value = read_value(source->type, reader->raw + i * size);
            if (isinf(value))
                return refuse_value(source, at, "infinite", error);
            if (column_stream_append(&streams[at % source->elements], &value, sizeof(value),
                                     error) != 0)
                return -1;
        }
    }
    for (uint64_t i = 0; i < source->elements; i++)
        if (column_stream_flush(&streams[i], error) != 0)
            return -1;
    return check_end(source, error);
}

static int describe_numbers(struct idx_reader *reader, const struct idx_source *source,
                            const char *name, const struct column_section *sections,
                            struct error *error)
{
    for (uint64_t i = 0; i < source->elements; i++) {
        struct column_statistics statistics;
        char column_name[64];
        snprintf(column_name, sizeof(column_name), source->shape.rank == 0 ? "%s" : "%s_%" PRIu64,
                 name, i + 1);
        if (column_statistics_compute(reader->import->file, sections[i], SECTION_DOUBLES,
                                      &statistics, error) != 0 ||
            description_add_numbers(reader->columns, column_name, source->rows - statistics.count,
                                    &statistics, error) != 0 ||
            description_add_place(reader->places, &sections[i], NULL, NULL, error) != 0)
            return -1;
    }
    return 0;
}

/* One number column `name`, or name_1, name_2 … for rows of several values. */
static int add_numbers(struct idx_reader *reader, struct idx_source *source, const char *name,
                       struct error *error)
{
    assert(source->elements > 0);
    if (source->elements > (uint64_t)reader->import->limits->columns)
        return error_set(error, ERROR_TOO_LARGE, "%s has more than %" PRId64 " values a row",
                         source->input->name, reader->import->limits->columns);
    size_t count = (size_t)source->elements;
    AUTO_FREE struct column_section *sections = calloc(count, sizeof(*sections));
    AUTO_FREE struct column_stream *streams = calloc(count, sizeof(*streams));
    AUTO_FREE char *buffers = malloc(count * LABEL_BUFFER);
    if (sections == NULL || streams == NULL || buffers == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for %zu columns", count);
    for (size_t i = 0; i < count; i++) {
        if (column_file_reserve(reader->import->file, (uint64_t)source->rows, sizeof(double),
                                &sections[i], error) != 0)
            return -1;
        column_stream_start(&streams[i], reader->import->file, sections[i],
                            buffers + i * LABEL_BUFFER, LABEL_BUFFER);
    }
    if (write_numbers(reader, source, streams, error) != 0)
        return -1;
    return describe_numbers(reader, source, name, sections, error);
}

/* "features" is the first source unless the names say otherwise. */
static int read_headers(struct import *import, struct idx_source *sources, struct error *error)
{
    bool swapped = import->input_count == 2 && strcmp(import->inputs[0].name, "labels") == 0;
    for (int i = 0; i < import->input_count; i++)
        if (read_header(&sources[swapped ? 1 - i : i], &import->inputs[i], error) != 0)
            return -1;
    if (import->input_count < 2)
        return 0;
    if (sources[0].rows != sources[1].rows)
        return error_set(error, ERROR_INVALID,
                         "features have %" PRId64 " rows and labels %" PRId64
                         ": every row has one label",
                         sources[0].rows, sources[1].rows);
    if (sources[1].shape.rank > 1)
        return error_set(error, ERROR_INVALID, "labels must be IDX of rank 1 or 2, not %d",
                         sources[1].shape.rank + 1);
    return 0;
}

/* Options that only CSV has are not passed over in silence. */
static int check_options(const struct dataset_options *options, struct error *error)
{
    const char *name = options->types != NULL                       ? "types"
                       : options->missing != NULL                   ? "missing"
                       : options->header != DATASET_HEADER_AUTO     ? "header"
                       : dataset_separator(options->separator) != 0 ? "separator"
                                                                    : NULL;
    if (name == NULL)
        return 0;
    return error_set(error, ERROR_INVALID, "%s is an option of CSV, and this is IDX", name);
}

static int check_target(const struct idx_reader *reader, struct error *error)
{
    const char *target = reader->import->options->target;
    size_t index;
    json_t *column;
    if (target == NULL)
        return 0;
    json_array_foreach(reader->columns, index, column)
    {
        if (strcmp(json_string_value(json_object_get(column, "name")), target) == 0)
            return 0;
    }
    return error_set(
        error, ERROR_INVALID,
        "target names \"%.80s\", which is no column: IDX files give features and label", target);
}

static int read_columns(struct idx_reader *reader, struct idx_source *sources, struct error *error)
{
    int status = sources[0].shape.rank == 0 ? add_numbers(reader, &sources[0], "features", error)
                                            : add_tensors(reader, &sources[0], error);
    if (status != 0)
        return -1;
    if (reader->import->input_count == 2 && add_numbers(reader, &sources[1], "label", error) != 0)
        return -1;
    return check_target(reader, error);
}

static int read_idx(struct import *import, struct error *error)
{
    struct idx_source sources[IMPORT_SOURCES_MAX] = {0};
    if (check_options(import->options, error) != 0 || read_headers(import, sources, error) != 0)
        return -1;
    AUTO_FREE struct idx_reader *reader = calloc(1, sizeof(*reader));
    json_t *about = json_pack("{s:s}", "format", "idx");
    if (reader != NULL)
        *reader =
            (struct idx_reader){.import = import, .columns = json_array(), .places = json_array()};
    if (reader == NULL || about == NULL || reader->columns == NULL || reader->places == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for reading IDX");
    } else if (read_columns(reader, sources, error) == 0) {
        return description_finish(import->file, sources[0].rows, about, reader->columns,
                                  reader->places, error);
    }
    json_decref(about);
    if (reader != NULL) {
        json_decref(reader->columns);
        json_decref(reader->places);
    }
    return -1;
}

const struct format idx_format = {
    {.name = "idx", .help = "the binary format of MNIST; features, or features and labels"},
    "IDX",
    sniff_idx,
    read_idx};
