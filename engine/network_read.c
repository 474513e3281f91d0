/* Network documents: layers from JSON and back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network_read.h"
#include "engine/activation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct network_document {
    json_t *layers;
};

static const struct field network_document_fields[] = {
    FIELD_JSON(struct network_document, layers, .flags = FIELD_REQUIRED,
               .help = "layers, in the order of their run"),
    FIELD_END};

static const struct kind network_document_kind = {.name = "network",
                                                  .help = "layers from the input to the output",
                                                  .size = sizeof(struct network_document),
                                                  .fields = network_document_fields};

void layer_path(char path[LAYER_PATH_SIZE], int index)
{
    snprintf(path, LAYER_PATH_SIZE, "network.layers[%d]", index);
}

const json_t *network_read_list(const json_t *document, struct error *error)
{
    struct network_document read;

    if (fields_read(&network_document_kind, document, &read, "network", error) != 0)
        return NULL;
    /* The list stays alive within the document. */
    const json_t *list = read.layers;
    fields_clear(&network_document_kind, &read);
    if (!json_is_array(list)) {
        error_set_at(error, ERROR_INVALID, "network.layers", "must be a list of layers");
        return NULL;
    }
    if (json_array_size(list) < 1 || json_array_size(list) > NETWORK_LAYERS_MAX) {
        error_set_at(error, ERROR_INVALID, "network.layers", "must have 1 to %d layers, not %zu",
                     NETWORK_LAYERS_MAX, json_array_size(list));
        return NULL;
    }
    return list;
}

/* A field of the type's own table; NULL where it has none of that name and type. */
static const struct field *own_field(const struct layer_type *type, const char *name,
                                     enum field_type field_type)
{
    const struct field *field = type->kind.fields;

