/* Reading a model's file, with distrust: it may come from anywhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/safetensors.h"
#include "engine/model_parts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The JSON of one metadata key; NULL with an error where it cannot be parsed, NULL without one
 * where it is not there. */
static json_t *metadata_parse(const struct safetensors *file, const char *key, struct error *error)
{
    size_t size;
    const char *text = safetensors_metadata(file, key, &size);
    struct error cause = {0};
    if (!text)
        return NULL;
    json_t *json = fields_parse(text, size, &cause);
    if (!json)
        error_set_at(error, cause.code, key, "%s", cause.message);
    return json;
}

static json_t *metadata_require(const struct safetensors *file, const char *key,
                                struct error *error)
{
    json_t *json = metadata_parse(file, key, error);
    if (!json)
        error_set(error, ERROR_INVALID, "the file's metadata must have %s", key);
    return json;
}

int model_read_input(const json_t *input, struct shape *shape, struct error *error)
{
    const json_t *dims = json_object_get(input, "shape"), *columns;
    columns = json_object_get(input, "columns");
    if (!json_is_array(dims) || json_array_size(dims) < 1 ||
        json_array_size(dims) > SHAPE_RANK_MAX || json_object_size(input) != (columns ? 2U : 1U))
        return error_set_at(error, ERROR_INVALID, "propd.input",
                            "must be {\"shape\": [1 to %d sizes], \"columns\": [names]}",
                            SHAPE_RANK_MAX);
    shape->rank = (int)json_array_size(dims);
    for (int i = 0; i < shape->rank; i++) {
        const json_t *dim = json_array_get(dims, (size_t)i);
        shape->dims[i] = json_integer_value(dim);
        if (!json_is_integer(dim) || shape->dims[i] < 1)
            return error_set_at(error, ERROR_INVALID, "propd.input.shape",
                                "must hold whole numbers from 1");
    }
    return shape_elements(shape, error) < 0 ? -1 : 0;
}

/* Names of columns must be those of the preprocessing; without one they only name what a list
 * instance holds. */
static int check_columns(const json_t *columns, const struct preprocessing *preprocessing,
                         const struct shape *shape, struct error *error)
{
    size_t i;
    const json_t *name;
    bool right = true;
    if (!columns)
        return 0;
    if (!preprocessing_is_identity(preprocessing))
        right = json_equal(columns, preprocessing_columns(preprocessing));
    else
        right = json_is_array(columns) &&
                (int64_t)json_array_size(columns) == shape_elements(shape, NULL);
    json_array_foreach(columns, i, name) right = right && json_is_string(name);
    return right ? 0
                 : error_set_at(error, ERROR_INVALID, "propd.input.columns",
                                "must name the columns that the model takes");
}

static struct preprocessing *read_preprocessing(const struct safetensors *file, const json_t *input,
                                                const struct shape *shape, struct error *error)
{
    json_auto_t *classes = metadata_parse(file, "propd.classes", error);
    if (!classes && safetensors_metadata(file, "propd.classes", NULL))
        return NULL;
    json_auto_t *document = metadata_parse(file, "propd.preprocessing", error);
    if (!document && safetensors_metadata(file, "propd.preprocessing", NULL))
        return NULL;
    struct preprocessing *preprocessing = document ? preprocessing_read(document, error)
                                                   : preprocessing_identity(shape, classes, error);
    if (!preprocessing)
        return NULL;
    const json_t *known = preprocessing_classes(preprocessing);
    if (classes && !(known && json_equal(classes, known)))
        error_set_at(error, ERROR_INVALID, "propd.classes",
                     "must be the classes of propd.preprocessing");
    else if (check_columns(json_object_get(input, "columns"), preprocessing, shape, error) == 0)
        return preprocessing;
    preprocessing_free(preprocessing);
    return NULL;
}

struct tensor_reading {
    const struct safetensors *file;
    float *parameters;
    size_t count;
    struct error *error;
};

