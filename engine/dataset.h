/* A dataset: a column file, written once by an importer, then mapped read-only by any number of
 * jobs.
 *
 * A table has columns of numbers, booleans, categories, dates and text; an array of rank 3 and more
 * (images, sequences) gives one tensor column "features" ([28, 28] bytes or floats a row) and its
 * partner, where there is one, a column "label". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_DATASET_H
#define PROPD_ENGINE_DATASET_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/fields.h"
#include "engine/shape.h"

enum column_type {
    COLUMN_NUMBER,   /* double; NaN: missing */
    COLUMN_BOOLEAN,  /* uint8_t 0, 1; 255: missing */
    COLUMN_CATEGORY, /* uint32_t index into the dictionary (sorted by bytes, numbers by value);
                        UINT32_MAX: missing */
    COLUMN_DATE,     /* int64_t seconds since 1970 UTC; INT64_MIN: missing */
    COLUMN_TEXT,     /* strings; an empty one is missing */
    COLUMN_TENSOR    /* one tensor a row, uint8_t or float */
};
extern const char *const column_type_names[]; /* "number" … , NULL-terminated */

struct column {
    const char *name;
    enum column_type type;
    bool integers; /* NUMBER: every value is a whole number */
    int64_t missing_count;
    int64_t distinct_count; /* exact up to 65,536, else at least that */
    union {
        const double *numbers;
        const uint8_t *booleans;
        const uint32_t *categories;
        const int64_t *dates;
        const uint8_t *tensor_bytes;
        const float *tensor_floats;
    };
    const uint64_t *text_offsets; /* TEXT: rows + 1 offsets into text */
    const char *text;
    uint32_t category_count;
    const uint64_t *category_offsets; /* CATEGORY: category_count + 1 offsets into category_text */
    const char *category_text;
    struct shape shape; /* TENSOR */
    bool tensor_is_bytes;
};

struct dataset {
    int64_t rows;
    int column_count;
    struct column *columns;
    json_t *description; /* columns with type, missing, min, max, mean, deviation, categories,
                            histogram: the answer's form; "target", where the upload or its format
                            says it: names of columns */
    void *map;
    size_t map_size;
};

/* What the upload's query may say. Kind: dataset_options_kind. */
struct dataset_options {
    char *target;       /* "species", "y1,y2", or a JSON list; checked here to be columns */
    char *types;        /* "age=number,zip=category", or JSON */
    char *missing;      /* further words for missing, comma-separated, beside those of the format */
    int header;         /* choice: auto, yes, no */
    int separator;      /* choice: auto, comma, semicolon, tab, space, pipe */
    int format;         /* choice: auto, and the formats' names */
    struct sizes shape; /* raw: of a row */
    char *dtype;        /* raw: of its values, as NumPy writes it: "u1", "<f4" */
    int64_t labels;     /* raw: bytes before each row that are its labels */
    int layout;         /* choice: hwc, chw; of arrays whose rows have rank 3 */
    char *size;         /* archives of images: "32x32", width and height that they are brought to */
};
extern const struct kind dataset_options_kind;

/* Uploaded bytes: an open file, read from its start, plain or gzip (found out by its first bytes).
 */
struct dataset_source {
    int file;
    const char *name; /* for messages: "body", "features", "labels" */
};

/* Limits of an import, so that a small upload cannot become a large file. */
struct dataset_limits {
    uint64_t bytes;                /* of inflated input, and of the column file */
    int64_t columns;               /* 16,384 */
    const atomic_bool *called_off; /* once true, the import ends with ERROR_BUSY; NULL */
};

/* Parses one source (or features and labels) and writes the column file to `file` (empty,
 * read-write). Memory does not grow with the file: columns go through bounded buffers (dictionaries
 * of categories are bounded by 65,536 entries a column; above that the column is text). A malformed
 * file is ERROR_INVALID naming the source's line and the reason. */
int dataset_import(const struct dataset_source *sources, int source_count,
                   const struct dataset_options *options, const struct dataset_limits *limits,
                   int file, struct error *error);

/* Maps a column file; checks its header and every offset before use (ERROR_CORRUPT). The file may
 * be closed afterwards. */
struct dataset *dataset_open(int file, struct error *error);
void dataset_close(struct dataset *dataset);

/* Index of a column, -1 where there is none. */
int dataset_find(const struct dataset *dataset, const char *name);

/* Row `row` as a JSON object (numbers, strings, booleans, null; tensors as nested arrays). */
json_t *dataset_row(const struct dataset *dataset, int64_t row);

#endif
