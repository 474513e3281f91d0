/* Planning the memory of a workspace. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layout.h"
#include "engine/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Sizes a row are rounded up to this many floats, so that every tensor begins at a cache line for
 * any number of rows. */
enum { ALIGNMENT = 16 };

static int64_t aligned(int64_t floats)
{
    return (floats + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static int64_t output_size(const struct layer *layer)
{
    return aligned(shape_elements(&layer->output_shape, NULL));
}

static int64_t take(int64_t *total, int64_t floats)
{
    int64_t offset = *total;

    *total += aligned(floats);
    return offset;
}

static void find_roots(const struct network *network, struct layout *layout)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        int input = layer->inputs[0];
        assert(!layer->in_place || layer->input_count == 1);
        if (layer->in_place)
            layout->layers[i].root = input < 0 ? -1 : layout->layers[input].root;
        else
            layout->layers[i].root = i;
    }
}

static void find_work(const struct network *network, struct layout *layout)
{
    for (int i = 0; i < network->layer_count; i++)
        if (aligned(network->layers[i].work_size) > layout->work)
            layout->work = aligned(network->layers[i].work_size);
}

static bool has_trained_tensors(const struct layer *layer)
{
    for (int t = 0; t < layer->tensor_count; t++)
        if (layer->tensors[t].role != TENSOR_STATE)
            return true;
    return false;
}

static void find_wanted_gradients(const struct network *network, struct layout *layout)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        bool wants = network->every_gradient || has_trained_tensors(layer);
        for (int k = 0; k < layer->input_count; k++)
            if (layer->inputs[k] >= 0)
                wants = wants || layout->layers[layer->inputs[k]].wants_gradient;
        layout->layers[i].wants_gradient = wants;
    }
}

/* A batch phase lies between two barriers of its own. */
static int find_backward_phases(const struct network *network, struct layout *layout)
{
    int phase = 0;

    for (int i = network->layer_count - 1; i >= 0; i--) {
        if (network->layers[i].type->backward_batch != NULL && layout->layers[i].wants_gradient)
            phase += 2;
        layout->layers[i].backward_phase = phase;
    }
    return phase + 1;
}

/* Who writes gradients, and who writes each first. `first_phases`: when, by root; -1: nobody (the
 * last layer's comes from the loss). */
static void find_writers(const struct network *network, struct layout *layout, int *first_phases)
{
    int last_root = layout->layers[network->layer_count - 1].root;

    for (int i = 0; i < network->layer_count; i++)
        first_phases[i] = -1;
    if (last_root >= 0)
        first_phases[last_root] = 0;
    for (int i = network->layer_count - 1; i >= 0; i--) {
        const struct layer *layer = &network->layers[i];
        struct layout_layer *planned = &layout->layers[i];
        for (int k = 0; k < layer->input_count && !layer->in_place; k++) {
            int root = layer->inputs[k] < 0 ? -1 : layout->layers[layer->inputs[k]].root;
            planned->gives[k] = root >= 0 && layout->layers[root].wants_gradient;
            if (!planned->gives[k])
                continue;
            planned->overwrites[k] = first_phases[root] < 0;
            if (first_phases[root] < 0)
                first_phases[root] = planned->backward_phase;
        }
    }
}

/* Gradients by outputs of layers with parameters are read once more at the end, when the gradients
 * by parameters are made. */
static void place_gradients(const struct network *network, struct layout *layout,
                            const int *first_phases, int end_phase, struct arena *arena,
                            struct arena_item *items)
{
    int last_root = layout->layers[network->layer_count - 1].root;
    int64_t base = layout->per_row;

    for (int i = network->layer_count - 1; i >= 0; i--) {
        struct layout_layer *planned = &layout->layers[i];
        if (planned->root != i || i == last_root || !planned->wants_gradient)
            continue;
        bool is_read_again = network->layers[i].parameter_items > 0;
        assert(first_phases[i] >= 0);
        items[i] = (struct arena_item){.size = output_size(&network->layers[i]),
                                       .first = first_phases[i],
                                       .last = is_read_again ? end_phase : planned->backward_phase};
        arena_place(arena, &items[i]);
        planned->d_output = base + items[i].offset;
    }
    if (last_root >= 0)
        layout->layers[last_root].d_output = layout->d_output;
    layout->per_row += arena->size;
}

