/* The reference's activations, gates and windows, apart because they are many. */
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
                                    const float *d_y, float *d_x, int overwrite);
void reference_windows_mean(const struct windows *windows, const float *x, float *y);
void reference_windows_mean_gradient(const struct windows *windows, const float *d_y, float *d_x,
                                     int overwrite);
void reference_windows_product(const struct windows *windows, const float *x, const float *w,
                               const float *bias, float *y);
void reference_windows_product_d_input(const struct windows *windows, const float *d_y,
                                       const float *w, float *d_x);
void reference_windows_product_d_kernel(const struct windows *windows, const float *x,
                                        const float *d_y, float *d_w);

/* reference_recurrent.c; as in struct kernels. */
void reference_lstm_forward(int64_t rows, int64_t units, float *gates, const float *c_before,
                            float *c, float *h);
void reference_lstm_backward(int64_t rows, int64_t units, float *gates, const float *c_before,
                             const float *c, const float *d_h, float *d_c);
void reference_gru_forward(int64_t rows, int64_t units, float *gates, const float *recurrent_bias,
                           const float *h_before, float *h);
void reference_gru_backward(int64_t rows, int64_t units, float *gates, const float *h_before,
                            float *d_h);

/* As in struct kernels. */
void reference_step_sgd(int64_t count, float *w, const float *gradient, float *velocity, float rate,
                        float momentum, float weight_decay, int nesterov, int first);
void reference_step_adam(int64_t count, float *w, const float *gradient, float *mean, float *square,
                         float *largest_or_null, float rate, float beta_1, float beta_2,
                         float epsilon, float weight_decay, float rate_over_correction,
                         float inverse_root_correction, int decoupled);
void reference_step_rmsprop(int64_t count, float *w, const float *gradient, float *square,
                            float *velocity, float *mean_or_null, float rate, float alpha,
                            float epsilon, float momentum, float weight_decay);
void reference_step_adagrad(int64_t count, float *w, const float *gradient, float *sum, float rate,
                            float initial, float epsilon, float weight_decay, int first);
void reference_step_adadelta(int64_t count, float *w, const float *gradient, float *square,
                             float *step_square, float rate, float rho, float epsilon,
                             float weight_decay);
void reference_step_nadam(int64_t count, float *w, const float *gradient, float *mean,
                          float *square, float gradient_rate, float mean_rate, float beta_1,
                          float beta_2, float epsilon, float weight_decay,
                          float inverse_root_correction);
void reference_step_lion(int64_t count, float *w, const float *gradient, float *mean, float rate,
                         float beta_1, float beta_2, float weight_decay);

/* reference_patches.c */
int64_t reference_panels_size(int64_t depth, int64_t columns);
void reference_panels_fill(int64_t depth, int64_t columns, int64_t line, int64_t lines,
                           const float *w, int64_t w_stride, int turned, float *panels);
void reference_patch_product(const struct patch_grid *grid, int64_t columns, const float *panels,
                             const float *start, int64_t start_stride, float *y, int64_t y_stride,
                             enum activation_code activation);
void reference_patch_product_d_kernel(const struct patch_grid *grid, int64_t begin, int64_t end,
                                      int64_t columns, const float *panels, float *d_w,
                                      int64_t d_w_stride);

/* reference_normalization.c */
void reference_channel_moments(int64_t rows, int64_t columns, const float *x, int64_t stride,
                               double *means, double *squares);
void reference_channel_normalize(int64_t rows, int64_t columns, const float *x, int64_t stride,
                                 const double *mean, const double *factor, const float *shift,
                                 float *y);
void reference_channel_gradient_sums(int64_t rows, int64_t columns, const float *x,
                                     const float *d_y, int64_t stride, const double *mean,
                                     const double *scale, double *sums, double *products);
void reference_channel_d_input(int64_t rows, int64_t columns, const float *x, const float *d_y,
                               int64_t stride, const struct channel_gradient *channels, float *d_x,
                               int overwrite);
void reference_layer_norm_forward(int64_t rows, int64_t columns, const float *x, const float *gamma,
                                  const float *beta, double epsilon, float *y, float *means,
                                  float *scales);
void reference_layer_norm_backward(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                   const float *gamma, const float *means, const float *scales,
                                   float *d_x, int overwrite);
void reference_layer_norm_d_gamma(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                  int64_t stride, const float *means, const float *scales,
                                  float *d_gamma);

#endif
