/* Writing a model's file: its weights as tensors, everything else as JSON texts in the metadata. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exchange/safetensors.h"
#include "engine/model_parts.h"
#include "engine/summary.h"

#include <stdlib.h>
#include <string.h>

/* The tensors of a network, with names of their own. */
struct tensor_list {
    size_t count;
    struct safetensors_tensor *items;
    const float *parameters;
};

static int count_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    (void)name;
    (void)tensor;
    ++*(size_t *)context;
    return 0;
}

static int list_visit(void *context, const char *name, const struct layer_tensor *tensor)
{
    struct tensor_list *list = context;
    struct safetensors_tensor *item = &list->items[list->count];
    *item = (struct safetensors_tensor){
        .name = strdup(name),
        .type = SAFETENSORS_F32,
        .shape = tensor->shape,
        .data = list->parameters + tensor->offset,
        .size = (size_t)tensor->count * sizeof(float),
    };
    if (!item->name)
        return -1;
    list->count++;
    return 0;
}

static int compare_names(const void *a, const void *b)
{
    const struct safetensors_tensor *first = a, *second = b;
    return strcmp(first->name, second->name);
}

static void tensor_list_clear(struct tensor_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free((char *)(uintptr_t)list->items[i].name);
    free(list->items);
}

/* In byte order of the names. */
static int tensor_list_make(struct tensor_list *list, const struct model *model,
                            struct error *error)
{
    size_t count = 0;
    network_each_tensor(model->network, count_visit, &count);
    *list = (struct tensor_list){.items = calloc(count + 1, sizeof(*list->items)),
                                 .parameters = model->parameters};
    if (!list->items || network_each_tensor(model->network, list_visit, list)) {
        tensor_list_clear(list);
        return error_set(error, ERROR_MEMORY, "out of memory for a model's tensors");
    }
    qsort(list->items, count, sizeof(*list->items), compare_names);
    return 0;
}

/* Puts the text of `json_taken` into `metadata`. */
static int metadata_add(json_t *metadata, const char *key, json_t *json_taken)
{
    json_auto_t *json = json_taken;
    AUTO_FREE char *text = json ? fields_print(json) : NULL;
    return text ? json_object_set_new(metadata, key, json_string(text)) : -1;
}

static json_t *input_describe(const struct model *model)
{
    const json_t *columns = preprocessing_columns(model->preprocessing);
    json_auto_t *input = json_object();
    if (json_object_set_new(input, "shape", summary_shape(&model->network->input_shape)) ||
        (columns && json_object_set_new(input, "columns", json_deep_copy(columns))))
        return NULL;
    return json_incref(input);
}

json_t *model_metadata(const struct model *model)
{
    const struct preprocessing *preprocessing = model->preprocessing;
    const json_t *classes = preprocessing_classes(preprocessing);
    json_auto_t *metadata = json_object();
    if (metadata_add(metadata, "propd.network", json_incref(model->network->document)) ||
        metadata_add(metadata, "propd.input", input_describe(model)))
        return NULL;
    if (!preprocessing_is_identity(preprocessing) &&
        metadata_add(metadata, "propd.preprocessing", preprocessing_write(preprocessing)))
        return NULL;
    if (classes && metadata_add(metadata, "propd.classes", json_deep_copy(classes)))
        return NULL;
    if (model->lineage && metadata_add(metadata, "propd.lineage", json_incref(model->lineage)))
        return NULL;
    return json_incref(metadata);
}

static int write_tensors(const struct model *model, const json_t *metadata, struct bytes *file,
                         struct error *error)
{
    struct tensor_list list;
    if (tensor_list_make(&list, model, error))
        return -1;
    int result = safetensors_write(list.items, list.count, metadata, file, error);
    tensor_list_clear(&list);
    return result;
}

int model_write(const struct model *model, struct bytes *file, struct error *error)
{
    json_auto_t *metadata = model_metadata(model);
    if (!metadata)
        return error_set(error, ERROR_MEMORY, "out of memory for a model's metadata");
    return write_tensors(model, metadata, file, error);
}

int model_digest(const struct model *model, char text[DIGEST_TEXT_SIZE], struct error *error)
{
    AUTO_CLEAR(bytes_clear) struct bytes file = {0};
    if (write_tensors(model, NULL, &file, error))
        return -1;
    digest_bytes(file.data, file.size, text);
    return 0;
}