static void place_kept(const struct network *network, struct layout *layout)
{
    int last_root = layout->layers[network->layer_count - 1].root;

    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        struct layout_layer *planned = &layout->layers[i];
        if (planned->root == i)
            planned->output =
                i == last_root ? layout->logits : take(&layout->per_row, output_size(layer));
        for (int s = 0; s < LAYER_SCRATCH_MAX; s++) {
            planned->scratch[s] = take(&layout->per_row, layer->scratch_per_row[s]);
            planned->fixed[s] = take(&layout->fixed, layer->scratch_fixed[s]);
        }
    }
}

/* A layer's scratch in a block is one piece that lives while the layer runs. */
static void place_block_scratch(const struct layer *layer, int index, struct layout *layout,
                                struct arena *arena, struct arena_item *item)
{
    int64_t *offsets = layout->layers[index].scratch;

    if (!layer->scratch_in_prediction)
        return;
    *item = (struct arena_item){.first = index, .last = index};
    for (int s = 0; s < LAYER_SCRATCH_MAX; s++)
        offsets[s] = take(&item->size, layer->scratch_per_row[s]);
    arena_place(arena, item);
    for (int s = 0; s < LAYER_SCRATCH_MAX; s++)
        offsets[s] += item->offset;
}

/* In a block, time is the index of the layer that runs. `items`: one a layer for its output, then
 * one a layer for its scratch. */
static void place_block_outputs(const struct network *network, struct layout *layout,
                                struct arena *arena, struct arena_item *items)
{
    int last_root = layout->layers[network->layer_count - 1].root;

    for (int i = 0; i < network->layer_count; i++)
        items[i] =
            (struct arena_item){.size = output_size(&network->layers[i]), .first = i, .last = i};
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        for (int k = 0; k < layer->input_count; k++) {
            int root = layer->inputs[k] < 0 ? -1 : layout->layers[layer->inputs[k]].root;
            if (root >= 0)
                items[root].last = i;
        }
    }
    for (int i = 0; i < network->layer_count; i++) {
        if (layout->layers[i].root != i)
            continue;
        if (i != last_root)
            arena_place(arena, &items[i]);
        layout->layers[i].output = i == last_root ? layout->logits : items[i].offset;
    }
    for (int i = 0; i < network->layer_count; i++)
        place_block_scratch(&network->layers[i], i, layout, arena,
                            &items[network->layer_count + i]);
    layout->per_block_row = arena->size;
}

/* The input, and what the caller reads and writes at the other end. */
static void place_ends(const struct network *network, enum workspace_use use, struct layout *layout)
{
    int64_t elements = shape_elements(&network->output_shape, NULL);
    bool is_input = layout->layers[network->layer_count - 1].root < 0;

    layout->input = take(&layout->per_row, shape_elements(&network->input_shape, NULL));
    layout->logits = is_input ? layout->input : take(&layout->per_row, elements);
    layout->activated = network->output_activation == ACTIVATION_LINEAR
                            ? layout->logits
                            : take(&layout->per_row, elements);
    if (use == WORKSPACE_TRAIN)
        layout->d_output = take(&layout->per_row, elements);
}

int layout_plan(const struct network *network, enum workspace_use use, struct layout *layout,
                struct error *error)
{
    size_t count = (size_t)network->layer_count;
    AUTO_FREE struct arena_item *items = calloc(2 * count, sizeof(*items));
    AUTO_FREE const struct arena_item **placed = calloc(2 * count, sizeof(placed[0]));
    AUTO_FREE int *first_phases = calloc(count, sizeof(*first_phases));
    struct arena arena = {.placed = placed};
    struct layout made = {.layers = calloc(count, sizeof(*made.layers))};

    if (items == NULL || placed == NULL || first_phases == NULL || made.layers == NULL) {
        free(made.layers);
        return error_set(error, ERROR_MEMORY, "out of memory for the plan of a network's memory");
    }
    find_roots(network, &made);
    find_work(network, &made);
    place_ends(network, use, &made);
    if (use == WORKSPACE_TRAIN) {
        find_wanted_gradients(network, &made);
        int end_phase = find_backward_phases(network, &made);
        find_writers(network, &made, first_phases);
        place_kept(network, &made);
        place_gradients(network, &made, first_phases, end_phase, &arena, items);
    } else {
        place_block_outputs(network, &made, &arena, items);
    }
    *layout = made;
    return 0;
}

void layout_clear(struct layout *layout)
{
    free(layout->layers);
    memset(layout, 0, sizeof(*layout));
}
