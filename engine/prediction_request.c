/* Requests of any form, by way of a JSON document. */
/* SPDX-License-Identifier: Apache-2.0 */
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
    if (request_read(&request, json, max_rows, error))
        return -1;
    prediction->rows = (int64_t)json_array_size(request.instances);
    int result = prediction_make_room(prediction, prediction->rows, error);
    if (result == 0)
        result = encode(prediction, &request, error);
    json_decref(request.instances);
    return result;
}
