/* The penalties on a network's weights: l1·Σ|w| + l2·Σw² and their gradients. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network.h"

#include <math.h>

struct penalty {
    double l1, l2;
};

static struct penalty tensor_penalty(const struct layer *layer, const struct layer_tensor *tensor,
                                     double default_l1, double default_l2)
{
    const struct layer_options *options = layer->options;
    struct penalty penalty = {0.0, 0.0};

    if (tensor->role == TENSOR_KERNEL) {
        penalty.l1 = isnan(options->l1) ? default_l1 : options->l1;
        penalty.l2 = isnan(options->l2) ? default_l2 : options->l2;
    } else if (tensor->role == TENSOR_BIAS) {
        penalty.l1 = options->bias_l1;
        penalty.l2 = options->bias_l2;
    }
    return penalty;
}

static bool is_penalty(struct penalty penalty)
{
    return penalty.l1 != 0.0 || penalty.l2 != 0.0;
}

static double add_penalty(struct penalty penalty, int64_t count, const float *weights,
                          float *gradients)
{
    double sum = 0.0;
    double squares = 0.0;

    for (int64_t i = 0; i < count; i++) {
        double w = (double)weights[i];
        sum += fabs(w);
        squares += w * w;
    }
    for (int64_t i = 0; gradients != NULL && i < count; i++) {
        double w = (double)weights[i];
        double sign = (double)(w > 0.0) - (double)(w < 0.0);
        gradients[i] += (float)(penalty.l1 * sign + 2.0 * penalty.l2 * w);
    }
    return penalty.l1 * sum + penalty.l2 * squares;
}

double network_penalty(const struct network *network, double default_l1, double default_l2,
                       const float *parameters, float *gradients)
{
    double total = 0.0;

    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        for (int t = 0; t < layer->tensor_count; t++) {
            const struct layer_tensor *tensor = &layer->tensors[t];
            struct penalty penalty = tensor_penalty(layer, tensor, default_l1, default_l2);
            if (is_penalty(penalty))
                total += add_penalty(penalty, tensor->count, parameters + tensor->offset,
                                     gradients != NULL ? gradients + tensor->offset : NULL);
        }
    }
    return total;
}

bool network_has_penalty(const struct network *network, double default_l1, double default_l2)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        for (int t = 0; t < layer->tensor_count; t++)
            if (is_penalty(tensor_penalty(layer, &layer->tensors[t], default_l1, default_l2)))
                return true;
    }
    return false;
}
