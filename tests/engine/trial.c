/* Making and running networks for tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/engine/trial.h"
#include "base/fields.h"
#include "tests/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct network *network_from_json(const json_t *json, int64_t auto_units, struct error *error)
{
    json_t *document = json_copy((json_t *)(uintptr_t)json);
    const json_t *input = json_object_get(json, "input");
    struct shape shape = {.rank = (int)json_array_size(input)};

    for (int i = 0; i < shape.rank; i++)
        shape.dims[i] = json_integer_value(json_array_get(input, (size_t)i));
    json_object_del(document, "input");
    struct network *network = network_create(document, &shape, auto_units, error);
    json_decref(document);
    return network;
}

struct network *network_from_text(const char *text, int64_t auto_units, struct error *error)
{
    json_t *json = fields_parse(text, strlen(text), error);

    ck_assert_msg(json != NULL, "%s", text);
    struct network *network = network_from_json(json, auto_units, error);
    json_decref(json);
    return network;
}

void draw_normal(uint64_t seed, const char *name, int64_t count, float *values)
{
    struct rng rng = rng_stream(seed, "trial", name, 0);

    for (int64_t i = 0; i < count; i++)
        values[i] = (float)rng_normal(&rng, (uint64_t)i);
}

/* The vocabulary of an embedding that reads the input; 0: none does. */
static int64_t input_vocabulary(const struct network *network)
{
    const json_t *layers = json_object_get(network->document, "layers");

    for (int i = 0; i < network->layer_count; i++) {
        const json_t *layer = json_array_get(layers, (size_t)i);
        if (network->layers[i].inputs[0] < 0 && json_object_get(layer, "vocabulary") != NULL)
            return json_integer_value(json_object_get(layer, "vocabulary"));
    }
    return 0;
}

static void draw_input(const struct network *network, uint64_t seed, int64_t count, float *values)
{
    struct rng rng = rng_stream(seed, "trial", "ids", 0);
    int64_t vocabulary = input_vocabulary(network);

    draw_normal(seed, "input", count, values);
    for (int64_t i = 0; vocabulary > 0 && i < count; i++)
        values[i] = (float)rng_below(&rng, (uint64_t)i, (uint64_t)vocabulary);
}

struct trial trial_of_network(struct network *network_taken, int64_t rows, uint64_t seed,
                              const struct kernels *kernels)
{
    struct error error = {0};
    struct trial trial = {.network = network_taken, .rows = rows};
    size_t block = (size_t)trial.network->parameter_count * sizeof(float);

    trial.input_elements = rows * shape_elements(&trial.network->input_shape, NULL);
    trial.output_elements = rows * shape_elements(&trial.network->output_shape, NULL);
    trial.training =
        workspace_create(trial.network, kernels, rows, TRIAL_MEMBERS, WORKSPACE_TRAIN, &error);
    trial.prediction =
        workspace_create(trial.network, kernels, rows, TRIAL_MEMBERS, WORKSPACE_PREDICT, &error);
    ck_assert_ok(error);
    trial.parameters = aligned_alloc(64, block + 64);
    trial.gradients = aligned_alloc(64, block + 64);
    ck_assert(trial.parameters != NULL && trial.gradients != NULL);
    network_initialize(trial.network, seed, trial.parameters);
    float *draws = calloc((size_t)trial.network->trained_count + 1, sizeof(*draws));
    draw_normal(seed, "parameters", trial.network->trained_count, draws);
    for (int64_t i = 0; i < trial.network->trained_count; i++)
        trial.parameters[i] += 0.3F * draws[i];
    free(draws);
    draw_input(trial.network, seed, trial.input_elements, workspace_input(trial.training));
    memcpy(workspace_input(trial.prediction), workspace_input(trial.training),
           (size_t)trial.input_elements * sizeof(float));
    trial.run =
        (struct network_run){.rows = rows, .training = true, .output_activation = true, .seed = 1};
    return trial;
}

struct trial trial_create(const char *text, int64_t rows, uint64_t seed,
                          const struct kernels *kernels)
{
    struct error error = {0};
    struct network *network = network_from_text(text, 0, &error);

    ck_assert_ok(error);
    return trial_of_network(network, rows, seed, kernels);
}

void trial_clear(struct trial *trial)
{
    workspace_free(trial->training);
    workspace_free(trial->prediction);
    network_free(trial->network);
    free(trial->parameters);
    free(trial->gradients);
    memset(trial, 0, sizeof(*trial));
}

void trial_forward(struct trial *trial)
{
    network_forward(trial->network, trial->training, trial->parameters, &trial->run);
}

void trial_backward(struct trial *trial, const float *d_output, bool from_logits)
{
    trial_forward(trial);
    memset(trial->gradients, 0, (size_t)trial->network->trained_count * sizeof(float));
    memcpy(workspace_d_output(trial->training), d_output,
           (size_t)trial->output_elements * sizeof(float));
    network_backward(trial->network, trial->training, trial->parameters, trial->gradients,
                     from_logits, &trial->run);
}

const float *trial_predict(struct trial *trial)
{
    struct network_run run = trial->run;

    run.training = false;
    network_forward(trial->network, trial->prediction, trial->parameters, &run);
    return workspace_output(trial->prediction);
}

struct search {
    const char *name;
    const struct layer_tensor *found;
};

static int visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct search *search = context;

    if (strcmp(name, search->name) == 0)
        search->found = tensor;
    return 0;
}

const struct layer_tensor *tensor_find(const struct network *network, const char *name)
{
    struct search search = {.name = name};

    network_each_tensor(network, visit, &search);
    ck_assert_msg(search.found != NULL, "no tensor %s", name);
    return search.found;
}

const float *trial_tensor(const struct trial *trial, const char *name)
{
    return trial->parameters + tensor_find(trial->network, name)->offset;
}

void trial_check_outputs(struct trial *trial, const double *expected)
{
    size_t size = (size_t)trial->output_elements * sizeof(float);

    trial_forward(trial);
    for (int64_t i = 0; i < trial->output_elements; i++)
        ck_assert_double_eq_tol((double)workspace_output(trial->training)[i], expected[i],
                                1e-5 * (1 + fabs(expected[i])));
    ck_assert_mem_eq(trial_predict(trial), workspace_output(trial->training), size);
}

void trial_check_shape(const struct trial *trial, const char *expected)
{
    char text[160];

    ck_assert_str_eq(shape_text(&trial->network->output_shape, text, sizeof(text)), expected);
}

const struct kernels *best_kernels(void)
{
    struct error error = {0};
    const struct kernels *kernels = kernels_get(&error);

    ck_assert_ok(error);
    return kernels;
}
