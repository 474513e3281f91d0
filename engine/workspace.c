/* The memory of one run, made once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/workspace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64, CHUNK_ITEMS = 32, CHUNKS_PER_MEMBER = 8 };

/* Multiplications and additions of a chunk, at least: a few microseconds. */
static const double CHUNK_FLOPS = 1 << 18;

static int layout_bytes(const struct layout *layout, int64_t rows, int members, size_t *bytes,
                        struct error *error)
{
    size_t per_row = (size_t)(layout->per_row + layout->per_block_row) * sizeof(float);
    size_t size = 0;
    size_t work = 0;

    if (size_multiply(per_row, (size_t)rows, &size, error) != 0 ||
        size_multiply((size_t)layout->work * sizeof(float), (size_t)members, &work, error) != 0 ||
        size_add(size, work, &size, error) != 0 ||
        size_add(size, (size_t)layout->fixed * sizeof(float), &size, error) != 0 ||
        size_add(size, CACHE_LINE, &size, error) != 0)
        return -1;
    if (size > (size_t)PTRDIFF_MAX)
        return error_set(error, ERROR_TOO_LARGE,
                         "a batch of %lld rows takes %zu bytes of memory, "
                         "more than an address space has",
                         (long long)rows, size);
    *bytes = size / CACHE_LINE * CACHE_LINE;
    return 0;
}

float *workspace_at(const struct workspace *workspace, int64_t offset)
{
    return workspace->memory + offset * workspace->rows;
}

float *workspace_block(const struct workspace *workspace, int64_t row)
{
    const struct layout *layout = &workspace->layout;

    return workspace->memory + layout->per_row * workspace->rows + layout->per_block_row * row;
}

static float *fixed_at(const struct workspace *workspace, int64_t offset)
{
    const struct layout *layout = &workspace->layout;

    return workspace->memory + (layout->per_row + layout->per_block_row) * workspace->rows + offset;
}

float *workspace_work(const struct workspace *workspace, int member)
{
    assert(member < workspace->members);
    return fixed_at(workspace, workspace->layout.fixed + member * workspace->layout.work);
}

float *workspace_layer_output(const struct workspace *workspace, int layer)
{
    const struct layout *layout = &workspace->layout;
    int root = layer < 0 ? -1 : layout->layers[layer].root;

    assert(workspace->use == WORKSPACE_TRAIN);
    return workspace_at(workspace, root < 0 ? layout->input : layout->layers[root].output);
}

float *workspace_layer_d_output(const struct workspace *workspace, int layer)
{
    const struct layout *layout = &workspace->layout;
    int root = layout->layers[layer].root;

    if (root < 0 || !layout->layers[root].wants_gradient)
        return NULL;
    return workspace_at(workspace, layout->layers[root].d_output);
}

static void fill_pass(const struct workspace *workspace, int index)
{
    const struct layer *layer = &workspace->network->layers[index];
    const struct layout_layer *planned = &workspace->layout.layers[index];
    struct layer_pass *pass = &workspace->passes[index];

    pass->kernels = workspace->kernels;
    pass->output = workspace_layer_output(workspace, index);
    pass->output_read = pass->output;
    pass->d_output = workspace_layer_d_output(workspace, index);
    for (int k = 0; k < layer->input_count; k++) {
        pass->inputs[k] = workspace_layer_output(workspace, layer->inputs[k]);
        if (!planned->gives[k])
            continue;
        pass->d_inputs[k] = workspace_layer_d_output(workspace, layer->inputs[k]);
        pass->d_input_overwrite[k] = planned->overwrites[k];
    }
    for (int s = 0; s < LAYER_SCRATCH_MAX; s++) {
        if (layer->scratch_per_row[s] > 0)
            pass->scratch[s] = workspace_at(workspace, planned->scratch[s]);
        if (layer->scratch_fixed[s] > 0)
            pass->fixed[s] = fixed_at(workspace, planned->fixed[s]);
    }
}

/* Items of a chunk of this layer: all for one member, else so many that the chunks of a network are
 * alike, and none is too small for the work that it takes to begin it. */
static int64_t chunk_items(const struct workspace *workspace, const struct layer *layer)
{
    const double rows = (double)workspace->rows;
    const double item = (double)layer->flops_per_row / (double)layer->parameter_items * rows;
    const int64_t step = layer->parameter_step > 0 ? layer->parameter_step : CHUNK_ITEMS;
    double flops = 0;

    if (workspace->members == 1)
        return layer->parameter_items;
    for (int i = 0; i < workspace->network->layer_count; i++)
        if (workspace->network->layers[i].parameter_items > 0)
            flops += (double)workspace->network->layers[i].flops_per_row * rows;
    flops /= workspace->members * CHUNKS_PER_MEMBER;
    if (flops < CHUNK_FLOPS)
        flops = CHUNK_FLOPS;
    if (flops >= item * (double)layer->parameter_items)
        return layer->parameter_items;
    return ((int64_t)(flops / item) / step + 1) * step;
}

