/* Running a trace, and its answer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trace.h"
#include "base/compiler.h"
#include "engine/model_parts.h"
#include "engine/trace_parts.h"
#include "engine/workspace.h"

#include <stdlib.h>
#include <string.h>

/* Values that all tensors of an answer may show together. */
static const int64_t VALUES_MAX = 1 << 21;

static void trace_clear(struct trace *trace)
{
    int count = trace->traced.network != NULL ? trace->traced.network->layer_count : 0;
    for (int i = 0; trace->d_outputs != NULL && i < count; i++)
        json_decref(trace->d_outputs[i]);
    free(trace->d_outputs);
    json_decref(trace->d_last);
    trace_loss_clear(&trace->loss);
    free(trace->gradients);
    workspace_free(trace->workspace);
    traced_network_clear(&trace->traced);
}

/* ---- running */

static int check_values(const struct trace *trace, struct error *error)
{
    int64_t tensors = 1;
    for (int i = 0; i < trace->model->network->layer_count; i++)
        tensors += 4 + trace->model->network->layers[i].tensor_count;
    int64_t most = VALUES_MAX / tensors;
    if (trace->request->values <= most)
        return 0;
    return error_set_at(error, ERROR_TOO_LARGE, "values",
                        "must be at most %lld for a model of so many tensors, not %lld",
                        (long long)most, (long long)trace->request->values);
}

static int trace_create(struct trace *trace, struct error *error)
{
    const struct network *network = trace->model->network;
    trace->kernels = kernels_get(error);
    if (trace->kernels == NULL || check_values(trace, error) != 0 ||
        traced_network_create(&trace->traced, network, error) != 0)
        return -1;
    trace->workspace =
        workspace_create(trace->traced.network, trace->kernels, 1, 1, WORKSPACE_TRAIN, error);
    if (trace->workspace == NULL)
        return -1;
    trace->gradients = model_parameters_new(network->trained_count, error);
    if (trace->gradients == NULL)
        return -1;
    trace->d_outputs = calloc((size_t)trace->traced.network->layer_count, sizeof(json_t *));
    if (trace->d_outputs == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for a trace");
    trace->run = (struct network_run){
        .rows = 1, .training = true, .frozen = true, .output_activation = true};
    return trace->request->target == NULL
               ? 0
               : trace_loss_create(&trace->loss, trace->model, trace->request->target, error);
}

/* From the gradient by the output to that by the logits. */
static void deactivate(struct trace *trace)
{
    const struct network *network = trace->traced.network;
    float *d_output = workspace_d_output(trace->workspace);
    int64_t columns = shape_last(&network->output_shape);
    trace->d_last = trace_show_tensor(trace, &network->output_shape, d_output);
    if (network->output_activation != ACTIVATION_LINEAR)
        trace->kernels->activation_backward(network->output_activation, network->output_alpha,
                                            shape_elements(&network->output_shape, NULL) / columns,
                                            columns, workspace_logits(trace->workspace),
                                            workspace_output(trace->workspace), d_output, d_output);
}

/* Layers may write where they have no gradient to give nothing at all. */
static void clear_gradients(const struct trace *trace)
{
    const struct network *network = trace->traced.network;
    for (int i = 0; i < network->layer_count; i++)
        memset(workspace_layer_d_output(trace->workspace, i), 0,
               (size_t)shape_elements(&network->layers[i].output_shape, NULL) * sizeof(float));
}

static void backward(struct trace *trace)
{
    const struct network *network = trace->traced.network;
    const float *output = trace->loss.model.from_logits ? workspace_logits(trace->workspace)
                                                        : workspace_output(trace->workspace);
    clear_gradients(trace);
    trace->loss_value =
        trace_loss_run(&trace->loss, trace->kernels, shape_elements(&network->output_shape, NULL),
                       output, workspace_d_output(trace->workspace));
    if (!trace->loss.model.from_logits)
        deactivate(trace);
    for (int i = network->layer_count - 1; i >= 0; i--) {
        trace->d_outputs[i] = trace_show_tensor(trace, &network->layers[i].output_shape,
                                                workspace_layer_d_output(trace->workspace, i));
        network_backward_layer(network, trace->workspace, trace->model->parameters,
                               trace->gradients, i, true, &trace->run);
    }
}

json_t *model_trace(const struct model *model, const struct trace_request *request,
                    struct error *error)
{
    AUTO_CLEAR(trace_clear) struct trace trace = {.model = model, .request = request};
    if (trace_create(&trace, error) != 0 ||
        preprocessing_encode_json(model->preprocessing, request->instance, "instance",
                                  workspace_input(trace.workspace), error) != 0 ||
        network_check_row(model->network, workspace_input(trace.workspace), "instance", error) != 0)
        return NULL;
    network_forward(trace.traced.network, trace.workspace, model->parameters, &trace.run);
    if (request->target != NULL)
        backward(&trace);
    json_t *answer = trace_report(&trace);
    if (answer == NULL)
        error_set(error, ERROR_MEMORY, "out of memory for a trace");
    return answer;
}
