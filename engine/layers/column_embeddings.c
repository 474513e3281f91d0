/* column_embeddings: some numbers along the last axis are the indices of categories; each becomes a
 * learned vector in its place, the others pass through (Guo and Berkhahn, "Entity Embeddings of
 * Categorical Variables", 2016).
 *
 * All tables lie in one tensor, one [vocabulary, units] after the other. Index 0 is the place of
 * the unseen, and what is no index counts as it; predictions from such numbers are refused before
 * they are made (check_input). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/initializer.h"
#include "engine/layers/layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Indices up to VOCABULARY_MAX are whole floats. */
enum { VOCABULARY_MAX = 1 << 24, UNITS_MAX = 65536, COLUMNS_MAX = 16384 };

struct column_embeddings {
    struct layer_options common;
    json_t *columns;
    struct variant embeddings_initializer;
};

static const struct field column_embeddings_fields[] = {
    FIELD_JSON(struct column_embeddings, columns, .flags = FIELD_REQUIRED,
               .help = "the indices along the last axis: [{\"position\": 3, \"vocabulary\": 8, "
                       "\"units\": 3, \"column\": \"workclass\"}], positions ascending"),
    FIELD_VARIANT(struct column_embeddings, embeddings_initializer, .kinds = initializer_kinds,
                  .text = "uniform", .help = "first weights of the vectors"),
    FIELD_END};

/* One entry of `columns`. */
struct embedded_column {
    int64_t position, vocabulary, units;
    char *column; /* its name, for readers; NULL */
};

static const struct field embedded_column_fields[] = {
    FIELD_INTEGER(struct embedded_column, position, .max = (double)(INT64_C(1) << 40),
                  .flags = FIELD_REQUIRED, .help = "place of the index along the last axis"),
    FIELD_INTEGER(struct embedded_column, vocabulary, .min = 1, .max = VOCABULARY_MAX,
                  .flags = FIELD_REQUIRED, .help = "how many categories"),
    FIELD_INTEGER(struct embedded_column, units, .min = 1, .max = UNITS_MAX,
                  .flags = FIELD_REQUIRED, .help = "length of the vectors"),
    FIELD_STRING(struct embedded_column, column, .help = "name of the column"), FIELD_END};

static const struct kind embedded_column_kind = {.name = "embedded_column",
                                                 .help = "an index that becomes a vector",
                                                 .size = sizeof(struct embedded_column),
                                                 .fields = embedded_column_fields};

/* ---- plan */

/* Where one column's parts lie. */
struct place {
    int64_t position, vocabulary, units;
    int64_t output; /* of its vector, in the output's last axis */
    int64_t table;  /* of its table, in the tensor */
    int64_t item;   /* of its vector, among all vectors' elements */
};

struct plan {
    int64_t count;
    struct place places[];
};

/* Reads columns[index] to a place behind the one before. */
static int plan_place(struct plan *plan, const json_t *json, int64_t width, const char *path,
                      struct error *error)
{
    struct embedded_column column;
    struct place *place = &plan->places[plan->count];
    if (fields_read(&embedded_column_kind, json, &column, path, error) != 0)
        return -1;
    *place = (struct place){.position = column.position,
                            .vocabulary = column.vocabulary,
                            .units = column.units,
                            .output = column.position};
    fields_clear(&embedded_column_kind, &column);
    if (plan->count > 0) {
        const struct place *before = place - 1;
        place->output += before->output - before->position + before->units - 1;
        place->table = before->table + before->vocabulary * before->units;
        place->item = before->item + before->units;
        if (place->position <= before->position)
            return error_set_at(error, ERROR_INVALID, path,
                                "must have a position above %lld, the one before",
                                (long long)before->position);
    }
    if (place->position >= width)
        return error_set_at(error, ERROR_INVALID, path,
                            "must have a position below %lld, the length of the last axis",
                            (long long)width);
    plan->count++;
    return 0;
}

