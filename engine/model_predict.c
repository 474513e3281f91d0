/* Predictions of a model: rows of floats, and the JSON that clients send and get. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/kernels.h"
#include "engine/model_parts.h"
#include "engine/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a block: enough for the kernels' full speed, and an arena that stays in the cache. */
enum { BLOCK_ROWS = 256 };

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int check_rows(const struct network *network, const float *x, int64_t rows,
                      struct error *error)
{
    const int64_t width = shape_elements(&network->input_shape, NULL);
    for (int64_t row = 0; row < rows; row++) {
        char path[64];
        snprintf(path, sizeof(path), "row %lld", (long long)row);
        if (network_check_row(network, x + row * width, path, error))
            return -1;
    }
    return 0;
}

int model_predict(const struct model *model, const float *x, int64_t rows, float *y,
                  struct error *error)
{
    const struct network *network = model->network;
    const size_t in = (size_t)shape_elements(&network->input_shape, NULL);
    const size_t out = (size_t)shape_elements(&network->output_shape, NULL);
    if (rows <= 0)
        return 0;
    const struct kernels *kernels = kernels_get(error);
    if (!kernels || check_rows(network, x, rows, error))
        return -1;
    struct workspace *workspace =
        workspace_create(network, kernels, smaller(rows, BLOCK_ROWS), 1, WORKSPACE_PREDICT, error);
    if (!workspace)
        return -1;
    for (int64_t row = 0; row < rows; row += BLOCK_ROWS) {
        const struct network_run run = {.rows = smaller(rows - row, BLOCK_ROWS),
                                        .output_activation = true};
        memcpy(workspace_input(workspace), x + (size_t)row * in,
               (size_t)run.rows * in * sizeof(*x));
        network_forward(network, workspace, model->parameters, &run);
        memcpy(y + (size_t)row * out, workspace_output(workspace),
               (size_t)run.rows * out * sizeof(*y));
    }
    workspace_free(workspace);
    return 0;
}

/* ---- the request */

/* What is asked, as a list of instances. */
struct request {
    json_t *instances; /* owned */
    const char *name;  /* "instances" or "inputs" */
};

/* Rows of a column-wise request: the length of its lists, one where it has none; -1 where lengths
 * differ. */
static int64_t columns_rows(const json_t *columns, struct error *error)
{
    const char *key;
    json_t *column;
    int64_t rows = -1;
    json_object_foreach((json_t *)(uintptr_t)columns, key, column)
    {
        int64_t length = json_is_array(column) ? (int64_t)json_array_size(column) : 1;
        if (rows >= 0 && length != rows)
            return error_set(error, ERROR_INVALID,
                             "inputs.%.100s must have %lld values as the columns before, not %lld",
                             key, (long long)rows, (long long)length);
        rows = length;
    }
    return rows < 0 ? error_set(error, ERROR_INVALID, "inputs must name at least one column")
                    : rows;
}

static json_t *columns_instance(const json_t *columns, int64_t row)
{
    const char *key;
    json_t *column;
    json_auto_t *instance = json_object();
    json_object_foreach((json_t *)(uintptr_t)columns, key, column)
    {
        json_t *value = json_is_array(column) ? json_array_get(column, (size_t)row) : column;
        if (json_object_set(instance, key, value))
            return NULL;
    }
    return json_incref(instance);
}

/* {"age": [1, 2], …} as [{"age": 1, …}, …]. */
static json_t *columns_turn(const json_t *columns, int64_t max_rows, struct error *error)
{
    const int64_t rows = columns_rows(columns, error);
    if (rows < 0)
        return NULL;
    if (rows > max_rows) {
        error_set(error, ERROR_TOO_LARGE, "inputs must have at most %lld rows, not %lld",
                  (long long)max_rows, (long long)rows);
        return NULL;
    }
    json_auto_t *instances = json_array();
    for (int64_t row = 0; row < rows; row++)
        if (json_array_append_new(instances, columns_instance(columns, row))) {
            error_set(error, ERROR_MEMORY, "out of memory for the inputs");
            return NULL;
        }
    return json_incref(instances);
}

static int check_keys(const json_t *json, struct error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        /* TensorFlow's clients send it; there is one signature only. */
        if (strcmp(key, "signature_name") == 0 && json_is_string(value) &&
            strcmp(json_string_value(value), "serving_default") == 0)
            continue;
        if (strcmp(key, "instances") != 0 && strcmp(key, "inputs") != 0)
            return error_set_at(error, ERROR_INVALID, key,
                                "is not known; expected {\"instances\": [rows]}");
    }
    return 0;
}

