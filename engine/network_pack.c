/* Weights in the order in which predictions read them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network.h"
#include "engine/workspace.h"

/* Whole cache lines. */
enum { ALIGNMENT = 16 };

int64_t layer_packed_size(const struct layer *layer, const struct kernels *kernels)
{
    if (layer->type->packed_size == NULL)
        return 0;
    return (layer->type->packed_size(layer, kernels) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

int64_t network_packed_size(const struct network *network, const struct kernels *kernels)
{
    int64_t size = 0;

    for (int i = 0; i < network->layer_count; i++)
        size += layer_packed_size(&network->layers[i], kernels);
    return size;
}

void network_pack(const struct network *network, const struct kernels *kernels,
                  const float *parameters, float *packed)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        const float *tensors[LAYER_TENSORS_MAX];
        if (layer->type->pack == NULL)
            continue;
        for (int t = 0; t < layer->tensor_count; t++)
            tensors[t] = parameters + layer->tensors[t].offset;
        layer->type->pack(layer, kernels, tensors, packed);
        packed += layer_packed_size(layer, kernels);
    }
}
