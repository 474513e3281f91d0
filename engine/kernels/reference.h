/* The reference's activations and windows, apart because they are many. */
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

void reference_windows_max(const struct windows *windows, const float *x, float *y);
void reference_windows_max_gradient(const struct windows *windows, const float *x, const float *y,
                                    const float *d_y, float *d_x);
void reference_windows_mean(const struct windows *windows, const float *x, float *y);
void reference_windows_mean_gradient(const struct windows *windows, const float *d_y, float *d_x);
void reference_windows_product(const struct windows *windows, const float *x, const float *w,
                               const float *bias, float *y);
void reference_windows_product_d_input(const struct windows *windows, const float *d_y,
                                       const float *w, float *d_x);
void reference_windows_product_d_kernel(const struct windows *windows, const float *x,
                                        const float *d_y, float *d_w);

#endif
