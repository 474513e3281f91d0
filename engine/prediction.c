/* The life of a prediction, and several of them computed at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prediction.h"
#include "base/fields.h"
#include "engine/model_parts.h"
#include "engine/prediction_parts.h"

#include <stdlib.h>
#include <string.h>

static float *rows_grow(float *memory, int64_t rows, const struct shape *shape, struct error *error)
{
    size_t floats, bytes;
    const int64_t width = shape_elements(shape, error);
    if (width < 0 || size_multiply((size_t)rows, (size_t)width, &floats, error) ||
        size_multiply(floats, sizeof(float), &bytes, error))
        return NULL;
    float *grown = realloc(memory, bytes > 0 ? bytes : 1);
    if (!grown)
        error_set(error, ERROR_MEMORY, "out of memory for %lld rows", (long long)rows);
    return grown;
}

int prediction_make_room(struct prediction *prediction, int64_t rows, struct error *error)
{
    float *x = rows_grow(prediction->x, rows, &prediction->model->network->input_shape, error);
    if (!x)
        return -1;
    prediction->x = x;
    return 0;
}

static int read_document(struct prediction *prediction, const char *text, size_t size,
                         int64_t max_rows, struct error *error)
{
    json_auto_t *json = fields_parse(text, size, error);
    return json ? prediction_read_json(prediction, json, max_rows, error) : -1;
}

/* Whoever sent what is no request is shown one. */
static int show_request(const struct prediction *prediction, const struct error *failure,
                        struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes body = {0};
    if (failure->code == ERROR_INVALID || failure->code == ERROR_MALFORMED)
        error_set(error, failure->code, "%.480s; a right body is %.240s", failure->message,
                  prediction_body_text(prediction->model, &body));
    else
        error_set(error, failure->code, "%s", failure->message);
    if (error)
        memcpy(error->path, failure->path, sizeof(error->path));
    return -1;
}

int prediction_read(struct prediction *prediction, const char *text, size_t size, int64_t max_rows,
                    struct error *error)
{
    if (prediction_read_numbers(prediction, text, size, max_rows))
        return 0;
    struct error failure = {0};
    if (read_document(prediction, text, size, max_rows, &failure) == 0)
        return 0;
    return show_request(prediction, &failure, error);
}

int64_t prediction_flops(const struct prediction *prediction)
{
    const struct network *network = prediction->model->network;
    int64_t flops = 0;
    for (int i = 0; i < network->layer_count; i++)
        flops += network->layers[i].flops_per_row;
    return flops * prediction->rows;
}

static int64_t move_to_front(struct prediction **predictions, size_t count)
{
    size_t same = 1;
    for (size_t i = 1; i < count; i++) {
        struct prediction *moved = predictions[i];
        if (moved->model != predictions[0]->model)
            continue;
        predictions[i] = predictions[same];
        predictions[same++] = moved;
    }
    return (int64_t)same;
}

static int make_outputs(struct prediction *const *predictions, int64_t count,
                        struct model_rows *parts, struct error *error)
{
    for (int64_t i = 0; i < count; i++) {
        struct prediction *prediction = predictions[i];
        prediction->y = rows_grow(prediction->y, prediction->rows,
                                  &prediction->model->network->output_shape, error);
        if (!prediction->y)
            return -1;
        parts[i] = (struct model_rows){prediction->x, prediction->y, prediction->rows};
    }
    return 0;
}

int64_t predictions_run(struct prediction **predictions, size_t count, struct error *error)
{
    const int64_t same = move_to_front(predictions, count);
    AUTO_FREE struct model_rows *parts = calloc((size_t)same, sizeof(*parts));
    if (!parts)
        return error_set(error, ERROR_MEMORY, "out of memory for %lld requests", (long long)same);
    if (make_outputs(predictions, same, parts, error) ||
        model_predict_all(predictions[0]->model, parts, (size_t)same, error))
        return -1;
    return same;
}

void prediction_append(const struct prediction *prediction, struct bytes *text)
{
    model_answer_append(prediction->model, prediction->by_inputs, prediction->y, prediction->rows,
                        text);
}

void prediction_append_row(const struct prediction *prediction, int64_t row, struct bytes *text)
{
    model_answer_append_row(prediction->model, prediction->y + row * prediction_width(prediction),
                            text);
}

int64_t prediction_width(const struct prediction *prediction)
{
    return shape_elements(&prediction->model->network->output_shape, NULL);
}

float prediction_value(const struct prediction *prediction, int64_t row, int64_t index)
{
    const float value = prediction->y[row * prediction_width(prediction) + index];
    return model_output(prediction->model, index, value);
}

const json_t *prediction_label(const struct prediction *prediction, int64_t row)
{
    const int64_t width = prediction_width(prediction);
    return model_label(prediction->model, prediction->y + row * width, width);
}

void prediction_clear(struct prediction *prediction)
{
    free(prediction->x);
    free(prediction->y);
    *prediction = (struct prediction){.model = prediction->model};
}