    for (; field != NULL && field->name != NULL; field++)
        if (field->type == field_type && strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

const struct variant *layer_options_activation(const struct layer_type *type, const void *options)
{
    const struct field *field = own_field(type, "activation", FIELD_TYPE_VARIANT);

    if (field == NULL)
        return NULL;
    return (const struct variant *)((const char *)options + field->offset);
}

/* The field "units" of types that take "auto" there. */
static const struct field *auto_units_field(const struct layer_type *type)
{
    const struct field *field = own_field(type, "units", FIELD_TYPE_INTEGER);

    return field != NULL && field->word != NULL ? field : NULL;
}

static const char *type_name(const json_t *layer)
{
    return json_string_value(json_object_get(layer, "type"));
}

/* Whether a layer after `index` could take "units": "auto" as well. */
static bool is_last_with_auto_units(const json_t *list, int index)
{
    for (size_t i = (size_t)index + 1; i < json_array_size(list); i++) {
        const char *name = type_name(json_array_get(list, i));
        const struct layer_type *type = name != NULL ? layer_type_find(name, "", NULL) : NULL;
        if (type != NULL && auto_units_field(type) != NULL)
            return false;
    }
    return true;
}

static int resolve_auto_units(const json_t *list, int index, int64_t auto_units,
                              const struct layer_type *type, void *options, struct error *error)
{
    const struct field *field = auto_units_field(type);
    char path[LAYER_PATH_SIZE + 8];

    if (field == NULL)
        return 0;
    int64_t *units = (int64_t *)((char *)options + field->offset);
    if (*units != 0)
        return 0;
    snprintf(path, sizeof(path), "network.layers[%d].units", index);
    if (!is_last_with_auto_units(list, index))
        return error_set_at(error, ERROR_INVALID, path,
                            "must be a number: only the last %s layer can be \"auto\"",
                            type->kind.name);
    if (auto_units < 1)
        return error_set_at(error, ERROR_INVALID, path,
                            "must be a number: there is no target to take \"auto\" from");
    if (auto_units > (int64_t)field->max)
        return error_set_at(error, ERROR_TOO_LARGE, path,
                            "would be %lld by the target, more than %.0f", (long long)auto_units,
                            field->max);
    *units = auto_units;
    return 0;
}

static const struct layer_type *read_type(const json_t *json, int index, struct error *error)
{
    char path[LAYER_PATH_SIZE];
    char type_path[LAYER_PATH_SIZE + 8];

    layer_path(path, index);
    if (!json_is_object(json)) {
        error_set_at(error, ERROR_INVALID, path, "must be an object with the layer's type");
        return NULL;
    }
    snprintf(type_path, sizeof(type_path), "%s.type", path);
    if (type_name(json) == NULL) {
        error_set_at(error, ERROR_INVALID, type_path, "must be the name of a layer type");
        return NULL;
    }
    return layer_type_find(type_name(json), type_path, error);
}

/* The options of a layer, "auto" still 0; NULL on failure. */
static void *read_options(const json_t *list, int index, const struct layer_type *type,
                          struct error *error)
{
    char path[LAYER_PATH_SIZE];
    json_t *fields = json_copy(json_array_get(list, (size_t)index));
    void *options = malloc(type->kind.size);

    layer_path(path, index);
    if (fields == NULL || options == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory for the options of a layer");
        goto fail;
    }
    json_object_del(fields, "type");
    if (fields_read(&type->kind, fields, options, path, error) != 0)
        goto fail;
    json_decref(fields);
    return options;
fail:
    json_decref(fields);
    free(options);
    return NULL;
}

int network_read_layer(const json_t *list, int index, int64_t auto_units, struct layer *layers,
                       struct error *error)
{
    struct layer *layer = &layers[index];
    bool is_last = (size_t)index + 1 == json_array_size(list);

    layer->type = read_type(json_array_get(list, (size_t)index), index, error);
    if (layer->type == NULL)
        return -1;
    struct layer_options *options = read_options(list, index, layer->type, error);
    if (options == NULL)
        return -1;
    layer->options = options;
    layer->leave_activation = is_last && layer_options_activation(layer->type, options) != NULL;
    if (resolve_auto_units(list, index, auto_units, layer->type, options, error) != 0 ||
        network_read_name(layers, index, options, error) != 0)
        return -1;
    return network_read_inputs(layers, index, options, error);
}

json_t *network_write_layer(const struct layer *layer)
{
    json_t *json = json_pack("{s:s}", "type", layer->type->kind.name);
    json_t *fields = fields_write(&layer->type->kind, layer->options);

    if (json == NULL || fields == NULL || json_object_update(json, fields) != 0) {
        json_decref(json);
        json = NULL;
    }
    json_decref(fields);
    return json;
}

void layer_clear(struct layer *layer)
{
    /* The layer owns its options, and shows them to its type as constant. */
    union {
        const void *shown;
        void *owned;
    } options = {.shown = layer->options};

    if (layer->options != NULL)
        fields_clear(&layer->type->kind, options.owned);
    free(options.owned);
    free(layer->name);
    free(layer->plan_data);
    memset(layer, 0, sizeof(*layer));
}

bool network_document_begins_with(const json_t *document, const char *type)
{
    const char *name = type_name(json_array_get(json_object_get(document, "layers"), 0));

    return name != NULL && strcmp(name, type) == 0;
}

int64_t network_document_vocabulary(const json_t *document)
{
    const json_t *layer = json_array_get(json_object_get(document, "layers"), 0);

    return json_integer_value(json_object_get(layer, "vocabulary"));
}

int network_document_output(const json_t *document, enum activation_code *activation,
                            int64_t *width, struct error *error)
{
    const json_t *list = network_read_list(document, error);

    if (list == NULL)
        return -1;
    int index = (int)json_array_size(list) - 1;
    const struct layer_type *type = read_type(json_array_get(list, (size_t)index), index, error);
    if (type == NULL)
        return -1;
    void *options = read_options(list, index, type, error);
    if (options == NULL)
        return -1;
    const struct variant *found = layer_options_activation(type, options);
    const struct field *units = own_field(type, "units", FIELD_TYPE_INTEGER);
    *activation = found != NULL ? activation_code(found) : ACTIVATION_LINEAR;
    *width = units != NULL ? *(const int64_t *)((const char *)options + units->offset) : 0;
    fields_clear(&type->kind, options);
    free(options);
    return 0;
}
