/* A model's life, its weights copied into another network, what answers say of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/model.h"
#include "engine/kernels/kernels.h"
#include "engine/model_parts.h"
#include "engine/network_describe.h"
#include "engine/summary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

float *model_parameters_new(int64_t count, struct error *error)
{
    const size_t floats = ((size_t)count / 16 + 1) * 16;
    float *parameters = aligned_alloc(64, floats * sizeof(*parameters));
    if (!parameters) {
        error_set(error, ERROR_MEMORY, "out of memory for %lld weights", (long long)count);
        return NULL;
    }
    memset(parameters, 0, floats * sizeof(*parameters));
    return parameters;
}

/* What the preprocessing makes must be what the network takes, and so behind it. */
static int check_parts(const struct network *network, const struct preprocessing *preprocessing,
                       struct error *error)
{
    const struct shape made = preprocessing_input_shape(preprocessing);
    const int64_t width = shape_elements(&network->output_shape, NULL);
    const int64_t targets = preprocessing_target_width(preprocessing);
    char made_text[128], taken_text[128];
    if (!shape_equal(&made, &network->input_shape))
        return error_set(error, ERROR_INVALID,
                         "the network takes inputs of shape %s, but the preprocessing makes %s",
                         shape_text(&network->input_shape, taken_text, sizeof(taken_text)),
                         shape_text(&made, made_text, sizeof(made_text)));
    const bool one_for_two_classes =
        preprocessing_task(preprocessing) == TASK_CLASSES && targets == 2 && width == 1;
    if (targets > 0 && targets != width && !one_for_two_classes)
        return error_set(error, ERROR_INVALID, "the network has %lld outputs for %lld %s",
                         (long long)width, (long long)targets,
                         preprocessing_task(preprocessing) == TASK_CLASSES ? "classes" : "targets");
    return 0;
}

struct model *model_create(struct network *network_taken, struct preprocessing *preprocessing_taken,
                           const float *parameters, json_t *lineage_taken, struct error *error)
{
    struct model *model = calloc(1, sizeof(*model));
    if (!model) {
        error_set(error, ERROR_MEMORY, "out of memory for a model");
        network_free(network_taken);
        preprocessing_free(preprocessing_taken);
        json_decref(lineage_taken);
        return NULL;
    }
    model->network = network_taken;
    model->preprocessing = preprocessing_taken;
    model->lineage = lineage_taken;
    if (check_parts(network_taken, preprocessing_taken, error))
        goto fail;
    model->parameters = model_parameters_new(network_taken->parameter_count, error);
    if (!model->parameters)
        goto fail;
    memcpy(model->parameters, parameters,
           (size_t)network_taken->parameter_count * sizeof(*parameters));
    return model;
fail:
    model_free(model);
    return NULL;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    network_free(model->network);
    preprocessing_free(model->preprocessing);
    json_decref(model->lineage);
    free(model->parameters);
    free(model->packed);
    free(model);
}

int model_pack(struct model *model, struct error *error)
{
    const struct kernels *kernels = kernels_get(error);
    if (!kernels)
        return -1;
    const int64_t size = network_packed_size(model->network, kernels);
    if (size == 0)
        return 0;
    model->packed = model_parameters_new(size, error);
    if (!model->packed)
        return -1;
    network_pack(model->network, kernels, model->parameters, model->packed);
    return 0;
}

/* ---- fine-tuning */

struct search {
    const char *name;
    const struct layer_tensor *found;
};

static int search_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct search *search = context;
    if (strcmp(name, search->name) != 0)
        return 0;
    search->found = tensor;
    return 1;
}

struct weight_copy {
    const struct model *from;
    float *parameters;
    int copied;
    struct error *error;
};

static int weight_copy_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct weight_copy *copy = context;
    struct search search = {.name = name};
    char wanted[128], found[128];
    if (!network_each_tensor(copy->from->network, search_visit, &search))
        return 0;
    if (!shape_equal(&search.found->shape, &tensor->shape))
        return error_set_at(copy->error, ERROR_INVALID, "initial_model",
                            "has a tensor \"%s\" of shape %s, but the network's is %s", name,
                            shape_text(&search.found->shape, found, sizeof(found)),
                            shape_text(&tensor->shape, wanted, sizeof(wanted)));
    memcpy(copy->parameters + tensor->offset, copy->from->parameters + search.found->offset,
           (size_t)tensor->count * sizeof(float));
    copy->copied++;
    return 0;
}

int model_copy_weights(const struct model *from, const struct network *network, float *parameters,
                       struct error *error)
{
    struct weight_copy copy = {.from = from, .parameters = parameters, .error = error};
    if (network_each_tensor(network, weight_copy_visit, &copy))
        return -1;
    if (copy.copied == 0)
        return error_set_at(error, ERROR_INVALID, "initial_model",
                            "has no tensor by the name of any of the network's");
    return 0;
}

/* ---- what it is */

/* A copy of what may be NULL, null then. */
static json_t *copy_or_null(const json_t *json)
{
    return json ? json_deep_copy(json) : json_null();
}

json_t *model_describe(const struct model *model)
{
    const struct preprocessing *preprocessing = model->preprocessing;
    const bool classes = preprocessing_task(preprocessing) == TASK_CLASSES;
    const struct series_options *window = preprocessing_window(preprocessing);
    json_auto_t *description = json_object();
    if (json_object_set_new(description, "shape", summary_shape(&model->network->input_shape)) ||
        json_object_set_new(description, "columns",
                            copy_or_null(preprocessing_columns(preprocessing))) ||
        json_object_set_new(description, "classes",
                            copy_or_null(preprocessing_classes(preprocessing))) ||
        json_object_set_new(description, "task", json_string(classes ? "classes" : "values")) ||
        json_object_set_new(description, "layers", network_layers_describe(model->network)) ||
        json_object_set_new(description, "weights", json_integer(model->network->weight_count)))
        return NULL;
    if (window &&
        json_object_set_new(description, "window", fields_write(&series_options_kind, window)))
        return NULL;
    return json_incref(description);
}

size_t model_size(const struct model *model)
{
    const struct network *network = model->network;
    const size_t weights = (size_t)network->parameter_count * sizeof(*model->parameters);
    return sizeof(*model) + sizeof(*network) +
           (size_t)network->layer_count * sizeof(*network->layers) + weights +
           (model->packed ? weights : 0);
}
