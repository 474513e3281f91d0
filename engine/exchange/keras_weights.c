/* Tensors of layers in the order and layout of Keras. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/keras.h"
#include "engine/layers/layers.h"

#include <string.h>

enum { GRU_TENSORS = 4 /* of a direction: kernel, recurrent_kernel, bias, recurrent_bias */ };

/* A direction of a GRU: its two biases are one array [2, 3 units]. */
static int gru_weights(const struct layer_tensor *tensors, struct keras_weight *weights)
{
    for (int i = 0; i < 2; i++)
        weights[i] = (struct keras_weight){
            .tensors = {&tensors[i]}, .shape = tensors[i].shape, .swaps = true};
    weights[2] = (struct keras_weight){.tensors = {&tensors[2], &tensors[3]},
                                       .shape = {.rank = 2, .dims = {2, tensors[2].count}},
                                       .swaps = true};
    return 3;
}

int keras_weights_of(const struct layer *layer, struct keras_weight weights[KERAS_WEIGHTS_MAX])
{
    int count = 0;
    if (layer->type == &layer_gru) {
        for (int i = 0; i < layer->tensor_count; i += GRU_TENSORS)
            count += gru_weights(&layer->tensors[i], weights + count);
        return count;
    }
    for (; count < layer->tensor_count; count++)
        weights[count] = (struct keras_weight){.tensors = {&layer->tensors[count]},
                                               .shape = layer->tensors[count].shape};
    return count;
}

void keras_weight_copy(const struct keras_weight *weight, const float *from, float *to)
{
    const int64_t columns = shape_last(&weight->tensors[0]->shape), units = columns / 3;
    const int64_t count = weight->tensors[0]->count;
    memcpy(to, from, (size_t)count * sizeof(*to));
    for (int64_t row = 0; weight->swaps && row < count; row += columns) {
        memcpy(to + row, from + row + units, (size_t)units * sizeof(*to));
        memcpy(to + row + units, from + row, (size_t)units * sizeof(*to));
    }
}
