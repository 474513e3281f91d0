/* Raw: bare numbers, row behind row, of which only the upload's options say what they are: their
 * type, the shape of a row, and how many bytes before each row are its labels.
 *
 * CIFAR-10 is ?format=raw&shape=3,32,32&labels=1&layout=chw: a byte of label, then a plane of bytes
 * for each of red, green and blue. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/array_files.h"
#include "engine/formats/format.h"

#include <inttypes.h>
#include <string.h>

/* Raw bytes look like nothing: only the option names them. */
static bool sniff_nothing(const uint8_t *head UNUSED, size_t size UNUSED)
{
    return false;
}

static int read_type(const struct dataset_options *options, struct array_type *type,
                     struct error *error)
{
    const char *dtype = options->dtype != NULL ? options->dtype : "u1";
    if (array_type_parse(dtype, strlen(dtype), type) && !array_type_is_text(type))
        return 0;
    return error_set_at(error, ERROR_INVALID, "dtype",
                        "must be a type of numbers like u1, i2, <f4 or >f8, not %.40s", dtype);
}

/* Of so many rows. */
static int set_sizes(struct array *array, const struct dataset_options *options, uint64_t rows,
                     struct error *error)
{
    uint64_t sizes[SIZES_MAX + 1] = {rows};
    for (size_t i = 0; i < options->shape.count; i++)
        sizes[i + 1] = (uint64_t)options->shape.items[i];
    return array_set_sizes(array, sizes, (int)options->shape.count + 1, error);
}

/* Bytes of all of the input, which are counted where gzip does not tell them. */
static int find_size(struct input *input, uint64_t *size, struct error *error)
{
    char block[1 << 14];
    ssize_t got = 1;
    *size = input->size;
    if (input->size != INPUT_SIZE_UNKNOWN)
        return 0;
    while (got > 0)
        got = input_read(input, block, sizeof(block), error);
    *size = input->given;
    return (int)got;
}

static int find_rows(struct array_file *file, const struct dataset_options *options,
                     struct error *error)
{
    uint64_t size;
    uint64_t labels = (uint64_t)options->labels, row = array_size(&file->array);
    file->record_size = labels + row;
    file->part_offset = labels;
    file->part_size = row;
    if (find_size(file->input, &size, error) != 0)
        return -1;
    if (size > 0 && size % file->record_size == 0)
        return set_sizes(&file->array, options, size / file->record_size, error);
    return error_set(
        error, ERROR_INVALID,
        "%s has %" PRIu64 " bytes, expected a multiple of %" PRIu64 ": a row is %" PRIu64
        " values of %zu byte%s behind %" PRIu64 " byte%s of labels",
        file->array.name, size, file->record_size, file->array.elements, file->array.type.size,
        file->array.type.size == 1 ? "" : "s", labels, labels == 1 ? "" : "s");
}

static int set_labels(struct array_pair *pair, int64_t labels, struct error *error)
{
    struct array_file *file = &pair->files[1];
    const uint64_t sizes[] = {(uint64_t)pair->files[0].array.rows, (uint64_t)labels};
    *file = pair->files[0];
    file->part_offset = 0;
    file->part_size = (uint64_t)labels;
    file->array = (struct array){.name = "labels", .type = {ARRAY_UNSIGNED, false, 1}};
    pair->count = 2;
    return array_set_sizes(&file->array, sizes, labels == 1 ? 1 : 2, error);
}

static int read_table(struct import *import, struct table_builder *table, struct error *error)
{
    const struct dataset_options *options = import->options;
    struct array_pair pair;
    array_pair_start(&pair, import);
    struct array *features = &pair.files[0].array;
    if (options->shape.count == 0)
        return error_set_at(error, ERROR_INVALID, "shape",
                            "must be given with format=raw: the shape of a row, as in "
                            "?format=raw&shape=3,32,32&labels=1&layout=chw");
    if (read_type(options, &features->type, error) != 0 ||
        set_sizes(features, options, 1, error) != 0 ||
        find_rows(&pair.files[0], options, error) != 0 ||
        array_set_layout(features, options, error) != 0 ||
        array_add_features(features, table, error) != 0)
        return -1;
    if (options->labels > 0 && (set_labels(&pair, options->labels, error) != 0 ||
                                array_add_labels(&pair.files[1].array, table, error) != 0))
        return -1;
    return array_pair_read(&pair, table, json_pack("{s:s}", "format", "raw"), error);
}

static int cut_raw(struct bytes *part, const struct dataset_options *options, struct error *error)
{
    struct array row = {.name = "body"};
    if (options->shape.count == 0)
        return 0; /* for the reader to refuse */
    if (read_type(options, &row.type, error) != 0 || set_sizes(&row, options, 1, error) != 0)
        return -1;
    uint64_t size;
    if (!__builtin_add_overflow(array_size(&row), (uint64_t)options->labels, &size) &&
        part->size >= size)
        part->size -= (size_t)(part->size % size);
    return 0;
}

static int read_raw(struct import *import, struct error *error)
{
    struct table_builder table;
    int status = table_builder_start(&table, import, missing_words_usual, error);
    if (status == 0)
        status = read_table(import, &table, error);
    table_builder_clear(&table);
    return status;
}

const struct format raw_format = {
    .kind = {.name = "raw", .help = "bare numbers, of a shape and type that the upload says"},
    .title = "raw numbers",
    .options =
        OPTION_TYPES | OPTION_MISSING | OPTION_SHAPE | OPTION_DTYPE | OPTION_LABELS | OPTION_LAYOUT,
    .sniff = sniff_nothing,
    .read = read_raw,
    .cut = cut_raw};
