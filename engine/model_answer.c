/* What is said of outputs: predictions in original units, and the labels of classes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "base/float_text.h"
#include "base/json_text.h"
#include "engine/model_parts.h"

#include <math.h>

static void append_number(struct bytes *text, float value)
{
    char number[FLOAT_TEXT_SIZE];
    bytes_append(text, number, float_text(value, number));
}

float model_output(const struct model *model, int64_t index, float value)
{
    if (preprocessing_task(model->preprocessing) == TASK_VALUES)
        return (float)preprocessing_decode_value(model->preprocessing, index, (double)value);
    return model->network->output_activation == ACTIVATION_LOG_SOFTMAX ? expf(value) : value;
}

static void append_output(struct bytes *text, const struct model *model, int64_t index, float value)
{
    append_number(text, model_output(model, index, value));
}

/* The values of dimension `dim` and on, as nested lists; *index counts the elements. */
static void append_list(struct bytes *text, const struct model *model, const float *y, int dim,
                        int64_t *index)
{
    const struct shape *shape = &model->network->output_shape;
    if (dim == shape->rank) {
        append_output(text, model, *index, y[*index]);
        (*index)++;
        return;
    }
    bytes_append_u8(text, '[');
    for (int64_t i = 0; i < shape->dims[dim]; i++) {
        if (i > 0)
            bytes_append_u8(text, ',');
        append_list(text, model, y, dim + 1, index);
    }
    bytes_append_u8(text, ']');
}

static void append_prediction(struct bytes *text, const struct model *model, const float *y,
                              int64_t width)
{
    int64_t index = 0;
    if (width == 1)
        append_output(text, model, 0, y[0]);
    else
        append_list(text, model, y, 0, &index);
}

/* The class of a row's outputs; of one output for two classes, the second above a half. */
const json_t *model_label(const struct model *model, const float *y, int64_t width)
{
    const json_t *classes = preprocessing_classes(model->preprocessing);
    if (preprocessing_task(model->preprocessing) != TASK_CLASSES || !classes)
        return NULL;
    const bool binary = width == 1 && preprocessing_target_width(model->preprocessing) == 2;
    int64_t best = binary && y[0] > 0.5F;
    for (int64_t i = 1; i < width; i++)
        best = y[i] > y[best] ? i : best;
    return json_array_get(classes, (size_t)best);
}

static void append_label(struct bytes *text, const struct model *model, const float *y,
                         int64_t width)
{
    json_append(text, model_label(model, y, width));
}

typedef void append_row_fn(struct bytes *text, const struct model *model, const float *y,
                           int64_t width);

static void append_rows(struct bytes *text, const struct model *model, const float *y, int64_t rows,
                        append_row_fn *append_row)
{
    const int64_t width = shape_elements(&model->network->output_shape, NULL);
    bytes_append_u8(text, '[');
    for (int64_t row = 0; row < rows; row++) {
        if (row > 0)
            bytes_append_u8(text, ',');
        append_row(text, model, y + row * width, width);
    }
    bytes_append_u8(text, ']');
}

/* The first value that is not finite, by name. */
static const char *find_nonfinite(const struct model *model, const float *y, int64_t rows)
{
    const int64_t width = shape_elements(&model->network->output_shape, NULL);
    for (int64_t i = 0; i < rows * width; i++) {
        const float value = model_output(model, i % width, y[i]);
        if (isnan(value))
            return "nan";
        if (isinf(value))
            return value > 0 ? "inf" : "-inf";
    }
    return NULL;
}

void model_answer_append(const struct model *model, bool by_inputs, const float *y, int64_t rows,
                         struct bytes *text)
{
    const bool labelled = preprocessing_task(model->preprocessing) == TASK_CLASSES &&
                          preprocessing_classes(model->preprocessing);
    const char *nonfinite = find_nonfinite(model, y, rows);
    if (by_inputs) {
        bytes_printf(text, "\"outputs\":");
        append_rows(text, model, y, rows, append_prediction);
        bytes_append_u8(text, ',');
    }
    bytes_printf(text, "\"predictions\":");
    append_rows(text, model, y, rows, append_prediction);
    if (labelled) {
        bytes_printf(text, ",\"labels\":");
        append_rows(text, model, y, rows, append_label);
    }
    if (nonfinite)
        bytes_printf(text, ",\"nonfinite\":\"%s\"", nonfinite);
}

void model_answer_append_row(const struct model *model, const float *y, struct bytes *text)
{
    const int64_t width = shape_elements(&model->network->output_shape, NULL);
    const json_t *label = model_label(model, y, width);
    bytes_printf(text, "{\"prediction\":");
    append_prediction(text, model, y, width);
    if (label) {
        bytes_printf(text, ",\"label\":");
        json_append(text, label);
    }
    bytes_append_u8(text, '}');
}

json_t *model_answer(const struct model *model, const float *y, int64_t rows)
{
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    struct error error = {0};
    bytes_append_u8(&text, '{');
    model_answer_append(model, false, y, rows, &text);
    bytes_append_u8(&text, '}');
    if (bytes_check(&text, &error))
        return NULL;
    return fields_parse((const char *)text.data, text.size, &error);
}
