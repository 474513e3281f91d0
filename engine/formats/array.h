/* Arrays of NumPy's kind, whatever file they come from, as columns of a dataset: the first
 * dimension is the rows, the others are a row's.
 *
 * Rank 1 and 2 become columns of numbers, booleans or text, rank 3 and more one column of tensors:
 * unsigned bytes stay bytes, everything else becomes float32. Values stream through fixed buffers
 * into the column file, so that a header that promises more than there is costs nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_FORMATS_ARRAY_H
#define PROPD_ENGINE_FORMATS_ARRAY_H

#include "engine/formats/array_type.h"
#include "engine/formats/byte_source.h"
#include "engine/table_builder.h"

struct array {
    const char *name; /* of where it comes from, for messages; borrowed */
    struct array_type type;
    int64_t rows;       /* at least 1 */
    struct shape shape; /* of a row as it lies in the file; rank 0 for an array of rank 1 */
    uint64_t elements;  /* of a row, at least 1 */
    bool fortran;       /* the first index runs fastest */
    bool planes;        /* rows of rank 3 are channels, height, width, and become height, width,
                           channels */

    int64_t first_column, column_count; /* in the table, once added */
};

/* Sets rows, shape and elements from the sizes of all `rank` dimensions. ERROR_INVALID for a rank
 * of 0 or above SHAPE_RANK_MAX + 1, a size of 0, and sizes whose product in bytes is no uint64_t.
 * `type` is set before. */
int array_set_sizes(struct array *array, const uint64_t *sizes, int rank,
                    struct error *error) MUST_CHECK;
/* Bytes of all elements. */
uint64_t array_size(const struct array *array);
/* Whether a source of `size` bytes (INPUT_SIZE_UNKNOWN: later) has the header and all elements and
 * no more. */
int array_check_size(const struct array *array, uint64_t header_size, uint64_t size,
                     struct error *error) MUST_CHECK;
/* options->layout to `planes`. ERROR_INVALID unless rows of rank 3 are asked for. */
int array_set_layout(struct array *array, const struct dataset_options *options,
                     struct error *error) MUST_CHECK;

/* As columns: <name>_1, <name>_2 …, of an array of rank 1 <name>. */
int array_add_columns(struct array *array, struct table_builder *table, const char *name,
                      struct error *error) MUST_CHECK;
/* As one column of tensors. ERROR_INVALID for text. */
int array_add_tensors(struct array *array, struct table_builder *table, const char *name,
                      struct error *error) MUST_CHECK;
/* As columns or tensors: by its rank, and as tensors also where a row has more values than the
 * table has room for columns. */
int array_add(struct array *array, struct table_builder *table, const char *name,
              struct error *error) MUST_CHECK;
/* The same of what a job learns from: column_1, column_2 … or tensors "features". */
int array_add_features(struct array *array, struct table_builder *table,
                       struct error *error) MUST_CHECK;
/* What a job learns, of rank 1 or 2: "label", or label_1, label_2 …; they become the target. */
int array_add_labels(struct array *array, struct table_builder *table,
                     struct error *error) MUST_CHECK;

/* ERROR_INVALID where options->missing names words and no column of the table is made of cells. */
int array_check_missing(const struct table_builder *table, struct error *error) MUST_CHECK;
/* ERROR_INVALID unless there are as many labels as features. */
int array_check_labels(const struct array *features, const struct array *labels,
                       struct error *error) MUST_CHECK;
/* Whether some of its columns are made of cells, which must come twice. */
bool array_needs_survey(const struct array *array, const struct table_builder *table);
/* The first time, for those that need it: reads all elements, and nothing behind them. */
int array_survey(const struct array *array, struct table_builder *table,
                 const struct byte_source *source, struct error *error) MUST_CHECK;
/* The last time, once the table is laid out. Nothing may come behind the elements. */
int array_write(const struct array *array, struct table_builder *table,
                const struct byte_source *source, struct error *error) MUST_CHECK;

#endif
