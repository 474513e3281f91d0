/* propd's own ONNX files: the metadata tell the model, initializers hold its tensors. They go
 * through the reader of safetensors, so that what makes a model is checked in one place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/onnx_read.h"
#include "engine/exchange/onnx_write.h"
#include "engine/exchange/safetensors.h"
#include "engine/model_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 160 };

/* The tensors of a network, out of a file. */
struct reading {
    const struct onnx_file *file;
    const struct network *network;
    struct safetensors_tensor *tensors;
    char (*names)[NAME_SIZE];
    float *floats;
    size_t count;
    struct error *error;
};

static const struct layer *layer_of(const struct network *network,
                                    const struct layer_tensor *tensor)
{
    const struct layer *layer = network->layers;
    while (tensor < layer->tensors || tensor >= layer->tensors + LAYER_TENSORS_MAX)
        layer++;
    return layer;
}

/* The tensor as the network has it, out of what lies in another order in the file. */
static int take_floats(const struct reading *reading, const struct layer_tensor *tensor,
                       const struct onnx_tensor_view *found, float *floats)
{
    const int *order = onnx_tensor_order(layer_of(reading->network, tensor), tensor);
    struct shape stored = {.rank = tensor->shape.rank};
    int back[SHAPE_RANK_MAX];
    if (order == NULL)
        return onnx_tensor_floats(found, floats, reading->error);
    for (int i = 0; i < stored.rank; i++) {
        stored.dims[i] = tensor->shape.dims[order[i]];
        back[order[i]] = i;
    }
    AUTO_FREE float *copy = malloc((size_t)tensor->count * sizeof(*copy));
    if (copy == NULL)
        return error_set(reading->error, ERROR_MEMORY, "out of memory for a tensor");
    if (onnx_tensor_floats(found, copy, reading->error))
        return -1;
    onnx_reorder(copy, &stored, back, floats);
    return 0;
}

static bool has_shape(const struct reading *reading, const struct layer_tensor *tensor,
                      const struct onnx_tensor_view *found)
{
    const int *order = onnx_tensor_order(layer_of(reading->network, tensor), tensor);
    bool right = found->rank == tensor->shape.rank;
    for (int i = 0; i < found->rank && right; i++)
        right = found->dims[i] == tensor->shape.dims[order ? order[i] : i];
    return right;
}

/* Before memory is taken for any. */
static int check_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct reading *reading = context;
    char stored[NAME_SIZE], wanted[128];
    (void)snprintf(stored, sizeof(stored), "/%s", name);
    const struct onnx_tensor_view *found = onnx_file_tensor(reading->file, stored);
    if (found == NULL)
        return error_set(reading->error, ERROR_INVALID, "the file lacks the initializer \"%s\"",
                         stored);
    if (!has_shape(reading, tensor, found))
        return error_set(reading->error, ERROR_INVALID,
                         "initializer \"%s\" must hold the network's tensor of shape %s", stored,
                         shape_text(&tensor->shape, wanted, sizeof(wanted)));
    reading->count++;
    return 0;
}

static int take_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct reading *reading = context;
    float *floats = reading->floats + tensor->offset;
    char *stored = reading->names[reading->count];
    (void)snprintf(stored, NAME_SIZE, "/%s", name);
    reading->tensors[reading->count++] =
        (struct safetensors_tensor){.name = stored + 1,
                                    .type = SAFETENSORS_F32,
                                    .shape = tensor->shape,
                                    .data = floats,
                                    .size = (size_t)tensor->count * sizeof(*floats)};
    return take_floats(reading, tensor, onnx_file_tensor(reading->file, stored), floats);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct safetensors_tensor *)a)->name,
                  ((const struct safetensors_tensor *)b)->name);
}

static struct model *read_tensors(struct reading *reading, struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes file = {0};
    if (network_each_tensor(reading->network, check_visit, reading))
        return NULL;
    AUTO_FREE float *floats = model_parameters_new(reading->network->parameter_count, error);
    reading->tensors = calloc(reading->count + 1, sizeof(*reading->tensors));
    reading->names = calloc(reading->count + 1, sizeof(*reading->names));
    reading->floats = floats;
    reading->count = 0;
    if (floats == NULL || reading->tensors == NULL || reading->names == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for a model's tensors");
        return NULL;
    }
    if (network_each_tensor(reading->network, take_visit, reading))
        return NULL;
    if (reading->count > 0)
        qsort(reading->tensors, reading->count, sizeof(*reading->tensors), compare_names);
    if (safetensors_write(reading->tensors, reading->count, reading->file->metadata, &file, error))
        return NULL;
    return model_read(file.data, file.size, error);
}

/* The JSON of one of the metadata's texts. */
static json_t *metadata_parse(const struct onnx_file *file, const char *key, struct error *error)
{
    const json_t *text = json_object_get(file->metadata, key);
    if (text == NULL) {
        error_set(error, ERROR_INVALID, "the file's metadata must have %s", key);
        return NULL;
    }
    return fields_parse(json_string_value(text), json_string_length(text), error);
}

static struct model *read_own(const struct onnx_file *file, struct error *error)
{
    struct shape shape = {0};
    struct reading reading = {.file = file, .error = error};
    json_auto_t *document = metadata_parse(file, "propd.network", error);
    json_auto_t *input = document ? metadata_parse(file, "propd.input", error) : NULL;
    if (input == NULL || model_read_input(input, &shape, error))
        return NULL;
    struct network *network = network_create(document, &shape, 0, error);
    if (network == NULL)
        return NULL;
    reading.network = network;
    struct model *model = read_tensors(&reading, error);
    free(reading.tensors);
    free(reading.names);
    network_free(network);
    return model;
}

struct model *onnx_read(const void *file, size_t size, struct error *error)
{
    struct onnx_file *read = onnx_file_read(file, size, error);
    if (read == NULL)
        return NULL;
    struct model *model = json_object_get(read->metadata, "propd.network") != NULL
                              ? read_own(read, error)
                              : onnx_import(read, error);
    onnx_file_free(read);
    return model;
}