static int check_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct tensor_reading *reading = context;
    const struct safetensors_tensor *found = safetensors_find(reading->file, name);
    char wanted[128], there[128];
    reading->count++;
    if (!found)
        return error_set(reading->error, ERROR_INVALID, "the file lacks the tensor \"%s\"", name);
    if (found->type != SAFETENSORS_F32)
        return error_set(reading->error, ERROR_INVALID, "tensor \"%s\" must be F32, not %s", name,
                         safetensors_type_name(found->type));
    if (!shape_equal(&found->shape, &tensor->shape))
        return error_set(reading->error, ERROR_INVALID, "tensor \"%s\" must have shape %s, not %s",
                         name, shape_text(&tensor->shape, wanted, sizeof(wanted)),
                         shape_text(&found->shape, there, sizeof(there)));
    return 0;
}

static int copy_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct tensor_reading *reading = context;
    const struct safetensors_tensor *found = safetensors_find(reading->file, name);
    memcpy(reading->parameters + tensor->offset, found->data, found->size);
    return 0;
}

static int search_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    (void)tensor;
    return strcmp(context, name) == 0;
}

/* The first tensor of the file that the network does not have. */
static int refuse_unknown(const struct safetensors *file, const struct network *network,
                          struct error *error)
{
    for (size_t i = 0; i < file->count; i++) {
        char *name = (char *)(uintptr_t)file->tensors[i].name;
        if (!network_each_tensor(network, search_visit, name))
            return error_set(error, ERROR_INVALID, "tensor \"%.100s\" is not one of the network's",
                             name);
    }
    return 0;
}

/* The parameter block out of the file; every tensor is checked before memory is taken. */
static float *read_parameters(const struct safetensors *file, const struct network *network,
                              struct error *error)
{
    struct tensor_reading reading = {.file = file, .error = error};
    if (network_each_tensor(network, check_visit, &reading))
        return NULL;
    if (reading.count != file->count && refuse_unknown(file, network, error))
        return NULL;
    reading.parameters = model_parameters_new(network->parameter_count, error);
    if (reading.parameters)
        network_each_tensor(network, copy_visit, &reading);
    return reading.parameters;
}

/* Keys of others ("format") may be there; one of ours that is not known may not. */
static int check_keys(const struct safetensors *file, struct error *error)
{
    static const char *const known[] = {"propd.network", "propd.input", "propd.preprocessing",
                                        "propd.classes", "propd.lineage"};
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(file->header, "__metadata__"), key, value)
    {
        bool found = strncmp(key, "propd.", 6) != 0;
        for (size_t i = 0; i < ARRAY_COUNT(known) && !found; i++)
            found = strcmp(key, known[i]) == 0;
        if (!found)
            return error_set(error, ERROR_INVALID, "the file's metadata have an unknown key %.100s",
                             key);
    }
    return 0;
}

static struct model *read_model(const struct safetensors *file, struct error *error)
{
    struct shape shape = {0};
    if (check_keys(file, error))
        return NULL;
    json_auto_t *document = metadata_require(file, "propd.network", error);
    json_auto_t *input = document ? metadata_require(file, "propd.input", error) : NULL;
    json_auto_t *lineage = metadata_parse(file, "propd.lineage", error);
    if (!document || !input || model_read_input(input, &shape, error) ||
        (!lineage && safetensors_metadata(file, "propd.lineage", NULL)))
        return NULL;
    struct network *network = network_create(document, &shape, 0, error);
    if (!network)
        return NULL;
    AUTO_FREE float *parameters = read_parameters(file, network, error);
    struct preprocessing *preprocessing =
        parameters ? read_preprocessing(file, input, &shape, error) : NULL;
    if (!preprocessing) {
        network_free(network);
        return NULL;
    }
    return model_create(network, preprocessing, parameters, json_incref(lineage), error);
}

struct model *model_read(const void *file, size_t size, struct error *error)
{
    struct safetensors *safetensors = safetensors_read(file, size, error);
    if (!safetensors)
        return NULL;
    struct model *model = read_model(safetensors, error);
    safetensors_free(safetensors);
    return model;
}
