/* Sums with a bias, and their activation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/affine.h"
#include "engine/activation.h"
#include "engine/initializer.h"
#include "engine/layers/layers.h"

#include <stdio.h>

enum { SUMS }; /* scratch */

struct affine affine_of(const struct layer *layer, const struct variant *activation)
{
    return (struct affine){.code = layer->leave_activation ? ACTIVATION_LINEAR
                                                           : activation_code(activation),
                           .alpha = activation_alpha(activation),
                           .columns = shape_last(&layer->output_shape),
                           .elements = layer_output_elements(layer)};
}

int affine_plan(struct layer *layer, const struct affine *affine,
                const struct affine_tensors *tensors, const char *path, struct error *error)
{
    const struct shape *shape = &tensors->kernel_shape;
    struct layer_tensor *kernel = layer_add_tensor(layer, "kernel", TENSOR_KERNEL, shape, 0.0F);
    char initializer_path[128];

    kernel->initializer = *tensors->kernel_initializer;
    kernel->fan_in = tensors->fan_in;
    kernel->fan_out = tensors->fan_out;
    if (activation_needs_input(affine->code))
        layer->scratch_per_row[SUMS] = affine->elements;
    snprintf(initializer_path, sizeof(initializer_path), "%s.kernel_initializer", path);
    if (initializer_check(&kernel->initializer, shape, initializer_path, error) != 0)
        return -1;
    if (!tensors->use_bias)
        return 0;
    struct layer_tensor *bias =
        layer_add_channel_tensor(layer, "bias", TENSOR_BIAS, tensors->units, 0.0F);
    bias->initializer = *tensors->bias_initializer;
    return 0;
}

const float *affine_bias(const struct layer *layer, const struct layer_pass *pass)
{
    return layer->tensor_count > AFFINE_BIAS ? pass->tensors[AFFINE_BIAS] : NULL;
}

float *affine_sums(const struct layer *layer, const struct layer_pass *pass)
{
    return pass->training && layer->scratch_per_row[SUMS] > 0 ? pass->scratch[SUMS] : pass->output;
}

void affine_activate(const struct layer *layer, const struct layer_pass *pass,
                     const struct affine *affine, int64_t begin, int64_t end)
{
    const int64_t offset = begin * affine->elements;

    if (affine->code == ACTIVATION_LINEAR)
        return;
    pass->kernels->activation_forward(
        affine->code, affine->alpha, (end - begin) * affine->elements / affine->columns,
        affine->columns, affine_sums(layer, pass) + offset, pass->output + offset);
}

void affine_deactivate(const struct layer *layer, const struct layer_pass *pass,
                       const struct affine *affine, int64_t begin, int64_t end)
{
    const int64_t offset = begin * affine->elements;
    const float *sums = layer->scratch_per_row[SUMS] > 0 ? pass->scratch[SUMS] + offset : NULL;
    float *d = pass->d_output + offset;

    if (affine->code == ACTIVATION_LINEAR)
        return;
    pass->kernels->activation_backward(affine->code, affine->alpha,
                                       (end - begin) * affine->elements / affine->columns,
                                       affine->columns, sums, pass->output_read + offset, d, d);
}
