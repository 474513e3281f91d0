/* The option tables of job.preprocessing and job.features. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/features.h"
#include "engine/preprocessing.h"

/* In the order of enum scale_method, encoder_categorical, encoder_missing. */
static const char *const numeric_choices[] = {"standardize", "min_max", "none", NULL};
static const char *const categorical_choices[] = {"one_hot", "embedding", "ordinal", NULL};
static const char *const missing_choices[] = {"mean", "zero", "drop_rows", NULL};
static const char *const target_choices[] = {"standardize", "none", NULL};

static const char numeric_help[] = "how numbers are scaled, by the training rows";
static const char categorical_help[] = "how categories become numbers (embedding is not built yet)";
static const char missing_help[] =
    "what stands for a missing number, or that such rows are not used";

static int categorical_check(int categorical, const char *path, struct error *error)
{
    if (categorical != CATEGORICAL_EMBEDDING)
        return 0;
    return error_set_at(error, ERROR_NOT_BUILT, path,
                        "categorical \"embedding\" is specified but not built yet; one_hot and "
                        "ordinal are");
}

static int column_check(const void *options, const char *path, struct error *error)
{
    const struct preprocessing_column_options *own = options;
    return categorical_check(own->categorical, path, error);
}

static const struct field column_fields[] = {
    FIELD_CHOICE(struct preprocessing_column_options, numeric, .choices = numeric_choices,
                 .help = numeric_help),
    FIELD_CHOICE(struct preprocessing_column_options, categorical, .choices = categorical_choices,
                 .help = categorical_help),
    FIELD_CHOICE(struct preprocessing_column_options, missing, .choices = missing_choices,
                 .help = missing_help),
    FIELD_END};

const struct kind preprocessing_column_kind = {.name = "preprocessing_column",
                                               .help = "one column's own preprocessing",
                                               .size = sizeof(struct preprocessing_column_options),
                                               .fields = column_fields,
                                               .check = column_check};

static int preprocessing_check(const void *options, const char *path, struct error *error)
{
    const struct preprocessing_options *preprocessing = options;
    return categorical_check(preprocessing->categorical, path, error);
}

static const struct field preprocessing_fields[] = {
    FIELD_CHOICE(struct preprocessing_options, numeric, .choices = numeric_choices,
                 .help = numeric_help),
    FIELD_CHOICE(struct preprocessing_options, categorical, .choices = categorical_choices,
                 .help = categorical_help),
    FIELD_CHOICE(struct preprocessing_options, missing, .choices = missing_choices,
                 .help = missing_help),
    FIELD_CHOICE(struct preprocessing_options, target, .choices = target_choices,
                 .help = "how a target of numbers is scaled; answers are in original units"),
    FIELD_JSON(struct preprocessing_options, columns,
               .help = "numeric, categorical and missing of single columns, by name"),
    FIELD_END};

const struct kind preprocessing_options_kind = {.name = "preprocessing",
                                                .help =
                                                    "how raw columns become the network's input",
                                                .size = sizeof(struct preprocessing_options),
                                                .fields = preprocessing_fields,
                                                .check = preprocessing_check};

static const struct field feature_fields[] = {
    FIELD_STRINGS(struct feature_options, include,
                  .help = "the columns that are inputs; none: all that are not left out"),
    FIELD_STRINGS(struct feature_options, exclude, .help = "columns that are no inputs"),
    FIELD_END};

const struct kind feature_options_kind = {.name = "features",
                                          .help = "which columns are inputs",
                                          .size = sizeof(struct feature_options),
                                          .fields = feature_fields};
