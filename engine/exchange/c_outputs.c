/* From a network's outputs to what answers say of them: labels, or values in original units. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fields.h"
#include "engine/exchange/c_source.h"
#include "engine/preprocessing_parts.h"

#include <string.h>

bool c_outputs_are_labelled(const struct c_writer *writer)
{
    const struct preprocessing *preprocessing = writer->model->preprocessing;
    return preprocessing_task(preprocessing) == TASK_CLASSES &&
           preprocessing_classes(preprocessing) != NULL;
}

static int64_t output_width(const struct c_writer *writer)
{
    return shape_elements(&writer->model->network->output_shape, NULL);
}

static int append_labels(struct c_writer *writer)
{
    size_t i;
    const json_t *label;
    bytes_printf(&writer->body, "\nstatic const char *const labels[%s_CLASSES] = {",
                 writer->capitals);
    json_array_foreach(preprocessing_classes(writer->model->preprocessing), i, label)
    {
        AUTO_FREE char *text = json_is_string(label) ? NULL : fields_print(label);
        const char *shown = text != NULL ? text : json_string_value(label);
        if (shown == NULL)
            return error_set(writer->error, ERROR_MEMORY, "out of memory for the labels");
        bytes_printf(&writer->body, i == 0 ? "\n    " : ",\n    ");
        c_string(&writer->body, shown, strlen(shown));
    }
    bytes_printf(&writer->body, "};\n");
    return 0;
}

/* "const double scales[n] …": as encoded, back in original units. */
static void append_scales(struct c_writer *writer)
{
    const struct targets *targets = &writer->model->preprocessing->targets;
    bytes_printf(&writer->body,
                 "\n/* value = output * {scale} + {shift} */\n"
                 "static const double units[%lld][2] = {",
                 (long long)output_width(writer));
    for (int64_t i = 0; i < output_width(writer); i++) {
        const bool is_scaled = targets->task == TASK_VALUES && i < targets->count;
        bytes_printf(&writer->body, i == 0 ? "{" : ", {");
        c_double(&writer->body, is_scaled ? targets->items[i].scale.scale : 1);
        bytes_printf(&writer->body, ", ");
        c_double(&writer->body, is_scaled ? targets->items[i].scale.shift : 0);
        bytes_printf(&writer->body, "}");
    }
    bytes_printf(&writer->body, "};\n");
}

static const char *value_text(const struct c_writer *writer)
{
    if (preprocessing_task(writer->model->preprocessing) == TASK_VALUES)
        return "(float)(y[i] * units[i][0] + units[i][1])";
    return writer->model->network->output_activation == ACTIVATION_LOG_SOFTMAX ? "expf(y[i])"
                                                                               : "y[i]";
}

static void append_label_choice(struct c_writer *writer)
{
    const bool is_binary =
        output_width(writer) == 1 && preprocessing_target_width(writer->model->preprocessing) == 2;
    if (is_binary)
        bytes_printf(&writer->body, "    prediction->class_index = y[0] > 0.5F;\n");
    else
        bytes_printf(&writer->body,
                     "    prediction->class_index = 0;\n"
                     "    for (int i = 1; i < %s_OUTPUTS; i++)\n"
                     "        if (y[i] > y[prediction->class_index])\n"
                     "            prediction->class_index = i;\n",
                     writer->capitals);
    bytes_printf(&writer->body, "    prediction->label = labels[prediction->class_index];\n");
}

int c_outputs_append(struct c_writer *writer)
{
    if (c_outputs_are_labelled(writer) && append_labels(writer) != 0)
        return -1;
    if (preprocessing_task(writer->model->preprocessing) == TASK_VALUES)
        append_scales(writer);
    bytes_printf(&writer->body,
                 "\nstatic void decode(const float *y, struct %s_prediction *prediction)\n{\n"
                 "    for (int i = 0; i < %s_OUTPUTS; i++)\n"
                 "        prediction->values[i] = %s;\n",
                 writer->name, writer->capitals, value_text(writer));
    if (c_outputs_are_labelled(writer))
        append_label_choice(writer);
    bytes_printf(&writer->body, "}\n");
    return 0;
}
