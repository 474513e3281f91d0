/* Requests that come as named arrays: one of numbers in the order of the columns, or one a column.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/formats/npy_header.h"
#include "engine/prediction_parts.h"
#include "engine/preprocessing_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 128 };

/* ---- what a model takes */

/* A row's sizes behind the rows' own: [features], [length, features], [height, width, channels]. */
static struct shape row_shape(const struct preprocessing *preprocessing)
{
    if (preprocessing_takes_tensors(preprocessing))
        return preprocessing->encoders[0].shape;
    if (preprocessing->window.length > 0)
        return (struct shape){.rank = 2,
                              .dims = {preprocessing->window.length, preprocessing->encoder_count}};
    return (struct shape){.rank = 1, .dims = {preprocessing->encoder_count}};
}

int64_t prediction_row_size(const struct model *model)
{
    const struct shape shape = row_shape(model->preprocessing);
    return shape_elements(&shape, NULL);
}

bool prediction_takes_numbers(const struct model *model)
{
    const struct preprocessing *preprocessing = model->preprocessing;
    if (preprocessing_takes_tensors(preprocessing))
        return true;
    for (int i = 0; i < preprocessing->encoder_count; i++)
        if (preprocessing->encoders[i].kind->type != COLUMN_NUMBER)
            return false;
    return true;
}

static json_t *sizes_json(const struct shape *shape)
{
    json_t *sizes = json_pack("[i]", -1);
    for (int i = 0; i < shape->rank; i++)
        (void)json_array_append_new(sizes, json_integer((json_int_t)shape->dims[i]));
    return sizes;
}

static const char *column_datatype(const struct encoder *encoder)
{
    switch (encoder->kind->type) {
    case COLUMN_NUMBER:
        return "FP64";
    case COLUMN_BOOLEAN:
        return "BOOL";
    default:
        return "BYTES";
    }
}

json_t *prediction_inputs(const struct model *model)
{
    const struct preprocessing *preprocessing = model->preprocessing;
    struct shape shape = row_shape(preprocessing);
    if (prediction_takes_numbers(model))
        return json_pack("[{s:s, s:s, s:o}]", "name", PREDICTION_INPUT, "datatype",
                         preprocessing_takes_bytes(preprocessing) ? "UINT8" : "FP32", "shape",
                         sizes_json(&shape));
    json_auto_t *inputs = json_array();
    shape.rank--; /* without the columns */
    for (int i = 0; i < preprocessing->encoder_count; i++)
        if (json_array_append_new(inputs, json_pack("{s:s, s:s, s:o}", "name",
                                                    preprocessing->encoders[i].column, "datatype",
                                                    column_datatype(&preprocessing->encoders[i]),
                                                    "shape", sizes_json(&shape))))
            return NULL;
    return json_incref(inputs);
}

json_t *prediction_outputs(const struct model *model)
{
    const bool labelled = preprocessing_task(model->preprocessing) == TASK_CLASSES &&
                          preprocessing_classes(model->preprocessing);
    json_auto_t *outputs = json_pack("[{s:s, s:s, s:o}]", "name", PREDICTION_OUTPUT, "datatype",
                                     "FP32", "shape", sizes_json(&model->network->output_shape));
    if (labelled &&
        json_array_append_new(outputs, json_pack("{s:s, s:s, s:[i]}", "name", PREDICTION_LABELS,
                                                 "datatype", "BYTES", "shape", -1)))
        return NULL;
    return json_incref(outputs);
}

/* ---- rows */

/* How many rows a tensor is, each of `shape`: sizes of 1 are passed over, and a row may be flat, or
 * alone without a size for the rows. -1 where it is none. */
