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
    return format_sniff(head, (size_t)size, input->name, error);
}

static const struct format *find_format(struct import *import, struct error *error)
{
    const char *name = dataset_format_names[import->options->format];
    const struct format *format = format_find(name);
    assert(format != NULL || strcmp(name, "auto") == 0);
    return format != NULL ? format : find_by_content(import, error);
}

/* What does not apply is not passed over in silence. */
static int check_format(const struct import *import, const struct format *format,
                        struct error *error)
{
    char list[128];
    unsigned wrong = dataset_options_given(import->options) & ~format->options;
    for (unsigned option = 1; option < OPTIONS_END; option <<= 1)
        if ((wrong & option) != 0)
            return error_set(error, ERROR_INVALID, "%s is an option of %s, and %s is %s",
                             dataset_option_name(option), format_list(option, list, sizeof(list)),
                             import->inputs[0].name, format->title);
    if (import->input_count == 1 || format->takes_pairs)
        return 0;
    return error_set(error, ERROR_INVALID, "a pair of features and labels must be %s, and %s is %s",
                     format_list(0, list, sizeof(list)), import->inputs[0].name, format->title);
}

static int read_sources(struct import *import, const struct dataset_source *sources,
                        int source_count, struct error *error)
{
    if (open_inputs(import, sources, source_count, error) != 0)
        return -1;
    const struct format *format = find_format(import, error);
    if (format == NULL || check_format(import, format, error) != 0)
        return -1;
    return format->read(import, error);
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
