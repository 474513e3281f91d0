/* dropout: in training, each value is zeroed with probability `rate` and scaled by 1 / (1 - rate)
 * otherwise (inverted dropout, as PyTorch's); elsewhere it passes through.
 *
 * Whether a value stays is a function of (seed, layer, step, row of the batch, element) alone, so
 * backward draws again instead of keeping a mask. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <string.h>

enum { FLOPS_PER_ELEMENT = 16 };

struct dropout {
    struct layer_options common;
    double rate;
};

static const struct field dropout_fields[] = {
    FIELD_NUMBER(struct dropout, rate, .min = 0, .max = 1,
                 .flags = FIELD_REQUIRED | FIELD_BELOW_MAX,
                 .help = "share of the values that is dropped in training"),
    FIELD_END};

static int dropout_plan(struct layer *layer, const char *path UNUSED, struct error *error UNUSED)
{
    layer->output_shape = layer->input_shapes[0];
    layer->draws = true;
    layer->flops_per_row = FLOPS_PER_ELEMENT * layer_input_elements(layer);
    return 0;
}

/* y = x dropped, for `count` values whose first has the counter `first`. y may be x. */
static void drop(const struct rng *rng, double rate, int64_t first, int64_t count, const float *x,
                 float *y)
{
    float threshold = (float)rate;
    float scale = (float)(1.0 / (1.0 - rate));
    int64_t at = 0;

    while (at < count) {
        uint64_t counter = (uint64_t)(first + at);
        float draws[4];
        rng_floats(rng, counter / 4, draws);
        for (uint64_t lane = counter % 4; lane < 4 && at < count; lane++, at++)
            y[at] = draws[lane] >= threshold ? x[at] * scale : 0.0F;
    }
}

static void dropout_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                            int64_t end)
{
    const struct dropout *dropout = layer->options;
    int64_t elements = layer_output_elements(layer);
    int64_t offset = begin * elements;
    int64_t count = (end - begin) * elements;

    if (pass->training)
        drop(&pass->rng, dropout->rate, offset, count, pass->inputs[0] + offset,
             pass->output + offset);
    else
        memcpy(pass->output + offset, pass->inputs[0] + offset, (size_t)count * sizeof(float));
}

static void dropout_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                             int64_t end)
{
    const struct dropout *dropout = layer->options;
    int64_t elements = layer_output_elements(layer);
    int64_t offset = begin * elements;
    int64_t count = (end - begin) * elements;

    if (pass->d_inputs[0] == NULL)
        return;
    drop(&pass->rng, dropout->rate, offset, count, pass->d_output + offset,
         pass->d_output + offset);
    layer_give_gradient(pass, 0, offset, count, pass->d_output + offset);
}

const struct layer_type layer_dropout = {
    .kind = {.name = "dropout",
             .help = "drops values at random in training",
             .size = sizeof(struct dropout),
             .fields = dropout_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 6}, "
               "{\"type\": \"dropout\", \"rate\": 0.4}]}",
    .plan = dropout_plan,
    .forward = dropout_forward,
    .backward = dropout_backward,
};
