/* What layers of the form y = activation(x · kernel + bias) share: their tensors, and the way from
 * the sums to the activation's output and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_AFFINE_H
#define PROPD_ENGINE_LAYERS_AFFINE_H

#include "engine/layer.h"

/* Rows of a kernel: whole tiles of any instruction set, or nearly. */
enum { AFFINE_PARAMETER_STEP = 28 };

enum { AFFINE_UNITS_MAX = 65536 };
enum { AFFINE_KERNEL, AFFINE_BIAS }; /* tensors */

/* The output of one sample: rows of `columns` (units, filters), each with a bias. */
struct affine {
    enum activation_code code; /* linear where the loss takes the activation over */
    float alpha;
    int64_t columns;
    int64_t elements;
};

/* Of a layer whose output_shape is set. */
struct affine affine_of(const struct layer *layer, const struct variant *activation);

struct affine_tensors {
    struct shape kernel_shape;
    int64_t fan_in, fan_out;
    int64_t units; /* of the bias */
    const struct variant *kernel_initializer, *bias_initializer;
    bool use_bias;
};

/* Plans the kernel, the bias where there is one, and the scratch for what comes before the
 * activation. ERROR_TOO_LARGE naming `path` or its kernel_initializer. */
int affine_plan(struct layer *layer, const struct affine *affine,
                const struct affine_tensors *tensors, const char *path, struct error *error);

/* The bias; NULL where the layer has none. */
const float *affine_bias(const struct layer *layer, const struct layer_pass *pass);

/* Where the sums of the batch go, [rows][elements]: to the output, or to scratch where backward
 * will ask for them. */
float *affine_sums(const struct layer *layer, const struct layer_pass *pass);

/* The output of rows [begin, end) from their sums. */
void affine_activate(const struct layer *layer, const struct layer_pass *pass,
                     const struct affine *affine, int64_t begin, int64_t end);

/* Turns d_output of rows [begin, end) into the gradient by the sums, in place: backward_parameters
 * finds it there. */
void affine_deactivate(const struct layer *layer, const struct layer_pass *pass,
                       const struct affine *affine, int64_t begin, int64_t end);

#endif
