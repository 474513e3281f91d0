/* What an augmentation is: one `const struct augment_type` a file under augments/, one line in
 * augments/augments.c. It changes an encoded row of a training batch before the network sees it.
 *
 * Images are [height, width, channels], series [time, channels], everything of one dimension counts
 * as a table. Values of a dataset of bytes are in [0, 1] and stay there; all others are as they
 * come, and nothing is clamped. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_AUGMENT_H
#define PROPD_ENGINE_AUGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fields.h"
#include "base/rng.h"
#include "engine/preprocessing.h"
#include "engine/shape.h"

/* Begins every augmentation's option struct. */
struct augment_options {
    double probability; /* that a row is changed at all */
};
extern const struct kind augment_options_kind;

/* What a row looks like. */
struct augment_input {
    struct shape shape;
    int64_t elements;
    bool is_bytes;        /* values are in [0, 1] */
    int64_t column_count; /* of a table; 0: every element is a number and a column of its own */
    struct preprocessing_column *columns; /* owned by whoever made the input */
    const char *id_layer; /* name of a layer that takes the values as ids; NULL; borrowed */
};

enum augment_fit {
    AUGMENT_IMAGES = 1 << 0,
    AUGMENT_SERIES = 1 << 1,
    AUGMENT_TABLES = 1 << 2,
    AUGMENT_ANYTHING = 1 << 3
};

/* The draws at one place in the list in one epoch: a stream for each kind of draw, whose counters
 * begin with the row. */
struct augment_streams {
    struct rng uniform, whole, normal, beta;
};

/* A row that is being changed. */
struct augment_row {
    float *x;       /* [elements], in place */
    float *scratch; /* as many, of any content */
    const struct augment_input *input;
    const struct augment_streams *streams;
    uint32_t row; /* of the dataset */
};

struct augment_type {
    struct kind kind;
    unsigned fits; /* enum augment_fit, or'ed */
    bool computes; /* makes numbers that were not there: not for ids of tokens or categories */
    /* A list of one that uses every option, as JSON. */
    const char *example;
    /* NULL, or whether the options make sense for a row of this shape: ERROR_INVALID says at
     * `path`, or below it, what would. */
    int (*check)(const void *options, const struct augment_input *input, const char *path,
                 struct error *error);
    /* Changes row->x; NULL for those that mix. */
    void (*run)(const void *options, const struct augment_row *row);
    /* Mixes `own` (the row as it is) and `other` (a row of the same batch) into row->x; returns the
     * share of the row's own target. NULL for those that change a row by itself. */
    double (*mix)(const void *options, const struct augment_row *row, const float *own,
                  const float *other);
};

/* All that are built, NULL-terminated; the same as kinds for a FIELD_VARIANTS. */
extern const struct augment_type *const augment_types[];
extern const struct kind *const augment_kinds[];

/* Which of images, series and tables a shape is; 0 for none of them. [time, channels, 1] is a
 * series as well as an image: so a tensor of two dimensions reaches the network. */
unsigned augment_fits(const struct shape *shape);

/* ---- draws, told apart by `index` where a row needs several of a kind */

/* Uniform in [low, high). */
double augment_uniform(const struct augment_row *row, uint32_t index, double low, double high);
/* Uniform whole number in [low, high], both included. */
int64_t augment_whole(const struct augment_row *row, uint8_t index, int64_t low, int64_t high);
/* Adds normal noise to `count` values; draws [index, index + count) of the row, index a multiple of
 * 4. */
void augment_add_noise(const struct augment_row *row, int64_t index, double stddev, int64_t count,
                       float *values);
/* Beta(shape, shape). */
double augment_beta(const struct augment_row *row, double shape);

/* ---- shared by several types */

/* An image's dimensions. */
struct augment_image {
    int64_t height, width, channels;
};
static inline struct augment_image augment_image(const struct augment_input *input)
{
    return (struct augment_image){input->shape.dims[0], input->shape.dims[1], input->shape.dims[2]};
}

/* Steps of a series; elements / steps are its channels. */
static inline int64_t augment_steps(const struct augment_input *input)
{
    return input->shape.dims[0];
}

/* Back to [0, 1] where the values are of bytes; else nothing. */
void augment_clamp(const struct augment_row *row);

#endif
