/* The table of one instruction set. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/kernels/set.h"

#include "engine/kernels/sets.h"

#define NAME_TEXT(name) #name
#define NAME_TEXT_VALUE(name) NAME_TEXT(name)
#if defined(__ARM_NEON)
#define SET_NAME "neon" /* what the baseline is there */
#else
#define SET_NAME NAME_TEXT_VALUE(KERNEL_SET)
#endif

const struct kernels KERNEL(kernels) = {
    .name = SET_NAME,
    .product = KERNEL(product),
    .product_add = KERNEL(product_add),
    .product_d_input = KERNEL(product_d_input),
    .product_d_kernel = KERNEL(product_d_kernel),
    .panels_size = KERNEL(panels_size),
    .panels_fill = KERNEL(panels_fill),
    .patch_product = KERNEL(patch_product),
    .patch_product_d_kernel = KERNEL(patch_product_d_kernel),
    .column_sums = KERNEL(column_sums),
    .activation_forward = KERNEL(activation_forward),
    .activation_backward = KERNEL(activation_backward),
    .channel_moments = KERNEL(channel_moments),
    .channel_normalize = KERNEL(channel_normalize),
    .channel_gradient_sums = KERNEL(channel_gradient_sums),
    .channel_d_input = KERNEL(channel_d_input),
    .layer_norm_forward = KERNEL(layer_norm_forward),
    .layer_norm_backward = KERNEL(layer_norm_backward),
    .layer_norm_d_gamma = KERNEL(layer_norm_d_gamma),
    .lstm_forward = KERNEL(lstm_forward),
    .lstm_backward = KERNEL(lstm_backward),
    .gru_forward = KERNEL(gru_forward),
    .gru_backward = KERNEL(gru_backward),
    .step_sgd = KERNEL(step_sgd),
    .step_adam = KERNEL(step_adam),
    .step_rmsprop = KERNEL(step_rmsprop),
    .step_adagrad = KERNEL(step_adagrad),
    .step_adadelta = KERNEL(step_adadelta),
    .step_nadam = KERNEL(step_nadam),
    .step_lion = KERNEL(step_lion),
    .windows_max = KERNEL(windows_max),
    .windows_max_gradient = KERNEL(windows_max_gradient),
    .windows_mean = KERNEL(windows_mean),
    .windows_mean_gradient = KERNEL(windows_mean_gradient),
    .windows_product = KERNEL(windows_product),
    .windows_product_d_input = KERNEL(windows_product_d_input),
    .windows_product_d_kernel = KERNEL(windows_product_d_kernel),
    .add = KERNEL(add),
    .add_rows = KERNEL(add_rows),
    .scale = KERNEL(scale),
    .clamp = KERNEL(clamp),
    .bytes_to_floats = KERNEL(bytes_to_floats),
    .exponentials = KERNEL(exponentials),
    .sum_of_squares = KERNEL(sum_of_squares),
};
