/* The inner loops: matrix products, activations, optimizer passes, for one instruction set each.
 *
 * One portable source is compiled for every instruction set; kernels_get() chooses once. Matrices
 * are float32, row-major, with a leading dimension (floats from one row to the next).
 *
 * The promise behind "same bytes on any number of threads": every output element is computed by the
 * same operations in the same order whatever part of the whole a call covers: how rows and columns
 * are cut into calls, where a call begins, what the alignment is. A product's sum runs over k
 * upwards in one fused multiply-add chain that begins with what is there already (the bias, or the
 * value that is added to); element-wise functions give a lane the same result as a full vector. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_KERNELS_H
#define PROPD_ENGINE_KERNELS_H

#include <stdint.h>

#include "base/error.h"

enum activation_code {
    ACTIVATION_LINEAR,
    ACTIVATION_RELU,
    ACTIVATION_LEAKY_RELU,
    ACTIVATION_ELU,
    ACTIVATION_SELU,
    ACTIVATION_GELU,
    ACTIVATION_GELU_TANH,
    ACTIVATION_SILU,
    ACTIVATION_MISH,
    ACTIVATION_SIGMOID,
    ACTIVATION_HARD_SIGMOID,
    ACTIVATION_TANH,
    ACTIVATION_SOFTPLUS,
    ACTIVATION_SOFTSIGN,
    ACTIVATION_SOFTMAX,
    ACTIVATION_LOG_SOFTMAX,
    ACTIVATION_COUNT
};

/* Windows over an image [lines][cells][channels], next to each other on one line of results: what
 * each of them sees is a rectangle of cells. Strides in floats. */
struct windows {
    int64_t count;        /* windows */
    int64_t step;         /* from what a window sees first to what the next one does */
    int64_t result_step;  /* from a window's result to the next one's */
    int64_t lines, cells; /* of the rectangle */
    int64_t line_stride, cell_stride;
    int64_t channels;
    int64_t kernel_line_stride, kernel_cell_stride; /* in a kernel [lines][cells][channels], for
                                                       those that take one */
};

/* Patches of an image where they lie: `lines` lines of `count` patches, each of `runs` runs of
 * `run_length` floats that are neighbours. Element k of patch (line, i) is x[line_offsets[line] + i
 * * step + run_offsets[k / run_length] + k % run_length]. A matrix [rows, depth] is one line of
 * `rows` patches of one run. Offsets in floats; borrowed. */
struct patch_grid {
    const float *x;
    int64_t lines, count, step;
    const int64_t *line_offsets;
    int64_t runs, run_length;
    const int64_t *run_offsets;
};

/* What channel_d_input() takes of each channel. */
struct channel_gradient {
    const double *mean, *scale, *factor, *mean_d, *mean_product;
};

struct kernels {
    const char *name; /* "avx512", "avx2", "neon", "baseline", "reference" */

    /* y[r, j] = bias[j] + sum over i of x[r, i] * w[i, j], for r < rows, j < columns, i < depth; x
     * [rows, depth], w [depth, columns]. `bias` may be NULL (zeros). When `activation` is
     * ACTIVATION_RELU it is applied in the tile; every other code but LINEAR is for
     * activation_forward afterwards. */
    void (*product)(int64_t rows, int64_t columns, int64_t depth, const float *x, int64_t x_stride,
                    const float *w, int64_t w_stride, const float *bias, float *y, int64_t y_stride,
                    enum activation_code activation);