static int64_t list_chunks(const struct workspace *workspace, struct parameter_chunk *chunks)
{
    const struct network *network = workspace->network;
    int64_t count = 0;

    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        if (layer->parameter_items == 0)
            continue;
        int64_t step = chunk_items(workspace, layer);
        for (int64_t at = 0; at < layer->parameter_items; at += step, count++) {
            int64_t end = at + step < layer->parameter_items ? at + step : layer->parameter_items;
            if (chunks != NULL)
                chunks[count] = (struct parameter_chunk){.layer = i, .begin = at, .end = end};
        }
    }
    return count;
}

static int prepare_training(struct workspace *workspace)
{
    size_t count = (size_t)workspace->network->layer_count;

    workspace->passes = calloc(count, sizeof(*workspace->passes));
    workspace->chunk_count = list_chunks(workspace, NULL);
    workspace->chunks = calloc((size_t)workspace->chunk_count + 1, sizeof(*workspace->chunks));
    if (workspace->passes == NULL || workspace->chunks == NULL)
        return -1;
    list_chunks(workspace, workspace->chunks);
    for (int i = 0; i < workspace->network->layer_count; i++)
        fill_pass(workspace, i);
    return 0;
}

struct workspace *workspace_create(const struct network *network, const struct kernels *kernels,
                                   int64_t rows, int members, enum workspace_use use,
                                   struct error *error)
{
    struct workspace *workspace = calloc(1, sizeof(*workspace));
    size_t bytes = 0;

    assert(rows > 0 && members > 0);
    if (workspace == NULL)
        goto out_of_memory;
    workspace->network = network;
    workspace->kernels = kernels;
    workspace->use = use;
    workspace->rows = rows;
    workspace->members = members;
    if (layout_plan(network, use, &workspace->layout, error) != 0 ||
        layout_bytes(&workspace->layout, rows, members, &bytes, error) != 0)
        goto fail;
    workspace->memory = aligned_alloc(CACHE_LINE, bytes);
    if (workspace->memory == NULL)
        goto out_of_memory;
    if (use == WORKSPACE_TRAIN && prepare_training(workspace) != 0)
        goto out_of_memory;
    return workspace;
out_of_memory:
    error_set(error, ERROR_MEMORY, "out of memory for a batch of %lld rows", (long long)rows);
fail:
    workspace_free(workspace);
    return NULL;
}

void workspace_free(struct workspace *workspace)
{
    if (workspace == NULL)
        return;
    layout_clear(&workspace->layout);
    free(workspace->memory);
    free(workspace->passes);
    free(workspace->chunks);
    free(workspace);
}

int workspace_size(const struct network *network, int64_t rows, int members, enum workspace_use use,
                   size_t *size, struct error *error)
{
    struct layout layout;

    if (layout_plan(network, use, &layout, error) != 0)
        return -1;
    int result = layout_bytes(&layout, rows, members, size, error);
    layout_clear(&layout);
    return result;
}

void workspace_bind(struct workspace *workspace, float *parameters, float *gradients)
{
    if (workspace->parameters == parameters &&
        (gradients == NULL || workspace->gradients == gradients))
        return;
    for (int i = 0; i < workspace->network->layer_count; i++) {
        const struct layer *layer = &workspace->network->layers[i];
        struct layer_pass *pass = &workspace->passes[i];
        for (int t = 0; t < layer->tensor_count; t++) {
            pass->tensors[t] = parameters + layer->tensors[t].offset;
            if (gradients != NULL && layer->tensors[t].role != TENSOR_STATE)
                pass->d_tensors[t] = gradients + layer->tensors[t].offset;
        }
    }
    workspace->parameters = parameters;
    workspace->gradients = gradients != NULL ? gradients : workspace->gradients;
}

float *workspace_input(struct workspace *workspace)
{
    return workspace_at(workspace, workspace->layout.input);
}

const float *workspace_row(const struct workspace *workspace, int64_t row)
{
    return workspace_at(workspace, workspace->layout.input) +
           row * shape_elements(&workspace->network->input_shape, NULL);
}

const float *workspace_logits(const struct workspace *workspace)
{
    return workspace_at(workspace, workspace->layout.logits);
}

const float *workspace_output(const struct workspace *workspace)
{
    return workspace_at(workspace, workspace->layout.activated);
}

float *workspace_d_output(struct workspace *workspace)
{
    assert(workspace->use == WORKSPACE_TRAIN);
    return workspace_at(workspace, workspace->layout.d_output);
}
