/* Files of arrays, read as often as their columns need it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/array_files.h"

#include <string.h>

void array_pair_start(struct array_pair *pair, struct import *import)
{
    bool swapped = import->input_count == 2 && strcmp(import->inputs[0].name, "labels") == 0;
    *pair = (struct array_pair){.count = import->input_count};
    for (int i = 0; i < pair->count; i++) {
        struct array_file *file = &pair->files[swapped ? 1 - i : i];
        file->input = &import->inputs[i];
        file->array.name = import->inputs[i].name;
    }
}

/* ---- a part of each record */

struct part {
    struct array_file *file;
    struct byte_source whole;
    uint64_t at; /* in the record */
};

static ssize_t read_part(void *from, void *data, size_t size, struct error *error)
{
    struct part *part = from;
    const struct array_file *file = part->file;
    uint64_t end = file->part_offset + file->part_size;
    size_t used = 0;
    while (used < size) {
        if (part->at == end || part->at < file->part_offset) {
            uint64_t gap =
                part->at == end ? file->record_size - file->part_size : file->part_offset;
            int status = byte_source_skip(&part->whole, gap, error);
            if (status <= 0)
                return status < 0 ? -1 : (ssize_t)used;
            part->at = file->part_offset;
        }
        size_t room = end - part->at < size - used ? (size_t)(end - part->at) : size - used;
        ssize_t got = byte_source_read(&part->whole, (char *)data + used, room, error);
        if (got <= 0)
            return got < 0 ? -1 : (ssize_t)used;
        part->at += (uint64_t)got;
        used += (size_t)got;
    }
    return (ssize_t)used;
}

/* ---- all together */

typedef int (*pass_fn)(const struct array *array, struct table_builder *table,
                       const struct byte_source *source, struct error *error);

static int run_pass(struct array_file *file, struct table_builder *table, pass_fn pass,
                    struct error *error)
{
    struct part part = {.file = file, .whole = byte_source_of_input(file->input)};
    struct byte_source source = part.whole;
    if (file->record_size > 0)
        source = (struct byte_source){file->array.name, INPUT_SIZE_UNKNOWN, &part, read_part};
    if (input_rewind(file->input, error) != 0 ||
        byte_source_skip(&part.whole, file->header_size, error) < 0)
        return -1;
    return pass(&file->array, table, &source, error);
}

static int read_all(struct array_pair *pair, struct table_builder *table, struct error *error)
{
    table->rows = table->written = pair->files[0].array.rows;
    if (pair->count == 2 &&
        array_check_labels(&pair->files[0].array, &pair->files[1].array, error) != 0)
        return -1;
    if (table_builder_check_names(table, error) != 0 || array_check_missing(table, error) != 0)
        return -1;
    for (int i = 0; i < pair->count; i++)
        if (array_needs_survey(&pair->files[i].array, table) &&
            run_pass(&pair->files[i], table, array_survey, error) != 0)
            return -1;
    if (table_builder_layout(table, error) != 0)
        return -1;
    for (int i = 0; i < pair->count; i++)
        if (run_pass(&pair->files[i], table, array_write, error) != 0)
            return -1;
    return 0;
}

int array_pair_read(struct array_pair *pair, struct table_builder *table, json_t *about_taken,
                    struct error *error)
{
    if (about_taken == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for the description of a dataset");
    if (read_all(pair, table, error) == 0)
        return table_builder_finish(table, about_taken, error);
    json_decref(about_taken);
    return -1;
}
