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

static json_t *out_of_memory(struct error *error)
{
    error_set(error, ERROR_MEMORY, "out of memory for the network's document");
    return NULL;
}

/* The document where its categories are embedded by a layer that is there or put there. */
static json_t *embed_categories(const json_t *document, const json_t *columns, struct error *error)
{
    int index = find_layer(document);
    if (index >= 0)
        return check_layer(document, index, columns, error) == 0 ? json_deep_copy(document) : NULL;
    json_t *made = put_in_front(document, columns);
    return made != NULL ? made : out_of_memory(error);
}

/* Gives the embedding layers that have none the vocabulary of the texts. */
static int set_vocabularies(json_t *document, int64_t vocabulary)
{
    size_t i;
    json_t *layer;
    json_array_foreach(json_object_get(document, "layers"), i, layer)
    {
        const char *type = json_string_value(json_object_get(layer, "type"));
        const json_t *own = json_object_get(layer, "vocabulary");
        const char *word = json_string_value(own);
        bool is_auto = own == NULL || (word != NULL && strcmp(word, "auto") == 0);
        if (type != NULL && strcmp(type, "embedding") == 0 && is_auto &&
            json_object_set_new(layer, "vocabulary", json_integer(vocabulary)) != 0)
            return -1;
    }
    return 0;
}

json_t *trainer_plan_document(const struct trainer_plan *plan, struct error *error)
{
    const json_t *document = plan->setup.network;
    const json_t *columns = preprocessing_embeddings(plan->preprocessing);
    int64_t vocabulary = preprocessing_vocabulary(plan->preprocessing);
    if (columns != NULL)
        return embed_categories(document, columns, error);
    json_auto_t *made = json_deep_copy(document);
    if (made == NULL || (vocabulary > 0 && set_vocabularies(made, vocabulary) != 0))
        return out_of_memory(error);
    return json_incref(made);
}
