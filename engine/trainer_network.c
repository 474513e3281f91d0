/* The network document of a run: the job's own, with the layer that makes vectors of the
 * categories' indices in front where there are such columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/trainer_plan.h"

#include <stdio.h>
#include <string.h>

#define TYPE "column_embeddings"
#define NAME TYPE "_1"

static const json_t *layers_of(const json_t *document)
{
    return json_object_get(document, "layers");
}

/* Index of the layer where a document has it already, as a job's spec that is submitted again does;
 * -1. */
static int find_layer(const json_t *document)
{
    size_t i;
    const json_t *layer;
    json_array_foreach(layers_of(document), i, layer)
    {
        const char *type = json_string_value(json_object_get(layer, "type"));
        if (type != NULL && strcmp(type, TYPE) == 0)
            return (int)i;
    }
    return -1;
}

static int check_layer(const json_t *document, int index, const json_t *columns,
                       struct error *error)
{
    char path[64];
    const json_t *layer = json_array_get(layers_of(document), (size_t)index);
    if (json_equal(json_object_get(layer, "columns"), columns))
        return 0;
    snprintf(path, sizeof path, "network.layers[%d].columns", index);
    return error_set_at(error, ERROR_INVALID, path,
                        "must be those that the dataset's categories give: leave the layer out, it "
                        "is put in front by itself");
}

/* What reads the network's input by name reads the layer instead. */
static int redirect(json_t *layer)
{
    json_t *input = json_object_get(layer, "input"), *name;
    size_t i;
    if (json_is_string(input) && strcmp(json_string_value(input), "input") == 0)
        return json_object_set_new(layer, "input", json_string(NAME));
    json_array_foreach(input, i, name)
    {
        if (json_is_string(name) && strcmp(json_string_value(name), "input") == 0 &&
            json_array_set_new(input, i, json_string(NAME)) != 0)
            return -1;
    }
    return 0;
}

static json_t *put_in_front(const json_t *document, const json_t *columns)
{
    json_auto_t *made = json_deep_copy(document);
    json_t *layers = json_object_get(made, "layers"), *layer;
    size_t i;
    if (made == NULL)
        return NULL;
    json_array_foreach(layers, i, layer)
    {
        if (redirect(layer) != 0)
            return NULL;
    }
    json_t *first = json_pack("{s:s, s:s, s:o}", "type", TYPE, "name", NAME, "columns",
                              json_deep_copy(columns));
    return json_array_insert_new(layers, 0, first) == 0 ? json_incref(made) : NULL;
}

json_t *trainer_plan_document(const struct trainer_plan *plan, struct error *error)
{
    const json_t *document = plan->setup.network;
    const json_t *columns = preprocessing_embeddings(plan->preprocessing);
    int index = columns != NULL ? find_layer(document) : -1;
    if (columns == NULL)
        return json_incref((json_t *)(uintptr_t)document);
    if (index >= 0)
        return check_layer(document, index, columns, error) == 0
                   ? json_incref((json_t *)(uintptr_t)document)
                   : NULL;
    json_t *made = put_in_front(document, columns);
    if (made == NULL)
        error_set(error, ERROR_MEMORY, "out of memory for the network's document");
    return made;
}
