/* Measuring a model. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/evaluation.h"
#include "base/compiler.h"
#include "engine/columns.h"
#include "engine/model_loss.h"
#include "engine/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256, PIECE_BATCHES = 16 };

struct evaluation {
    struct evaluation_setup setup;
    struct preprocessing_binding *binding;
    struct workspace *workspace;
    struct metrics *metrics;
    struct model_loss loss;
    bool has_loss, has_classes;
    const struct kernels *kernels;
    int64_t in, out; /* elements of a row */
    int64_t stride;  /* of one row of the table: windows are several */
    uint32_t *rows;  /* [count] of those that are measured */
    int64_t count, skipped;
    int64_t position;
    double loss_sum;
    /* Of the rows that are dealt out. */
    const uint32_t *order;
    int64_t offset, width;
    /* A batch, owned. */
    uint32_t *batch_rows;
    float *dealt; /* [BATCH][in] */
    int32_t *classes;
    float *values; /* [BATCH][out] */
    double *row_losses;
};

void evaluation_free(struct evaluation *evaluation)
{
    if (!evaluation)
        return;
    preprocessing_binding_free(evaluation->binding);
    workspace_free(evaluation->workspace);
    metrics_free(evaluation->metrics);
    model_loss_clear(&evaluation->loss);
    free(evaluation->rows);
    free(evaluation->batch_rows);
    free(evaluation->dealt);
    free(evaluation->classes);
    free(evaluation->values);
    free(evaluation->row_losses);
    free(evaluation);
}

/* ---- which rows */

static void encode_targets(struct evaluation *evaluation, const uint32_t *rows, int64_t count)
{
    if (evaluation->has_classes)
        preprocessing_encode_classes(evaluation->binding, rows, count, evaluation->classes);
    else
        preprocessing_encode_values(evaluation->binding, rows, count, evaluation->values);
}

/* Whether the target of a row is one that the model knows. */
static bool is_known(struct evaluation *evaluation, uint32_t row)
{
    int64_t width = preprocessing_target_width(evaluation->setup.model->preprocessing);
    encode_targets(evaluation, &row, 1);
    if (evaluation->has_classes)
        return evaluation->classes[0] >= 0;
    for (int64_t i = 0; i < width; i++)
        if (isnan(evaluation->values[i]))
            return false;
    return true;
}

/* Whether some layers cannot work with every input: an embedding takes ids alone. */
static bool checks_rows(const struct network *network)
{
    for (int i = 0; i < network->layer_count; i++)
        if (network->layers[i].type->check_input)
            return true;
    return false;
}

static int check_row(struct evaluation *evaluation, uint32_t row, struct error *error)
{
    char path[32];
    snprintf(path, sizeof(path), "row %u", row);
    preprocessing_encode(evaluation->binding, &row, 1, evaluation->dealt);
    return network_check_row(evaluation->setup.model->network, evaluation->dealt, path, error);
}

static int choose_rows(struct evaluation *evaluation, struct error *error)
{
    const struct evaluation_setup *setup = &evaluation->setup;
    int64_t count = setup->rows ? setup->row_count : setup->dataset->rows;
    bool checks = checks_rows(setup->model->network);
    evaluation->rows = malloc((size_t)(count + 1) * sizeof(uint32_t));
    if (!evaluation->rows)
        return error_set(error, ERROR_MEMORY, "out of memory for the list of rows");
    for (int64_t i = 0; i < count; i++) {
        uint32_t row = setup->rows ? setup->rows[i] : (uint32_t)i;
        if (!preprocessing_row_usable(evaluation->binding, row) || !is_known(evaluation, row))
            continue;
        if (checks && check_row(evaluation, row, error))
            return -1;
        evaluation->rows[evaluation->count++] = row;
    }
    evaluation->skipped = count - evaluation->count;
    if (evaluation->count > 0)
        return 0;
    return error_set(error, ERROR_INVALID,
                     "none of the %lld rows has a target that the model knows", (long long)count);
}

/* ---- life */