static int64_t count_rows(const struct tensor *tensor, const struct shape *shape)
{
    int64_t width = 1, rest = 1;
    for (int i = 0; i < shape->rank; i++)
        width *= shape->dims[i];
    for (int i = 1; i < tensor->rank; i++)
        rest *= tensor->sizes[i];
    bool is_flat = tensor->rank == 2, is_alike = true;
    int at = 0;
    for (int i = 1; i < tensor->rank; i++) {
        while (at < shape->rank && shape->dims[at] == 1)
            at++;
        if (tensor->sizes[i] == 1)
            continue;
        is_alike = is_alike && at < shape->rank && shape->dims[at++] == tensor->sizes[i];
    }
    if (rest == width && (is_flat || is_alike))
        return tensor->sizes[0];
    return tensor->elements == width && tensor->rank <= shape->rank &&
                   memcmp(tensor->sizes, shape->dims, (size_t)tensor->rank * sizeof(int64_t)) == 0
               ? 1
               : -1;
}

static int refuse_shape(const struct model *model, const struct tensor *tensor,
                        const struct shape *shape, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes has = {0};
    AUTO_CLEAR(bytes_clear) struct bytes columns = {0};
    char expected[96];
    tensor_shape_append(tensor, &has);
    const char *text = shape_text(shape, expected, sizeof(expected));
    return error_set_at(error, ERROR_INVALID, tensor->name,
                        "has the shape %s, expected [rows%s%s; a row is %s",
                        bytes_text(&has) ? (const char *)has.data : "", shape->rank > 0 ? ", " : "",
                        shape->rank > 0 ? text + 1 : "]", prediction_row_text(model, &columns));
}

static int set_rows(struct prediction *prediction, int64_t rows, int64_t max_rows,
                    struct error *error)
{
    if (rows > max_rows)
        return error_set(error, ERROR_TOO_LARGE, "there must be at most %lld rows, not %lld",
                         (long long)max_rows, (long long)rows);
    prediction->rows = rows;
    return prediction_make_room(prediction, rows, error);
}

static float *row_of(const struct prediction *prediction, int64_t row)
{
    return prediction->x + row * shape_elements(&prediction->model->network->input_shape, NULL);
}

static int encode_instance(struct prediction *prediction, int64_t row, const json_t *instance,
                           const char *path, struct error *error)
{
    const struct model *model = prediction->model;
    float *x = row_of(prediction, row);
    if (preprocessing_encode_json(model->preprocessing, instance, path, x, error))
        return -1;
    return network_check_row(model->network, x, path, error);
}

/* ---- one tensor */

static bool are_finite(const double *numbers, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(numbers[i]))
            return false;
    return true;
}

/* A list of `count` values from element `index` on. */
static json_t *values_list(struct tensor_cursor *cursor, int64_t index, int64_t count,
                           const char *path, struct error *error)
{
    json_auto_t *list = json_array();
    for (int64_t i = 0; i < count; i++)
        if (json_array_append_new(list, tensor_value(cursor, index + i, path, error))) {
            error_set(error, ERROR_MEMORY, "out of memory for a row");
            return NULL;
        }
    return json_incref(list);
}

/* What is no plain row of numbers goes the documents' way. */
static int encode_values(struct prediction *prediction, struct tensor_cursor *cursor, int64_t row,
                         const struct shape *shape, const char *path, struct error *error)
{
    const int64_t columns = shape->dims[shape->rank - 1];
    const bool is_window = prediction->model->preprocessing->window.length > 0;
    const int64_t lines = is_window ? shape->dims[0] : 1;
    json_auto_t *window = json_array();
    for (int64_t i = 0; i < lines; i++) {
        json_auto_t *list = values_list(cursor, (row * lines + i) * columns, columns, path, error);
        if (!list)
            return -1;
        if (!is_window)
            return encode_instance(prediction, row, list, path, error);
        if (json_array_append(window, list))
            return error_set(error, ERROR_MEMORY, "out of memory for a window");
    }
    return encode_instance(prediction, row, window, path, error);
}

static int encode_numbers(struct prediction *prediction, const struct tensor *tensor, int64_t row,
                          double *numbers, int64_t count, const char *path, struct error *error)
{
    const struct model *model = prediction->model;
    tensor_numbers(tensor, row * count, count, numbers);
    if (!are_finite(numbers, count))
        return 1;
    preprocessing_encode_numbers(model->preprocessing, numbers, row_of(prediction, row));
    return network_check_row(model->network, row_of(prediction, row), path, error);
}

