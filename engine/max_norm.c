/* The bound on the norm of each unit's weights (Srivastava et al., "Dropout", 2014, section 5.1;
 * Keras' MaxNorm, without its epsilon: a norm that is within the bound leaves the weights as they
 * are). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network.h"

#include <math.h>

/* Units that are summed side by side, so that memory is read in its order. */
enum { BLOCK_UNITS = 64 };

/* A kernel as [outer][units][inner]. */
struct bound {
    float *weights;
    int64_t outer, units, inner;
    double max_norm;
};

static int64_t product(const struct shape *shape, int begin, int end)
{
    int64_t count = 1;
    for (int i = begin; i < end; i++)
        count *= shape->dims[i];
    return count;
}

/* Up to BLOCK_UNITS units; each one's sum runs over outer, then inner, upwards. */
static void bind_block(const struct bound *bound, int64_t begin, int64_t end)
{
    double squares[BLOCK_UNITS] = {0};
    float factors[BLOCK_UNITS];
    int64_t inner = bound->inner, count = end - begin;
    float *first = bound->weights + begin * inner;
    for (int64_t o = 0; o < bound->outer; o++)
        for (int64_t u = 0; u < count; u++)
            for (int64_t i = 0; i < inner; i++) {
                double weight = (double)first[(o * bound->units + u) * inner + i];
                squares[u] += weight * weight;
            }
    for (int64_t u = 0; u < count; u++) {
        double norm = sqrt(squares[u]);
        factors[u] = norm > bound->max_norm ? (float)(bound->max_norm / norm) : 1.0F;
    }
    for (int64_t o = 0; o < bound->outer; o++)
        for (int64_t u = 0; u < count; u++)
            for (int64_t i = 0; i < inner; i++)
                first[(o * bound->units + u) * inner + i] *= factors[u];
}

static void run_bound(void *context, int64_t begin, int64_t end, int member)
{
    const struct bound *bound = context;
    (void)member;
    for (int64_t at = begin; at < end; at += BLOCK_UNITS)
        bind_block(bound, at, at + BLOCK_UNITS < end ? at + BLOCK_UNITS : end);
}

void network_apply_max_norm(const struct network *network, float *parameters, struct team *team)
{
    for (int i = 0; i < network->layer_count; i++) {
        const struct layer *layer = &network->layers[i];
        double max_norm = ((const struct layer_options *)layer->options)->max_norm;
        for (int t = 0; !isnan(max_norm) && t < layer->tensor_count; t++) {
            const struct layer_tensor *tensor = &layer->tensors[t];
            const struct shape *shape = &tensor->shape;
            if (tensor->role != TENSOR_KERNEL)
                continue;
            struct bound bound = {.weights = parameters + tensor->offset,
                                  .outer = product(shape, 0, tensor->unit_axis),
                                  .units = shape->dims[tensor->unit_axis],
                                  .inner = product(shape, tensor->unit_axis + 1, shape->rank),
                                  .max_norm = max_norm};
            team_run(team, bound.units, BLOCK_UNITS, run_bound, &bound);
        }
    }
}
