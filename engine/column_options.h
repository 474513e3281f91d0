/* How one column becomes inputs: what job.preprocessing says for all columns, and
 * job.preprocessing.columns for single ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_COLUMN_OPTIONS_H
#define PROPD_ENGINE_COLUMN_OPTIONS_H

#include "base/fields.h"

#include <stdbool.h>
#include <stdint.h>

/* Choices, in the order of their names in preprocessing_options.c; those of `numeric` are enum
 * scale_method. */
enum column_categorical { CATEGORICAL_ONE_HOT, CATEGORICAL_EMBEDDING, CATEGORICAL_ORDINAL };
enum column_missing { MISSING_MEAN, MISSING_ZERO, MISSING_DROP_ROWS };
enum column_text { TEXT_AUTO, TEXT_HASH, TEXT_TOKENS };

struct column_options {
    int numeric;             /* choice: standardize, min_max, none */
    int categorical;         /* choice: one_hot, embedding, ordinal */
    int missing;             /* choice: mean, zero, drop_rows */
    int text;                /* choice: auto, hash, tokens */
    int64_t text_slots;      /* hash: inputs */
    bool text_bigrams;       /* hash: pairs of neighbouring words count too */
    int64_t text_vocabulary; /* tokens: how many different words at most */
    int64_t text_length;     /* tokens: words of a text; 0: "auto", by the training rows */
};
extern const struct kind column_options_kind;

#endif