    /* y[r, j] += sum over i of x[r, i] * w[i, j]. */
    void (*product_add)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                        int64_t x_stride, const float *w, int64_t w_stride, float *y,
                        int64_t y_stride);

    /* d_x[r, i] += sum over j of d_y[r, j] * w[i, j]: the gradient by a product's input; d_x [rows,
     * depth]. With `overwrite`, = instead of +=. */
    void (*product_d_input)(int64_t rows, int64_t columns, int64_t depth, const float *d_y,
                            int64_t d_y_stride, const float *w, int64_t w_stride, float *d_x,
                            int64_t d_x_stride, int overwrite);

    /* d_w[i, j] += sum over r of x[r, i] * d_y[r, j], for i < depth, j < columns: the gradient by a
     * product's kernel. With `overwrite`, = instead of +=. Cut it by i or j, never by r. */
    void (*product_d_kernel)(int64_t rows, int64_t columns, int64_t depth, const float *x,
                             int64_t x_stride, const float *d_y, int64_t d_y_stride, float *d_w,
                             int64_t d_w_stride, int overwrite);

    /* Floats of a matrix [depth, columns] packed as panels, the order in which products read it. */
    int64_t (*panels_size)(int64_t depth, int64_t columns);
    /* Packs its lines [line, line + lines) from w [lines, columns], or `turned` from w [columns,
     * lines]. */
    void (*panels_fill)(int64_t depth, int64_t columns, int64_t line, int64_t lines, const float *w,
                        int64_t w_stride, int turned, float *panels);
    /* y[r, j] = start[r, j] + sum over k of patch r's element k * w[k, j], w as panels; `start` may
     * be NULL (zeros), y, or of stride 0 (a bias). `activation` as of product(). */
    void (*patch_product)(const struct patch_grid *grid, int64_t columns, const float *panels,
                          const float *start, int64_t start_stride, float *y, int64_t y_stride,
                          enum activation_code activation);
    /* d_w[i - begin, j] += sum over patches r of their element i * d_y[r, j], for begin <= i < end;
     * d_y as panels. */
    void (*patch_product_d_kernel)(const struct patch_grid *grid, int64_t begin, int64_t end,
                                   int64_t columns, const float *panels, float *d_w,
                                   int64_t d_w_stride);

    /* d_bias[j] += sum over r of d_y[r, j], in double: rows can be many, and much alike. */
    void (*column_sums)(int64_t rows, int64_t columns, const float *d_y, int64_t d_y_stride,
                        float *d_bias);

    /* y = f(x) over `rows` rows of `columns` contiguous values; y may be x. `alpha` is leaky_relu's
     * and elu's parameter; softmax and log_softmax go over a row. */
    void (*activation_forward)(enum activation_code code, float alpha, int64_t rows,
                               int64_t columns, const float *x, float *y);

    /* d_x = d_y * f'(x) (d_x may be d_y). Codes for which activation_needs_input() is false ignore
     * x (may be NULL) and work from y; the others ignore y. */
    void (*activation_backward)(enum activation_code code, float alpha, int64_t rows,
                                int64_t columns, const float *x, const float *y, const float *d_y,
                                float *d_x);

    /* Normalization of channels over rows, `stride` apart: means and sums of squared differences
     * from them. */
    void (*channel_moments)(int64_t rows, int64_t columns, const float *x, int64_t stride,
                            double *means, double *squares);
    /* y = (x - mean) * factor + shift; y may be x. */
    void (*channel_normalize)(int64_t rows, int64_t columns, const float *x, int64_t stride,
                              const double *mean, const double *factor, const float *shift,
                              float *y);
    /* The sums of d_y, and of d_y * (x - mean) * scale. */
    void (*channel_gradient_sums)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                  int64_t stride, const double *mean, const double *scale,
                                  double *sums, double *products);
    /* d_x += factor * (d_y - mean_d - (x - mean) * scale * mean_product); = with `overwrite`. */
    void (*channel_d_input)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                            int64_t stride, const struct channel_gradient *channels, float *d_x,
                            int overwrite);
    /* Normalization of each row over its columns: y = (x - mean) * scale * gamma + beta, scale = 1
     * / sqrt(variance + epsilon), the variance biased. `means` and `scales` [rows] may be NULL. */
    void (*layer_norm_forward)(int64_t rows, int64_t columns, const float *x, const float *gamma,
                               const float *beta, double epsilon, float *y, float *means,
                               float *scales);
    /* d_x +=; = with `overwrite`. */
    void (*layer_norm_backward)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                                const float *gamma, const float *means, const float *scales,
                                float *d_x, int overwrite);
    /* d_gamma += the sum over rows of d_y * (x - mean) * scale; rows `stride` apart. */
    void (*layer_norm_d_gamma)(int64_t rows, int64_t columns, const float *x, const float *d_y,
                               int64_t stride, const float *means, const float *scales,
                               float *d_gamma);

    /* One time step of `rows` rows of an LSTM (Hochreiter and Schmidhuber, 1997; Gers et al.,
     * 2000). gates [rows][4 units]: i, f, g, o before their activations in, after them out; c = f *
     * c_before + i * g, h = o * tanh(c), all [rows][units]. `c_before` may be c, or NULL (zeros).
     */
    void (*lstm_forward)(int64_t rows, int64_t units, float *gates, const float *c_before, float *c,
                         float *h);
    /* Back: gates as forward left them become the gradients by what came before the activations.
     * d_c: the gradient by c from the step after in, that by c_before out. */
    void (*lstm_backward)(int64_t rows, int64_t units, float *gates, const float *c_before,
                          const float *c, const float *d_h, float *d_c);
    /* The same of a GRU (Cho et al., 2014, with the reset gate after the product, as PyTorch and
     * cuDNN). gates [rows][4 units]: r, z, n's part by the input, and q, n's part by h_before with
     * its bias. r = sigmoid(r + bias[0 …]), z = sigmoid(z + bias[units …]), n = tanh(n + r * q),
     * h = (1 - z) * n + z * h_before; q stays. `h_before` may be h, or NULL (zeros). */
    void (*gru_forward)(int64_t rows, int64_t units, float *gates, const float *recurrent_bias,
                        const float *h_before, float *h);
    /* Back: gates become the gradients by what they were in; d_h: the gradient by h in, its part
     * by h_before that goes past the gates out. */
    void (*gru_backward)(int64_t rows, int64_t units, float *gates, const float *h_before,
                         float *d_h);

    /* Optimizer passes over one flat run of parameters; formulas of PyTorch 2.0's torch.optim. */
    void (*step_sgd)(int64_t count, float *w, const float *gradient, float *velocity, float rate,
                     float momentum, float weight_decay, int nesterov, int first);
    /* rate_over_correction = rate / (1 - beta_1^t); inverse_root_correction = 1 / sqrt(1 -
     * beta_2^t), both from the betas as the floats that they are here, lest the first steps be off
     * by what rounding took from 1 - beta. `decoupled` is AdamW's; `largest_or_null` AMSGrad's. */
    void (*step_adam)(int64_t count, float *w, const float *gradient, float *mean, float *square,
                      float *largest_or_null, float rate, float beta_1, float beta_2, float epsilon,
                      float weight_decay, float rate_over_correction, float inverse_root_correction,
                      int decoupled);
    void (*step_rmsprop)(int64_t count, float *w, const float *gradient, float *square,
                         float *velocity, float *mean_or_null, float rate, float alpha,
                         float epsilon, float momentum, float weight_decay);
    /* The sum of the squares begins with `initial` in the first step. */
    void (*step_adagrad)(int64_t count, float *w, const float *gradient, float *sum, float rate,
                         float initial, float epsilon, float weight_decay, int first);
    void (*step_adadelta)(int64_t count, float *w, const float *gradient, float *square,
                          float *step_square, float rate, float rho, float epsilon,
                          float weight_decay);
    /* w -= (gradient_rate * g + mean_rate * mean) / (root of the square + epsilon). */
    void (*step_nadam)(int64_t count, float *w, const float *gradient, float *mean, float *square,
                       float gradient_rate, float mean_rate, float beta_1, float beta_2,
                       float epsilon, float weight_decay, float inverse_root_correction);
    /* The sign of beta_1 * mean + (1 - beta_1) * gradient, 0 where that is 0 or NaN. */
    void (*step_lion)(int64_t count, float *w, const float *gradient, float *mean, float rate,
                      float beta_1, float beta_2, float weight_decay);

    /* The windows' results, channel by channel: x and d_x are what the first window sees first, y
     * and d_y its result. Cells are taken by line and cell upwards, windows one after the other. */

    /* y = the largest; NaN where one is. */
    void (*windows_max)(const struct windows *windows, const float *x, float *y);
    /* d_x += d_y at the first cell that is as large as y. With `overwrite`, for windows that share
     * no cell, = instead of +=, and 0 at the others that a window sees. */
    void (*windows_max_gradient)(const struct windows *windows, const float *x, const float *y,
                                 const float *d_y, float *d_x, int overwrite);
    /* y = the sum, in double, divided by the number of cells; d_x += d_y divided by it, or
     * = with `overwrite`, for windows that share no cell. */
    void (*windows_mean)(const struct windows *windows, const float *x, float *y);
    void (*windows_mean_gradient)(const struct windows *windows, const float *d_y, float *d_x,
                                  int overwrite);
    /* y = bias + the sum of x * w; w [lines, cells, channels], `bias` may be NULL (zeros); windows
     * may see no cell. Its gradients by x and by w add to what is there. */
    void (*windows_product)(const struct windows *windows, const float *x, const float *w,
                            const float *bias, float *y);
    void (*windows_product_d_input)(const struct windows *windows, const float *d_y, const float *w,
                                    float *d_x);
    void (*windows_product_d_kernel)(const struct windows *windows, const float *x,
                                     const float *d_y, float *d_w);

    void (*add)(int64_t count, const float *x, float *y); /* y += x */
    /* The same for `rows` rows of `columns` values; rows of y do not overlap. */
    void (*add_rows)(int64_t rows, int64_t columns, const float *x, int64_t x_stride, float *y,
                     int64_t y_stride);
    void (*scale)(int64_t count, float factor, float *x); /* x *= factor */
    void (*clamp)(int64_t count, float limit, float *x);  /* to [-limit, limit]; NaN stays NaN */
    void (*bytes_to_floats)(int64_t count, const uint8_t *x, float *y); /* y = x / 255 */
    /* y = exp(x - shift), and their sum in double; y may be x, or NULL for the sum alone. */
    double (*exponentials)(int64_t count, float shift, const float *x, float *y);
    /* Sum of squares of at most 4,096 floats, in double: one block of a norm. */
    double (*sum_of_squares)(int64_t count, const float *x);
};

/* The best set for this processor, or the one that the environment variable PROPD_KERNELS names (an
 * unknown or unsupported name gives NULL and an error listing what there is). Thread-safe, the same
 * answer for the whole process. */
const struct kernels *kernels_get(struct error *error);

/* The plain loops that the others are checked against: same order of sums, fmaf() and libm. */
const struct kernels *kernels_reference(void);

/* What this build can run here, NULL-terminated, best first, the reference last. */
const struct kernels *const *kernels_list(void);

/* Whether the derivative needs the activation's input (gelu, silu, mish …) rather than its output.
 */
int activation_needs_input(enum activation_code code);

#endif
