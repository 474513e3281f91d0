/* From the network's output to what a prediction answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_write.h"
#include "engine/preprocessing_parts.h"

#include <stdlib.h>

/* ---- predictions */

/* output · scale + shift of each value, in double as answers are made. */
static const char *decode_values(struct onnx_graph *graph, const struct model *model,
                                 const char *output)
{
    const struct preprocessing *preprocessing = model->preprocessing;
    const int64_t width = shape_elements(&model->network->output_shape, NULL);
    AUTO_FREE double *scales = calloc((size_t)width, sizeof(*scales));
    AUTO_FREE double *shifts = calloc((size_t)width, sizeof(*shifts));
    bool is_scaled = false;
    if (scales == NULL || shifts == NULL) {
        graph->failed = true;
        return output;
    }
    for (int64_t i = 0; i < width; i++) {
        scales[i] = preprocessing_target_scale(preprocessing, i);
        shifts[i] = preprocessing_decode_value(preprocessing, i, 0.0);
        is_scaled = is_scaled || scales[i] != 1.0 || shifts[i] != 0.0;
    }
    if (!is_scaled)
        return output;
    const struct shape flat = {.rank = 1, .dims = {width}};
    const char *x = onnx_apply(graph, "Cast", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("to", ONNX_DOUBLE)),
                               onnx_reshape(graph, output, &flat), NULL);
    x = onnx_apply(graph, "Mul", NULL, x, onnx_doubles(graph, scales, width), NULL);
    x = onnx_apply(graph, "Add", NULL, x, onnx_doubles(graph, shifts, width), NULL);
    x = onnx_apply(graph, "Cast", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("to", ONNX_FLOAT)), x, NULL);
    return onnx_reshape(graph, x, &model->network->output_shape);
}

static void name_output(struct onnx_graph *graph, const char *x, const char *name)
{
    (void)onnx_node(
        graph,
        &(struct onnx_node){.operator= "Identity", .inputs = &x, .input_count = 1, .output = name});
}

static void write_predictions(struct onnx_graph *graph, const struct model *model,
                              const char *output)
{
    if (preprocessing_task(model->preprocessing) == TASK_VALUES)
        output = decode_values(graph, model, output);
    else if (model->network->output_activation == ACTIVATION_LOG_SOFTMAX)
        output = onnx_apply(graph, "Exp", NULL, output, NULL);
    name_output(graph, output, ONNX_PREDICTIONS);
    onnx_output(graph, ONNX_PREDICTIONS, ONNX_FLOAT, &model->network->output_shape);
}

/* ---- labels */

/* The row's class: of one output for two classes, the second above a half. */
static const char *class_index(struct onnx_graph *graph, const struct model *model,
                               const char *output)
{
    const int64_t width = shape_elements(&model->network->output_shape, NULL);
    const struct shape flat = {.rank = 1, .dims = {width}}, none = {.rank = 0};
    output = onnx_reshape(graph, output, &flat);
    if (width > 1)
        return onnx_apply(
            graph, "ArgMax",
            ONNX_ATTRIBUTES(ONNX_INTEGER_OF("axis", 1), ONNX_INTEGER_OF("keepdims", 0)), output,
            NULL);
    const char *second = onnx_apply(graph, "Greater", NULL, output, onnx_float(graph, 0.5F), NULL);
    second =
        onnx_apply(graph, "Cast", ONNX_ATTRIBUTES(ONNX_INTEGER_OF("to", ONNX_INT64)), second, NULL);
    return onnx_reshape(graph, second, &none);
}

static bool are_integers(const json_t *classes)
{
    size_t i;
    const json_t *label;
    bool right = true;
    json_array_foreach(classes, i, label) right = right && json_is_integer(label);
    return right;
}

/* The labels as a constant: texts, whole numbers, numbers or booleans. */
static const char *label_list(struct onnx_graph *graph, const struct targets *targets,
                              enum onnx_type *type)
{
    const size_t count = json_array_size(targets->classes);
    size_t i;
    const json_t *label;
    if (json_is_string(json_array_get(targets->classes, 0))) {
        *type = ONNX_STRING;
        return onnx_texts(graph, &targets->labels);
    }
    AUTO_FREE double *numbers = calloc(count, sizeof(*numbers));
    AUTO_FREE int64_t *integers = calloc(count, sizeof(*integers));
    AUTO_FREE uint8_t *booleans = calloc(count, sizeof(*booleans));
    if (numbers == NULL || integers == NULL || booleans == NULL) {
        graph->failed = true;
        return "";
    }
    json_array_foreach(targets->classes, i, label)
    {
        numbers[i] = json_number_value(label);
        integers[i] = json_integer_value(label);
        booleans[i] = json_is_true(label);
    }
    if (json_is_boolean(json_array_get(targets->classes, 0))) {
        *type = ONNX_BOOL;
        return onnx_booleans(graph, booleans, (int64_t)count);
    }
    *type = are_integers(targets->classes) ? ONNX_INT64 : ONNX_DOUBLE;
    return *type == ONNX_INT64 ? onnx_integers(graph, integers, (int64_t)count)
                               : onnx_doubles(graph, numbers, (int64_t)count);
}

static void write_labels(struct onnx_graph *graph, const struct model *model, const char *output)
{
    const struct targets *targets = &model->preprocessing->targets;
    const struct shape row = {.rank = 0};
    enum onnx_type type = ONNX_STRING;
    const char *list = label_list(graph, targets, &type);
    const char *label =
        onnx_apply(graph, "Gather", NULL, list, class_index(graph, model, output), NULL);
    name_output(graph, label, ONNX_LABELS);
    onnx_output(graph, ONNX_LABELS, type, &row);
}

int onnx_write_outputs(struct onnx_graph *graph, const struct model *model, const char *output,
                       struct error *error)
{
    graph->scope = "answer";
    write_predictions(graph, model, output);
    if (preprocessing_task(model->preprocessing) == TASK_CLASSES &&
        preprocessing_classes(model->preprocessing) != NULL)
        write_labels(graph, model, output);
    return onnx_graph_finish(graph, error);
}
