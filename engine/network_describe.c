/* What answers say of a network's layers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network_describe.h"
#include "engine/summary.h"

static int64_t weights_of(const struct layer *layer)
{
    int64_t weights = 0;
    for (int t = 0; t < layer->tensor_count; t++)
        weights += layer->tensors[t].role == TENSOR_STATE ? 0 : layer->tensors[t].count;
    return weights;
}

static json_t *inputs_of(const struct network *network, const struct layer *layer)
{
    json_t *list = json_array();
    for (int k = 0; k < layer->input_count; k++) {
        int input = layer->inputs[k];
        const char *name = input < 0 ? "input" : network->layers[input].name;
        if (json_array_append_new(list, json_string(name)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *network_layer_describe(const struct network *network, int index)
{
    const struct layer *layer = &network->layers[index];
    return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I}", "name", layer->name, "type",
                     layer->type->kind.name, "input", inputs_of(network, layer), "output_shape",
                     summary_shape(&layer->output_shape), "parameters",
                     (json_int_t)weights_of(layer), "flops", (json_int_t)layer->flops_per_row);
}

int64_t network_layer_memory(const struct network *network, int index, int64_t rows)
{
    const struct layer *layer = &network->layers[index];
    int64_t per_row = layer->in_place ? 0 : shape_elements(&layer->output_shape, NULL);
    int64_t fixed = 0;
    for (int s = 0; s < LAYER_SCRATCH_MAX; s++) {
        per_row += layer->scratch_per_row[s];
        fixed += layer->scratch_fixed[s];
    }
    return (per_row * rows + fixed) * (int64_t)sizeof(float);
}

json_t *network_layers_describe(const struct network *network)
{
    json_t *list = json_array();
    for (int i = 0; i < network->layer_count; i++)
        if (json_array_append_new(list, network_layer_describe(network, i)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

json_t *network_describe(const struct network *network, int64_t rows)
{
    json_int_t flops = 0, memory = 0;
    json_t *layers = network_layers_describe(network);
    for (int i = 0; layers != NULL && i < network->layer_count; i++) {
        json_int_t bytes = network_layer_memory(network, i, rows);
        json_object_set_new(json_array_get(layers, (size_t)i), "memory_bytes", json_integer(bytes));
        flops += network->layers[i].flops_per_row;
        memory += bytes;
    }
    return json_pack("{s:o, s:{s:I, s:I, s:I}, s:o}", "layers", layers, "totals", "parameters",
                     (json_int_t)network->weight_count, "flops", flops, "memory_bytes", memory,
                     "output_shape", summary_shape(&network->output_shape));
}
