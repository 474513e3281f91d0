/* What the files of one instruction set share: every name of theirs is made by KERNEL(), which
 * appends the set's name (KERNEL_SET, given by the build), so that all sets link into one program.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_SET_H
#define PROPD_ENGINE_KERNELS_SET_H

#include "engine/kernels/kernels.h"

#define KERNEL_PASTE(name, set) name##_##set
#define KERNEL_PASTE_VALUES(name, set) KERNEL_PASTE(name, set)
#define KERNEL(name) KERNEL_PASTE_VALUES(name, KERNEL_SET)

/* products.c; the contracts are those of struct kernels. */
void KERNEL(product)(int64_t rows, int64_t columns, int64_t depth, const float *x, int64_t x_stride,
                     const float *w, int64_t w_stride, const float *bias, float *y,
                     int64_t y_stride, enum activation_code activation);
void KERNEL(product_add)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                         int64_t x_stride, const float *w, int64_t w_stride, float *y,
                         int64_t y_stride);
void KERNEL(product_d_input)(int64_t rows, int64_t columns, int64_t depth, const float *d_y,
                             int64_t d_y_stride, const float *w, int64_t w_stride, float *d_x,
                             int64_t d_x_stride, int overwrite);
void KERNEL(product_d_kernel)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                              int64_t x_stride, const float *d_y, int64_t d_y_stride, float *d_w,
                              int64_t d_w_stride, int overwrite);
void KERNEL(column_sums)(int64_t rows, int64_t columns, const float *d_y, int64_t d_y_stride,
                         float *d_bias);

/* patch_products.c */
int64_t KERNEL(panels_size)(int64_t depth, int64_t columns);
void KERNEL(panels_fill)(int64_t depth, int64_t columns, int64_t line, int64_t lines,
                         const float *w, int64_t w_stride, int turned, float *panels);
void KERNEL(patch_product)(const struct patch_grid *grid, int64_t columns, const float *panels,
                           const float *start, int64_t start_stride, float *y, int64_t y_stride,
                           enum activation_code activation);
void KERNEL(patch_product_d_kernel)(const struct patch_grid *grid, int64_t begin, int64_t end,
                                    int64_t columns, const float *panels, float *d_w,
                                    int64_t d_w_stride);

/* activations.c and derivatives.c */
void KERNEL(activation_forward)(enum activation_code code, float alpha, int64_t rows,
                                int64_t columns, const float *x, float *y);
void KERNEL(activation_backward)(enum activation_code code, float alpha, int64_t rows,
                                 int64_t columns, const float *x, const float *y, const float *d_y,
                                 float *d_x);

/* windows.c */
void KERNEL(windows_max)(const struct windows *windows, const float *x, float *y);
void KERNEL(windows_max_gradient)(const struct windows *windows, const float *x, const float *y,
                                  const float *d_y, float *d_x, int overwrite);
void KERNEL(windows_mean)(const struct windows *windows, const float *x, float *y);
void KERNEL(windows_mean_gradient)(const struct windows *windows, const float *d_y, float *d_x,
                                   int overwrite);
void KERNEL(windows_product)(const struct windows *windows, const float *x, const float *w,
                             const float *bias, float *y);
void KERNEL(windows_product_d_input)(const struct windows *windows, const float *d_y,
                                     const float *w, float *d_x);
void KERNEL(windows_product_d_kernel)(const struct windows *windows, const float *x,
                                      const float *d_y, float *d_w);

/* normalization.c */
void KERNEL(channel_moments)(int64_t rows, int64_t columns, const float *x, int64_t stride,
                             double *means, double *squares);
void KERNEL(channel_normalize)(int64_t rows, int64_t columns, const float *x, int64_t stride,
                               const double *mean, const double *factor, const float *shift,
                               float *y);
void KERNEL(channel_gradient_sums)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                   int64_t stride, const double *mean, const double *scale,
                                   double *sums, double *products);
void KERNEL(channel_d_input)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                             int64_t stride, const struct channel_gradient *channels, float *d_x,
                             int overwrite);
void KERNEL(layer_norm_forward)(int64_t rows, int64_t columns, const float *x, const float *gamma,
                                const float *beta, double epsilon, float *y, float *means,
                                float *scales);
void KERNEL(layer_norm_backward)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                 const float *gamma, const float *means, const float *scales,
                                 float *d_x, int overwrite);
void KERNEL(layer_norm_d_gamma)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                int64_t stride, const float *means, const float *scales,
                                float *d_gamma);

/* recurrent.c */
void KERNEL(lstm_forward)(int64_t rows, int64_t units, float *gates, const float *c_before,
                          float *c, float *h);
void KERNEL(lstm_backward)(int64_t rows, int64_t units, float *gates, const float *c_before,
                           const float *c, const float *d_h, float *d_c);
void KERNEL(gru_forward)(int64_t rows, int64_t units, float *gates, const float *recurrent_bias,
                         const float *h_before, float *h);
void KERNEL(gru_backward)(int64_t rows, int64_t units, float *gates, const float *h_before,
                          float *d_h);

/* steps.c */
void KERNEL(step_sgd)(int64_t count, float *w, const float *gradient, float *velocity, float rate,
                      float momentum, float weight_decay, int nesterov, int first);
void KERNEL(step_adam)(int64_t count, float *w, const float *gradient, float *mean, float *square,
                       float *largest_or_null, float rate, float beta_1, float beta_2,
                       float epsilon, float weight_decay, float rate_over_correction,
                       float inverse_root_correction, int decoupled);
void KERNEL(step_nadam)(int64_t count, float *w, const float *gradient, float *mean, float *square,
                        float gradient_rate, float mean_rate, float beta_1, float beta_2,
                        float epsilon, float weight_decay, float inverse_root_correction);
void KERNEL(step_rmsprop)(int64_t count, float *w, const float *gradient, float *square,
                          float *velocity, float *mean_or_null, float rate, float alpha,
                          float epsilon, float momentum, float weight_decay);
void KERNEL(step_adagrad)(int64_t count, float *w, const float *gradient, float *sum, float rate,
                          float initial, float epsilon, float weight_decay, int first);
void KERNEL(step_adadelta)(int64_t count, float *w, const float *gradient, float *square,
                           float *step_square, float rate, float rho, float epsilon,
                           float weight_decay);
void KERNEL(step_lion)(int64_t count, float *w, const float *gradient, float *mean, float rate,
                       float beta_1, float beta_2, float weight_decay);

/* passes.c */
void KERNEL(add)(int64_t count, const float *x, float *y);
void KERNEL(add_rows)(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y,
                      int64_t y_stride);
void KERNEL(scale)(int64_t count, float factor, float *x);
void KERNEL(clamp)(int64_t count, float limit, float *x);
void KERNEL(bytes_to_floats)(int64_t count, const uint8_t *x, float *y);
double KERNEL(exponentials)(int64_t count, float shift, const float *x, float *y);
double KERNEL(sum_of_squares)(int64_t count, const float *x);

#endif