static bool has_binary_targets(const struct evaluation_setup *setup)
{
    const struct model *model = setup->model;
    size_t i;
    const json_t *name;
    if (preprocessing_task(model->preprocessing) != TASK_VALUES ||
        model->network->output_activation != ACTIVATION_SIGMOID)
        return false;
    json_array_foreach(preprocessing_targets(model->preprocessing), i, name)
    {
        const struct column *column = columns_get(setup->dataset, -1, json_string_value(name));
        if (!column || !column_is_zero_or_one(column, setup->dataset->rows))
            return false;
    }
    return true;
}

static int allocate(struct evaluation *evaluation, struct error *error)
{
    size_t in, out;
    if (size_multiply((size_t)evaluation->in, BATCH * sizeof(float), &in, error) ||
        size_multiply((size_t)evaluation->out, BATCH * sizeof(float), &out, error))
        return -1;
    evaluation->batch_rows = malloc(BATCH * sizeof(uint32_t));
    evaluation->dealt = malloc(in);
    evaluation->classes = malloc(BATCH * sizeof(int32_t));
    evaluation->values = malloc(out);
    evaluation->row_losses = malloc(BATCH * sizeof(double));
    if (evaluation->batch_rows && evaluation->dealt && evaluation->classes && evaluation->values &&
        evaluation->row_losses)
        return 0;
    return error_set(error, ERROR_MEMORY, "out of memory for a batch");
}

static void measure_shapes(struct evaluation *evaluation)
{
    const struct model *model = evaluation->setup.model;
    evaluation->in = shape_elements(&model->network->input_shape, NULL);
    evaluation->out = shape_elements(&model->network->output_shape, NULL);
    evaluation->stride = preprocessing_window(model->preprocessing)
                             ? evaluation->in / model->network->input_shape.dims[0]
                             : evaluation->in;
    evaluation->has_classes = preprocessing_task(model->preprocessing) == TASK_CLASSES;
    evaluation->has_loss = model_loss_create(&evaluation->loss, model, NULL) == 0 &&
                           evaluation->loss.is_class == evaluation->has_classes;
}

static int evaluation_open(struct evaluation *evaluation, struct error *error)
{
    const struct evaluation_setup *setup = &evaluation->setup;
    const struct model *model = setup->model;
    if (setup->dataset->rows > (int64_t)UINT32_MAX)
        return error_set(error, ERROR_TOO_LARGE, "the dataset has %lld rows, more than %u",
                         (long long)setup->dataset->rows, UINT32_MAX);
    measure_shapes(evaluation);
    evaluation->kernels = kernels_get(error);
    evaluation->binding = preprocessing_bind(model->preprocessing, setup->dataset, true, error);
    if (!evaluation->kernels || !evaluation->binding || allocate(evaluation, error))
        return -1;
    evaluation->metrics = metrics_create(
        model->preprocessing, evaluation->out, setup->metrics, has_binary_targets(setup),
        setup->rows ? setup->row_count : setup->dataset->rows,
        setup->metrics_path ? setup->metrics_path : "metrics", error);
    evaluation->workspace =
        workspace_create(model->network, evaluation->kernels, BATCH, 1, WORKSPACE_PREDICT, error);
    if (!evaluation->metrics || !evaluation->workspace)
        return -1;
    return choose_rows(evaluation, error);
}

struct evaluation *evaluation_create(const struct evaluation_setup *setup, struct error *error)
{
    struct evaluation *evaluation = calloc(1, sizeof(*evaluation));
    if (!evaluation) {
        error_set(error, ERROR_MEMORY, "out of memory for an evaluation");
        return NULL;
    }
    evaluation->setup = *setup;
    if (evaluation_open(evaluation, error) == 0)
        return evaluation;
    evaluation_free(evaluation);
    return NULL;
}

/* ---- measuring */

