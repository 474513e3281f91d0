/* gaussian_noise: in training, adds a normal number of standard deviation `stddev` to each value;
 * elsewhere the values pass through.
 *
 * A number is a function of (seed, layer, step, row of the batch, element) alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <string.h>

enum { FLOPS_PER_ELEMENT = 64 };

struct gaussian_noise {
    struct layer_options common;
    double stddev;
};

static const struct field gaussian_noise_fields[] = {
    FIELD_NUMBER(struct gaussian_noise, stddev, .min = 0, .max = 1e6, .flags = FIELD_REQUIRED,
                 .help = "standard deviation of what is added in training"),
    FIELD_END};

static int gaussian_noise_plan(struct layer *layer, const char *path UNUSED,
                               struct error *error UNUSED)
{
    layer->output_shape = layer->input_shapes[0];
    layer->draws = true;
    layer->flops_per_row = layer_flops(layer_input_elements(layer), FLOPS_PER_ELEMENT / 2);
    return 0;
}

/* y = x + stddev · draws, for `count` values whose first has the counter `first`. */
static void add_noise(const struct rng *rng, double stddev, int64_t first, int64_t count,
                      const float *x, float *y)
{
    int64_t at = 0;

    while (at < count) {
        uint64_t counter = (uint64_t)(first + at);
        float draws[4];
        rng_normals(rng, counter / 4, draws);
        for (uint64_t lane = counter % 4; lane < 4 && at < count; lane++, at++)
            y[at] = x[at] + (float)stddev * draws[lane];
    }
}

static void gaussian_noise_forward(const struct layer *layer, struct layer_pass *pass,
                                   int64_t begin, int64_t end)
{
    const struct gaussian_noise *noise = layer->options;
    int64_t elements = layer_output_elements(layer);
    int64_t offset = begin * elements;
    int64_t count = (end - begin) * elements;

    if (pass->training)
        add_noise(&pass->rng, noise->stddev, offset, count, pass->inputs[0] + offset,
                  pass->output + offset);
    else
        memcpy(pass->output + offset, pass->inputs[0] + offset, (size_t)count * sizeof(float));
}

static void gaussian_noise_backward(const struct layer *layer, struct layer_pass *pass,
                                    int64_t begin, int64_t end)
{
    int64_t elements = layer_output_elements(layer);

    layer_give_gradient(pass, 0, begin * elements, (end - begin) * elements,
                        pass->d_output + begin * elements);
}

const struct layer_type layer_gaussian_noise = {
    .kind = {.name = "gaussian_noise",
             .help = "adds normal noise in training",
             .size = sizeof(struct gaussian_noise),
             .fields = gaussian_noise_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 6}, "
               "{\"type\": \"gaussian_noise\", \"stddev\": 0.2}]}",
    .plan = gaussian_noise_plan,
    .forward = gaussian_noise_forward,
    .backward = gaussian_noise_backward,
};