static int encode_row(struct prediction *prediction, struct tensor_cursor *cursor, int64_t row,
                      double *numbers, const struct shape *shape, struct error *error)
{
    const struct preprocessing *preprocessing = prediction->model->preprocessing;
    const int64_t count = preprocessing_number_count(preprocessing);
    const bool is_text = cursor->tensor->is_text || array_type_is_text(&cursor->tensor->array);
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%.64s[%lld]", cursor->tensor->name, (long long)row);
    if (count > 0 && !is_text) {
        int result = encode_numbers(prediction, cursor->tensor, row, numbers, count, path, error);
        if (result <= 0)
            return result;
    }
    if (preprocessing_takes_tensors(preprocessing))
        return error_set_at(error, ERROR_INVALID, path, "must have finite numbers only%s",
                            is_text ? ", not texts" : "");
    return encode_values(prediction, cursor, row, shape, path, error);
}

static int read_tensor(struct prediction *prediction, const struct tensor *tensor, int64_t max_rows,
                       struct error *error)
{
    const struct preprocessing *preprocessing = prediction->model->preprocessing;
    const struct shape shape = row_shape(preprocessing);
    const int64_t rows = count_rows(tensor, &shape);
    if (rows < 0)
        return refuse_shape(prediction->model, tensor, &shape, error);
    if (set_rows(prediction, rows, max_rows, error))
        return -1;
    const int64_t count = preprocessing_number_count(preprocessing);
    AUTO_FREE double *numbers = calloc((size_t)count + 1, sizeof(*numbers));
    if (!numbers)
        return error_set(error, ERROR_MEMORY, "out of memory for a row");
    struct tensor_cursor cursor = {.tensor = tensor};
    for (int64_t row = 0; row < rows; row++)
        if (encode_row(prediction, &cursor, row, numbers, &shape, error))
            return -1;
    return 0;
}

/* ---- one tensor a column */

static const struct tensor *find_tensor(const struct tensor *tensors, size_t count,
                                        const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tensors[i].name, name) == 0)
            return &tensors[i];
    return NULL;
}

/* Each column of the model comes once; others are for the row's object to tell. */
static int check_columns(const struct model *model, const struct tensor *tensors, size_t count,
                         struct error *error)
{
    const struct preprocessing *preprocessing = model->preprocessing;
    AUTO_CLEAR(bytes_clear) struct bytes columns = {0};
    for (size_t i = 0; i < count; i++)
        if (find_tensor(tensors, i, tensors[i].name))
            return error_set(error, ERROR_INVALID, "input \"%.64s\" is there twice",
                             tensors[i].name);
    for (int i = 0; i < preprocessing->encoder_count; i++)
        if (!find_tensor(tensors, count, preprocessing->encoders[i].column))
            return error_set(
                error, ERROR_INVALID, "input \"%.64s\" is missing; there is one a column: %s",
                preprocessing->encoders[i].column, prediction_row_text(model, &columns));
    return 0;
}

static int columns_rows(const struct model *model, const struct tensor *tensors, size_t count,
                        int64_t *rows, struct error *error)
{
    struct shape shape = row_shape(model->preprocessing);
    shape.rank--;
    for (size_t i = 0; i < count; i++) {
        const int64_t found = count_rows(&tensors[i], &shape);
        if (found < 0)
            return refuse_shape(model, &tensors[i], &shape, error);
        if (i > 0 && found != *rows)
            return error_set_at(error, ERROR_INVALID, tensors[i].name,
                                "has %lld rows, expected %lld as \"%.64s\" has", (long long)found,
                                (long long)*rows, tensors[0].name);
        *rows = found;
    }
    return 0;
}

