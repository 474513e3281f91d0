/* From raw columns to the network's input and back: learned from the training rows only, kept in
 * the model, applied to every prediction, so that a client sends raw values.
 *
 * Numbers are scaled (a missing one counts as the mean or 0, with an indicator behind it where the
 * training rows had any missing); booleans are 0 and 1, likewise; categories have one input each
 * and a last one for the unseen and the missing, above 1,000 of them one of 1,024 by a hash;
 * ordinal ones are their rank, scaled, the unseen as missing; embedded ones are an index, of which
 * the network's first layer makes a vector; dates are year, month, day, weekday (Monday 0) and hour
 * in UTC, each scaled; texts are counts of hashed words, or the numbers of their words. A column
 * that is constant in the training rows gives 0. Bytes of tensors go to [0, 1], floats of tensors
 * stay.
 *
 * With windows (engine/series.h) a row stands for the window that predicts it: its input is that of
 * the window's rows, one below the other, its target its own.
 *
 * One struct task_request says what a job learns from which columns; one struct preprocessing holds
 * what was learned. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_PREPROCESSING_H
#define PROPD_ENGINE_PREPROCESSING_H

#include "base/error.h"
#include "base/fields.h"
#include "engine/column_options.h"
#include "engine/dataset.h"
#include "engine/loss.h"
#include "engine/shape.h"
#include "engine/series.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* job.preprocessing; kind: preprocessing_options_kind. */
struct preprocessing_options {
    struct column_options common;
    int target;      /* choice: standardize, none */
    json_t *columns; /* {"age": {"numeric": "min_max"}}; NULL */
};
extern const struct kind preprocessing_options_kind;

/* job.features; kind: feature_options_kind. */
struct feature_options {
    struct strings include; /* empty: all that are not excluded */
    struct strings exclude;
};
extern const struct kind feature_options_kind;

enum task_type {
    TASK_CLASSES, /* one target column; class indices */
    TASK_VALUES   /* numbers: one or more target columns, or 0/1 columns of a multi-label target */
};

/* What the job's network and loss say about the target. */
struct task_request {
    const struct strings
        *targets; /* column names; empty: the default given at upload, else the last column */
    const json_t *default_targets; /* names that the dataset says; NULL or empty: none */
    enum target_kind
        wanted; /* with `decided`: the loss was named, or the output's activation tells */
    bool decided;
    /* The loss takes the target's own numbers (binary_crossentropy, hinge, poisson, kl_divergence):
     * target "standardize" does not apply. */
    bool raw_targets;
    /* Outputs of the network, 0 where nobody knows: labels that are whole numbers from 0 up to
     * below it are class indices, and one that no row has is a class too. */
    int64_t outputs;
    bool reads_tokens; /* the network begins with an embedding: texts become tokens by themselves */
    /* The vocabulary of that embedding, 0 for "auto": there are no more tokens than it takes,
     * padding and the unknown word among them. */
    int64_t vocabulary;
    const struct series_options *window; /* NULL: none */
};

struct preprocessing;

/* Learns from `rows` (row_count indices of training rows; NULL: every row) of the dataset; rows
 * that are not usable are passed over, so that a first call with NULL tells which rows are usable
 * and which classes there are, before these are split. Classes, and what is left out, come from the
 * whole dataset and so are the same for every choice of rows; scales, means and dictionaries come
 * from `rows` alone.
 *
 * Columns named in features.include must exist; text columns (names, identifiers) are left out
 * unless included by name, and so are categories with a different value in nearly every row, whole
 * numbers that count the rows ("id", "PassengerId") and columns without values, or of one category.
 * Where nothing else is left, the texts are taken. With windows the target is an input too: its
 * past is known. Where an initial model's weights are continued with its own preprocessing, use
 * preprocessing_read() instead. */
struct preprocessing *preprocessing_learn(const struct dataset *dataset,
                                          const struct preprocessing_options *options,
                                          const struct feature_options *features,
                                          const struct task_request *request, const uint32_t *rows,
                                          int64_t row_count, struct error *error);
void preprocessing_free(struct preprocessing *preprocessing);

/* As JSON for the model file ("propd.preprocessing"), and back. Doubles survive exactly. */
json_t *preprocessing_write(const struct preprocessing *preprocessing);
struct preprocessing *preprocessing_read(const json_t *json, struct error *error);

/* For a model without preprocessing: inputs of `shape` are taken as they come; classes may be NULL.
 */
struct preprocessing *preprocessing_identity(const struct shape *shape, const json_t *classes,
                                             struct error *error);

bool preprocessing_is_identity(const struct preprocessing *preprocessing);

/* What the network sees: [width] for tables, [length, width] for windows of them, [length] for
 * tokens, [height, width, 1] for images ([h, w] tensors get a channel), the tensor's own shape
 * else.
 */
struct shape preprocessing_input_shape(const struct preprocessing *preprocessing);
enum task_type preprocessing_task(const struct preprocessing *preprocessing);
/* Class count, or number of target values: what "units": "auto" becomes; 0 where nobody knows (an
 * identity without classes). */
int64_t preprocessing_target_width(const struct preprocessing *preprocessing);
/* Class label i as text, NULL where i is out of range or the target has no classes. A target of two
 * labels that a loss of numbers was named for (TASK_VALUES) keeps them: its values are their
 * indices 0 and 1. Borrowed. */
const char *preprocessing_class(const struct preprocessing *preprocessing, int64_t index);
/* JSON array of class labels (strings; numbers or booleans where the column held these), in the
 * dictionary's order, ascending, or false, true; NULL where there are none. Borrowed. */
