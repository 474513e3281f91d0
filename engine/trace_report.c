/* What is answered of a trace. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/model_parts.h"
#include "engine/network_describe.h"
#include "engine/summary.h"
#include "engine/trace_parts.h"

json_t *trace_show_tensor(const struct trace *trace, const struct shape *shape, const float *values)
{
    return summary_tensor(shape, values, trace->request->values);
}

/* A layer of the model in the network that was run. */
struct place {
    const struct layer *layer;
    int inner, outer; /* see struct traced_network */
    bool is_last, is_activated;
};

/* A column's value as it was sent; with windows, the list of it in all rows. NULL: not there. */
static json_t *raw_value(const struct trace *trace, const json_t *instance, size_t index,
                         const char *name, bool is_window)
{
    const json_t *columns = preprocessing_columns(trace->model->preprocessing);
    size_t i;
    const json_t *row;
    if (json_is_object(instance))
        return json_incref(json_object_get(instance, name));
    if (is_window && json_is_array(instance)) {
        json_t *list = json_array();
        json_array_foreach(instance, i, row)
            json_array_append_new(list, raw_value(trace, row, index, name, false));
        return list;
    }
    if (json_is_array(instance))
        return json_incref(json_array_get(instance, index));
    return json_array_size(columns) == 1 ? json_incref((json_t *)(uintptr_t)instance) : NULL;
}

/* Its floats; with windows, row after row. */
static json_t *encoded_values(const struct trace *trace, const struct preprocessing_column *column,
                              const float *x)
{
    const struct shape *shape = &trace->model->network->input_shape;
    bool is_window = preprocessing_window(trace->model->preprocessing) != NULL;
    int64_t steps = is_window ? shape->dims[0] : 1, stride = shape_elements(shape, NULL) / steps;
    int64_t left = trace->request->values;
    json_t *list = json_array();
    for (int64_t t = 0; t < steps; t++)
        for (int64_t k = 0; k < column->width && left > 0; k++, left--)
            json_array_append_new(list, summary_float(x[t * stride + column->offset + k]));
    return list;
}

static json_t *columns_show(const struct trace *trace, const float *x)
{
    const struct preprocessing *preprocessing = trace->model->preprocessing;
    bool is_window = preprocessing_window(preprocessing) != NULL;
    json_t *list = json_array();
    size_t i;
    const json_t *name;
    json_array_foreach(preprocessing_columns(preprocessing), i, name)
    {
        struct preprocessing_column column = preprocessing_column(preprocessing, (int64_t)i);
        json_auto_t *raw =
            raw_value(trace, trace->request->instance, i, json_string_value(name), is_window);
        json_array_append_new(list, json_pack("{s:O, s:O?, s:I, s:I, s:o}", "column", name, "raw",
                                              raw, "from", (json_int_t)column.offset, "width",
                                              (json_int_t)column.width, "encoded",
                                              encoded_values(trace, &column, x)));
    }
    return list;
}

static json_t *input_show(const struct trace *trace)
{
    const float *x = workspace_input(trace->workspace);
    json_t *json = trace_show_tensor(trace, &trace->model->network->input_shape, x);
    if (json != NULL && preprocessing_columns(trace->model->preprocessing) != NULL)
        json_object_set_new(json, "columns", columns_show(trace, x));
    return json;
}

static json_t *gradients_show(const struct trace *trace, const struct layer *layer)
{
    json_t *json = json_object();
    for (int t = 0; t < layer->tensor_count; t++) {
        const struct layer_tensor *tensor = &layer->tensors[t];
        if (tensor->role == TENSOR_STATE)
            continue;
        json_auto_t *name = json_sprintf("%s/%s", layer->name, tensor->name);
        json_object_set_new(
            json, json_string_value(name),
            trace_show_tensor(trace, &tensor->shape, trace->gradients + tensor->offset));
    }
    return json;
}

/* What comes before the activation, and behind it. */
static void add_values(const struct trace *trace, const struct place *place, json_t *json)
{
    const struct workspace *workspace = trace->workspace;
    const struct shape *shape = &place->layer->output_shape;
    if (place->is_activated)
        json_object_set_new(
            json, "pre_activation",
            trace_show_tensor(trace, shape, workspace_layer_output(workspace, place->inner)));
    json_object_set_new(json, "activation",
                        trace_show_tensor(trace, shape,
                                          place->is_last
                                              ? workspace_output(workspace)
                                              : workspace_layer_output(workspace, place->outer)));
}

static void add_gradients(const struct trace *trace, const struct place *place, json_t *json)
{
    json_t *d_output =
        place->is_last && place->is_activated ? trace->d_last : trace->d_outputs[place->outer];
    if (d_output != NULL)
        json_object_set(json, "d_output", d_output);
    else
        json_object_set_new(json, "d_output", json_null());
    if (place->is_activated)
        json_object_set(json, "d_pre_activation", trace->d_outputs[place->inner]);
    json_object_set_new(json, "gradients", gradients_show(trace, place->layer));
}

static struct place place_of(const struct trace *trace, int index)
{
    const struct network *network = trace->traced.network;
    struct place place = {.layer = &trace->model->network->layers[index],
                          .inner = trace->traced.inner[index],
                          .outer = trace->traced.outer[index]};
    place.is_last = place.outer + 1 == network->layer_count;
    place.is_activated = place.inner != place.outer ||
                         (place.is_last && network->output_activation != ACTIVATION_LINEAR);
    return place;
}

static json_t *layers_show(const struct trace *trace)
{
    const struct network *network = trace->model->network;
    json_t *list = json_array();
    for (int i = 0; i < network->layer_count; i++) {
        json_t *json = network_layer_describe(network, i);
        if (json == NULL || json_array_append_new(list, json) != 0) {
            json_decref(list);
            return NULL;
        }
        const struct place place = place_of(trace, i);
        add_values(trace, &place, json);
        if (trace->request->target != NULL)
            add_gradients(trace, &place, json);
    }
    return list;
}

/* The loss's own options beside its name and value. */
static json_t *loss_show(const struct trace *trace)
{
    const struct network *network = trace->model->network;
    const struct model_loss *loss = &trace->loss.model;
    json_auto_t *options = fields_write_variant(&loss->variant);
    json_t *json = json_pack("{s:s, s:o}", "name", loss->type->kind.name, "value",
                             summary_double(trace->loss_value));
    json_object_del(options, "type");
    json_object_update_missing(json, options);
    if (network_has_penalty(network, loss->l1, loss->l2))
        json_object_set_new(json, "penalty",
                            summary_double(network_penalty(network, loss->l1, loss->l2,
                                                           trace->model->parameters, NULL)));
    return json;
}

json_t *trace_report(const struct trace *trace)
{
    json_auto_t *said = model_answer(trace->model, workspace_output(trace->workspace), 1);
    json_auto_t *json =
        json_pack("{s:o, s:o}", "input", input_show(trace), "layers", layers_show(trace));
    if (said == NULL || json == NULL)
        return NULL;
    json_object_set(json, "prediction", json_array_get(json_object_get(said, "predictions"), 0));
    json_t *label = json_array_get(json_object_get(said, "labels"), 0);
    if (label != NULL)
        json_object_set(json, "label", label);
    if (trace->request->target != NULL) {
        json_object_set_new(json, "loss", loss_show(trace));
        json_object_set(json, "d_input", trace->d_outputs[0]);
    }
    return json_incref(json);
}
