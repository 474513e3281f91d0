/* The file formats that datasets come in: one table entry a format. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_FORMAT_H
#define PROPD_ENGINE_FORMATS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fields.h"
#include "engine/dataset_options.h"
#include "engine/formats/cut.h"
#include "engine/import.h"

enum { FORMAT_HEAD_SIZE = 1 << 14 };

struct format {
    struct kind kind;  /* its name is the choice of dataset_options.format */
    const char *title; /* in messages: "NPZ" */
    unsigned options;  /* that it takes: enum dataset_option, or'ed */
    bool takes_pairs;  /* features and labels in two files */
    /* Whether a file that begins like this (all of it, where shorter than FORMAT_HEAD_SIZE) is one.
     */
    bool (*sniff)(const uint8_t *head, size_t size);
    /* Reads import->inputs and writes and finishes import->file. */
    int (*read)(struct import *import, struct error *error);
    format_cut_fn *cut; /* of a beginning of a file; NULL: only the whole tells anything */
};

extern const struct format csv_format;
extern const struct format idx_format;
extern const struct format npy_format;
extern const struct format npz_format;
extern const struct format arff_format;
extern const struct format jsonl_format;
extern const struct format libsvm_format;
extern const struct format raw_format;
extern const struct format tar_format;

/* NULL-terminated, in the order in which they are asked whether a file is theirs; CSV, which takes
 * any text, is last. */
extern const struct format *const formats[];

const struct format *format_find(const char *name);
/* "CSV, IDX and NPY": the titles of the formats that take an option; with option 0 those that take
 * pairs. */
char *format_list(unsigned option, char *text, size_t size);
/* The format of a file that begins like this. NULL with ERROR_INVALID for what is known to be none
 * of them: a PNG image, a Parquet file. `name` is the source's. */
const struct format *format_sniff(const uint8_t *head, size_t size, const char *name,
                                  struct error *error);

#endif
