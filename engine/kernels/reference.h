/* The reference's activations, apart because they are many. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_REFERENCE_H
#define PROPD_ENGINE_KERNELS_REFERENCE_H

#include "engine/kernels/kernels.h"

/* One element of an element-wise activation, and its derivative, in double. */
double reference_activation(enum activation_code code, double alpha, double x);
double reference_derivative(enum activation_code code, double alpha, double x);

/* As in struct kernels. */
void reference_activation_forward(enum activation_code code, float alpha, int64_t rows,
                                  int64_t columns, const float *x, float *y);
void reference_activation_backward(enum activation_code code, float alpha, int64_t rows,
                                   int64_t columns, const float *x, const float *y,
                                   const float *d_y, float *d_x);

#endif