/* The column's floats of other rows over those of these; with windows, in every row of them. */
static void deal(struct evaluation *evaluation, int64_t count, float *x)
{
    int64_t rows = count * evaluation->in / evaluation->stride;
    for (int64_t i = 0; i < count; i++)
        evaluation->batch_rows[i] = evaluation->rows[evaluation->order[evaluation->position + i]];
    preprocessing_encode(evaluation->binding, evaluation->batch_rows, count, evaluation->dealt);
    for (int64_t i = 0; i < rows; i++) {
        int64_t at = i * evaluation->stride + evaluation->offset;
        memcpy(x + at, evaluation->dealt + at, (size_t)evaluation->width * sizeof(float));
    }
}

static void add_loss(struct evaluation *evaluation, int64_t count)
{
    struct loss_batch batch = {.kernels = evaluation->kernels,
                               .rows = count,
                               .width = evaluation->out,
                               .output = evaluation->loss.from_logits
                                             ? workspace_logits(evaluation->workspace)
                                             : workspace_output(evaluation->workspace),
                               .classes = evaluation->has_classes ? evaluation->classes : NULL,
                               .values = evaluation->has_classes ? NULL : evaluation->values,
                               .row_losses = evaluation->row_losses,
                               .batch_rows = count};
    model_loss_run(&evaluation->loss, &batch);
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += evaluation->row_losses[i];
    evaluation->loss_sum += sum;
}

static void measure_batch(struct evaluation *evaluation, int64_t count)
{
    const struct model *model = evaluation->setup.model;
    const uint32_t *rows = evaluation->rows + evaluation->position;
    const struct network_run run = {.rows = count, .output_activation = true};
    float *x = workspace_input(evaluation->workspace);
    preprocessing_encode(evaluation->binding, rows, count, x);
    if (evaluation->order)
        deal(evaluation, count, x);
    network_forward(model->network, evaluation->workspace, model->parameters, &run);
    encode_targets(evaluation, rows, count);
    metrics_add(evaluation->metrics, workspace_output(evaluation->workspace),
                evaluation->has_classes ? evaluation->classes : NULL,
                evaluation->has_classes ? NULL : evaluation->values, count);
    if (evaluation->has_loss)
        add_loss(evaluation, count);
    evaluation->position += count;
}

bool evaluation_step(struct evaluation *evaluation)
{
    for (int i = 0; i < PIECE_BATCHES && evaluation->position < evaluation->count; i++) {
        int64_t left = evaluation->count - evaluation->position;
        measure_batch(evaluation, left < BATCH ? left : BATCH);
    }
    return evaluation->position == evaluation->count;
}

void evaluation_restart(struct evaluation *evaluation, const uint32_t *order, int64_t offset,
                        int64_t width)
{
    metrics_reset(evaluation->metrics);
    evaluation->position = 0;
    evaluation->loss_sum = 0;
    evaluation->order = order;
    evaluation->offset = offset;
    evaluation->width = width;
}

/* ---- the result */

int64_t evaluation_rows(const struct evaluation *evaluation)
{
    return evaluation->count;
}

int64_t evaluation_skipped(const struct evaluation *evaluation)
{
    return evaluation->skipped;
}

double evaluation_loss(const struct evaluation *evaluation)
{
    return evaluation->has_loss ? evaluation->loss_sum / (double)evaluation->count : (double)NAN;
}

int evaluation_values(const struct evaluation *evaluation, struct metric_value values[METRICS_MAX])
{
    return metrics_values(evaluation->metrics, values);
}

json_t *evaluation_report(const struct evaluation *evaluation)
{
    struct metric_value values[METRICS_MAX];
    int count = evaluation_values(evaluation, values);
    json_auto_t *metrics = json_object();
    for (int i = 0; i < count; i++)
        if (json_object_set_new(metrics, values[i].name, summary_double(values[i].value)))
            return NULL;
    return json_pack("{s:I, s:I, s:o, s:O, s:o}", "rows", (json_int_t)evaluation->count, "skipped",
                     (json_int_t)evaluation->skipped, "loss",
                     summary_double(evaluation_loss(evaluation)), "metrics", metrics, "evaluation",
                     metrics_report(evaluation->metrics));
}
