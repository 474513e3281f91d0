/* feature_dropout: sets all that came of a column to 0, each column with a chance of `rate`: a
 * number is its mean then (where it is standardized), a category none of those that there are,
 * whether it is one-hot or the index of a vector. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/augments/augments.h"

struct feature_dropout {
    struct augment_options common;
    double rate;
};

static const struct field dropout_fields[] = {
    FIELD_NUMBER(struct feature_dropout, rate, .min = 0, .max = 1, .number = 0.1,
                 .help = "chance of each column to be set to 0"),
    FIELD_END};

static void drop(const struct augment_input *input, int64_t index, float *x)
{
    if (input->column_count == 0) {
        x[index] = 0;
        return;
    }
    const struct preprocessing_column *column = &input->columns[index];
    for (int64_t i = 0; i < column->width; i++)
        x[column->offset + i] = 0;
}

static void dropout_run(const void *options, const struct augment_row *row)
{
    const struct feature_dropout *dropout = options;
    const struct augment_input *input = row->input;
    int64_t count = input->column_count == 0 ? input->elements : input->column_count;
    for (int64_t i = 0; i < count; i++)
        if (augment_uniform(row, (uint32_t)i + 1, 0, 1) < dropout->rate)
            drop(input, i, row->x);
}

const struct augment_type augment_feature_dropout = {
    .kind = {.name = "feature_dropout",
             .help = "sets columns to 0",
             .size = sizeof(struct feature_dropout),
             .fields = dropout_fields,
             .base = &augment_options_kind},
    .fits = AUGMENT_TABLES,
    .example = "[{\"type\": \"feature_dropout\", \"rate\": 0.1}]",
    .run = dropout_run};
