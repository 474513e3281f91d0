/* Small models of every kind, for tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/example_models.h"
#include "base/fields.h"
#include "tests/check.h"
#include "tests/engine/learn.h"
#include "tests/engine/table.h"

#include <stdlib.h>
#include <string.h>

struct model *example_make(const char *network, struct preprocessing *preprocessing_taken,
                           uint64_t seed)
{
    struct error error = {0};
    json_auto_t *document = parse(network);
    const struct shape shape = preprocessing_input_shape(preprocessing_taken);
    struct network *planned = network_create(document, &shape, 0, &error);
    ck_assert_ok(error);
    float *parameters = calloc((size_t)planned->parameter_count + 1, sizeof(float));
    network_initialize(planned, seed, parameters);
    struct model *model = model_create(planned, preprocessing_taken, parameters,
                                       json_pack("{s:s}", "job", "job_1"), &error);
    ck_assert_ok(error);
    free(parameters);
    return model;
}

struct model *example_classes(void)
{
    struct dataset *table = table_create(6);
    table_add_numbers(table, "length", (const double[]){1, 2, 3, 4, 5, 6});
    table_add_categories(table, "colour",
                         (const char *[]){"red", "green", "red", "green", "red", "green"});
    table_add_categories(table, "animal",
                         (const char *[]){"ant", "bee", "cat", "cat", "ant", "bee"});
    struct preprocessing *preprocessing = learn(table, &(struct job){0});
    table_free(table);
    return example_make("{\"layers\": [{\"type\": \"dense\", \"units\": 5, \"activation\": "
                        "\"tanh\", \"name\": \"z\"}, {\"type\": \"batch_norm\"}, {\"type\": "
                        "\"dense\", \"units\": 3, \"activation\": \"softmax\"}]}",
                        preprocessing, 3);
}

/* Sets a model's weights to those that `values` lists, in the block's order. */
static void set_weights(struct model *model, const float *values, int count)
{
    memcpy(model->parameters, values, (size_t)count * sizeof(*values));
}

struct model *example_values(void)
{
    struct dataset *table = table_create(2);
    table_add_numbers(table, "x", (const double[]){-1, 1});
    table_add_numbers(table, "price", (const double[]){100, 300});
    struct preprocessing *preprocessing = learn(table, &(struct job){0});
    table_free(table);
    struct model *model =
        example_make("{\"layers\": [{\"type\": \"dense\", \"units\": 1}]}", preprocessing, 1);
    set_weights(model, (const float[]){2}, 1);
    model->parameters[16] = 1; /* the bias: tensors begin at multiples of 16 */
    return model;
}

struct model *example_binary(void)
{
    struct dataset *table = table_create(2);
    table_add_numbers(table, "x", (const double[]){-1, 1});
    table_add_categories(table, "answer", (const char *[]){"no", "yes"});
    struct preprocessing *preprocessing = learn(table, &(struct job){0});
    table_free(table);
    struct model *model = example_make(
        "{\"layers\": [{\"type\": \"dense\", \"units\": 1, \"activation\": \"sigmoid\"}]}",
        preprocessing, 1);
    set_weights(model, (const float[]){4}, 1);
    return model;
}

struct model *example_identity(void)
{
    struct error error = {0};
    const struct shape shape = {.rank = 2, .dims = {2, 3}};
    struct preprocessing *preprocessing = preprocessing_identity(&shape, NULL, &error);
    ck_assert_ok(error);
    struct model *model =
        example_make("{\"layers\": [{\"type\": \"flatten\"}, {\"type\": \"dense\", \"units\": 2}]}",
                     preprocessing, 1);
    set_weights(model, (const float[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 12);
    return model;
}

struct model *example_tokens(void)
{
    struct error error = {0};
    const struct shape shape = {.rank = 1, .dims = {2}};
    struct preprocessing *preprocessing = preprocessing_identity(&shape, NULL, &error);
    ck_assert_ok(error);
    struct model *model =
        example_make("{\"layers\": [{\"type\": \"embedding\", \"vocabulary\": 3, "
                     "\"units\": 2, \"name\": \"words\"}, {\"type\": \"flatten\"}]}",
                     preprocessing, 1);
    set_weights(model, (const float[]){1, 2, 3, 4, 5, 6}, 6);
    return model;
}

json_t *example_predict(const struct model *model, const char *request, struct error *error)
{
    struct prediction prediction AUTO_CLEAR(prediction_clear) = {.model = model};
    struct prediction *list[] = {&prediction};
    AUTO_CLEAR(bytes_clear) struct bytes text = {0};
    if (prediction_read(&prediction, request, strlen(request), 100, error) != 0 ||
        predictions_run(list, 1, error) != 1)
        return NULL;
    bytes_append_u8(&text, '{');
    prediction_append(&prediction, &text);
    bytes_append_u8(&text, '}');
    return fields_parse(bytes_text(&text), text.size, error);
}
