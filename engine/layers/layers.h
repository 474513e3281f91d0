/* What the files of this folder share: their entries in the table of layer types, and small helpers
 * for plans and runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROPD_ENGINE_LAYERS_LAYERS_H
#define PROPD_ENGINE_LAYERS_LAYERS_H

#include "engine/layer.h"

extern const struct layer_type layer_activation;
extern const struct layer_type layer_add;
extern const struct layer_type layer_attention;
extern const struct layer_type layer_average_pool1d;
extern const struct layer_type layer_average_pool2d;
extern const struct layer_type layer_batch_norm;
extern const struct layer_type layer_column_embeddings;
extern const struct layer_type layer_concat;
extern const struct layer_type layer_conv1d;
extern const struct layer_type layer_conv2d;
extern const struct layer_type layer_conv2d_transpose;
extern const struct layer_type layer_dense;
extern const struct layer_type layer_dropout;
extern const struct layer_type layer_embedding;
extern const struct layer_type layer_flatten;
extern const struct layer_type layer_gaussian_noise;
extern const struct layer_type layer_global_average_pool1d;
extern const struct layer_type layer_global_average_pool2d;
extern const struct layer_type layer_global_max_pool1d;
extern const struct layer_type layer_global_max_pool2d;
extern const struct layer_type layer_gru;
extern const struct layer_type layer_layer_norm;
extern const struct layer_type layer_lstm;
extern const struct layer_type layer_max_pool1d;
extern const struct layer_type layer_max_pool2d;
extern const struct layer_type layer_multiply;
extern const struct layer_type layer_positional_embedding;
extern const struct layer_type layer_reshape;
extern const struct layer_type layer_upsampling2d;
extern const struct layer_type layer_zero_padding2d;

/* Elements of one sample of the layer's output or first input. The network has checked that they
 * fit. */
int64_t layer_output_elements(const struct layer *layer);
int64_t layer_input_elements(const struct layer *layer);

/* flops_per_row of `results` sums of `terms` products each. Beyond what any step could take, one
 * number stands for all, so that sums over layers and batches do not overflow. */
int64_t layer_flops(int64_t results, int64_t terms);

/* Appends a tensor to the plan, filled with `value` unless the caller sets an initializer. */
struct layer_tensor *layer_add_tensor(struct layer *layer, const char *name, enum tensor_role role,
                                      const struct shape *shape, float value);

/* A tensor with one value for each of `count` channels. */
struct layer_tensor *layer_add_channel_tensor(struct layer *layer, const char *name,
                                              enum tensor_role role, int64_t count, float value);

/* ERROR_INVALID naming `path`.input unless all inputs have one shape. */
int layer_check_equal_shapes(const struct layer *layer, const char *path, struct error *error);

/* ERROR_INVALID naming `path` unless the (first) input is [time, channels]. */
int layer_check_sequence(const struct layer *layer, const char *path, struct error *error);

/* Gives `count` values, from element `offset` of the batch on, to input `input`'s gradient: adds
 * them, or stores them as its first writer. */
void layer_give_gradient(const struct layer_pass *pass, int input, int64_t offset, int64_t count,
                         const float *values);

#endif
