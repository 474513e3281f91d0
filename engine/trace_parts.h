/* What a trace is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_TRACE_PARTS_H
#define PROPD_ENGINE_TRACE_PARTS_H

#include "engine/model_loss.h"
#include "engine/trace.h"
#include "engine/workspace.h"

/* A network that computes the same with every step in sight: activations are layers of their own,
 * noise passes through, layers that work in place get a copy, and layer 0 is the input itself, so
 * that it has a gradient. Its parameter block is that of the model. */
struct traced_network {
    struct network *network; /* owned */
    int *inner; /* owned, as `outer`: by layer of the model, the one that gives what comes before
                   the activation; the same as `outer` where there is none */
    int *outer; /* the one that gives the layer's output */
};
int traced_network_create(struct traced_network *traced, const struct network *from,
                          struct error *error);
void traced_network_clear(struct traced_network *traced);

/* The loss of one row. */
struct trace_loss {
    struct model_loss model;
    int32_t class;
    float *values; /* owned: [width]; the targets where they are not a class */
};
int trace_loss_create(struct trace_loss *loss, const struct model *model, const json_t *target,
                      struct error *error);
void trace_loss_clear(struct trace_loss *loss);
/* `output`: the logits where the loss takes these. Fills d_output. */
double trace_loss_run(const struct trace_loss *loss, const struct kernels *kernels, int64_t width,
                      const float *output, float *d_output);

/* trace.c: one row through it. */
struct trace {
    const struct model *model;
    const struct trace_request *request;
    const struct kernels *kernels;
    struct traced_network traced;
    struct workspace *workspace;
    float *gradients; /* [trained_count] */
    struct trace_loss loss;
    double loss_value;
    json_t **d_outputs; /* by layer of the traced network; owned, as its items */
    json_t *d_last;     /* gradient by the last layer's output; NULL: not made */
    struct network_run run;
};

/* trace_report.c: see model_trace(). NULL only when out of memory. */
json_t *trace_report(const struct trace *trace);
json_t *trace_show_tensor(const struct trace *trace, const struct shape *shape,
                          const float *values);

#endif
