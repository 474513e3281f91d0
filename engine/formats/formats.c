/* The list of formats, and what is recognized only to say that it is none. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/format.h"

#include <stdio.h>
#include <string.h>

const struct format *const formats[] = {&idx_format,  &npy_format,   &npz_format,    &tar_format,
                                        &arff_format, &jsonl_format, &libsvm_format, &raw_format,
                                        &csv_format,  NULL};

/* First bytes of files that people upload by mistake, or before converting them. */
static const struct signature {
    const char *bytes;
    size_t size;
    const char *title;
} signatures[] = {
    {"\x89PNG\r\n\x1a\n", 8, "a PNG image"},
    {"\xff\xd8\xff", 3, "a JPEG image"},
    {"GIF8", 4, "a GIF image"},
    {"PAR1", 4, "a Parquet file"},
    {"ARROW1", 6, "an Arrow file"},
    {"\x89HDF\r\n\x1a\n", 8, "an HDF5 file"},
    {"PK\x03\x04", 4, "a ZIP archive or a spreadsheet"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "an old Excel workbook"},
    {"BZh", 3, "bzip2-compressed"},
    {"\xfd"
     "7zXZ",
     6, "xz-compressed"},
    {"\x28\xb5\x2f\xfd", 4, "zstd-compressed"},
    {"\x1f\x8b", 2, "gzip within gzip"},
    {"%PDF-", 5, "a PDF document"},
    {"SQLite format 3", 16, "an SQLite database"},
    {"\x80\x04\x95", 3, "a Python pickle"},
};

const struct format *format_find(const char *name)
{
    for (const struct format *const *format = formats; *format != NULL; format++)
        if (strcmp((*format)->kind.name, name) == 0)
            return *format;
    return NULL;
}

static bool is_listed(const struct format *format, unsigned option)
{
    return option == 0 ? format->takes_pairs : (format->options & option) != 0;
}

char *format_list(unsigned option, char *text, size_t size)
{
    int left = 0;
    size_t used = 0;
    text[0] = 0;
    for (const struct format *const *format = formats; *format != NULL; format++)
        left += is_listed(*format, option);
    for (const struct format *const *format = formats; *format != NULL && used < size; format++) {
        if (!is_listed(*format, option))
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s", (*format)->title,
                                 --left > 1  ? ", "
                                 : left == 1 ? " and "
                                             : "");
    }
    return text;
}

const struct format *format_sniff(const uint8_t *head, size_t size, const char *name,
                                  struct error *error)
{
    for (const struct format *const *format = formats; *format != &csv_format; format++)
        if ((*format)->sniff(head, size))
            return *format;
    for (size_t i = 0; i < ARRAY_COUNT(signatures); i++) {
        const struct signature *signature = &signatures[i];
        if (size < signature->size || memcmp(head, signature->bytes, signature->size) != 0)
            continue;
        error_set(error, ERROR_INVALID,
                  "%s is %s, which is no dataset format: CSV, JSON lines, ARFF, LibSVM, NPY, NPZ, "
                  "IDX and archives of images are, plain or gzip",
                  name, signature->title);
        return NULL;
    }
    return &csv_format;
}
