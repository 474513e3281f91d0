/* positional_embedding: adds a learned row to each step of a sequence [time, channels], so that
 * what follows can tell the steps apart. The rows begin uniform within ±0.05, as those of
 * embedding. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/initializer.h"
#include "engine/layers/layers.h"

#include <stdio.h>
#include <string.h>

struct positional_embedding {
    struct layer_options common;
    struct variant embeddings_initializer;
};

static const struct field positional_embedding_fields[] = {
    FIELD_VARIANT(struct positional_embedding, embeddings_initializer, .kinds = initializer_kinds,
                  .text = "uniform", .help = "first weights of the rows"),
    FIELD_END};

static int positional_embedding_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct positional_embedding *options = layer->options;
    const struct shape *shape = &layer->input_shapes[0];
    char text[160];
    char initializer_path[128];

    if (shape->rank != 2)
        return error_set_at(error, ERROR_INVALID, path,
                            "takes an input of [time, channels], such as [30, 8], not of shape %s",
                            shape_text(shape, text, sizeof(text)));
    layer->output_shape = *shape;
    struct layer_tensor *tensor = layer_add_tensor(layer, "embeddings", TENSOR_KERNEL, shape, 0.0F);
    tensor->initializer = options->embeddings_initializer;
    tensor->fan_in = shape->dims[0];
    tensor->fan_out = shape->dims[1];
    tensor->unit_axis = 0; /* a position's vector is a unit */
    layer->parameter_items = layer_input_elements(layer);
    layer->flops_per_row = layer_flops(layer_input_elements(layer), 1);
    snprintf(initializer_path, sizeof(initializer_path), "%s.embeddings_initializer", path);
    return initializer_check(&tensor->initializer, shape, initializer_path, error);
}

static void positional_embedding_forward(const struct layer *layer, struct layer_pass *pass,
                                         int64_t begin, int64_t end)
{
    int64_t elements = layer_input_elements(layer);

    for (int64_t row = begin; row < end; row++) {
        float *y = pass->output + row * elements;
        memcpy(y, pass->inputs[0] + row * elements, (size_t)elements * sizeof(float));
        pass->kernels->add(elements, pass->tensors[0], y);
    }
}

static void positional_embedding_backward(const struct layer *layer, struct layer_pass *pass,
                                          int64_t begin, int64_t end)
{
    int64_t elements = layer_input_elements(layer);

    layer_give_gradient(pass, 0, begin * elements, (end - begin) * elements,
                        pass->d_output + begin * elements);
}

/* Items are elements of a sample. */
static void positional_embedding_backward_parameters(const struct layer *layer,
                                                     struct layer_pass *pass, int64_t begin,
                                                     int64_t end)
{
    pass->kernels->column_sums(pass->rows, end - begin, pass->d_output + begin,
                               layer_input_elements(layer), pass->d_tensors[0] + begin);
}

const struct layer_type layer_positional_embedding = {
    .kind = {.name = "positional_embedding",
             .help = "adds a learned row to each step of a sequence",
             .size = sizeof(struct positional_embedding),
             .fields = positional_embedding_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .example = "{\"input\": [4, 2], \"layers\": [{\"type\": \"dense\", \"units\": 3}, "
               "{\"type\": \"positional_embedding\"}]}",
    .plan = positional_embedding_plan,
    .forward = positional_embedding_forward,
    .backward = positional_embedding_backward,
    .backward_parameters = positional_embedding_backward_parameters,
};