static int request_read(struct request *request, const json_t *json, int64_t max_rows,
                        struct error *error)
{
    json_t *instances = json_object_get(json, "instances"), *inputs;
    inputs = json_object_get(json, "inputs");
    if (check_keys(json, error))
        return -1;
    if (!instances == !inputs)
        return error_set(error, ERROR_INVALID,
                         "expected {\"instances\": [rows]} or {\"inputs\": …}");
    request->name = instances ? "instances" : "inputs";
    if (json_is_object(inputs))
        request->instances = columns_turn(inputs, max_rows, error);
    else
        request->instances = json_incref(instances ? instances : inputs);
    if (!request->instances)
        return -1;
    const size_t rows = json_array_size(request->instances);
    if (rows == 0)
        error_set(error, ERROR_INVALID, "%s must be a list of at least one row", request->name);
    else if (rows > (uint64_t)max_rows)
        error_set(error, ERROR_TOO_LARGE, "%s must have at most %lld rows, not %zu", request->name,
                  (long long)max_rows, rows);
    else
        return 0;
    json_decref(request->instances);
    return -1;
}

static int encode(const struct model *model, const struct request *request, size_t width, float *x,
                  struct error *error)
{
    size_t i;
    json_t *instance;
    json_array_foreach(request->instances, i, instance)
    {
        char path[64];
        snprintf(path, sizeof(path), "%s[%zu]", request->name, i);
        if (preprocessing_encode_json(model->preprocessing, instance, path, x + i * width, error) ||
            network_check_row(model->network, x + i * width, path, error))
            return -1;
    }
    return 0;
}

/* ---- the answer */

/* What answers say of one output value. */
static json_t *output_number(const struct model *model, int64_t index, float value)
{
    if (preprocessing_task(model->preprocessing) == TASK_VALUES)
        return summary_float(
            (float)preprocessing_decode_value(model->preprocessing, index, (double)value));
    if (model->network->output_activation == ACTIVATION_LOG_SOFTMAX)
        return summary_float(expf(value));
    return summary_float(value);
}

/* The values of dimension `dim` and on, as nested lists; *index counts the elements. */
static json_t *output_list(const struct model *model, const float *y, int dim, int64_t *index)
{
    const struct shape *shape = &model->network->output_shape;
    if (dim == shape->rank) {
        const int64_t at = (*index)++;
        return output_number(model, at, y[at]);
    }
    json_t *list = json_array();
    for (int64_t i = 0; i < shape->dims[dim]; i++)
        if (json_array_append_new(list, output_list(model, y, dim + 1, index))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *prediction(const struct model *model, const float *y, int64_t width)
{
    int64_t index = 0;
    return width == 1 ? output_number(model, 0, y[0]) : output_list(model, y, 0, &index);
}

/* The class of a row's outputs; of one output for two classes, the second above a half. */
static json_t *label(const struct model *model, const float *y, int64_t width)
{
    const bool binary = width == 1 && preprocessing_target_width(model->preprocessing) == 2;
    int64_t best = binary && y[0] > 0.5F;
    for (int64_t i = 1; i < width; i++)
        best = y[i] > y[best] ? i : best;
    return json_deep_copy(
        json_array_get(preprocessing_classes(model->preprocessing), (size_t)best));
}

json_t *model_answer(const struct model *model, const float *y, int64_t rows, int64_t width)
{
    const bool labelled = preprocessing_task(model->preprocessing) == TASK_CLASSES &&
                          preprocessing_classes(model->preprocessing);
    json_auto_t *predictions = json_array(), *labels = json_array();
    for (int64_t row = 0; row < rows; row++, y += width)
        if (json_array_append_new(predictions, prediction(model, y, width)) ||
            (labelled && json_array_append_new(labels, label(model, y, width))))
            return NULL;
    return labelled ? json_pack("{s:O, s:O}", "predictions", predictions, "labels", labels)
                    : json_pack("{s:O}", "predictions", predictions);
}

static float *rows_new(int64_t rows, int64_t width, struct error *error)
{
    size_t floats, bytes;
    if (size_multiply((size_t)rows, (size_t)width, &floats, error) ||
        size_multiply(floats, sizeof(float), &bytes, error))
        return NULL;
    float *memory = malloc(bytes);
    if (!memory)
        error_set(error, ERROR_MEMORY, "out of memory for %lld rows", (long long)rows);
    return memory;
}

static json_t *predict_request(const struct model *model, const struct request *request,
                               struct error *error)
{
    const int64_t rows = (int64_t)json_array_size(request->instances);
    const int64_t in = shape_elements(&model->network->input_shape, error);
    const int64_t out = shape_elements(&model->network->output_shape, error);
    AUTO_FREE float *x = rows_new(rows, in, error), *y = NULL;
    if (!x || encode(model, request, (size_t)in, x, error))
        return NULL;
    y = rows_new(rows, out, error);
    if (!y || model_predict(model, x, rows, y, error))
        return NULL;
    json_t *json = model_answer(model, y, rows, out);
    if (!json)
        error_set(error, ERROR_MEMORY, "out of memory for the predictions");
    return json;
}

json_t *model_predict_json(const struct model *model, const json_t *request, int64_t max_rows,
                           struct error *error)
{
    struct request read = {0};
    if (request_read(&read, request, max_rows, error))
        return NULL;
    json_t *json = predict_request(model, &read, error);
    json_decref(read.instances);
    return json;
}
