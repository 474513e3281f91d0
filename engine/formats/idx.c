/* IDX, the format of MNIST (yann.lecun.com/exdb/mnist): two zero bytes, a type, a rank, as many
 * big-endian sizes, and the values, big-endian, row by row. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/array_files.h"
#include "engine/dataset_options.h"
#include "engine/formats/format.h"

static const struct array_type types[16] = {
    [8] = {ARRAY_UNSIGNED, true, 1}, [9] = {ARRAY_SIGNED, true, 1}, [11] = {ARRAY_SIGNED, true, 2},
    [12] = {ARRAY_SIGNED, true, 4},  [13] = {ARRAY_FLOAT, true, 4}, [14] = {ARRAY_FLOAT, true, 8}};

static bool sniff_idx(const uint8_t *head, size_t size)
{
    if (size < 8 || head[0] != 0 || head[1] != 0 || head[2] >= ARRAY_COUNT(types))
        return false;
    return types[head[2]].size != 0 && head[3] >= 1 && head[3] <= SHAPE_RANK_MAX + 1;
}

static uint32_t read_size(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int read_sizes(struct array_file *file, int rank, struct error *error)
{
    uint8_t bytes[4 * (SHAPE_RANK_MAX + 1)];
    uint64_t sizes[SHAPE_RANK_MAX + 1];
    ssize_t got = input_read(file->input, bytes, 4 * (size_t)rank, error);
    if (got < 0)
        return -1;
    if (got < 4 * rank)
        return error_set(error, ERROR_INVALID, "%s ends within the IDX header", file->array.name);
    for (int i = 0; i < rank; i++)
        sizes[i] = read_size(bytes + 4 * i);
    file->header_size = 4 + 4 * (uint64_t)rank;
    if (array_set_sizes(&file->array, sizes, rank, error) != 0)
        return -1;
    return array_check_size(&file->array, file->header_size, file->input->size, error);
}

static int read_header(struct array_file *file, struct error *error)
{
    uint8_t magic[4];
    ssize_t got = input_read(file->input, magic, sizeof(magic), error);
    if (got < 0)
        return -1;
    if (got < 4 || magic[0] != 0 || magic[1] != 0 || magic[2] >= ARRAY_COUNT(types) ||
        types[magic[2]].size == 0)
        return error_set(error, ERROR_INVALID,
                         "%s does not begin like IDX: two zero bytes and a type of 8, 9, 11 … 14",
                         file->array.name);
    if (magic[3] < 1 || magic[3] > SHAPE_RANK_MAX + 1)
        return error_set(error, ERROR_INVALID, "%s: the IDX rank must be between 1 and %d, not %d",
                         file->array.name, SHAPE_RANK_MAX + 1, magic[3]);
    file->array.type = types[magic[2]];
    return read_sizes(file, magic[3], error);
}

/* Images of any rank are tensors. */
static int add_features(struct array *array, struct table_builder *table, struct error *error)
{
    return array->shape.rank == 0 ? array_add_columns(array, table, "features", error)
                                  : array_add_tensors(array, table, "features", error);
}

static int read_table(struct import *import, struct table_builder *table, struct error *error)
{
    struct array_pair pair;
    array_pair_start(&pair, import);
    for (int i = 0; i < pair.count; i++)
        if (read_header(&pair.files[i], error) != 0)
            return -1;
    if (array_set_layout(&pair.files[0].array, import->options, error) != 0 ||
        add_features(&pair.files[0].array, table, error) != 0)
        return -1;
    if (pair.count == 2 && array_add_labels(&pair.files[1].array, table, error) != 0)
        return -1;
    return array_pair_read(&pair, table, json_pack("{s:s}", "format", "idx"), error);
}

/* The first size is the rows'; the beginning has as many as fit in. */
static int cut_idx(struct bytes *part, const struct dataset_options *options UNUSED,
                   struct error *error UNUSED)
{
    uint8_t *sizes = part->data + 4;
    uint64_t header = part->size >= 4 ? 4 + 4 * (uint64_t)part->data[3] : UINT64_MAX;
    if (header < 8 || part->size < header || part->data[2] >= ARRAY_COUNT(types))
        return 0; /* for the reader to refuse */
    uint64_t row = types[part->data[2]].size;
    for (uint64_t at = 8; at < header; at += 4)
        if (__builtin_mul_overflow(row, read_size(part->data + at), &row))
            return 0;
    uint64_t rows = row > 0 ? (part->size - header) / row : 0;
    if (rows == 0 || rows >= read_size(sizes))
        return 0;
    for (int i = 0; i < 4; i++)
        sizes[i] = (uint8_t)(rows >> (24 - 8 * i));
    part->size = (size_t)(header + rows * row);
    return 0;
}

static int read_idx(struct import *import, struct error *error)
{
    struct table_builder table;
    int status = table_builder_start(&table, import, missing_words_usual, error);
    if (status == 0)
        status = read_table(import, &table, error);
    table_builder_clear(&table);
    return status;
}

const struct format idx_format = {
    .kind = {.name = "idx", .help = "the binary format of MNIST; features, or features and labels"},
    .title = "IDX",
    .options = OPTION_TYPES | OPTION_MISSING | OPTION_LAYOUT,
    .takes_pairs = true,
    .sniff = sniff_idx,
    .read = read_idx,
    .cut = cut_idx};
