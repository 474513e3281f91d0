/* NPY: a NumPy array, or a pair of them. A header and the values. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/dataset_options.h"
#include "engine/formats/array_files.h"
#include "engine/formats/format.h"
#include "engine/formats/npy_header.h"

#include <stdio.h>
#include <string.h>

static bool sniff_npy(const uint8_t *head, size_t size)
{
    return size >= NPY_MAGIC_SIZE && memcmp(head, NPY_MAGIC, NPY_MAGIC_SIZE) == 0;
}

static int read_table(struct import *import, struct table_builder *table, struct error *error)
{
    struct array_pair pair;
    array_pair_start(&pair, import);
    for (int i = 0; i < pair.count; i++) {
        struct byte_source source = byte_source_of_input(pair.files[i].input);
        if (npy_header_read(&pair.files[i].array, &source, &pair.files[i].header_size, error) != 0)
            return -1;
    }
    if (array_set_layout(&pair.files[0].array, import->options, error) != 0 ||
        array_add_features(&pair.files[0].array, table, error) != 0)
        return -1;
    if (pair.count == 2 && array_add_labels(&pair.files[1].array, table, error) != 0)
        return -1;
    return array_pair_read(&pair, table, json_pack("{s:s}", "format", "npy"), error);
}

/* Writes another number over the first one of the shape, which leaves room for it. */
static bool put_rows(char *header, size_t size, uint64_t rows)
{
    char text[24];
    const char *end = header + size;
    char *at = memmem(header, size, "shape", 5);
    at = at != NULL ? memchr(at, '(', (size_t)(end - at)) : NULL;
    if (at == NULL)
        return false;
    at += 1 + strspn(at + 1, " ");
    size_t room = strspn(at, "0123456789L");
    int used = snprintf(text, sizeof(text), "%ju", (uintmax_t)rows);
    if (used < 0 || (size_t)used > room)
        return false;
    memset(at, ' ', room);
    memcpy(at, text, (size_t)used);
    return true;
}

static int cut_npy(struct bytes *part, const struct dataset_options *options UNUSED,
                   struct error *error)
{
    struct part_reader reader = {.part = part};
    struct byte_source source = byte_source_of_part(&reader, "body");
    struct array array = {.name = "body"};
    uint64_t header;
    if (bytes_text(part) == NULL || npy_header_read(&array, &source, &header, error) != 0)
        return -1;
    uint64_t row = array_size(&array) / (uint64_t)array.rows;
    uint64_t rows = (part->size - header) / row;
    if (rows == 0 || rows >= (uint64_t)array.rows)
        return 0;
    if (array.fortran && array.shape.rank > 0)
        return error_set(error, ERROR_INVALID,
                         "body is an array in Fortran order, whose beginning has no whole rows: "
                         "send all of it, or save it as numpy.ascontiguousarray(…) gives it");
    if (put_rows((char *)part->data, (size_t)header, rows))
        part->size = (size_t)(header + rows * row);
    return 0;
}

static int read_npy(struct import *import, struct error *error)
{
    struct table_builder table;
    int status = table_builder_start(&table, import, missing_words_usual, error);
    if (status == 0)
        status = read_table(import, &table, error);
    table_builder_clear(&table);
    return status;
}

const struct format npy_format = {
    .kind = {.name = "npy",
             .help = "a NumPy array, or features and labels; rank 1 and 2 are columns, 3 and more "
                     "a tensor a row"},
    .title = "NPY",
    .options = OPTION_TYPES | OPTION_MISSING | OPTION_LAYOUT,
    .takes_pairs = true,
    .sniff = sniff_npy,
    .read = read_npy,
    .cut = cut_npy};
