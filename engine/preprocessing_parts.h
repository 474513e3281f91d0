/* What a struct preprocessing is made of, for its own files. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_PREPROCESSING_PARTS_H
#define PROPD_ENGINE_PREPROCESSING_PARTS_H

#include "base/bytes.h"
#include "engine/encoder.h"
#include "engine/preprocessing.h"
#include "engine/target.h"

struct preprocessing {
    bool is_identity;
    int encoder_count;
    struct encoder *encoders; /* owned; one tensor alone, or scalars */
    int64_t width;            /* floats of a row */
    struct shape input;
    struct targets targets;
    struct series_options window; /* owned; length 0: none */
    json_t *embeddings;           /* owned; NULL: none */
    json_t *columns;              /* owned; NULL for tensors */
    json_t *target_names;         /* owned */
    json_t *left_out;             /* owned */
    json_t *unused;               /* owned; further columns that the dataset had */
};

static inline bool preprocessing_takes_tensors(const struct preprocessing *preprocessing)
{
    return preprocessing->encoders[0].kind == &encoder_tensor;
}

/* preprocessing_instance.c: a row of a table to x[width]. */
int preprocessing_encode_row_json(const struct preprocessing *preprocessing, const json_t *row,
                                  const char *path, float *x, struct error *error);
/* "[sepal_length, sepal_width]; for example [5.84, 3.05]": names, and values that would be taken.
 */
const char *preprocessing_columns_text(const struct preprocessing *preprocessing,
                                       struct bytes *text);
/* preprocessing_window.c: an instance of windows to x[length][width]. */
int preprocessing_encode_window_json(const struct preprocessing *preprocessing,
                                     const json_t *instance, const char *path, float *x,
                                     struct error *error);

/* All empty, for `encoder_count` encoders to come; NULL when out of memory. */
struct preprocessing *preprocessing_new(size_t encoder_count, struct error *error);

/* After encoders and targets are there: offsets, shapes, names. ERROR_INVALID where they make no
 * input together. */
int preprocessing_finish(struct preprocessing *preprocessing, struct error *error);

#endif
