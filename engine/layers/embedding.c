/* embedding: each number of the input, a token's id, becomes that row of a table.
 *
 * Ids come as floats, of which whole ones up to 2^24 are exact. What is no id of the vocabulary
 * gives NaN, so that it is noticed: training diverges with the layer and row named, and predictions
 * are refused before they are made (check_input). Ids have no gradient.
 *
 * The table begins uniform within ±0.05, as that of Keras. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/initializer.h"
#include "engine/layers/layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VOCABULARY_MAX = 1 << 24, UNITS_MAX = 65536, FLOPS_PER_ELEMENT = 2 };

struct embedding {
    struct layer_options common;
    int64_t vocabulary; /* 0: "auto", which a run puts in before the plan */
    int64_t units;
    struct variant embeddings_initializer;
};

static const struct field embedding_fields[] = {
    FIELD_INTEGER(struct embedding, vocabulary, .min = 1, .max = VOCABULARY_MAX, .word = "auto",
                  .help = "ids that there are: 0 to vocabulary - 1; \"auto\": by the texts' words"),
    FIELD_INTEGER(struct embedding, units, .min = 1, .max = UNITS_MAX, .flags = FIELD_REQUIRED,
                  .help = "numbers that each id becomes"),
    FIELD_VARIANT(struct embedding, embeddings_initializer, .kinds = initializer_kinds,
                  .text = "uniform", .help = "first weights of the table"),
    FIELD_END};

/* The table, a unit of which is an id's vector. */
static int plan_table(struct layer *layer, const char *path, struct error *error)
{
    const struct embedding *embedding = layer->options;
    const struct shape table = {.rank = 2, .dims = {embedding->vocabulary, embedding->units}};
    struct layer_tensor *tensor =
        layer_add_tensor(layer, "embeddings", TENSOR_KERNEL, &table, 0.0F);
    char initializer_path[128];

    tensor->initializer = embedding->embeddings_initializer;
    tensor->fan_in = table.dims[0];
    tensor->fan_out = table.dims[1];
    tensor->unit_axis = 0;
    snprintf(initializer_path, sizeof(initializer_path), "%s.embeddings_initializer", path);
    return initializer_check(&tensor->initializer, &table, initializer_path, error);
}

static int embedding_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct embedding *embedding = layer->options;
    struct shape *shape = &layer->output_shape;
    char text[160];

    if (embedding->vocabulary == 0)
        return error_set_at(error, ERROR_INVALID, path,
                            "needs a vocabulary, such as 1000: the input is no text to take "
                            "\"auto\" from");
    *shape = layer->input_shapes[0];
    if (shape->rank == SHAPE_RANK_MAX)
        return error_set_at(error, ERROR_INVALID, path,
                            "takes ids of at most %d dimensions, such as [30], not %s",
                            SHAPE_RANK_MAX - 1, shape_text(shape, text, sizeof(text)));
    shape->dims[shape->rank++] = embedding->units;
    if (shape_check(shape, path, "an output", error) != 0)
        return -1;
    layer->parameter_items = embedding->units;
    layer->flops_per_row = layer_flops(layer_output_elements(layer), FLOPS_PER_ELEMENT / 2);
    return plan_table(layer, path, error);
}

static bool is_id(const struct embedding *embedding, float value)
{
    return value >= 0.0F && value < (float)embedding->vocabulary && truncf(value) == value;
}

static int embedding_check_input(const struct layer *layer, const float *x, const char *path,
                                 struct error *error)
{
    const struct embedding *embedding = layer->options;

    for (int64_t i = 0; i < layer_input_elements(layer); i++)
        if (!is_id(embedding, x[i]))
            return error_set_at(error, ERROR_INVALID, path,
                                "has %g for a token, but layer \"%s\" has a vocabulary of %lld: "
                                "ids are whole numbers from 0 to %lld",
                                (double)x[i], layer->name, (long long)embedding->vocabulary,
                                (long long)embedding->vocabulary - 1);
    return 0;
}

static void embedding_forward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                              int64_t end)
{
    const struct embedding *embedding = layer->options;
    int64_t units = embedding->units;
    int64_t ids = layer_input_elements(layer);

    for (int64_t i = begin * ids; i < end * ids; i++) {
        float *y = pass->output + i * units;
        const float id = pass->inputs[0][i];
        if (is_id(embedding, id))
            memcpy(y, pass->tensors[0] + (int64_t)id * units, (size_t)units * sizeof(float));
        for (int64_t j = 0; j < units && !is_id(embedding, id); j++)
            y[j] = NAN;
    }
}

static void embedding_backward(const struct layer *layer, struct layer_pass *pass, int64_t begin,
                               int64_t end)
{
    int64_t ids = layer_input_elements(layer);

    if (pass->d_inputs[0] != NULL && pass->d_input_overwrite[0])
        memset(pass->d_inputs[0] + begin * ids, 0, (size_t)((end - begin) * ids) * sizeof(float));
}

/* Items are columns of the table: every member goes through the batch, and not the table. */
static void embedding_backward_parameters(const struct layer *layer, struct layer_pass *pass,
                                          int64_t begin, int64_t end)
{
    const struct embedding *embedding = layer->options;
    int64_t units = embedding->units;
    int64_t ids = pass->rows * layer_input_elements(layer);

    for (int64_t i = 0; i < ids; i++)
        if (is_id(embedding, pass->inputs[0][i]))
            pass->kernels->add(end - begin, pass->d_output + i * units + begin,
                               pass->d_tensors[0] + (int64_t)pass->inputs[0][i] * units + begin);
}

const struct layer_type layer_embedding = {
    .kind = {.name = "embedding",
             .help = "each id of a token as a row of a table",
             .size = sizeof(struct embedding),
             .fields = embedding_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .takes_ids = true,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"embedding\", \"vocabulary\": 7, "
               "\"units\": 3}]}",
    .plan = embedding_plan,
    .check_input = embedding_check_input,
    .forward = embedding_forward,
    .backward = embedding_backward,
    .backward_parameters = embedding_backward_parameters,
};
