/* What a model computes for one row, all of it: every layer's values forward and, with a target,
 * every gradient backward. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRACE_H
#define PROPD_ENGINE_TRACE_H

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"
#include "engine/model.h"

struct trace_request {
    const json_t *instance; /* as a prediction's; errors name "instance" */
    const json_t *target;   /* a label or numbers in original units; NULL: forward alone */
    int64_t values;         /* of a tensor are shown at most so many */
};

/* A prediction's values, as training would differentiate them: dropout and noise are off and
 * batch_norm uses its moving statistics, as constants. Activations that a layer applies by itself
 * are run as layers of their own, so that what comes before them is there. The loss is that of the
 * job that made the model, by its lineage, for this row with weight 1; else that of the output.
 *
 * {"input": {tensor and "columns"}, "layers": [{"name", "type", "input", "output_shape",
 * "parameters", "flops", "pre_activation", "activation", "d_output", "d_pre_activation",
 * "gradients"}], "prediction", "label", "loss": {"name", "value", "penalty"}, "d_input"}; tensors
 * as summary_tensor() gives them. Gradients are those of loss.value, without the penalty. d_output
 * of the last layer is null where the loss is computed from what comes before its activation.
 * Thread-safe. */
json_t *model_trace(const struct model *model, const struct trace_request *request,
                    struct error *error);

#endif
