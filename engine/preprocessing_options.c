/* The option tables of job.preprocessing and job.features. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/column_options.h"
#include "engine/labels.h"
#include "engine/preprocessing.h"

enum { TEXT_SLOTS_MAX = 1 << 20, TEXT_LENGTH_MAX = 65536 };

/* In the order of enum scale_method and the enums of column_options.h. */
static const char *const numeric_choices[] = {"standardize", "min_max", "none", NULL};
static const char *const categorical_choices[] = {"one_hot", "embedding", "ordinal", NULL};
static const char *const missing_choices[] = {"mean", "zero", "drop_rows", NULL};
static const char *const text_choices[] = {"auto", "hash", "tokens", NULL};
static const char *const target_choices[] = {"standardize", "none", NULL};

static const struct field column_fields[] = {
    FIELD_CHOICE(struct column_options, numeric, .choices = numeric_choices,
                 .help = "how numbers are scaled, by the training rows"),
    FIELD_CHOICE(struct column_options, categorical, .choices = categorical_choices,
                 .help = "how categories become numbers; embedding: a learned vector of "
                         "min(50, ⌈√n⌉) numbers, by a layer in front of the network"),
    FIELD_CHOICE(struct column_options, missing, .choices = missing_choices,
                 .help = "what stands for a missing number, or that such rows are not used"),
    FIELD_CHOICE(struct column_options, text, .choices = text_choices,
                 .help =
                     "how texts become numbers; hash: how often each word is there; tokens: the "
                     "numbers of the words in their order, for an embedding layer; auto: tokens "
                     "where the network begins with one"),
    FIELD_INTEGER(struct column_options, text_slots, .min = 1, .max = TEXT_SLOTS_MAX,
                  .number = 1024, .help = "hash: inputs that the words share"),
    FIELD_BOOLEAN(struct column_options, text_bigrams,
                  .help = "hash: pairs of neighbouring words count as well; worth more text_slots"),
    FIELD_INTEGER(struct column_options, text_vocabulary, .min = 1, .max = LABELS_MAX,
                  .number = 10000,
                  .help = "tokens: the most frequent words of the training rows, at most; 0 is "
                          "padding, 1 any other word; an embedding's vocabulary limits them"),
    FIELD_INTEGER(struct column_options, text_length, .min = 1, .max = TEXT_LENGTH_MAX,
                  .word = "auto",
                  .help = "tokens: words of a text, longer ones are cut; auto: as many as 95 % of "
                          "the training rows have, at most 256"),
    FIELD_END};

const struct kind column_options_kind = {.name = "preprocessing_column",
                                         .help = "one column's own preprocessing",
                                         .size = sizeof(struct column_options),
                                         .fields = column_fields};

static const struct field preprocessing_fields[] = {
    FIELD_CHOICE(struct preprocessing_options, target, .choices = target_choices,
                 .help = "how a target of numbers is scaled; answers are in original units"),
    FIELD_JSON(struct preprocessing_options, columns, .schema = "column_preprocessings",
               .help = "the same choices, but for target, for single columns by name"),
    FIELD_END};

const struct kind preprocessing_options_kind = {.name = "preprocessing",
                                                .help =
                                                    "how raw columns become the network's input",
                                                .size = sizeof(struct preprocessing_options),
                                                .fields = preprocessing_fields,
                                                .base = &column_options_kind};

static const struct field feature_fields[] = {
    FIELD_STRINGS(struct feature_options, include,
                  .help = "the columns that are inputs; none: all that are not left out"),
    FIELD_STRINGS(struct feature_options, exclude, .help = "columns that are no inputs"),
    FIELD_END};

const struct kind feature_options_kind = {.name = "features",
                                          .help = "which columns are inputs",
                                          .size = sizeof(struct feature_options),
                                          .fields = feature_fields};
