/* Rows of a dataset to the network's input and targets, through columns that were matched once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/preprocessing_parts.h"

#include <assert.h>
#include <stdlib.h>

/* Rows that are encoded column by column before the next ones are: their part of x stays cached. */
enum { ROW_BLOCK = 128 };

struct preprocessing_binding {
    const struct preprocessing *preprocessing;
    struct encoder_source *encoders; /* one an encoder */
    struct target_source *targets;   /* one a target; NULL without */
    struct series_index index;       /* with windows */
};

/* The rows that are the input of `row`, NULL where there are none; itself without windows. */
static const uint32_t *input_rows(const struct preprocessing_binding *binding, const uint32_t *row,
                                  int64_t *count)
{
    const struct series_options *window = binding->index.options;
    *count = window ? window->length : 1;
    return window ? series_window(&binding->index, *row) : row;
}

static bool inputs_are_there(const struct preprocessing_binding *binding, uint32_t row)
{
    const struct preprocessing *preprocessing = binding->preprocessing;
    for (int i = 0; i < preprocessing->encoder_count; i++)
        if (preprocessing->encoders[i].required &&
            column_is_missing(binding->encoders[i].column, row))
            return false;
    return true;
}

bool preprocessing_row_usable(const struct preprocessing_binding *binding, int64_t row)
{
    int64_t count;
    uint32_t target_row = (uint32_t)row;
    const uint32_t *inputs = input_rows(binding, &target_row, &count);
    for (int i = 0; binding->targets && i < binding->preprocessing->targets.count; i++)
        if (column_is_missing(binding->targets[i].column, row))
            return false;
    for (int64_t i = 0; inputs && i < count; i++)
        if (!inputs_are_there(binding, inputs[i]))
            return false;
    return inputs != NULL;
}

const double *preprocessing_times(const struct preprocessing_binding *binding)
{
    return binding->index.times;
}

/* ---- binding */

static int bind_encoders(struct preprocessing_binding *binding, const struct dataset *dataset,
                         struct error *error)
{
    const struct preprocessing *preprocessing = binding->preprocessing;
    for (int i = 0; i < preprocessing->encoder_count; i++) {
        const struct encoder *encoder = &preprocessing->encoders[i];
        const struct column *column = columns_get(dataset, encoder->column_index, encoder->column);
        if (!column)
            return error_set(error, ERROR_INVALID,
                             "the dataset has no column \"%s\", which the model needs",
                             encoder->column);
        if (encoder_bind(encoder, column, dataset->rows, &binding->encoders[i], error))
            return -1;
    }
    return 0;
}

static int bind_targets(struct preprocessing_binding *binding, const struct dataset *dataset,
                        struct error *error)
{
    const struct targets *targets = &binding->preprocessing->targets;
    if (targets->count == 0)
        return error_set(error, ERROR_INVALID,
                         "the model was imported without preprocessing, so its target column is "
                         "not known");
    binding->targets = calloc((size_t)targets->count, sizeof(*binding->targets));
    if (!binding->targets)
        return error_set(error, ERROR_MEMORY, "out of memory for the target columns");
    for (int i = 0; i < targets->count; i++) {
        const struct target *target = &targets->items[i];
        const struct column *column = columns_get(dataset, target->column_index, target->column);
        if (!column)
            return error_set(error, ERROR_INVALID,
                             "the dataset has no column \"%s\", the model's target",
                             target->column);
        if (target_bind(targets, i, column, &binding->targets[i], error))
            return -1;
    }
    return 0;
}

static int bind_parts(struct preprocessing_binding *binding, const struct dataset *dataset,
                      bool with_target, struct error *error)
{
    const struct series_options *window = preprocessing_window(binding->preprocessing);
    if (bind_encoders(binding, dataset, error) ||
        (with_target && bind_targets(binding, dataset, error)))
        return -1;
    return window ? series_index_make(&binding->index, window, dataset, error) : 0;
}

struct preprocessing_binding *preprocessing_bind(const struct preprocessing *preprocessing,
                                                 const struct dataset *dataset, bool with_target,
                                                 struct error *error)
{
    struct preprocessing_binding *binding = calloc(1, sizeof(*binding));
    if (binding) {
        binding->preprocessing = preprocessing;
        binding->encoders =
            calloc((size_t)preprocessing->encoder_count, sizeof(*binding->encoders));
    }
    if (!binding || !binding->encoders)
        error_set(error, ERROR_MEMORY, "out of memory for %d columns",
                  preprocessing->encoder_count);
    else if (bind_parts(binding, dataset, with_target, error) == 0)
        return binding;
    preprocessing_binding_free(binding);
    return NULL;
}

void preprocessing_binding_free(struct preprocessing_binding *binding)
{
    if (!binding)
        return;
    for (int i = 0; binding->encoders && i < binding->preprocessing->encoder_count; i++)
        encoder_source_clear(&binding->encoders[i]);
    for (int i = 0; binding->targets && i < binding->preprocessing->targets.count; i++)
        target_source_clear(&binding->targets[i]);
    series_index_clear(&binding->index);
    free(binding->encoders);
    free(binding->targets);
    free(binding);
}

/* ---- encoding */

static void encode_rows(const struct preprocessing_binding *binding, const uint32_t *rows,
                        int64_t row_count, float *x)
{
    const struct preprocessing *preprocessing = binding->preprocessing;
    int64_t width = preprocessing->width;
    for (int64_t begin = 0; begin < row_count; begin += ROW_BLOCK) {
        int64_t count = row_count - begin < ROW_BLOCK ? row_count - begin : ROW_BLOCK;
        for (int i = 0; i < preprocessing->encoder_count; i++) {
            const struct encoder *encoder = &preprocessing->encoders[i];
            encoder_encode(encoder, &binding->encoders[i], rows + begin, count,
                           x + begin * width + encoder->offset, width);
        }
    }
}

void preprocessing_encode(const struct preprocessing_binding *binding, const uint32_t *rows,
                          int64_t row_count, float *x)
{
    const struct series_options *window = binding->index.options;
    if (!window) {
        encode_rows(binding, rows, row_count, x);
        return;
    }
    for (int64_t i = 0; i < row_count; i++, x += window->length * binding->preprocessing->width) {
        const uint32_t *inputs = series_window(&binding->index, rows[i]);
        assert(inputs);
        encode_rows(binding, inputs, window->length, x);
    }
}

void preprocessing_encode_classes(const struct preprocessing_binding *binding, const uint32_t *rows,
                                  int64_t row_count, int32_t *classes)
{
    const struct targets *targets = &binding->preprocessing->targets;
    assert(binding->targets && targets->classes);
    target_encode_classes(targets, &binding->targets[0], rows, row_count, classes);
}

void preprocessing_encode_values(const struct preprocessing_binding *binding, const uint32_t *rows,
                                 int64_t row_count, float *values)
{
    const struct targets *targets = &binding->preprocessing->targets;
    assert(binding->targets);
    for (int i = 0; i < targets->count; i++)
        target_encode_values(targets, i, &binding->targets[i], rows, row_count, values + i,
                             targets->count);
}