static int encode_object(struct prediction *prediction, struct tensor_cursor *cursors, size_t count,
                         int64_t row, struct error *error)
{
    const int64_t length = prediction->model->preprocessing->window.length;
    json_auto_t *object = json_object();
    char path[PATH_SIZE];
    for (size_t i = 0; i < count; i++) {
        const char *name = cursors[i].tensor->name;
        snprintf(path, sizeof(path), "%.64s[%lld]", name, (long long)row);
        json_t *value = length > 0 ? values_list(&cursors[i], row * length, length, path, error)
                                   : tensor_value(&cursors[i], row, path, error);
        if (json_object_set_new(object, name, value))
            return error_set(error, ERROR_MEMORY, "out of memory for a row");
    }
    snprintf(path, sizeof(path), "row %lld", (long long)row);
    return encode_instance(prediction, row, object, path, error);
}

static int read_columns(struct prediction *prediction, const struct tensor *tensors, size_t count,
                        int64_t max_rows, struct error *error)
{
    int64_t rows = 0;
    if (check_columns(prediction->model, tensors, count, error) ||
        columns_rows(prediction->model, tensors, count, &rows, error) ||
        set_rows(prediction, rows, max_rows, error))
        return -1;
    AUTO_FREE struct tensor_cursor *cursors = calloc(count + 1, sizeof(*cursors));
    if (!cursors)
        return error_set(error, ERROR_MEMORY, "out of memory for the columns");
    for (size_t i = 0; i < count; i++)
        cursors[i].tensor = &tensors[i];
    for (int64_t row = 0; row < rows; row++)
        if (encode_object(prediction, cursors, count, row, error))
            return -1;
    return 0;
}

int prediction_read_tensors(struct prediction *prediction, const struct tensor *tensors,
                            size_t count, int64_t max_rows, struct error *error)
{
    const struct model *model = prediction->model;
    const bool is_one = count == 1 && strcmp(tensors[0].name, PREDICTION_INPUT) == 0;
    AUTO_CLEAR(bytes_clear) struct bytes columns = {0};
    if (is_one && prediction_takes_numbers(model))
        return read_tensor(prediction, &tensors[0], max_rows, error);
    if (preprocessing_takes_tensors(model->preprocessing))
        return error_set(error, ERROR_INVALID, "there must be one input, \"" PREDICTION_INPUT "\"");
    if (count == 1 && prediction_takes_numbers(model) &&
        !find_tensor(tensors, 1, model->preprocessing->encoders[0].column))
        return error_set(error, ERROR_INVALID,
                         "input \"%.64s\" is not known, expected \"" PREDICTION_INPUT
                         "\" with a row's values side by side: %s",
                         tensors[0].name, prediction_row_text(model, &columns));
    return read_columns(prediction, tensors, count, max_rows, error);
}

/* ---- NPY */

struct memory_source {
    const uint8_t *data;
    size_t size, at;
};

static ssize_t memory_read(void *from, void *data, size_t size, struct error *error)
{
    struct memory_source *source = from;
    (void)error;
    if (size > source->size - source->at)
        size = source->size - source->at;
    memcpy(data, source->data + source->at, size);
    source->at += size;
    return (ssize_t)size;
}

static int array_tensor(const struct array *array, struct tensor *tensor, struct error *error)
{
    int64_t sizes[TENSOR_RANK_MAX] = {array->rows};
    for (int i = 0; i < array->shape.rank; i++)
        sizes[i + 1] = array->shape.dims[i];
    tensor->array = array->type;
    tensor->fortran = array->fortran;
    return tensor_set_sizes(tensor, sizes, (size_t)array->shape.rank + 1, tensor->name, error);
}

int prediction_read_npy(struct prediction *prediction, const void *data, size_t size,
                        int64_t max_rows, struct error *error)
{
    struct memory_source memory = {.data = data, .size = size};
    const struct byte_source source = {
        .name = "the body", .size = size, .from = &memory, .read = memory_read};
    struct array array = {.name = "the body"};
    struct tensor tensor = {.name = "the body"};
    uint64_t header_size = 0;
    if (npy_header_read(&array, &source, &header_size, error) ||
        array_tensor(&array, &tensor, error))
        return -1;
    tensor.data = memory.data + header_size;
    tensor.size = size - (size_t)header_size;
    return read_tensor(prediction, &tensor, max_rows, error);
}