static int plan_places(struct layer *layer, const json_t *columns, const char *path,
                       struct error *error)
{
    char entry[160];
    size_t i;
    const json_t *json;
    size_t count = json_array_size(columns);
    if (count < 1 || count > COLUMNS_MAX)
        return error_set_at(error, ERROR_INVALID, path,
                            "must have columns, a list of 1 to %d such as {\"position\": 3, "
                            "\"vocabulary\": 8, \"units\": 3}",
                            COLUMNS_MAX);
    struct plan *plan = calloc(1, sizeof(*plan) + count * sizeof(plan->places[0]));
    if (plan == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory for %zu embedded columns", count);
    layer->plan_data = plan;
    json_array_foreach(columns, i, json)
    {
        snprintf(entry, sizeof(entry), "%s.columns[%zu]", path, i);
        if (plan_place(plan, json, shape_last(&layer->input_shapes[0]), entry, error) != 0)
            return -1;
    }
    return 0;
}

static int plan_initializer(struct layer_tensor *tensor, const char *path, struct error *error)
{
    char initializer_path[128];
    snprintf(initializer_path, sizeof(initializer_path), "%s.embeddings_initializer", path);
    return initializer_check(&tensor->initializer, &tensor->shape, initializer_path, error);
}

static int column_embeddings_plan(struct layer *layer, const char *path, struct error *error)
{
    const struct column_embeddings *options = layer->options;
    int64_t width = shape_last(&layer->input_shapes[0]);
    if (plan_places(layer, options->columns, path, error) != 0)
        return -1;
    const struct plan *plan = layer->plan_data;
    const struct place *last = &plan->places[plan->count - 1];
    struct shape shape = {.rank = 1, .dims = {last->table + last->vocabulary * last->units}};
    struct layer_tensor *tensor =
        layer_add_tensor(layer, "embeddings", TENSOR_KERNEL, &shape, 0.0F);
    tensor->initializer = options->embeddings_initializer;
    layer->output_shape = layer->input_shapes[0];
    layer->output_shape.dims[layer->output_shape.rank - 1] =
        width + last->output + last->units - last->position - 1;
    layer->parameter_items = last->item + last->units;
    layer->flops_per_row = layer_input_elements(layer) / width * shape_last(&layer->output_shape);
    return plan_initializer(tensor, path, error);
}

/* ---- run */

static int refuse_index(const struct layer *layer, const struct place *place, float x,
                        const char *path, struct error *error)
{
    return error_set_at(error, ERROR_INVALID, path,
                        "has %g at position %lld, but layer \"%s\" takes the index of a category "
                        "there: a whole number from 0 to %lld",
                        (double)x, (long long)place->position, layer->name,
                        (long long)place->vocabulary - 1);
}

static int column_embeddings_check_input(const struct layer *layer, const float *x,
                                         const char *path, struct error *error)
{
    const struct plan *plan = layer->plan_data;
    int64_t width = shape_last(&layer->input_shapes[0]);
    int64_t rows = layer_input_elements(layer) / width;

    for (int64_t row = 0; row < rows; row++, x += width)
        for (int64_t c = 0; c < plan->count; c++) {
            const struct place *place = &plan->places[c];
            float index = x[place->position];
            if (!(index >= 0.0F && index < (float)place->vocabulary) || truncf(index) != index)
                return refuse_index(layer, place, index, path, error);
        }
    return 0;
}

static int64_t place_index(const struct place *place, float x)
{
    return x >= 0.0F && x < (float)place->vocabulary ? (int64_t)x : 0;
}

static void embed_row(const struct plan *plan, const float *tables, int64_t width, const float *x,
                      float *y)
{
    int64_t from = 0;
    for (int64_t c = 0; c < plan->count; c++) {
        const struct place *place = &plan->places[c];
        int64_t passed = place->position - from;
        const float *vector =
            tables + place->table + place_index(place, x[place->position]) * place->units;
        memcpy(y, x + from, (size_t)passed * sizeof(*y));
        memcpy(y + passed, vector, (size_t)place->units * sizeof(*y));
        y += passed + place->units;
        from = place->position + 1;
    }
    memcpy(y, x + from, (size_t)(width - from) * sizeof(*y));
}

static void column_embeddings_forward(const struct layer *layer, struct layer_pass *pass,
                                      int64_t begin, int64_t end)
{
    int64_t width = shape_last(&layer->input_shapes[0]);
    int64_t output_width = shape_last(&layer->output_shape);
    int64_t leading = layer_input_elements(layer) / width;

    for (int64_t row = begin * leading; row < end * leading; row++)
        embed_row(layer->plan_data, pass->tensors[0], width, pass->inputs[0] + row * width,
                  pass->output + row * output_width);
}

/* What passes through has its gradient; an index has none. */
static void give_row(const struct plan *plan, const struct layer_pass *pass, int64_t width,
                     int64_t offset, const float *d_y)
{
    static const float none = 0.0F;
    int64_t from = 0;
    for (int64_t c = 0; c < plan->count; c++) {
        const struct place *place = &plan->places[c];
        int64_t passed = place->position - from;
        layer_give_gradient(pass, 0, offset + from, passed, d_y);
        layer_give_gradient(pass, 0, offset + place->position, 1, &none);
        d_y += passed + place->units;
        from = place->position + 1;
    }
    layer_give_gradient(pass, 0, offset + from, width - from, d_y);
}

static void column_embeddings_backward(const struct layer *layer, struct layer_pass *pass,
                                       int64_t begin, int64_t end)
{
    int64_t width = shape_last(&layer->input_shapes[0]);
    int64_t output_width = shape_last(&layer->output_shape);
    int64_t leading = layer_input_elements(layer) / width;

    if (pass->d_inputs[0] == NULL)
        return;
    for (int64_t row = begin * leading; row < end * leading; row++)
        give_row(layer->plan_data, pass, width, row * width, pass->d_output + row * output_width);
}

/* Elements [begin, end) of one column's vectors, over all rows in their order. */
static void add_gradients(const struct layer *layer, const struct layer_pass *pass,
                          const struct place *place, int64_t begin, int64_t end)
{
    int64_t width = shape_last(&layer->input_shapes[0]);
    int64_t output_width = shape_last(&layer->output_shape);
    int64_t rows = pass->rows * (layer_input_elements(layer) / width);
    const float *x = pass->inputs[0] + place->position;
    const float *d_y = pass->d_output + place->output;

    for (int64_t row = 0; row < rows; row++, x += width, d_y += output_width) {
        float *d_vector = pass->d_tensors[0] + place->table + place_index(place, *x) * place->units;
        for (int64_t u = begin; u < end; u++)
            d_vector[u] += d_y[u];
    }
}

/* Items are the elements of the vectors, those of all columns in a row. */
static void column_embeddings_backward_parameters(const struct layer *layer,
                                                  struct layer_pass *pass, int64_t begin,
                                                  int64_t end)
{
    const struct plan *plan = layer->plan_data;

    for (int64_t c = 0; c < plan->count; c++) {
        const struct place *place = &plan->places[c];
        int64_t first = begin > place->item ? begin - place->item : 0;
        int64_t last = end - place->item < place->units ? end - place->item : place->units;
        if (first < last)
            add_gradients(layer, pass, place, first, last);
    }
}

const struct layer_type layer_column_embeddings = {
    .kind = {.name = "column_embeddings",
             .help = "a learned vector in place of each category's index; put in front by itself "
                     "where preprocessing.categorical is \"embedding\"",
             .size = sizeof(struct column_embeddings),
             .fields = column_embeddings_fields,
             .base = &layer_options_kind},
    .min_inputs = 1,
    .max_inputs = 1,
    .takes_ids = true,
    .example = "{\"input\": [5], \"layers\": [{\"type\": \"dense\", \"units\": 4}, {\"type\": "
               "\"column_embeddings\", \"columns\": [{\"position\": 1, \"vocabulary\": 3, "
               "\"units\": 2}, {\"position\": 2, \"vocabulary\": 2, \"units\": 1}]}]}",
    .plan = column_embeddings_plan,
    .check_input = column_embeddings_check_input,
    .forward = column_embeddings_forward,
    .backward = column_embeddings_backward,
    .backward_parameters = column_embeddings_backward_parameters,
};
