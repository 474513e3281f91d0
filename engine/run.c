/* Running a network: forward, backward, and the search for what is not finite.
 *
 * Neighbouring row-wise layers run over a block of rows one after the other, a block a member of
 * the team, so that a barrier lies only before and after what needs the whole batch. Gradients by
 * parameters come last, cut by columns: no sum is ever split by how many members there are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/workspace.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Below this many multiplications and additions, handing work to another member costs more than it
 * gains. */
static const int64_t MEMBER_FLOPS = 1 << 19;

enum { ROWS_MULTIPLE = 4, PREDICTION_ROWS = 128, BATCH_ITEMS_GRAIN = 16 };

/* A run of neighbouring layers [first, last) over rows, upwards or downwards. */
struct segment {
    struct workspace *workspace;
    float *parameters;
    const struct network_run *run;
    int first, last;
    bool with_activation; /* forward: the output's at the end; backward: its derivative first */
};

static int64_t segment_flops(const struct network *network, int first, int last)
{
    int64_t flops = 1;

    for (int i = first; i < last; i++)
        flops += network->layers[i].flops_per_row;
    return flops;
}

/* Rows that are worth a member of their own. */
static int64_t row_grain(int64_t flops_per_row, int64_t rows)
{
    int64_t grain = MEMBER_FLOPS / flops_per_row + 1;

    if (grain >= rows)
        return rows;
    return (grain + ROWS_MULTIPLE - 1) / ROWS_MULTIPLE * ROWS_MULTIPLE;
}

static void run_segment(const struct segment *segment, int64_t flops_factor, team_task_fn *task)
{
    const struct network_run *run = segment->run;
    int64_t flops = segment_flops(segment->workspace->network, segment->first, segment->last);
    /* Tasks take their context without const; it is only read. */
    struct segment context = *segment;

    if (segment->first < segment->last || segment->with_activation)
        team_run(run->team, run->rows, row_grain(flops * flops_factor, run->rows), task, &context);
}

/* What the passes of a step have in common. */
static void prepare_passes(const struct network *network, struct workspace *workspace,
                           const struct network_run *run)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        struct layer_pass *pass = &workspace->passes[i];
        pass->rows = run->rows;
        pass->training = run->training;
        pass->frozen = run->frozen;
        if (layer->draws && run->training)
            pass->rng = rng_stream(run->seed, layer->type->kind.name, layer->name, run->step);
    }
}

static void activate_output(const struct workspace *workspace, int64_t begin, int64_t end)
{
    const struct network *network = workspace->network;
    int64_t elements = shape_elements(&network->output_shape, NULL);
    int64_t columns = shape_last(&network->output_shape);
    int64_t offset = begin * elements;

    workspace->kernels->activation_forward(
        network->output_activation, network->output_alpha, (end - begin) * elements / columns,
        columns, workspace_at(workspace, workspace->layout.logits) + offset,
        workspace_at(workspace, workspace->layout.activated) + offset);
}

/* The layer's pass as a member runs it: its own where the layer wants work memory. */
static struct layer_pass *member_pass(const struct workspace *workspace, int index, int member,
                                      struct layer_pass *own)
{
    if (workspace->network->layers[index].work_size == 0)
        return &workspace->passes[index];
    *own = workspace->passes[index];
    own->work = workspace_work(workspace, member);
    return own;
}

static void forward_rows(void *context, int64_t begin, int64_t end, int member)
{
    const struct segment *segment = context;
    struct workspace *workspace = segment->workspace;

    for (int i = segment->first; i < segment->last; i++) {
        const struct layer *layer = &workspace->network->layers[i];
        struct layer_pass own;
        if (!layer->in_place)
            layer->type->forward(layer, member_pass(workspace, i, member, &own), begin, end);
    }
    if (segment->with_activation)
        activate_output(workspace, begin, end);
}

/* One layer's work over the batch's items. */
struct batch_phase {
    const struct layer *layer;
    struct layer_pass *pass;
    void (*function)(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                     int64_t end);
};

static void run_batch_items(void *context, int64_t begin, int64_t end, int member UNUSED)
{
    const struct batch_phase *phase = context;

    phase->function(phase->layer, phase->pass, begin, end);
}

static void run_batch_phase(struct batch_phase phase, const struct network_run *run)
{
    int64_t items = phase.layer->batch_items;
    int64_t flops = phase.layer->flops_per_row * run->rows;

    team_run(run->team, items, flops < MEMBER_FLOPS ? items : BATCH_ITEMS_GRAIN, run_batch_items,
             &phase);
}

