/* Requests of any form, by way of a JSON document. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/prediction_parts.h"

#include <stdio.h>
#include <string.h>

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
    return rows < 0 ? error_set(error, ERROR_INVALID, "inputs must have at least one column")
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

/* ---- what is nearly right */

/* {"age": 1, …}: a row that is in no list. */
static bool is_row(const struct prediction *prediction, const json_t *json)
{
    const json_t *columns = preprocessing_columns(prediction->model->preprocessing);
    size_t i;
    const json_t *column;
    json_array_foreach(columns, i, column)
    {
        if (json_object_get(json, json_string_value(column)))
            return true;
    }
    return false;
}

static int refuse_key(const struct prediction *prediction, const json_t *json, const char *key,
                      struct error *error)
{
    static const char *const known[] = {"instances", "inputs", "signature_name", NULL};
    const char *nearest = nearest_name(known, key);
    if (is_row(prediction, json))
        return error_set(error, ERROR_INVALID,
                         "the body is a row: rows are in the list \"instances\"");
    if (nearest)
        return error_set_at(error, ERROR_INVALID, key, "is not known; did you mean \"%s\"?",
                            nearest);
    return error_set_at(error, ERROR_INVALID, key,
                        "is not known: rows are in the list \"instances\"");
}

static int check_keys(const struct prediction *prediction, const json_t *json, struct error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        /* TensorFlow's clients send it; there is one signature only. */
        if (strcmp(key, "signature_name") == 0 &&
            (json_is_null(value) ||
             (json_is_string(value) && (strcmp(json_string_value(value), "serving_default") == 0 ||
                                        json_string_length(value) == 0))))
            continue;
        if (strcmp(key, "signature_name") == 0)
            return error_set_at(error, ERROR_INVALID, key, "must be \"serving_default\" or absent");
        if (strcmp(key, "instances") != 0 && strcmp(key, "inputs") != 0)
            return refuse_key(prediction, json, key, error);
    }
    return 0;
}

static int check_body(const struct prediction *prediction, const json_t *json, struct error *error)
{
    if (json_is_array(json))
        return error_set(
            error, ERROR_INVALID,
            "the body is a bare list: rows are in the list \"instances\" of an object");
    if (!json_is_object(json))
        return error_set(error, ERROR_INVALID, "the body must be an object");
    if (check_keys(prediction, json, error))
        return -1;
    if (!json_object_get(json, "instances") == !json_object_get(json, "inputs"))
        return error_set(error, ERROR_INVALID,
                         "the body must have one of \"instances\" and \"inputs\"%s",
                         json_object_get(json, "inputs") ? ", not both" : "");
    return 0;
}

static bool is_scalar(const json_t *json)
{
    return !json_is_array(json) && !json_is_object(json);
}

/* [5.1, 3.5, 1.4, 0.2]: a row of a model that takes several values, in no list of its own. */
static int check_rows(const struct prediction *prediction, const struct request *request,
                      struct error *error)
{
    const struct preprocessing *preprocessing = prediction->model->preprocessing;
    const json_t *columns = preprocessing_columns(preprocessing);
    const bool takes_one =
        json_array_size(columns) == 1 || (!columns && prediction_row_size(prediction->model) == 1);
    size_t i;
    const json_t *item;
    if (!json_is_array(request->instances))
        return error_set(error, ERROR_INVALID, "%s must be a list of rows%s", request->name,
                         is_row(prediction, request->instances) ? ", not a row" : "");
    if (takes_one || json_array_size(request->instances) == 0)
        return 0;
    json_array_foreach(request->instances, i, item)
    {
        if (!is_scalar(item))
            return 0;
    }
    return error_set(error, ERROR_INVALID,
                     "%s has values where rows are expected: each row is a list in the list",
                     request->name);
}

static int request_read(struct request *request, const struct prediction *prediction,
                        const json_t *json, int64_t max_rows, struct error *error)
{
    if (check_body(prediction, json, error))
        return -1;
    json_t *instances = json_object_get(json, "instances"), *inputs;
    inputs = json_object_get(json, "inputs");
    request->name = instances ? "instances" : "inputs";
    if (json_is_object(inputs))
        request->instances = columns_turn(inputs, max_rows, error);
    else
        request->instances = json_incref(instances ? instances : inputs);
    if (!request->instances || check_rows(prediction, request, error))
        return -1;
    const size_t rows = json_array_size(request->instances);
    if (rows == 0)
        return error_set(error, ERROR_INVALID, "%s must be a list of at least one row",
                         request->name);
    if (rows > (uint64_t)max_rows)
        return error_set(error, ERROR_TOO_LARGE, "%s must have at most %lld rows, not %zu",
                         request->name, (long long)max_rows, rows);
    return 0;
}

static int encode(const struct prediction *prediction, const struct request *request,
                  struct error *error)
{
    const struct model *model = prediction->model;
    const size_t width = (size_t)shape_elements(&model->network->input_shape, NULL);
    size_t i;
    json_t *instance;
    json_array_foreach(request->instances, i, instance)
    {
        char path[64];
        snprintf(path, sizeof(path), "%s[%zu]", request->name, i);
        float *x = prediction->x + i * width;
        if (preprocessing_encode_json(model->preprocessing, instance, path, x, error) ||
            network_check_row(model->network, x, path, error))
            return -1;
    }
    return 0;
}

int prediction_read_json(struct prediction *prediction, const json_t *json, int64_t max_rows,
                         struct error *error)
{
    struct request request = {0};
    int result = request_read(&request, prediction, json, max_rows, error);
    if (result == 0) {
        prediction->by_inputs = strcmp(request.name, "inputs") == 0;
        prediction->rows = (int64_t)json_array_size(request.instances);
        result = prediction_make_room(prediction, prediction->rows, error);
    }
    if (result == 0)
        result = encode(prediction, &request, error);
    json_decref(request.instances);
    return result;
}
