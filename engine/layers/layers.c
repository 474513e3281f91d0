/* The table of layer types, and what its entries share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/layers/layers.h"

#include <assert.h>
#include <string.h>

const struct layer_type *const layer_types[] = {&layer_dense,
                                                &layer_activation,
                                                &layer_dropout,
                                                &layer_flatten,
                                                &layer_reshape,
                                                &layer_add,
                                                &layer_multiply,
                                                &layer_concat,
                                                &layer_batch_norm,
                                                &layer_layer_norm,
                                                &layer_conv1d,
                                                &layer_conv2d,
                                                &layer_conv2d_transpose,
                                                &layer_max_pool1d,
                                                &layer_max_pool2d,
                                                &layer_average_pool1d,
                                                &layer_average_pool2d,
                                                &layer_global_max_pool1d,
                                                &layer_global_max_pool2d,
                                                &layer_global_average_pool1d,
                                                &layer_global_average_pool2d,
                                                &layer_upsampling2d,
                                                &layer_zero_padding2d,
                                                &layer_gaussian_noise,
                                                &layer_embedding,
                                                &layer_positional_embedding,
                                                &layer_lstm,
                                                &layer_gru,
                                                &layer_attention,
                                                &layer_column_embeddings,
                                                NULL};

int64_t layer_output_elements(const struct layer *layer)
{
    return shape_elements(&layer->output_shape, NULL);
}

int64_t layer_input_elements(const struct layer *layer)
{
    return shape_elements(&layer->input_shapes[0], NULL);
}

int64_t layer_flops(int64_t results, int64_t terms)
{
    static const int64_t most = INT64_C(1) << 36;
    int64_t products = 0;

    if (__builtin_mul_overflow(results, terms, &products) || products > most / 2)
        return most;
    return 2 * products;
}

struct layer_tensor *layer_add_tensor(struct layer *layer, const char *name, enum tensor_role role,
                                      const struct shape *shape, float value)
{
    assert(layer->tensor_count < LAYER_TENSORS_MAX);
    struct layer_tensor *tensor = &layer->tensors[layer->tensor_count++];
    *tensor = (struct layer_tensor){.name = name,
                                    .role = role,
                                    .shape = *shape,
                                    .value = value,
                                    .fan_in = 1,
                                    .fan_out = 1,
                                    .unit_axis = shape->rank - 1};
    return tensor;
}

struct layer_tensor *layer_add_channel_tensor(struct layer *layer, const char *name,
                                              enum tensor_role role, int64_t count, float value)
{
    struct shape shape = {.rank = 1, .dims = {count}};
    struct layer_tensor *tensor = layer_add_tensor(layer, name, role, &shape, value);

    tensor->fan_in = count;
    tensor->fan_out = count;
    return tensor;
}

int layer_check_equal_shapes(const struct layer *layer, const char *path, struct error *error)
{
    char first[160];
    char other[160];

    for (int i = 1; i < layer->input_count; i++) {
        if (shape_equal(&layer->input_shapes[0], &layer->input_shapes[i]))
            continue;
        shape_text(&layer->input_shapes[0], first, sizeof(first));
        shape_text(&layer->input_shapes[i], other, sizeof(other));
        return error_set_at(error, ERROR_INVALID, path,
                            "has inputs of shapes %s and %s, but %s takes inputs of one shape",
                            first, other, layer->type->kind.name);
    }
    return 0;
}

int layer_check_sequence(const struct layer *layer, const char *path, struct error *error)
{
    char text[160];

    if (layer->input_shapes[0].rank == 2)
        return 0;
    return error_set_at(error, ERROR_INVALID, path,
                        "takes an input of [time, channels], such as [30, 8], not of shape %s: "
                        "reshape can give it one",
                        shape_text(&layer->input_shapes[0], text, sizeof(text)));
}

void layer_give_gradient(const struct layer_pass *pass, int input, int64_t offset, int64_t count,
                         const float *values)
{
    float *d_input = pass->d_inputs[input];

    if (d_input == NULL)
        return;
    if (pass->d_input_overwrite[input])
        memcpy(d_input + offset, values, (size_t)count * sizeof(float));
    else
        pass->kernels->add(count, values, d_input + offset);
}