static void forward_training_workspace(const struct network *network, struct workspace *workspace,
                                       float *parameters, const struct network_run *run)
{
    struct segment segment = {.workspace = workspace, .parameters = parameters, .run = run};

    workspace_bind(workspace, parameters, NULL);
    prepare_passes(network, workspace, run);
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        if (!run->training || layer->type->forward_batch == NULL)
            continue;
        segment.last = i;
        run_segment(&segment, 1, forward_rows);
        run_batch_phase(
            (struct batch_phase){layer, &workspace->passes[i], layer->type->forward_batch}, run);
        segment.first = i;
    }
    segment.last = network->layer_count;
    segment.with_activation =
        run->output_activation && network->output_activation != ACTIVATION_LINEAR;
    run_segment(&segment, 1, forward_rows);
}

/* Where a layer's output lies while rows [begin, end) are predicted. */
static float *block_output(const struct workspace *workspace, int layer, int64_t begin, int64_t end)
{
    const struct network *network = workspace->network;
    const struct layout *layout = &workspace->layout;
    int root = layer < 0 ? -1 : layout->layers[layer].root;

    if (root < 0)
        return workspace_at(workspace, layout->input) +
               begin * shape_elements(&network->input_shape, NULL);
    if (root == layout->layers[network->layer_count - 1].root)
        return workspace_at(workspace, layout->logits) +
               begin * shape_elements(&network->output_shape, NULL);
    return workspace_block(workspace, begin) + layout->layers[root].output * (end - begin);
}

static void predict_layer(const struct segment *segment, int index, const float *packed,
                          int64_t begin, int64_t end, int member)
{
    const struct workspace *workspace = segment->workspace;
    const struct layer *layer = &workspace->network->layers[index];
    struct layer_pass pass = {.kernels = workspace->kernels, .rows = end - begin, .packed = packed};

    if (layer->in_place)
        return;
    pass.output = block_output(workspace, index, begin, end);
    pass.work = layer->work_size > 0 ? workspace_work(workspace, member) : NULL;
    for (int s = 0; s < LAYER_SCRATCH_MAX && layer->scratch_in_prediction; s++)
        pass.scratch[s] = workspace_block(workspace, begin) +
                          workspace->layout.layers[index].scratch[s] * (end - begin);
    for (int k = 0; k < layer->input_count; k++)
        pass.inputs[k] = block_output(workspace, layer->inputs[k], begin, end);
    for (int t = 0; t < layer->tensor_count; t++)
        pass.tensors[t] = segment->parameters + layer->tensors[t].offset;
    layer->type->forward(layer, &pass, 0, end - begin);
}

/* Blocks of rows go through the whole network one by one, so that what lies between two layers
 * stays in the cache. */
static void predict_rows(void *context, int64_t begin, int64_t end, int member)
{
    const struct segment *segment = context;
    const struct workspace *workspace = segment->workspace;

    for (int64_t at = begin; at < end; at += PREDICTION_ROWS) {
        int64_t block_end = at + PREDICTION_ROWS < end ? at + PREDICTION_ROWS : end;
        const float *packed = segment->run->packed;
        for (int i = segment->first; i < segment->last; i++) {
            const struct layer *layer = &workspace->network->layers[i];
            const bool is_packed = packed != NULL && layer->type->pack != NULL;
            predict_layer(segment, i, is_packed ? packed : NULL, at, block_end, member);
            if (is_packed)
                packed += layer_packed_size(layer, workspace->kernels);
        }
    }
    if (segment->with_activation)
        activate_output(segment->workspace, begin, end);
}

void network_forward(const struct network *network, struct workspace *workspace, float *parameters,
                     const struct network_run *run)
{
    assert(workspace->network == network && run->rows > 0 && run->rows <= workspace->rows);
    if (workspace->use == WORKSPACE_TRAIN) {
        forward_training_workspace(network, workspace, parameters, run);
        return;
    }
    assert(!run->training);
    struct segment segment = {.workspace = workspace,
                              .parameters = parameters,
                              .run = run,
                              .last = network->layer_count,
                              .with_activation = run->output_activation &&
                                                 network->output_activation != ACTIVATION_LINEAR};
    run_segment(&segment, 1, predict_rows);
}

static void deactivate_d_output(const struct workspace *workspace, int64_t begin, int64_t end)
{
    const struct network *network = workspace->network;
    const struct layout *layout = &workspace->layout;
    int64_t elements = shape_elements(&network->output_shape, NULL);
    int64_t columns = shape_last(&network->output_shape);
    int64_t offset = begin * elements;
    float *d_output = workspace_at(workspace, layout->d_output) + offset;

    workspace->kernels->activation_backward(
        network->output_activation, network->output_alpha, (end - begin) * elements / columns,
        columns, workspace_at(workspace, layout->logits) + offset,
        workspace_at(workspace, layout->activated) + offset, d_output, d_output);
}

