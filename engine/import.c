/* dataset_import(): opens the sources, finds the format and lets its reader write the file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/import.h"
#include "engine/dataset_options.h"
#include "engine/formats/format.h"

#include <assert.h>
#include <string.h>

static int open_inputs(struct import *import, const struct dataset_source *sources, int count,
                       struct error *error)
{
    for (int i = 0; i < count; i++) {
        if (input_open(&import->inputs[i], &sources[i], import->limits, error) != 0)
            return -1;
        import->input_count = i + 1;
    }
    return 0;
}

static const struct format *find_by_content(struct import *import, struct error *error)
{
    uint8_t head[FORMAT_HEAD_SIZE];
    struct input *input = &import->inputs[0];
    ssize_t size = input_read(input, head, sizeof(head), error);
    if (size < 0 || input_rewind(input, error) != 0)
        return NULL;
    if (size == 0) {
        error_set(error, ERROR_INVALID, "%s is empty: a dataset has at least one row", input->name);
        return NULL;
    }
    const struct format *format = format_sniff(head, (size_t)size, input->name, error);
    if (format != NULL && format->read == NULL) {
        error_set(error, ERROR_NOT_BUILT, "%s looks like %s: %s is specified but not built yet",
                  input->name, format->title, format->kind.name);
        return NULL;
    }
    return format;
}

static const struct format *find_format(struct import *import, struct error *error)
{
    const char *name = dataset_format_names[import->options->format];
    if (strcmp(name, "auto") == 0)
        return find_by_content(import, error);
    const struct format *format = format_find(name);
    assert(format != NULL);
    if (format->read != NULL)
        return format;
    error_set(error, ERROR_NOT_BUILT, "format %s is specified but not built yet", name);
    return NULL;
}

static int read_sources(struct import *import, const struct dataset_source *sources,
                        int source_count, struct error *error)
{
    if (open_inputs(import, sources, source_count, error) != 0)
        return -1;
    const struct format *format = find_format(import, error);
    return format == NULL ? -1 : format->read(import, error);
}

int dataset_import(const struct dataset_source *sources, int source_count,
                   const struct dataset_options *options, const struct dataset_limits *limits,
                   int file, struct error *error)
{
    assert(source_count >= 1);
    if (source_count > IMPORT_SOURCES_MAX)
        return error_set(error, ERROR_INVALID,
                         "a dataset comes from one file or from features and labels, not from %d",
                         source_count);
    struct column_file column_file;
    column_file_start(&column_file, file, limits->bytes);
    struct import import = {.options = options, .limits = limits, .file = &column_file};
    int status = read_sources(&import, sources, source_count, error);
    for (int i = 0; i < import.input_count; i++)
        input_close(&import.inputs[i]);
    return status;
}