const json_t *preprocessing_classes(const struct preprocessing *preprocessing);
/* Column names in the order that a list instance has, a JSON array of strings; NULL for tensors.
 * Borrowed. */
const json_t *preprocessing_columns(const struct preprocessing *preprocessing);
/* Where column `index` of preprocessing_columns() lies in a row of the input. */
struct preprocessing_column {
    int64_t offset, width; /* floats */
    int64_t numbers; /* the first of them, which are scaled; the others tell categories, booleans,
                        words, and whether a value was missing */
};
struct preprocessing_column preprocessing_column(const struct preprocessing *preprocessing,
                                                 int64_t index);
/* Whether the input comes of bytes, so that all values are in [0, 1]. */
bool preprocessing_takes_bytes(const struct preprocessing *preprocessing);
/* How many different tokens there are, for "vocabulary": "auto" of an embedding layer; 0 where the
 * input is no tokens. */
int64_t preprocessing_vocabulary(const struct preprocessing *preprocessing);
/* The inputs that are indices of categories, as the layer column_embeddings has them: JSON array of
 * {"column", "position", "vocabulary", "units"}; NULL where there are none. Borrowed. */
const json_t *preprocessing_embeddings(const struct preprocessing *preprocessing);
/* "hash" or "tokens", as the text columns are taken; NULL where no input is text. Static. */
const char *preprocessing_text(const struct preprocessing *preprocessing);
/* The windows that an input is; NULL where it is a row. Borrowed. */
const struct series_options *preprocessing_window(const struct preprocessing *preprocessing);
/* Whether two take the same columns in the same way to the same target, so that weights learned
 * with one mean something with the other; scales and dictionaries may differ. */
bool preprocessing_is_alike(const struct preprocessing *a, const struct preprocessing *b);
/* Columns left out by themselves, with the reason: JSON array of {"column", "reason"}. Borrowed. */
const json_t *preprocessing_left_out(const struct preprocessing *preprocessing);
/* Names of the target columns: JSON array of strings. Borrowed. */
const json_t *preprocessing_targets(const struct preprocessing *preprocessing);

/* The columns of `dataset` matched once by name and type to what was learned; ERROR_INVALID names
 * what is missing. */
struct preprocessing_binding;
struct preprocessing_binding *preprocessing_bind(const struct preprocessing *preprocessing,
                                                 const struct dataset *dataset, bool with_target,
                                                 struct error *error);
void preprocessing_binding_free(struct preprocessing_binding *binding);
/* Whether a row can be used: target present (where bound), with windows the rows before it, and
 * with missing=drop_rows all features. */
bool preprocessing_row_usable(const struct preprocessing_binding *binding, int64_t row);
/* What the rows are ordered by, [dataset rows], for a split that keeps the last for validation;
 * NULL without windows. Borrowed. */
const double *preprocessing_times(const struct preprocessing_binding *binding);
/* Row rows[i] to x[i][input elements]; a pure function of the row. With windows the rows must be
 * usable ones. */
void preprocessing_encode(const struct preprocessing_binding *binding, const uint32_t *rows,
                          int64_t row_count, float *x);
/* Targets of rows: classes[i] (-1: missing, or a label that training did not have), or
 * values[i][width] (scaled; NaN: missing or an unknown label). Classes can be asked for as values
 * too, for an output of one sigmoid unit: values[i] is the class index as a number. */
void preprocessing_encode_classes(const struct preprocessing_binding *binding, const uint32_t *rows,
                                  int64_t row_count, int32_t *classes);
void preprocessing_encode_values(const struct preprocessing_binding *binding, const uint32_t *rows,
                                 int64_t row_count, float *values);

/* A list has a value for each of preprocessing_columns(); an object may also have the dataset's
 * other columns, which are passed over, and no further keys.
 *
 * One instance of a prediction: a list in column order (nested for tensors, or flat), an object by
 * column name, or, where there is one column, its value; null, "" and a missing key are missing
 * values. With windows, a list of such rows, the oldest first, or an object with a list for each
 * column. ERROR_INVALID names `path` ("instances[3].age") and what was expected, with a right
 * example. */
int preprocessing_encode_json(const struct preprocessing *preprocessing, const json_t *instance,
                              const char *path, float *x, struct error *error);

/* An instance that is a list of finite numbers alone: how many there are of them, 0 where values of
 * other kinds or windows are taken; their shape where they may be nested, NULL for tables
 * (borrowed); and the same floats as preprocessing_encode_json() makes. */
int64_t preprocessing_number_count(const struct preprocessing *preprocessing);
const struct shape *preprocessing_tensor_shape(const struct preprocessing *preprocessing);
void preprocessing_encode_numbers(const struct preprocessing *preprocessing, const double *numbers,
                                  float *x);

/* One target of a trace: a label (sets *class and, where two labels are learned as numbers,
 * values[0]), or a number or a list of `width` numbers in original units (sets values, scaled as
 * the network gives them). ERROR_INVALID names `path`. */
int preprocessing_encode_target(const struct preprocessing *preprocessing, const json_t *target,
                                const char *path, int64_t width, int32_t *class, float *values,
                                struct error *error);

/* A scaled output value of target column `index` back in original units; identity for classes. */
double preprocessing_decode_value(const struct preprocessing *preprocessing, int64_t index,
                                  double scaled);
/* The scale alone, for metrics in original units: original = scaled * scale + shift. */
double preprocessing_target_scale(const struct preprocessing *preprocessing, int64_t index);

#endif