static void backward_rows(void *context, int64_t begin, int64_t end, int member)
{
    const struct segment *segment = context;
    struct workspace *workspace = segment->workspace;

    if (segment->with_activation)
        deactivate_d_output(workspace, begin, end);
    for (int i = segment->last - 1; i >= segment->first; i--) {
        const struct layer *layer = &workspace->network->layers[i];
        struct layer_pass own;
        if (!layer->in_place && workspace->layout.layers[i].wants_gradient)
            layer->type->backward(layer, member_pass(workspace, i, member, &own), begin, end);
    }
}

/* What gradients are added to begins as zeros. */
static void begin_gradients(const struct network *network, struct workspace *workspace, bool first)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        workspace->passes[i].stores = first && layer->stores_gradient;
        for (int t = layer->stores_gradient ? 1 : 0; t < layer->tensor_count && first; t++)
            if (layer->tensors[t].role != TENSOR_STATE)
                memset(workspace->passes[i].d_tensors[t], 0,
                       (size_t)layer->tensors[t].count * sizeof(float));
    }
}

static void run_parameter_chunks(void *context, int64_t begin, int64_t end, int member)
{
    const struct workspace *workspace = context;

    for (int64_t i = begin; i < end; i++) {
        const struct parameter_chunk *chunk = &workspace->chunks[i];
        const struct layer *layer = &workspace->network->layers[chunk->layer];
        struct layer_pass own;
        layer->type->backward_parameters(layer, member_pass(workspace, chunk->layer, member, &own),
                                         chunk->begin, chunk->end);
    }
}

static void backward_parameters(const struct network *network, struct workspace *workspace,
                                const struct network_run *run)
{
    int64_t flops = segment_flops(network, 0, network->layer_count) * run->rows;

    if (workspace->chunk_count > 0)
        team_run(run->team, workspace->chunk_count,
                 flops < MEMBER_FLOPS ? workspace->chunk_count : 1, run_parameter_chunks,
                 workspace);
}

void network_backward(const struct network *network, struct workspace *workspace, float *parameters,
                      float *gradients, bool from_logits, const struct network_run *run)
{
    struct segment segment = {.workspace = workspace,
                              .run = run,
                              .last = network->layer_count,
                              .with_activation =
                                  !from_logits && network->output_activation != ACTIVATION_LINEAR};

    assert(workspace->use == WORKSPACE_TRAIN && run->training);
    workspace_bind(workspace, parameters, gradients);
    begin_gradients(network, workspace, run->first);
    for (int i = network->layer_count - 1; i >= 0; i--) {
        const struct layer *layer = &network->layers[i];
        if (layer->type->backward_batch == NULL || !workspace->layout.layers[i].wants_gradient)
            continue;
        segment.first = i + 1;
        run_segment(&segment, 2, backward_rows);
        run_batch_phase(
            (struct batch_phase){layer, &workspace->passes[i], layer->type->backward_batch}, run);
        segment.last = i + 1;
        segment.with_activation = false;
    }
    segment.first = 0;
    run_segment(&segment, 2, backward_rows);
    backward_parameters(network, workspace, run);
}

void network_backward_layer(const struct network *network, struct workspace *workspace,
                            float *parameters, float *gradients, int layer, bool from_logits,
                            const struct network_run *run)
{
    const struct layer_type *type = network->layers[layer].type;
    bool is_last = layer + 1 == network->layer_count;
    struct segment segment = {.workspace = workspace,
                              .run = run,
                              .first = layer + 1,
                              .last = layer + 1,
                              .with_activation = is_last && !from_logits &&
                                                 network->output_activation != ACTIVATION_LINEAR};

    workspace_bind(workspace, parameters, gradients);
    begin_gradients(network, workspace, false);
    run_segment(&segment, 2, backward_rows);
    if (type->backward_batch != NULL && workspace->layout.layers[layer].wants_gradient)
        run_batch_phase((struct batch_phase){&network->layers[layer], &workspace->passes[layer],
                                             type->backward_batch},
                        run);
    segment.first = layer;
    segment.with_activation = false;
    run_segment(&segment, 2, backward_rows);
    for (int64_t i = 0; i < workspace->chunk_count; i++)
        if (workspace->chunks[i].layer == layer)
            run_parameter_chunks(workspace, i, i + 1, 0);
}

static int64_t first_row_not_finite(const float *values, int64_t rows, int64_t elements)
{
    for (int64_t i = 0; i < rows * elements; i++)
        if (!isfinite(values[i]))
            return i / elements;
    return -1;
}

int network_first_not_finite(const struct network *network, const struct workspace *workspace,
                             int64_t rows, int64_t *row)
{
    for (int i = 0; i < network->layer_count; i++) {
        int64_t found =
            first_row_not_finite(workspace_layer_output(workspace, i), rows,
                                 shape_elements(&network->layers[i].output_shape, NULL));
        if (found < 0)
            continue;
        *row = found;
        return i;
    }
    return -1;
}
