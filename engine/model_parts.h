/* What the files of a model share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_MODEL_PARTS_H
#define PROPD_ENGINE_MODEL_PARTS_H

#include "base/bytes.h"
#include "engine/model.h"

/* A block of `count` floats, zeros, 64-byte aligned; freed with free(). */
float *model_parameters_new(int64_t count, struct error *error);

/* What a model's file says beside its weights: an object of texts by key ("propd.network"). NULL
 * when out of memory. A reader of another format may give such texts and the tensors to
 * safetensors_write() and the file to model_read(), so that what makes a model is checked once. */
json_t *model_metadata(const struct model *model);

/* The shape of propd.input, {"shape": [4], "columns": [...]}. ERROR_INVALID where it is no such
 * object. */
int model_read_input(const json_t *input, struct shape *shape, struct error *error);

/* Rows that are predicted together, where they lie: x [rows][input elements], y [rows][output
 * elements]. */
struct model_rows {
    const float *x;
    float *y;
    int64_t rows;
};

/* Predicts all of them, in one run where they fit. The rows were checked (network_check_row). */
int model_predict_all(const struct model *model, const struct model_rows *parts, size_t count,
                      struct error *error);

/* What answers say of output `index` of a row: in original units, a probability. */
float model_output(const struct model *model, int64_t index, float value);
/* The label of a row's outputs y[width]; NULL where the model has no classes. Borrowed. */
const json_t *model_label(const struct model *model, const float *y, int64_t width);

/* The predictions of outputs y [rows][output elements] as members of a JSON object:
 * "predictions":[…], before it the same as "outputs" where the request said "inputs", and, of
 * classes, "labels":[…]; "nonfinite" where an output is not finite. */
void model_answer_append(const struct model *model, bool by_inputs, const float *y, int64_t rows,
                         struct bytes *text);
/* One row's outputs y as a JSON object: "prediction", and "label" of classes. */
void model_answer_append_row(const struct model *model, const float *y, struct bytes *text);
/* The predictions as a JSON object; NULL when out of memory. */
json_t *model_answer(const struct model *model, const float *y, int64_t rows);

#endif
